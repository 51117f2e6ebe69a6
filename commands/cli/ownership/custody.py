"""`iledger audit custody`: whether every client has one owner or none at any time."""

import click

from commands.cli.shell.output import remark
from commands.cli.shell.question import Question, asked


@click.command(epilog="Example: iledger audit custody --client C-0104")
@click.option("--client", metavar="CLIENT", help="Only this one; its chain is shown as well.")
@asked
def custody(question: Question, client: str | None) -> None:
    """Check that every client has one owner or none at any moment, without a breach.

    Exit code 1 if there is a breach: intervals that overlap or leave a gap, an owner whom nobody
    hired, a change that names another owner than there was, a reservation of what was another's.
    Clients whose owner has left are listed apart, and are no breach.
    """
    from projections.questions.clients import card
    from projections.questions.ownership import custody as asking
    from projections.questions.ownership import portfolio

    connection, view = question.connection, question.view
    if client is not None:
        card.check_known(connection, view, client)
        question.show(asking.chain(connection, view, client), "chain")
    broken = asking.breaches(connection, view, client)
    question.show(broken, "breaches")
    left = portfolio.orphans(connection, view)
    question.show([row for row in left if client in (None, row.client)], "orphans")
    if broken:
        remark("look at the events with `iledger replay --client`, and annul what is wrong")
        raise click.exceptions.Exit(1)
