"""`iledger audit custody`: whether every client has one owner or none at any time."""

import click

from commands.cli.shell.ids import CLIENT
from commands.cli.shell.output import remark
from commands.cli.shell.parts import parted
from commands.cli.shell.question import Question, asked
from projections.questions.ownership import custody as asking
from projections.questions.ownership import portfolio


@click.command(epilog="Example: iledger audit custody --client C-0112")
@click.option("--client", type=CLIENT, help="Only this client, with its chain of owners.")
@parted("chain", "breaches", "orphans")
@asked
def custody(question: Question, client: str | None) -> None:
    """Check that every client has exactly one owner, or none, at every moment.

    Exit code 1 if there is a breach: intervals that overlap or leave a gap, an owner who was never
    hired, a change whose former owner is wrong, a reservation of a client owned by another, or a
    decision without the right that the access policy let through.
    Clients whose owner has left are listed separately; they are not a breach. Not checked: whether
    the clients were ever registered, and whether owners were employed when they were given a
    client (`iledger audit check`); deals, tasks and cases of those who have left (the same); and
    whether the tables follow from the events (`iledger projections verify`).
    """
    connection, view = question.connection, question.view
    if client is not None:
        question.show(asking.chain(connection, view, client), "chain")
    broken = asking.breaches(connection, view, client)
    question.show(broken, "breaches", asking.Breach._fields)
    left = portfolio.orphans(connection, view)
    lost = [row for row in left if client in (None, row.client)]
    question.show(lost, "orphans", portfolio.Orphan._fields)
    remark(
        "only owners are checked: `iledger audit check` checks ids, employment and open work of "
        "those who have left, and `iledger projections verify` the tables"
    )
    if broken:
        remark("look at the events with `iledger replay --client` and annul those that are wrong")
        raise click.exceptions.Exit(1)
