"""`iledger clients`: the list of clients."""

import click

from commands.cli.shell.ids import EMPLOYEE, UNIT
from commands.cli.shell.question import Question, asked
from projections.questions.ownership import portfolio

# What a table may lose where it is too wide, least important first.
_DROP = (
    "kind",
    "owner_kind",
    "owner_since",
    "since",
    "owner_unit",
    "last_two_way_at",
    "contacts",
    "status",
    "owner_name",
)


@click.command(epilog="Example: iledger clients --unit MSK-1 --search ромашка")
@click.option("--owner", type=EMPLOYEE, help="Only those of this employee.")
@click.option("--unit", type=UNIT, help="Only clients of owners in this unit and those below it.")
@click.option(
    "--search",
    metavar="TEXT",
    help="Only clients with this text in their name or id, in upper or lower case.",
)
@asked
def clients(question: Question, owner: str | None, unit: str | None, search: str | None) -> None:
    """List the clients, their owners and the last contact with each."""
    found = portfolio.clients(
        question.connection, question.view, owner=owner, unit=unit, search=search
    )
    question.show(found, drop=_DROP)
