"""`iledger case …`: service cases, their holders and their history."""

from collections.abc import Sized
from typing import TypeVar

import click

from commands.cli.shell.ids import CASE, CLIENT, EMPLOYEE, UNIT
from commands.cli.shell.names import with_names
from commands.cli.shell.question import Question, asked
from ledger.errors import NotFound
from projections.tables.clients import clients
from projections.tables.people import people
from projections.tables.service import cases

T = TypeVar("T", bound=Sized)

_CLIENT = click.option(
    "--client", type=CLIENT, help="Only those of this client, merged ids included."
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
    "assignee_name",
    "client_name",
    "due_at",
)


@click.command("list", epilog="Example: iledger case list --unit MSK-SVC --status closed")
@_CLIENT
@click.option("--assignee", type=EMPLOYEE, help="Only cases held by this employee.")
@click.option("--unit", type=UNIT, help="Only cases held by this unit and those below it.")
@click.option(
    "--status",
    type=click.Choice(["open", "resolved", "closed"]),
    help="Only those with this status.",
)
@click.option("--overdue", is_flag=True, help="Only cases resolved late, or overdue.")
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
    """List the service cases, their holders and their states."""
    found = cases.cases(
        question.connection,
        question.view,
        client=client,
        assignee=assignee,
        unit=unit,
        status=status,
        overdue=overdue,
    )
    known = clients.names(question.connection, question.view)
    told = with_names(found, known, "client", "client_name")
    known = people.names(question.connection, question.view)
    question.show(with_names(told, known, "assignee", "assignee_name"), drop=_DROP)


@click.command(epilog="Example: iledger case history K-0002")
@click.argument("case", type=CASE)
@asked
def history(question: Question, case: str) -> None:
    """Show what happened to a case, in order."""
    question.show(_known(question, cases.history(question.connection, question.view, case), case))


@click.command(epilog="Example: iledger case holders K-0002")
@click.argument("case", type=CASE)
@asked
def holders(question: Question, case: str) -> None:
    """Show which employees and units held a case, and from when until when."""
    _known(question, cases.history(question.connection, question.view, case), case)
    question.show(cases.holders(question.connection, question.view, case))


def _known(question: Question, history: T, case: str) -> T:
    if not history:
        raise NotFound(
            f"no case {case!r} is known as of position {question.view.as_of}; `iledger case list` "
            "lists the cases"
        )
    return history
