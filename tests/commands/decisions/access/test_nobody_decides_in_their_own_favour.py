"""Whatever the policy, also where none was published: the rules that always hold."""

from decimal import Decimal
from typing import Any

import pytest

from commands.decisions.access.guard import guarded
from commands.decisions.context import Decision
from ledger.errors import Refused
from ledger.events import motivation, ownership
from ledger.events.access import AccessRefused
from ledger.events.clients import ClientMerged
from ledger.events.corrections import EventAnnulled
from ledger.events.people import RoleGranted
from tests.commands.decisions.access.standings import (
    by,
    decided,
    granted,
    linked,
    policy,
    rules,
    standing,
)

OPEN = standing()
DIGEST = "0" * 64


def reassigned(approved_by: str | None, giver: str = "E-2", taker: str = "E-1") -> Decision:
    content = ownership.ClientReassigned(
        from_employee=giver, to_employee=taker, reason="workload", approved_by=approved_by
    )
    return decided(content, "C-1")


def target(scope: str, scope_id: str | None) -> Decision:
    content: Any = {"target": "T-1", "scope": scope, "scope_id": scope_id, "value": Decimal(5)}
    return decided(motivation.TargetSet(metric="calls", period="2026-06", **content))


def corrected(employee: str) -> Decision:
    content = motivation.StatementCorrected(
        statement=f"2026-05/{employee}", delta=Decimal(100_000), reason="mine"
    )
    return decided(content, concerns=(employee,))


def closed(*paid: str, approved_by: str | None = None) -> Decision:
    events = [
        by("E-1").event(
            motivation.PayoutStatementIssued(
                statement=f"2026-05/{each}", employee=each, period="2026-05", components=(),
                total=Decimal(1), currency="RUB", sha256=DIGEST, document="{}",
            )
        )
        for each in paid
    ]  # fmt: skip
    end = motivation.PeriodClosed(
        period="2026-05", zone="UTC", as_of=1, scheme="sales", scheme_version=1, credit="performer",
        statements=len(paid), digest=DIGEST, approved_by=approved_by,
    )  # fmt: skip
    return Decision((*events, by("E-1").event(end)))


def merged(survivors: str, absorbed: str, approved_by: str | None = None) -> Decision:
    content = ClientMerged(survivor="C-1", absorbed="C-2", evidence="tax", approved_by=approved_by)
    return decided(content, "C-1", concerns=(survivors, absorbed), favours=(survivors,))


def cleared(outcome: ownership.Outcome) -> Decision:
    return decided(ownership.ConflictResolved(employee="E-1", outcome=outcome), "C-1")


def judged(winner: str) -> Decision:
    content = ownership.OwnershipDisputeResolved(
        dispute="DS-1", decision="claimant", decided_by="E-1", grounds="offer"
    )
    return decided(content, "C-1", concerns=("E-1", "E-2"), favours=(winner,))


