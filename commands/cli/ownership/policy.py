"""`iledger reservation policy show`, `publish`: by which rules clients are reserved."""

from typing import Any

import click

from commands.cli.shell.decision import DecisionShell, deciding
from commands.cli.shell.output import remark
from commands.cli.shell.question import Question, asked
from ledger.events.ownership import Exclusion, ReservationPolicyPublished
from projections.tables.ownership import reservations

_TYPES = "TYPE,TYPE…"


@click.command(epilog="Example: iledger reservation policy show --on 2025-12-01")
@asked
def show(question: Question) -> None:
    """Show the reservation policy in force."""
    found = reservations.policy(question.connection, question.view)
    if not found:
        remark(
            "no policy has been published: an offer sent reserves a client without end, and all "
            "sellers exclude each other"
        )
    question.show(found, columns=reservations.Policy._fields)


@click.command(
    epilog="Example: iledger reservation policy publish --days 90 --claims offer.sent,meeting.held "
    "--former-owner-days 30 --clients-per-seller 300 --exclude U-1,MSK-1 --by E-01"
)
@click.option(
    "--days", metavar="DAYS", type=int, help="How long a reservation lasts. Default: without end."
)
@click.option("--claims", metavar=_TYPES, help="What reserves a client. Default: offer.sent.")
@click.option(
    "--renewed-by",
    metavar=_TYPES,
    help="What renews it. Default: the owner's calls, meetings, incoming messages and letters.",
)
@click.option(
    "--former-owner-days",
    metavar="DAYS",
    type=int,
    help="How long a former owner must wait before reserving the client again.",
)
@click.option(
    "--clients-per-seller",
    metavar="N",
    type=int,
    help="How many clients a seller may have at most.",
)
@click.option(
    "--exclude",
    "groups",
    metavar="UNIT,UNIT…",
    multiple=True,
    help="Units that exclude each other, with those below them; repeatable. "
    "Default: all sellers exclude each other.",
)
@click.option("--remark", metavar="TEXT", help="Anything to add to the policy.")
@deciding
def publish(
    shell: DecisionShell,
    claims: str | None,
    renewed_by: str | None,
    groups: tuple[str, ...],
    **rules: Any,
) -> None:
    """Publish a reservation policy, which replaces the previous one."""
    # 22 ms
    from commands.decisions.ownership import policy

    lists = {"claims": claims, "renewed_by": renewed_by}
    rules |= {name: _listed(text) for name, text in lists.items() if text is not None}
    exclusions = tuple(Exclusion(units=_listed(group)) for group in groups)
    content = ReservationPolicyPublished(version=1, exclusions=exclusions, **rules)
    units = [unit for group in exclusions for unit in group.units]
    shell.take(policy.model(units), policy.publish(content))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
