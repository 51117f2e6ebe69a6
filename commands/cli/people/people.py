"""`iledger employee depart`, `cancel`, `absence`: our own people leave us, or are away."""

from contextlib import closing, suppress
from datetime import UTC, date, datetime

import click

from commands.cli.shell.decision import DecisionShell, deciding
from commands.cli.shell.ids import EMPLOYEE
from commands.cli.shell.output import remark
from commands.cli.shell.question import ROLES, known_zone
from commands.decisions.people import people
from ledger.database import connect
from ledger.errors import InvalidQuestion, NotAllowed, NotInitialised
from projections.engine.catch_up import catch_up
from projections.questions.ownership import succession
from projections.shown_times import local
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
        _say_orphans(shell, employee, at)


@click.command(epilog='Example: iledger employee cancel E-09 --reason "stays" --by E-02')
@_EMPLOYEE
@click.option("--reason", metavar="TEXT", required=True, help="Why.")
@deciding
def cancel(shell: DecisionShell, employee: str, reason: str) -> None:
    """Cancel a departure or moves of an employee that are dated ahead."""
    shell.take(people.model(employee), people.cancel(employee, reason=reason))


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
        employee, _day("--from", first), _day("--to", last), substitute=substitute, reason=reason
    )
    shell.take(people.model(employee, *filter(None, [substitute])), decide)


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidQuestion(f"{option} {text!r} is not a day, such as 2026-07-01") from None


def _say_orphans(shell: DecisionShell, employee: str, at: datetime | None) -> None:
    """Report how many clients become orphans, and the next step."""
    now, target = datetime.now(UTC), shell.ledger.location
    # A login that may record a departure need not be allowed to read about clients.
    with suppress(NotAllowed, NotInitialised), closing(connect(target, *ROLES)) as connection:
        view = View(
            catch_up(connection, target, workers=None).position, max(at or now, now), shell.zone
        )
        clients = len(succession.owned(connection, view, employee))
        when, effective = "now", ""
        if at and at > now:
            when = f"from {local(at, known_zone(shell.zone)):%Y-%m-%d %H:%M} ({shell.zone}) on"
            effective = f" --effective {at:%Y-%m-%dT%H:%M:%SZ}"
        if clients:
            remark(
                f"{clients:,} {'client' if clients == 1 else 'clients'} of {employee} "
                f"{'is an orphan' if clients == 1 else 'are orphans'} {when}. Next: iledger "
                f"transfer plan {employee} --rule same-unit{effective} --out plan.json"
            )
        else:
            remark(f"{employee} has no clients")
