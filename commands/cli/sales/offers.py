"""`iledger deal offers`: the offers, and what became of them."""

import click

from commands.cli.shell.question import Question, asked

_CLIENT = click.option(
    "--client", metavar="CLIENT", help="Only of this client, merged ids included."
)
# What a table may lose where it is too wide, least important first.
_DROP = ("valid_until", "since", "deal", "sent_by")


@click.command(epilog="Example: iledger deal offers --client C-0104")
@_CLIENT
@asked
def offers(question: Question, client: str | None) -> None:
    """List the offers, and what became of them."""
    from projections.tables.sales import offers

    question.show(offers.offers(question.connection, question.view, client), drop=_DROP)
