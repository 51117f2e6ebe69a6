"""The examples of questions about ownership, custody, hand-overs and disputes."""

from datetime import UTC, datetime
from typing import Any

from ledger.envelope import Event
from ledger.events.clients import ClientFactRecorded, ClientRegistered
from ledger.events.contacts import CallLogged
from ledger.events.ownership import (
    ApproachBlocked,
    ClientReassigned,
    ClientReleased,
    ClientReserved,
    ConflictReported,
    ConflictResolved,
    CuratorAssigned,
    HandoverAccepted,
    OwnershipDisputeOpened,
    OwnershipDisputeResolved,
    ReservationExpired,
    ReservationPolicyPublished,
    TransferBatchCompleted,
    TransferBatchReversed,
    TransferBatchStarted,
)
from ledger.events.people import EmployeeDeparted, EmployeeHired, EmployeeMoved
from ledger.events.sales import OfferSent
from projections.questions.ownership import (
    custody,
    handover_outcomes,
    portfolio,
    portfolio_sizes,
    succession,
)
from projections.tables.ownership import disputes, handovers, ownership, reservations, transfers
from tests.projections.questions.examples import Example, then, was


def owned(client: str, employee: str = "E-a") -> Event:
    return was(CuratorAssigned(employee=employee), client=client)


def hired(employee: str, unit: str | None = None) -> Event:
    return was(EmployeeHired(employee=employee, name="Анна", unit=unit))


def passes(client: str, employee: str, reason: Any = "workload", **more: Any) -> Event:
    said = {"remark": "agreed", "approved_by": "E-boss"} | more
    return then(ClientReassigned(to_employee=employee, reason=reason, **said), client=client)


def opened(dispute: str) -> Event:
    content = OwnershipDisputeOpened(
        dispute=dispute, claimant="E-a", respondent="E-b", claim="mine"
    )
    return then(content, client="C-disputed")


def resolved(dispute: str) -> Event:
    content = OwnershipDisputeResolved(
        dispute=dispute, decision="claimant", decided_by="E-boss", grounds="calls"
    )
    return then(content, client="C-disputed")


