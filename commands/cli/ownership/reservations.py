"""`iledger reservation list`, `expire`: until when clients are reserved."""

from contextlib import closing

import click

from commands.cli.shell.decision import DecisionShell, confirming, deciding
from commands.cli.shell.ids import EMPLOYEE
from commands.cli.shell.question import ROLES, Question, asked
from ledger.database import connect
from projections.engine.catch_up import catch_up
from projections.questions.integrity import ids
from projections.tables.ownership.reservations import reservations
from projections.view import View

_EMPLOYEE = click.option("--employee", type=EMPLOYEE, help="Only those of this employee.")
_TYPES = "TYPE,TYPE…"
# What a table may lose where it is too wide, least important first.
_DROP = ("event_id", "basis", "since", "expires_at", "last_contact_at", "days", "name")


@click.command("list", epilog="Example: iledger reservation list --employee E-08 --within 14")
@_EMPLOYEE
@click.option(
    "--within",
    metavar="DAYS",
    type=click.IntRange(0, 36_600),
    help="Only those that run out within DAYS days, or already have.",
)
@asked
def list_(question: Question, employee: str | None, within: int | None) -> None:
    """List the reservations and when they expire.

    The owner's contacts that the policy lists renew a reservation. One that has run out remains
    until `iledger reservation expire` ends it or another seller approaches the client.
    """
    connection, view = question.connection, question.view
    found = reservations(connection, view, employee=employee, within=within)
    question.show(found, drop=_DROP)


@click.command(epilog="Example: iledger reservation expire --dry-run")
@_EMPLOYEE
@confirming
@deciding
def expire(shell: DecisionShell, employee: str | None) -> None:
    """End the reservations that have run out: their clients return to the pool.

    Each reservation is decided separately: one that is renewed meanwhile remains.
    """
    # 30 ms
    from commands.decisions.ownership import ownership, reservation

    over = _run_out(shell, employee)
    if over:
        which = "reservation that has" if len(over) == 1 else "reservations that have"
        shell.confirm(f"End {len(over)} {which} run out?")
    shell.take_each((ownership.renewable(client) for client in over), reservation.expire())


def _run_out(shell: DecisionShell, employee: str | None) -> list[str]:
    """The clients whose reservation has run out, as the projections show it."""
    target = shell.ledger.location
    with closing(connect(target, *ROLES)) as connection:
        position = catch_up(connection, target, workers=None).position
        view = View(position, shell.context.at, shell.zone)
        if employee is not None:
            ids.check_known(connection, view, "employee", employee)
        found = reservations(connection, view, employee=employee, within=0)
    return [row.client for row in found]
