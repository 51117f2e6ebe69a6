"""`iledger deal offers`: the offers, and what became of them."""

import click

from commands.cli.shell.ids import CLIENT
from commands.cli.shell.question import Question, asked
from projections.tables.sales import offers as offers_table

_CLIENT = click.option(
    "--client", type=CLIENT, help="Only those of this client, merged ids included."
)
# What a table may lose where it is too wide, least important first.
_DROP = ("valid_until", "since", "deal", "sent_by")


@click.command(epilog="Example: iledger deal offers --client C-0112")
@_CLIENT
@asked
def offers(question: Question, client: str | None) -> None:
    """List the offers and their outcomes."""
    question.show(offers_table.offers(question.connection, question.view, client), drop=_DROP)