SCHEME = motivation.MotivationSchemePublished(
    scheme="sales", version=1, effective_from="2026-07-01", toml="[bonus]", sha256=DIGEST
)
RULING = motivation.BonusReductionDecided(
    reduction="R-1", period="2026-05", decision="waived", reason="mine"
)
REVISED = motivation.TargetRevised(target="T-1", to=Decimal(1), reason="mine")
NORM: Any = {
    "norm": "N-1", "version": 1, "metric": "calls", "bound": "at_least", "value": Decimal(1),
    "every": "month", "credit": "performer", "effective_from": "2026-07-01",
}  # fmt: skip
CANCELLED = EventAnnulled(
    event="0" * 8 + "-0000-0000-0000-" + "0" * 12, annulled_type="client.reassigned", reason="mine"
)
# What E-1 decides, and the rule that it breaks.
REFUSED = {
    "took a colleague's client": (reassigned("E-1"), "own_favour"),
    "took a colleague's client, naming nobody": (reassigned(None), "own_favour"),
    "took a client as its new owner approved": (reassigned("E-1", "E-2", "E-1"), "own_favour"),
    "gave a client as its former owner approved": (reassigned("E-1", "E-1", "E-2"), "own_favour"),
    "let a successor approve": (reassigned("E-3", "E-2", "E-3"), "own_favour"),
    "took a client of the pool": (
        decided(ownership.CuratorAssigned(employee="E-1", approved_by="E-1"), "C-1"), "own_favour"),
    "cancelled the transfer of their client": (
        decided(CANCELLED, "C-1", concerns=("E-1", "E-2"), favours=("E-1",)), "own_favour"),
    "merged a colleague's client into their own": (merged("E-1", "E-2"), "own_favour"),
    "approved such a merge": (merged("E-1", "E-2", "E-1"), "own_favour"),
    "won their own dispute": (judged("E-1"), "own_favour"),
    "cleared themself of a conflict": (cleared("unfounded"), "own_favour"),
    "published a scheme with their own bonus": (decided(SCHEME, favours=("E-1",)), "own_favour"),
    "set their own target": (target("employee", "E-1"), "own_target"),
    "revised their own target": (decided(REVISED, concerns=("E-1",)), "own_target"),
    "defined a norm for themself": (
        decided(motivation.NormDefined(scope="employee", scope_id="E-1", **NORM)), "own_target"),
    "waived their own reduction": (decided(RULING, concerns=("E-1",)), "own_reduction"),
    "corrected their own pay by 100,000": (corrected("E-1"), "own_statement"),
    "closed a period in which they are paid": (closed("E-1", "E-2"), "own_pay"),
    "closed a period in which they alone are paid": (closed("E-1", approved_by="E-2"), "own_pay"),
}  # fmt: skip
ALLOWED = {
    "reassigned the client of one to another": reassigned(None, "E-2", "E-3"),
    "took a client as a third approved": reassigned("E-chief"),
    "assigned a client to another": decided(ownership.CuratorAssigned(employee="E-2"), "C-1"),
    "merged clients of one owner": decided(
        ClientMerged(survivor="C-1", absorbed="C-2", evidence="tax", approved_by="E-1"),
        "C-1", concerns=("E-1", "E-1")),
    "judged the dispute of others": judged("E-2"),
    "reconciled their own conflict": cleared("reconciled"),
    "published a scheme that names others": decided(SCHEME, favours=("E-2",)),
    "set the target of another": target("employee", "E-2"),
    "set a unit's target": target("unit", "team"),
    "waived the reduction of another": decided(RULING, concerns=("E-2",)),
    "corrected the pay of another": corrected("E-2"),
    "closed a period in which others are paid": closed("E-2"),
    "closed a period as another approved": closed("E-1", "E-2", approved_by="E-2"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("mode", ["open", "record", "enforce"])
def test_what_always_is_refused_under_every_policy(what: str, mode: Any) -> None:
    # Given a policy, and an employee who holds every role everywhere
    state = OPEN
    if mode != "open":
        roles = (granted("E-1", role) for role in ("administrator", "supervisor", "accountant"))
        state = standing(*roles, linked("E-1"), policy(mode))
    decision, rule = REFUSED[what]
    # When they decide it
    assert rule in rules(decision, by("E-1"), state)
    kept = guarded(decision, by("E-1"), state, "login-of-E-1")
    # Then nothing of it is recorded but that it was refused
    assert isinstance(kept.refusal, Refused)
    (event,) = kept.events
    assert isinstance(event.data, AccessRefused)
    assert (event.data.rule, event.data.login) == (rule, "login-of-E-1")


@pytest.mark.parametrize("what", ALLOWED)
def test_without_a_policy_all_else_is_allowed(what: str) -> None:
    decision = ALLOWED[what]
    assert not rules(decision, by("E-1"), OPEN)
    assert guarded(decision, by("E-1"), OPEN, "") is decision


def test_a_policy_may_let_owners_pass_their_clients_on_but_not_to_themselves() -> None:
    exempt = standing(policy("open", exempt=("owner_may_pass_on",)))
    assert not rules(reassigned("E-1", "E-1", "E-2"), by("E-1"), exempt)
    assert rules(reassigned("E-1", "E-2", "E-1"), by("E-1"), exempt) == {"own_favour"}


def test_nobody_grants_a_role_to_themself_once_there_is_a_policy() -> None:
    decision = decided(RoleGranted(employee="E-1", role="administrator"))
    assert not rules(decision, by("E-1"), OPEN)
    assert rules(decision, by("E-1"), standing(policy("open"))) == {"own_role"}
