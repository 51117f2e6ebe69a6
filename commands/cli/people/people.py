"""`iledger employee depart`, `cancel`, `absence`: our own people leave us, or are away."""

from contextlib import suppress
from datetime import UTC, datetime
from shlex import quote

import click

from commands.cli.shell.cells import counted
from commands.cli.shell.decision import DecisionShell, deciding, present_view
from commands.cli.shell.ids import EMPLOYEE
from commands.cli.shell.output import remark
from commands.cli.shell.times import day_of, known_zone
from commands.decisions.people import people
from ledger.database import Connection
from ledger.errors import NotAllowed, NotInitialised
from projections.questions.ownership import succession
from projections.shown_times import local
from projections.tables.ownership import ownership
from projections.view import View

_EMPLOYEE = click.argument("employee", type=EMPLOYEE)


@click.command(
    epilog='Example: iledger employee depart E-09 --effective 2025-12-01 --reason "moved"'
)
@_EMPLOYEE
@click.option(
    "--effective", metavar="DATE|TIME", help="When they leave; may be in the future. Default: now."
)
@click.option("--reason", metavar="TEXT", help="Why.")
@deciding
def depart(shell: DecisionShell, employee: str, effective: str | None, reason: str | None) -> None:
    """Record that an employee leaves the company.

    Their clients are orphans until they are transferred; `iledger transfer plan` proposes to whom.
    """
    at = shell.moment("--effective", effective)
    shell.take(people.model(employee), people.depart(employee, reason=reason, effective_at=at))
    if not shell.dry_run:
        _say_orphans(shell, employee, at, effective)


@click.command(epilog='Example: iledger employee cancel E-09 --reason "stays" --by E-02')
@_EMPLOYEE
@click.option("--reason", metavar="TEXT", required=True, help="Why.")
@deciding
def cancel(shell: DecisionShell, employee: str, reason: str) -> None:
    """Cancel a departure or moves of an employee that are dated ahead."""
    shell.take(people.model(employee), people.cancel(employee, reason=reason))
    if not shell.dry_run:
        _say_planned(shell, employee)


@click.command(
    epilog="Example: iledger employee absence E-09 --from 2025-07-01 --to 2025-07-14 "
    "--substitute E-10"
)
@_EMPLOYEE
@click.option("--from", "first", metavar="DATE", required=True, help="The first day.")
@click.option("--to", "last", metavar="DATE", required=True, help="The last day, included.")
@click.option("--substitute", type=EMPLOYEE, help="Who covers meanwhile.")
@click.option("--reason", metavar="TEXT", help="Why.")
@deciding
def absence(
    shell: DecisionShell,
    employee: str,
    first: str,
    last: str,
    substitute: str | None,
    reason: str | None,
) -> None:
    """Record an absence and who covers for it."""
    decide = people.absence(
        employee,
        day_of("--from", first),
        day_of("--to", last),
        substitute=substitute,
        reason=reason,
    )
    shell.take(people.model(employee, *filter(None, [substitute])), decide)


def _say_orphans(
    shell: DecisionShell, employee: str, at: datetime | None, given: str | None
) -> None:
    """Report how many clients become orphans, and the next step."""
    with suppress(NotAllowed, NotInitialised), present_view(shell, at) as (connection, view):
        clients = len(succession.owned(connection, view, employee))
        when, effective = "now", ""
        if at and at > datetime.now(UTC):
            when = f"from {local(at, known_zone(shell.zone)):%Y-%m-%d %H:%M} ({shell.zone}) on"
            effective = f" --effective {quote(given or '')}"
            if shell.zone != shell.ledger.about.zone:
                effective += f" --zone {shell.zone}"
        if clients:
            remark(
                f"{counted(clients, 'client')} of {employee} "
                f"{'is an orphan' if clients == 1 else 'are orphans'} {when}. Next: iledger "
                f"transfer plan {employee} --rule same-unit{effective} --out plan.json"
            )
        else:
            remark(f"{employee} has no clients")
        _say_coming(connection, view, employee)


def _say_coming(connection: Connection, view: View, employee: str) -> None:
    """Report the clients that are still to pass to an employee who leaves."""
    ahead = ownership.planned(connection, view, employee=employee)
    coming = sum(each.to_employee == employee for each in ahead)
    if coming:
        remark(
            f"{counted(coming, 'client')} will still pass to {employee} after that: `iledger "
            f"client planned --employee {employee}` lists them, `iledger client cancel` cancels one"
        )


def _say_planned(shell: DecisionShell, employee: str) -> None:
    """Report the changes of owner that were planned with what was cancelled, perhaps."""
    with suppress(NotAllowed, NotInitialised), present_view(shell) as (connection, view):
        ahead = ownership.planned(connection, view, employee=employee)
        if ahead:
            remark(
                f"still planned: {counted(len(ahead), 'change')} of owner from or to {employee}; "
                f"`iledger client planned --employee {employee}` lists them, "
                "`iledger client cancel` cancels one"
            )
