"""`iledger access breaches`: what was decided, tried or recorded without the right."""

import click

from commands.cli.shell.ledger_options import chosen
from commands.cli.shell.output import Format, Printer
from commands.cli.shell.question import listed
from commands.cli.shell.selection import Selection
from commands.decisions.access import judging
from ledger.api import Ledger


@click.command(epilog="Example: iledger access breaches --sort employee")
@listed
def breaches(form: Format, selection: Selection) -> None:
    """List what was refused, let through by the policy, or recorded past the decisions.

    Each decision on record is judged by the roles, logins and policy of its moment. The login is
    that of the database that recorded it. Needs a login that may read events.
    """
    with Ledger(chosen()) as ledger, Printer(form, ledger.about.zone, selection) as printer:
        lines = [*judging.found(ledger.read(types=judging.TYPES))]
        printer.show(lines, columns=judging.Found._fields, drop=("recorded_at", "concerned"))
