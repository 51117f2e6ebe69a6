"""`iledger owner`: whose a client is and was."""

import click

from commands.cli.clients.cards import say_merged
from commands.cli.shell.ids import CLIENT
from commands.cli.shell.parts import parted
from commands.cli.shell.question import Question, asked
from projections.questions.clients import card
from projections.tables.clients import merges
from projections.tables.ownership import ownership

# What a table may lose where it is too wide, least important first.
_HISTORY = (
    "remark",
    "reason",
)


@click.command(epilog="Example: iledger owner C-0112 --on 2025-06-30")
@click.argument("client", type=CLIENT)
@parted("owner", "history", "planned")
@asked
def owner(question: Question, client: str) -> None:
    """Show who owns a client and who did before, and why, and what is planned.

    Where several ids are one client, the surviving id determines the owner; the history is of all.
    """
    card.check_known(question.connection, question.view, client)
    survivor = say_merged(question, client)
    question.show(ownership.owner(question.connection, question.view, survivor), "owner")
    history = ownership.history(question.connection, question.view, client)
    question.show(merges.shown(history), "history", drop=_HISTORY)
    ahead = ownership.planned(question.connection, question.view, client=client)
    if ahead or question.printer.form == "json":
        question.show(ahead, "planned", drop=("event_id", "recorded_by", "reason"))
