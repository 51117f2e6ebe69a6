"""`iledger case …`: service cases, their holders and their history."""

from collections.abc import Sized
from typing import TypeVar

import click

from commands.cli.shell.question import Question, asked
from ledger.errors import NotFound

T = TypeVar("T", bound=Sized)

_CLIENT = click.option(
    "--client", metavar="CLIENT", help="Only of this client, merged ids included."
)
# What a table may lose where it is too wide, least important first.
_DROP = (
    "notes",
    "acknowledged_at",
    "resolved_by",
    "opened_by",
    "breached",
    "reopened",
    "closed_at",
    "resolved_at",
    "location",
    "priority",
    "opened_at",
    "unit",
    "kind",
    "due_at",
)


@click.command("list", epilog="Example: iledger case list --unit U-2 --status open")
@_CLIENT
@click.option("--assignee", metavar="EMPLOYEE", help="Only those that this employee holds.")
@click.option("--unit", metavar="UNIT", help="Only those that this unit holds.")
@click.option("--status", type=click.Choice(["open", "resolved", "closed"]), help="Only these.")
@click.option("--overdue", is_flag=True, help="Only those resolved late, or late and not resolved.")
@asked
def list_(
    question: Question,
    client: str | None,
    assignee: str | None,
    unit: str | None,
    status: str | None,
    *,
    overdue: bool,
) -> None:
    """List the service cases, who holds them and how far they are."""
    from projections.tables.service import cases

    found = cases.cases(
        question.connection, question.view,
        client=client, assignee=assignee, unit=unit, status=status, overdue=overdue,
    )  # fmt: skip
    question.show(found, drop=_DROP)


@click.command(epilog="Example: iledger case history S-0107")
@click.argument("case", metavar="CASE")
@asked
def history(question: Question, case: str) -> None:
    """Show what happened to a case, in order."""
    from projections.tables.service import cases

    question.show(_known(cases.history(question.connection, question.view, case), case))


@click.command(epilog="Example: iledger case holders S-0107")
@click.argument("case", metavar="CASE")
@asked
def holders(question: Question, case: str) -> None:
    """Show which employees and units held a case, and from when until when."""
    from projections.tables.service import cases

    _known(cases.history(question.connection, question.view, case), case)
    question.show(cases.holders(question.connection, question.view, case))


def _known(history: T, case: str) -> T:
    if not history:
        raise NotFound(f"no case {case!r} is known by then; `iledger case list` lists the cases")
    return history
