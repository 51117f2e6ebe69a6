"""Which ledger the options of `iledger` name."""

import os

import click

from ledger.database import VARIABLES, Location, parsed
from ledger.errors import InvalidQuestion

_OPTIONS = dict(zip(VARIABLES, ("dsn", "folder", "schema"), strict=True))


def chosen() -> Location:
    """The ledger that --dsn, --folder and --schema name. Raises InvalidQuestion."""
    given = click.get_current_context().find_root().obj
    typed = {name: given[option] for name, option in _OPTIONS.items() if option in given["typed"]}
    environment = {name: os.environ[name] for name in VARIABLES if name in os.environ}
    if "ILEDGER_HOME" in typed:
        if "ILEDGER_DSN" in typed:
            raise InvalidQuestion("--dsn and --folder name two ledgers; give one of them")
        environment.pop("ILEDGER_DSN", None)  # what is typed goes before it
    location = Location.from_environment(environment | typed)
    if location.dsn and parsed(location.dsn).get("password") and "ILEDGER_DSN" in typed:
        raise InvalidQuestion(
            "the DSN on the command line contains a password, which everyone on this machine "
            "can see there. Put it into a password file (PGPASSFILE), or give the DSN in "
            "ILEDGER_DSN."
        )
    return location
