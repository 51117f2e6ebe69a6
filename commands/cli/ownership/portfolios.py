"""`iledger employee portfolio`, `orphans`, `departures`: clients by employee."""

from collections import Counter
from zoneinfo import ZoneInfo

import click

from commands.cli.shell.cells import counted
from commands.cli.shell.ids import EMPLOYEE
from commands.cli.shell.output import remark
from commands.cli.shell.question import Question, asked
from commands.cli.shell.seeing import refuse_unseen
from projections.questions.integrity.check import check
from projections.questions.ownership import portfolio as portfolio_question
from projections.shown_times import local
from projections.tables.ownership import ownership
from projections.tables.people import people

# What a table may lose where it is too wide, least important first.
_PORTFOLIO = ("since", "kind")
_ORPHANS = ("unit", "last_contact_at", "since", "former_owner_name")
_DEPARTURES = (
    "longest_hours",
    "mean_hours",
    "unit",
    "pool",
    "orphan_hours",
    "departed_at",
    "open_cases",
    "open_tasks",
    "open_deals",
)


@click.command(epilog="Example: iledger employee portfolio E-09 --on 2025-06-30")
@click.argument("employee", type=EMPLOYEE)
@asked
def portfolio(question: Question, employee: str) -> None:
    """List and count the clients of an employee, now or at another time."""
    refuse_unseen(question, [employee])
    found = portfolio_question.portfolio(question.connection, question.view, employee)
    question.show(found, drop=_PORTFOLIO)
    kinds = Counter(row.kind for row in found)
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    remark(f"{counted(len(found), 'client')}: {counts or 'none'}")
    ahead = ownership.planned(question.connection, question.view, employee=employee)
    if coming := sum(row.to_employee == employee for row in ahead):
        remark(
            f"{coming} more {'is' if coming == 1 else 'are'} planned to come: "
            f"`iledger client planned --employee {employee}`"
        )


@click.command(epilog="Example: iledger employee orphans --on 2025-09-20 --format csv")
@asked
def orphans(question: Question) -> None:
    """List the clients whose owner has left.

    Their open deals, tasks and cases are listed by `iledger employee departures`.
    """
    question.show(portfolio_question.orphans(question.connection, question.view), drop=_ORPHANS)
    work = check(question.connection, question.view, ["left-open"])
    if work:
        remark(
            f"still open with employees who have left: {len(work):,} (deals, tasks and cases); "
            "`iledger audit check --kind left-open` lists them"
        )


@click.command(epilog="Example: iledger employee departures --format csv")
@asked
def departures(question: Question) -> None:
    """List the employees who left, where their clients are, and what is open of their work.

    A client is an orphan from the departure until it is reassigned or returned to the pool;
    orphan_hours is the sum over the clients. open_deals, open_tasks and open_cases are still
    theirs: record who takes them over (deal.reassigned, task.assigned, case.assigned).
    """
    question.show(
        portfolio_question.departures(question.connection, question.view), drop=_DEPARTURES
    )
    for row in people.employees(question.connection, question.view):
        if row.planned == "departed" and row.planned_at is not None:
            leaves = local(row.planned_at, ZoneInfo(question.view.zone))
            remark(
                f"{row.employee} leaves on {leaves:%Y-%m-%d %H:%M}; "
                f"`iledger employee portfolio {row.employee}` lists the clients"
            )