CONFLICT = ConflictReported(employee="E-a", severity="high", account="he shouted")
BLOCKED = ApproachBlocked(employee="E-b", owner="E-a", attempted="offer.sent", rule="curated")
STARTED = TransferBatchStarted(
    batch="B-1", from_employee="E-a", rule="equal", reason="departure", planned=1,
    plan_sha256="0" * 64, approved_by="E-boss",
)  # fmt: skip
EXPIRES, AHEAD = datetime(2026, 7, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
EXAMPLES = {
    ownership.owner: Example(
        lambda c, v: [r.owner for r in ownership.owner(c, v, "C-owner")],
        [owned("C-owner")], passes("C-owner", "E-b"), passes("C-owner", "E-c"),
        ["E-a"], ["E-b"], ["E-c"],
    ),
    ownership.history: Example(
        lambda c, v: [r.change for r in ownership.history(c, v, "C-history")],
        [owned("C-history")], passes("C-history", "E-b"),
        then(ClientReleased(reason="quiet"), client="C-history"),
        ["assigned"], ["assigned", "reassigned"], ["assigned", "reassigned", "released"],
    ),
    ownership.planned: Example(
        lambda c, v: [r.to_employee for r in ownership.planned(c, v, client="C-planned")],
        [owned("C-planned")], passes("C-planned", "E-b", effective_at=AHEAD),
        passes("C-planned", "E-c", effective_at=AHEAD), [], ["E-b"], ["E-b", "E-c"],
    ),
    reservations.policy: Example(
        lambda c, v: [r.version for r in reservations.policy(c, v)],
        [was(ReservationPolicyPublished(version=1))], then(ReservationPolicyPublished(version=2)),
        then(ReservationPolicyPublished(version=3)), [1], [2], [3],
    ),
    reservations.reservations: Example(
        lambda c, v: [(r.client, r.runs_out_at)
                      for r in reservations.reservations(c, v, employee="E-reserving")],
        [], then(ClientReserved(employee="E-reserving", expires_at=EXPIRES), client="C-reserved"),
        then(ReservationExpired(employee="E-reserving"), client="C-reserved"),
        [], [("C-reserved", EXPIRES)], [],
    ),
    transfers.batches: Example(
        lambda c, v: [(r.state, r.restored, r.kept) for r in transfers.batches(c, v, "B-1")],
        [was(STARTED)], then(TransferBatchCompleted(batch="B-1", moved=1, skipped=5)),
        then(TransferBatchReversed(batch="B-1", reason="wrong", restored=4, kept=3)),
        [("open", 0, None)], [("complete", 0, None)], [("reversed", 0, 3)],
    ),
    transfers.successors: Example(
        lambda c, v: [tuple(r) for r in transfers.successors(c, v, "B-2")],
        [], passes("C-batch", "E-b", from_employee="E-a", batch="B-2"),
        passes("C-batch", "E-a", "batch_reversed", from_employee="E-b", batch="B-2"),
        [], [("E-b", 1, 0)], [("E-b", 1, 1)], timeless=True,
    ),
    transfers.passed: Example(
        lambda c, v: [tuple(r) for r in transfers.passed(c, v, "B-3")],
        [], passes("C-passed", "E-b", batch="B-3"),
        passes("C-passed", "E-a", "batch_reversed", batch="B-3"),
        [], [("C-passed", "E-b")], [], timeless=True,
    ),
    handovers.handovers: Example(
        lambda c, v: [(r.from_employee, r.accepted_at is not None)
                      for r in handovers.handovers(c, v, employee="E-taking")],
        [owned("C-taken")], passes("C-taken", "E-taking", from_employee="E-a"),
        then(HandoverAccepted(employee="E-taking"), client="C-taken"),
        [], [("E-a", False)], [("E-a", True)],
    ),
    disputes.conflicts: Example(
        lambda c, v: [(r.severity, r.outcome) for r in disputes.conflicts(c, v, "C-conflict")],
        [], then(CONFLICT, client="C-conflict"),
        then(ConflictResolved(employee="E-a", outcome="reconciled", remark="tea"),
             client="C-conflict"),
        [], [("high", None)], [("high", "reconciled")],
    ),
    disputes.disputes: Example(
        lambda c, v: [r.decision for r in disputes.disputes(c, v, client="C-disputed")
                      if r.dispute == "Q-1"],
        [], opened("Q-1"), resolved("Q-1"), [], [None], ["claimant"],
    ),
    disputes.dispute: Example(
        lambda c, v: disputes.dispute(c, v, "Q-2").decided_by,
        [], opened("Q-2"), resolved("Q-2"), "NotFound", None, "E-boss",
    ),
    disputes.claims: Example(
        lambda c, v: [(r.employee, r.owner, r.breach) for r in disputes.claims(c, v, "C-claimed")],
        [owned("C-claimed")],
        then(OfferSent(offer="O-claim"), client="C-claimed", performed_by="E-b"),
        then(OfferSent(offer="O-claim-2"), client="C-claimed", performed_by="E-a"),
        [], [("E-b", "E-a", True)], [("E-b", "E-a", True), ("E-a", "E-a", False)],
    ),
    disputes.incidents: Example(
        lambda c, v: [(r.kind, r.unit, r.owner_unit) for r in disputes.incidents(c, v)
                      if r.client == "C-incident"],
        [hired("E-a", "U-a"), hired("E-b", "U-b")], then(CONFLICT, client="C-incident"),
        then(BLOCKED, client="C-incident"),
        [], [("conflict", "U-a", None)], [("conflict", "U-a", None), ("blocked", "U-b", "U-a")],
    ),
    disputes.incident_counts: Example(
        lambda c, v: [r[1:] for r in disputes.incident_counts(c, v, by="client")
                      if r.group == "C-counted"],
        [], then(CONFLICT, client="C-counted"), then(BLOCKED, client="C-counted"),
        [], [(1, 0, 0, 1)], [(1, 1, 0, 2)],
    ),
    custody.chain: Example(
        lambda c, v: [r.owner for r in custody.chain(c, v, "C-chain")],
        [owned("C-chain")], passes("C-chain", "E-b"), passes("C-chain", "E-c"),
        ["E-a"], ["E-a", "E-b"], ["E-a", "E-b", "E-c"],
    ),
    custody.breaches: Example(
        lambda c, v: [r.what for r in custody.breaches(c, v, "C-broken")],
        [owned("C-broken")], passes("C-broken", "E-a", from_employee="E-b"),
        then(ClientReserved(employee="E-b"), client="C-broken"),
        [], ["wrong giver"], ["contradiction", "wrong giver"],
    ),
    handover_outcomes.handover_outcomes: Example(
        lambda c, v: [r[1:7] for r in handover_outcomes.handover_outcomes(c, v, days=10)
                      if r.reason == "territory"],
        [owned("C-outcome")], passes("C-outcome", "E-b", "territory"),
        then(CallLogged(direction="outbound", outcome="reached"), client="C-outcome"),
        [], [(1, 1, 0, 0, 0, 0)], [(1, 1, 0, 0, 1, 1)], at_once=[(1, 0, 1, 0, 0, 0)],
    ),
    portfolio.clients: Example(
        lambda c, v: [(r.owner, r.contacts) for r in portfolio.clients(c, v, search="C-listed")],
        [was(ClientRegistered(kind="company", name="X"), client="C-listed")],
        then(CallLogged(direction="outbound", outcome="busy"), client="C-listed"),
        then(CuratorAssigned(employee="E-a"), client="C-listed"),
        [(None, 0)], [(None, 1)], [("E-a", 1)],
    ),
    portfolio.portfolio: Example(
        lambda c, v: [r.client for r in portfolio.portfolio(c, v, "E-portfolio")],
        [hired("E-portfolio")], passes("C-portfolio", "E-portfolio"),
        passes("C-portfolio", "E-b"), [], ["C-portfolio"], [],
    ),
    portfolio.orphans: Example(
        lambda c, v: [r.former_owner for r in portfolio.orphans(c, v) if r.client == "C-orphan"],
        [hired("E-gone"), owned("C-orphan", "E-gone")], then(EmployeeDeparted(employee="E-gone")),
        passes("C-orphan", "E-b"), [], ["E-gone"], [],
    ),
    portfolio.departures: Example(
        lambda c, v: [(r.clients, r.placed, r.pool, r.orphans)
                      for r in portfolio.departures(c, v) if r.employee == "E-left"],
        [hired("E-left"), owned("C-left", "E-left")], then(EmployeeDeparted(employee="E-left")),
        passes("C-left", "E-b"), [], [(1, 0, 0, 1)], [(1, 1, 0, 0)],
    ),
    portfolio_sizes.portfolio_sizes: Example(
        lambda c, v: [(r.owner, r.clients) for r in portfolio_sizes.portfolio_sizes(c, v, [v.on])
                      if str(r.owner).startswith("E-size")],
        [owned("C-size", "E-size-1"), owned("C-size-2", "E-size-1")],
        passes("C-size", "E-size-2"), passes("C-size", "E-size-3"),
        [("E-size-1", 2)], [("E-size-1", 1), ("E-size-2", 1)], [("E-size-1", 1), ("E-size-3", 1)],
    ),
    succession.owned: Example(
        lambda c, v: [r.value for r in succession.owned(c, v, "E-succeeded", "region")],
        [owned("C-succession", "E-succeeded")],
        then(ClientFactRecorded(field="region", value="south"), client="C-succession"),
        then(ClientFactRecorded(field="region", value="north"), client="C-succession"),
        [None], ["south"], ["north"],
    ),
    succession.present: Example(
        lambda c, v: [r[1:3] for r in succession.present(c, v, employees=["E-present"])],
        [hired("E-present", "U-a"), owned("C-present")], passes("C-present", "E-present"),
        then(EmployeeDeparted(employee="E-present")), [("U-a", 0)], [("U-a", 1)], [],
    ),
    succession.place: Example(
        lambda c, v: tuple(succession.place(c, v, "E-placed") or ()),
        [hired("E-placed", "U-a")], then(EmployeeMoved(employee="E-placed", to_unit="U-b")),
        then(EmployeeDeparted(employee="E-placed")),
        ("U-a", False), ("U-b", False), ("U-b", True),
    ),
}  # fmt: skip
