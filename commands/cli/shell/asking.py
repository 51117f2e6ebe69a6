"""The options of whoever asks for a decision: who makes it, and under which key."""

import click

BY = click.option(
    "--by",
    metavar="EMPLOYEE",
    envvar="ILEDGER_BY",
    help="Who makes the decision.  [env: ILEDGER_BY; default: whose your login is, or its name]",
)
KEY = click.option(
    "--key",
    metavar="KEY",
    help="Names this request; made again, it records nothing and is answered as the first time.  "
    "[default: a new key]",
)
