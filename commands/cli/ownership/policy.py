"""`iledger reservation policy show`, `publish`: by which rules clients are reserved."""

from typing import Any

import click

from commands.cli.shell.decision import DecisionShell, deciding
from commands.cli.shell.output import remark
from commands.cli.shell.question import Question, asked

_TYPES = "TYPE,TYPE…"


@click.command(epilog="Example: iledger reservation policy show --on 2026-05-01")
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


@click.command(
    epilog="Example: iledger reservation policy publish --days 90 --claims offer.sent,meeting.held "
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
