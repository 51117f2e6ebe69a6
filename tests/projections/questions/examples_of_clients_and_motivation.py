"""The examples of questions about clients, and about targets, norms, schemes and statements."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from ledger.envelope import Event
from ledger.events.clients import (
    ClientFactRecorded,
    ClientMerged,
    ClientRegistered,
    ClientUnmerged,
)
from ledger.events.contacts import CallLogged, NoteShared
from ledger.events.motivation import (
    BonusReductionDecided,
    BonusReductionProposed,
    MotivationSchemePublished,
    NormBreached,
    NormDefined,
    PayoutStatementIssued,
    PeriodClosed,
    StatementCorrected,
    StatementDisputed,
    TargetRevised,
    TargetSet,
)
from ledger.events.ownership import CuratorAssigned
from ledger.events.sales import OfferSent
from projections.periods import period_of
from projections.questions.clients import card, client_base_audit
from projections.questions.motivation import period_overview
from projections.tables.clients import clients, merges
from projections.tables.motivation import norms, reductions, settlement, targets
from tests.projections.questions.examples import Example, then, was

CALL = CallLogged(direction="outbound", outcome="reached")
SIX = [("clients", 1), ("new", 1)]


def fact(client: str, field: str, value: str) -> Event:
    return then(ClientFactRecorded(field=field, value=value), client=client)


def registered(client: str, name: str, tell: Any = then) -> Event:
    event: Event = tell(ClientRegistered(kind="company", name=name), client=client)
    return event


def merged(survivor: str, absorbed: str) -> Event:
    return then(ClientMerged(survivor=survivor, absorbed=absorbed, evidence="same"))


def unmerged(survivor: str, absorbed: str) -> Event:
    return then(ClientUnmerged(survivor=survivor, absorbed=absorbed, reason="not the same"))


def audit(connection: Any, view: Any) -> tuple[int, ...]:
    days = {"since": date(2026, 3, 1), "until": date(2026, 4, 1)}
    return tuple(client_base_audit.base_audit(connection, view, **days)[:6])


def revised(to: int) -> Event:
    return then(TargetRevised(target="T-1", to=Decimal(to), reason="agreed"))


def norm(version: int) -> Event:
    content = NormDefined(
        norm="N-1", version=version, metric="deals_won", bound="at_least", value=Decimal(1),
        every="month", credit="performer", scope="whole", effective_from=date(2026, 1, 1),
    )  # fmt: skip
    return then(content)


def breach(employee: str) -> Event:
    content = NormBreached(
        norm="N-2", version=1, employee=employee, period="2026-03", value=Decimal(0),
        limit=Decimal(1),
    )  # fmt: skip
    return then(content)


def scheme(name: str, version: int) -> Event:
    content = MotivationSchemePublished(
        scheme=name, version=version, effective_from=date(2026, 1, version), toml="x",
        sha256="0" * 64,
    )  # fmt: skip
    return then(content)


def issued(employee: str, period: str) -> Event:
    content = PayoutStatementIssued(
        statement=f"{period}/{employee}", employee=employee, period=period, components=(),
        total=Decimal(5), currency="RUB", sha256="0" * 64, document="{}",
    )  # fmt: skip
    return then(content)


def corrected(statement: str, delta: int) -> Event:
    return then(StatementCorrected(statement=statement, delta=Decimal(delta), reason="late"))


TARGET = TargetSet(
    target="T-1", scope="employee", scope_id="E-target", metric="deals_won", period="2026-03",
    value=Decimal(1),
)  # fmt: skip
CLOSED = PeriodClosed(
    period="2025-01", zone="UTC", as_of=1, scheme="x", scheme_version=1, credit="performer",
    statements=1, digest="0" * 64,
)  # fmt: skip
REDUCED = BonusReductionProposed(
    reduction="R-1", employee="E-reduced", period="2026-03", amount=Decimal(7), currency="RUB",
    rule="late",
)  # fmt: skip

OF_CLIENTS = {
    card.card: Example(
        lambda c, v: [(r.name, r.value) for r in card.card(c, v, "C-card").facts],
        [was(ClientFactRecorded(field="inn", value="1"), client="C-card")],
        fact("C-card", "inn", "2"), fact("C-card", "inn", "3"),
        [("inn", "1")], [("inn", "2")], [("inn", "3")],
    ),
    card.difference: Example(
        lambda c, v: [(r.before, r.after) for r in card.difference(
            c, v._replace(as_of=1), v, "C-changed") if (r.section, r.field) == ("facts", "value")],
        [was(ClientFactRecorded(field="inn", value="1"), client="C-changed")],
        fact("C-changed", "inn", "2"), fact("C-changed", "inn", "3"),
        [(None, "1")], [(None, "2")], [(None, "3")],
    ),
    card.timeline: Example(
        lambda c, v: [r.type for r in card.timeline(c, v, "C-timeline")
                      if r.annulled_by is None and r.type != "event.annulled"],
        [registered("C-timeline", "X", was)], then(CALL, client="C-timeline"),
        then(NoteShared(text="x"), client="C-timeline"),
        ["client.registered"], ["client.registered", "call.logged"],
        ["client.registered", "call.logged", "note.shared"],
    ),
    clients.names: Example(
        lambda c, v: clients.names(c, v)["C-named"],
        [registered("C-named", "A", was)], registered("C-named", "B"), registered("C-named", "C"),
        "A", "B", "C",
    ),
    merges.members: Example(
        lambda c, v: sorted(merges.members(c, v, "C-joined")),
        [registered("C-joined", "A", was)], merged("C-joined", "C-joining"),
        unmerged("C-joined", "C-joining"),
        ["C-joined"], ["C-joined", "C-joining"], ["C-joined"],
    ),
    merges.filtering: Example(
        lambda c, v: sorted(merges.filtering(c, v, "C-filtered") or ()),
        [registered("C-filtered", "A", was)], merged("C-filtering", "C-filtered"),
        unmerged("C-filtering", "C-filtered"),
        ["C-filtered"], ["C-filtered", "C-filtering"], ["C-filtered"],
    ),
    merges.duplicates: Example(
        lambda c, v: [r.clients for r in merges.duplicates(c, v) if r.value == "a@example.org"],
        [was(ClientFactRecorded(field="email", value="a@example.org"), client="C-same-1")],
        fact("C-same-2", "email", "A@example.org"), merged("C-same-1", "C-same-2"),
        [], [["C-same-1", "C-same-2"]], [],
    ),
    client_base_audit.base_audit: Example(
        audit, [registered("C-old", "A", was)], then(CALL, client="C-new"),
        then(CuratorAssigned(employee="E-a"), client="C-new"),
        (1, 1, 0, 0, 1, 1), (2, 2, 0, 0, 2, 1), (2, 2, 0, 0, 1, 1), alone=True,
    ),
}  # fmt: skip
OF_MOTIVATION = {
    targets.targets: Example(
        lambda c, v: [(r.first, r.value, r.revisions)
                      for r in targets.targets(c, v, scope_id="E-target")],
        [was(TARGET)], revised(3), revised(2), [(1, 1, 0)], [(1, 3, 1)], [(1, 2, 2)],
        timeless=True,
    ),
    norms.norms: Example(
        lambda c, v: [r.version for r in norms.norms(c, v, "N-1")],
        [], norm(2), norm(1), [], [2], [1, 2], timeless=True,
    ),
    norms.recorded: Example(
        lambda c, v: [r.employee for r in norms.recorded(c, v, ["2026-03"])
                      if r.norm == "N-2" and not r.annulled],
        [], breach("E-b"), breach("E-a"), [], ["E-b"], ["E-a", "E-b"], timeless=True,
    ),
    reductions.reductions: Example(
        lambda c, v: [r.decision for r in reductions.reductions(c, v, employee="E-reduced")],
        [], then(REDUCED), then(BonusReductionDecided(
            reduction="R-1", period="2026-03", decision="confirmed", reason="agreed")),
        [], [None], ["confirmed"], timeless=True,
    ),
    settlement.schemes: Example(
        lambda c, v: [r.version for r in settlement.schemes(c, v, "Z-1")],
        [], scheme("Z-1", 2), scheme("Z-1", 1), [], [2], [1, 2], timeless=True,
    ),
    settlement.published: Example(
        lambda c, v: settlement.published(c, v, "Z-2").version,
        [], scheme("Z-2", 1), scheme("Z-2", 2), "NotFound", 1, 2, timeless=True,
    ),
    settlement.closings: Example(
        lambda c, v: [(r.total, r.corrected) for r in settlement.closings(c, v, "2025-01")],
        [issued("E-closed", "2025-01")], then(CLOSED), corrected("2025-01/E-closed", 2),
        [], [(5, 0)], [(5, 2)], timeless=True,
    ),
    settlement.issued: Example(
        lambda c, v: [(r.total, r.corrected) for r in settlement.issued(c, v, employee="E-paid")],
        [], issued("E-paid", "2025-02"), corrected("2025-02/E-paid", 3),
        [], [(5, 0)], [(5, 3)], timeless=True,
    ),
    settlement.never_issued: Example(
        lambda c, v: [(r.corrected, r.disputes)
                      for r in settlement.never_issued(c, v, employee="E-unpaid")],
        [], corrected("2025-02/E-unpaid", 3),
        then(StatementDisputed(statement="2025-02/E-unpaid", claim="more")),
        [], [(3, 0)], [(3, 1)], timeless=True,
    ),
    settlement.rulings: Example(
        lambda c, v: [r.ruling for r in settlement.rulings(c, v, "2025-03/E-ruled")],
        [], corrected("2025-03/E-ruled", 3),
        then(StatementDisputed(statement="2025-03/E-ruled", claim="more")),
        [], ["corrected"], ["corrected", "disputed"], timeless=True,
    ),
    period_overview.overview: Example(
        lambda c, v: [r.value for r in period_overview.overview(
            c, UUID(int=0), v, period_of("2026-03")).now if r.metric == "offers_sent"],
        [was(CALL, client="C-1")], then(OfferSent(offer="O-1"), client="C-1"),
        then(OfferSent(offer="O-2"), client="C-1"), [0], [1], [2], timeless=True, alone=True,
    ),
}  # fmt: skip
EXAMPLES = {**OF_CLIENTS, **OF_MOTIVATION}
