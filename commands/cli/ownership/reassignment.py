"""`iledger client reserve`, `assign`, `reassign`, `release`, `bar`: whose a client shall be."""

from collections.abc import Callable
from functools import wraps
from typing import Any, get_args

import click

from commands.cli.shell.decision import DecisionShell, deciding
from commands.cli.shell.ids import CLIENT, EMPLOYEE
from commands.decisions.ownership import ownership, reassignment, reservation
from ledger.events.ownership import ReassignmentReason

_CLIENT = click.argument("client", type=CLIENT)
_APPROVED = click.option("--approved-by", metavar="EMPLOYEE", help="Who approved it, if not --by.")
_EFFECTIVE = click.option(
    "--effective",
    metavar="DATE|TIME",
    help="When it takes effect; may be in the future. Default: now.",
)
_REASONS = [each for each in get_args(ReassignmentReason) if each != "batch_reversed"]


def _agreed(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that changes a client's owner the client, who agreed, and from when it holds.

    It takes the last two as keyword arguments: approved_by, effective_at.
    """

    @_CLIENT
    @_APPROVED
    @_EFFECTIVE
    @deciding
    @wraps(command)
    def run(
        shell: DecisionShell, approved_by: str | None, effective: str | None, **given: Any
    ) -> None:
        at = shell.moment("--effective", effective)
        command(shell, approved_by=approved_by or shell.context.by, effective_at=at, **given)

    return run


@click.command(epilog="Example: iledger client reserve C-0112 --for E-07 --by E-02")
@_CLIENT
@click.option("--for", "seller", type=EMPLOYEE, required=True, help="The seller.")
@deciding
def reserve(shell: DecisionShell, client: str, seller: str) -> None:
    """Reserve a client for a seller.

    Services reserve by recording an approach (see docs/ownership.md). If the client is owned by
    another, the attempt is recorded as approach.blocked and refused.
    """
    model = ownership.model(client, seller, seller=seller)
    shell.take(model, reservation.reserve(seller))


@click.command(epilog="Example: iledger client assign C-0112 --to E-07 --by E-02")
@click.option("--to", type=EMPLOYEE, required=True, help="The new curator.")
@click.option("--reason", metavar="TEXT", help="Why.")
@_agreed
def assign(shell: DecisionShell, client: str, to: str, **agreed: Any) -> None:
    """Assign a curator to an unowned or reserved client."""
    shell.take(ownership.model(client, to), reassignment.assign(to, **agreed))


@click.command(
    epilog="Example: iledger client reassign C-0112 --to E-09 --reason conflict --by E-02 --dry-run"
)
@click.option("--to", type=EMPLOYEE, required=True, help="The new curator.")
@click.option("--reason", type=click.Choice(_REASONS), required=True, help="Why.")
@click.option("--remark", metavar="TEXT", help="Anything to add to the reason.")
@_agreed
def reassign(shell: DecisionShell, client: str, to: str, **agreed: Any) -> None:
    """Reassign a client from its owner to another employee."""
    shell.take(ownership.model(client, to), reassignment.reassign(to, **agreed))


@click.command(
    epilog='Example: iledger client release C-0112 --reason "a year without a purchase" --by E-02'
)
@click.option("--reason", metavar="TEXT", required=True, help="Why.")
@_agreed
def release(shell: DecisionShell, client: str, **agreed: Any) -> None:
    """Release a client: it returns to the pool and has no owner."""
    shell.take(ownership.model(client), reassignment.release(**agreed))


@click.command(
    epilog='Example: iledger client bar C-0112 --employee E-07 --reason "quarrel" --by E-02'
)
@_CLIENT
@click.option("--employee", type=EMPLOYEE, required=True, help="The employee.")
@click.option("--reason", metavar="TEXT", required=True, help="Why.")
@click.option("--until", metavar="DATE|TIME", help="When the bar ends. Default: never.")
@_APPROVED
@deciding
def bar(
    shell: DecisionShell,
    client: str,
    employee: str,
    reason: str,
    until: str | None,
    approved_by: str | None,
) -> None:
    """Bar an employee from approaching a client."""
    decide = reassignment.bar(
        employee,
        reason=reason,
        until=shell.moment("--until", until),
        approved_by=approved_by or shell.context.by,
    )
    shell.take(ownership.model(client, employee), decide)
