"""`iledger deal …`: deals, where they stand, and how they came there."""

import click

from commands.cli.shell.ids import CLIENT, DEAL, EMPLOYEE, STAGE
from commands.cli.shell.names import with_names
from commands.cli.shell.question import Question, asked
from ledger.errors import NotFound
from projections.tables.clients import clients
from projections.tables.people import people
from projections.tables.sales import deals
from projections.tables.sales import purchases as bought

_CLIENT = click.option(
    "--client", type=CLIENT, help="Only those of this client, merged ids included."
)
# What a table may lose where it is too wide, least important first.
_DROP = (
    "pipeline",
    "closed_at",
    "product",
    "opened_at",
    "days",
    "holder_name",
    "currency",
    "client_name",
    "stage",
)


@click.command("list", epilog="Example: iledger deal list --status open --holder E-09")
@_CLIENT
@click.option("--holder", type=EMPLOYEE, help="Only deals held by this employee.")
@click.option(
    "--status", type=click.Choice(["open", "won", "lost"]), help="Only those with this status."
)
@click.option("--stage", type=STAGE, help="Only those in this stage.")
@asked
def list_(
    question: Question,
    client: str | None,
    holder: str | None,
    status: str | None,
    stage: str | None,
) -> None:
    """List the deals, their stages and their holders."""
    found = deals.deals(
        question.connection,
        question.view,
        client=client,
        holder=holder,
        status=status,
        stage=stage,
    )
    known = clients.names(question.connection, question.view)
    told = with_names(found, known, "client", "client_name")
    known = people.names(question.connection, question.view)
    question.show(with_names(told, known, "holder", "holder_name"), drop=_DROP)


@click.command(epilog="Example: iledger deal history D-1001 --on 2025-09-30")
@click.argument("deal", type=DEAL)
@asked
def history(question: Question, deal: str) -> None:
    """Show the stages and holders of a deal, in order."""
    found = deals.history(question.connection, question.view, deal)
    if not found:
        raise NotFound(
            f"no deal {deal!r} is known as of position {question.view.as_of}; `iledger deal list` "
            "lists the deals"
        )
    question.show(found)


@click.command(epilog="Example: iledger deal aging --older-than 30 --older-than 90")
@click.option(
    "--older-than",
    "limits",
    metavar="DAYS",
    type=click.IntRange(0),
    multiple=True,
    default=(30, 60, 90),
    show_default=True,
    help="Count the deals open for longer than this; repeatable.",
)
@asked
def aging(question: Question, limits: tuple[int, ...]) -> None:
    """Count the open deals by age, stage and holder.

    A deal counts under every limit that it exceeds. Deals opened at an unknown time do not count.
    """
    question.show(deals.aging(question.connection, question.view, sorted(set(limits))))


@click.command(epilog="Example: iledger deal purchases --client C-0112")
@_CLIENT
@asked
def purchases(question: Question, client: str | None) -> None:
    """List the purchases, with their deals and what was returned of them."""
    question.show(bought.purchases(question.connection, question.view, client))
