"""`iledger access rights`: the table of decisions and roles."""

import click

from commands.cli.shell.output import Format, Printer
from commands.cli.shell.question import listed
from commands.cli.shell.selection import Selection
from commands.decisions.access.rights import FIGURES, RIGHTS


@click.command(epilog="Example: iledger access rights --format csv")
@listed
def rights(form: Format, selection: Selection) -> None:
    """List who may decide and see what: each decision, and how far each role may take it.

    `scope`: wherever the role was granted. `own`: about oneself and one's own clients alone.
    `owner`: the database demands a login of the ledger's owner instead of a role. `never`: what
    nobody may, whatever the policy. It is the same table for every ledger.
    """
    with Printer(form, "UTC", selection) as printer:
        printer.show([*RIGHTS.values(), FIGURES], drop=("never", "owner"))
