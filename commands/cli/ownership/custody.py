"""`iledger audit custody`: whether every client has one owner or none at any time."""

import click

from commands.cli.shell.output import remark
from commands.cli.shell.question import Question, asked
from projections.questions.clients import card
from projections.questions.ownership import custody as asking
from projections.questions.ownership import portfolio


@click.command(epilog="Example: iledger audit custody --client C-0112")
@click.option("--client", metavar="CLIENT", help="Only this client, with its chain of owners.")
@asked
def custody(question: Question, client: str | None) -> None:
    """Check that every client has exactly one owner, or none, at every moment.

    Exit code 1 if there is a breach: intervals that overlap or leave a gap, an owner who was never
    hired, a change whose former owner is wrong, or a reservation of a client owned by another.
    Clients whose owner has left are listed separately; they are not a breach.
    """
    connection, view = question.connection, question.view
    if client is not None:
        card.check_known(connection, view, client)
        question.show(asking.chain(connection, view, client), "chain")
    broken = asking.breaches(connection, view, client)
    question.show(broken, "breaches")
    left = portfolio.orphans(connection, view)
    question.show([row for row in left if client in (None, row.client)], "orphans")
    if broken:
        remark("look at the events with `iledger replay --client` and annul those that are wrong")
        raise click.exceptions.Exit(1)
