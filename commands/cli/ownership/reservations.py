"""`iledger reservations`, `expire`, `policy`: until when clients are reserved, by which rules."""

from contextlib import closing
from typing import Any

import click

from commands.cli.shell.decision import DecisionShell, deciding
from commands.cli.shell.output import remark
from commands.cli.shell.question import Question, asked

_EMPLOYEE = click.option("--employee", metavar="EMPLOYEE", help="Only this employee's.")
_TYPES = "TYPE,TYPE…"


@click.command(epilog="Example: iledger reservations --employee E-07 --within 14")
@_EMPLOYEE
@click.option(
    "--within",
    metavar="DAYS",
    type=click.IntRange(0, 36_600),
    help="Only those that run out within so many days, or have.",
)
@asked
def reservations(question: Question, employee: str | None, within: int | None) -> None:
    """List the reservations, and when they run out.

    A contact of the owner that the policy lists renews his reservation. One that has run out stays
    until `iledger expire` ends it, or another seller approaches the client.
    """
    from projections.questions.ownership import portfolio
    from projections.tables.ownership import reservations as asking

    connection, view = question.connection, question.view
    found = asking.reservations(connection, view, employee=employee, within=within)
    if not found and employee is not None:
        portfolio.check_known(connection, view, "employee", employee)
    question.show(found)


@click.command(epilog="Example: iledger expire --dry-run")
@_EMPLOYEE
@deciding
def expire(shell: DecisionShell, employee: str | None) -> None:
    """End the reservations that have run out: their clients are in the pool.

    Each is decided about by itself: one that is renewed meanwhile stays.
    """
    from commands.decisions.ownership import ownership, reservation

    over = _run_out(shell, employee)
    if over:
        which = "reservation that has" if len(over) == 1 else "reservations that have"
        shell.confirm(f"End {len(over)} {which} run out?")
    shell.take_each((ownership.renewable(client) for client in over), reservation.expire())


@click.group(epilog="Example: iledger policy show")
def policy() -> None:
    """Look at the rules of reservation, and publish new ones."""


@policy.command(epilog="Example: iledger policy show --on 2026-05-01")
@asked
def show(question: Question) -> None:
    """Show the rules of reservation in force."""
    from projections.tables.ownership import reservations

    found = reservations.policy(question.connection, question.view)
    if not found:
        remark(
            "no policy has been published: an offer sent reserves a client for good, and everybody "
            "keeps out of everybody else's clients"
        )
    question.show(found)


@policy.command(
    epilog="Example: iledger policy publish --days 90 --claims offer.sent,meeting.held "
    "--former-owner-days 30 --clients-per-seller 300 --exclude U-1,U-2 --by E-01"
)
@click.option(
    "--days", metavar="DAYS", type=int, help="How long a reservation lasts. Default: for good."
)
@click.option("--claims", metavar=_TYPES, help="What reserves a client. Default: offer.sent.")
@click.option(
    "--renewed-by",
    metavar=_TYPES,
    help="What of the owner renews it. Default: calls, meetings, messages and letters received.",
)
@click.option(
    "--former-owner-days",
    metavar="DAYS",
    type=int,
    help="How long a former owner may not take the client again.",
)
@click.option("--clients-per-seller", metavar="N", type=int, help="How many one may have at most.")
@click.option(
    "--exclude",
    "groups",
    metavar="UNIT,UNIT…",
    multiple=True,
    help="These units, and those below them, keep out of each other's clients; may be repeated. "
    "Default: everybody keeps out of everybody else's.",
)
@click.option("--remark", metavar="TEXT", help="What the rules do not say.")
@deciding
def publish(
    shell: DecisionShell,
    claims: str | None,
    renewed_by: str | None,
    groups: tuple[str, ...],
    **rules: Any,
) -> None:
    """Publish new rules of reservation, in place of all that were before."""
    from commands.decisions.ownership import policy
    from ledger.events.ownership import Exclusion, ReservationPolicyPublished

    lists = {"claims": claims, "renewed_by": renewed_by}
    rules |= {name: _listed(text) for name, text in lists.items() if text is not None}
    exclusions = tuple(Exclusion(units=_listed(group)) for group in groups)
    content = ReservationPolicyPublished(version=1, exclusions=exclusions, **rules)
    units = [unit for group in exclusions for unit in group.units]
    shell.take(policy.model(units), policy.publish(content))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _run_out(shell: DecisionShell, employee: str | None) -> list[str]:
    """The clients whose reservation has run out, as the projections show it."""
    from commands.cli.shell.question import ROLES
    from ledger.database import connect
    from projections.engine.catch_up import catch_up
    from projections.tables.ownership.reservations import reservations
    from projections.view import View

    target = shell.ledger.location
    with closing(connect(target, *ROLES)) as connection:
        view = View(catch_up(connection, target).position, shell.context.at, shell.zone)
        found = reservations(connection, view, employee=employee, within=0)
    return [row.client for row in found]
