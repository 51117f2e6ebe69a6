"""The examples of questions about deals, offers, purchases, the funnel and service cases."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ledger.envelope import Event
from ledger.events.sales import (
    DealOpened,
    DealReassigned,
    DealReopened,
    DealStageEntered,
    DealWon,
    OfferAccepted,
    OfferDeclined,
    OfferSent,
    PurchaseRecorded,
)
from ledger.events.service import (
    CaseAssigned,
    CaseClosed,
    CaseDeadlineSet,
    CaseNoted,
    CaseOpened,
    CaseReopened,
    CaseResolved,
    CaseStateEntered,
    CaseUnassigned,
)
from projections.questions.integrity import check, ids
from projections.questions.sales import funnel
from projections.questions.service import service_report as report
from projections.tables.sales import deals, offers, purchases
from projections.tables.service import cases
from tests.projections.questions.examples import Example, then, was


def deal(name: str, **more: Any) -> Event:
    asked = {"product": "tea", "amount": Decimal(50), "currency": "EUR", "offer": f"O-{name}"}
    content = DealOpened(deal=name, title="a deal", **(asked | {"holder": "E-h"} | more))
    return was(content, client=f"C-{name}", performed_by="E-p", unit="U-p")


def bought(name: str, amount: int) -> Event:
    content = PurchaseRecorded(
        purchase=name, amount=Decimal(amount), currency="USD", margin=Decimal("0.5"), deal="D-9"
    )
    return then(content, client="C-buyer", performed_by="E-p")


WHERE = ("location", "first", 1, 1)  # it is opened at a place


def case(name: str, kind: str | None = None) -> Event:
    content = CaseOpened(case=name, kind=kind, priority="high", location="north", subject="x")
    more = {"client": f"C-{name}", "performed_by": "E-p", "channel": "email"}
    return was(content, **more)


def given(name: str, to: str) -> CaseAssigned:
    return CaseAssigned(case=name, assignee=to)


def deadline(which: Any, due_at: Any) -> CaseDeadlineSet:
    return CaseDeadlineSet(case="S-20", deadline=which, due_at=due_at)


EXAMPLES = {
    deals.deals: Example(
        lambda c, v: [(r.status, r.amount) for r in deals.deals(c, v, client="C-D-1")],
        [deal("D-1")], then(DealWon(deal="D-1", amount=Decimal(100))),
        then(DealReopened(deal="D-1", reason="again")),
        [("open", 50)], [("won", 100)], [("open", 50)],
    ),
    deals.history: Example(
        lambda c, v: [(r.change, r.stage) for r in deals.history(c, v, "D-2")],
        [deal("D-2")], then(DealStageEntered(deal="D-2", stage="talk")),
        then(DealStageEntered(deal="D-2", stage="offer")),
        [("opened", None)], [("opened", None), ("entered", "talk")],
        [("opened", None), ("entered", "talk"), ("entered", "offer")],
    ),
    deals.aging: Example(
        lambda c, v: [(r.holder, r.deals) for r in deals.aging(c, v, [8])
                      if str(r.holder).startswith("E-aging")],
        [deal("D-3", holder="E-aging-1")], then(DealReassigned(deal="D-3", to_holder="E-aging-2")),
        then(DealReassigned(deal="D-3", to_holder="E-aging-3")),
        [("E-aging-1", 1)], [("E-aging-2", 1)], [("E-aging-3", 1)],
    ),
    purchases.purchases: Example(
        lambda c, v: [r.amount for r in purchases.purchases(c, v, "C-buyer")],
        [], bought("P-1", 2), bought("P-2", 1), [], [2], [2, 1],
    ),
    check.check: Example(
        lambda c, v: [(r.kind, r.what, r.id) for r in check.check(c, v)
                      if r.id in ("D-31", "S-31")],
        [deal("D-30", holder=None)], then(DealWon(deal="D-31", amount=Decimal(1))),
        then(CaseResolved(case="S-31")),
        [], [("never-opened", "deal", "D-31"), ("no-client", "deal", "D-31")],
        [("never-opened", "case", "S-31"), ("never-opened", "deal", "D-31"),
         ("no-client", "case", "S-31"), ("no-client", "deal", "D-31")], alone=True,
    ),
    check.counts: Example(
        lambda c, v: sum(check.counts(c, v).values()),
        [deal("D-30", holder=None)], then(DealWon(deal="D-31", amount=Decimal(1))),
        then(CaseResolved(case="S-31")), 4, 6, 8, alone=True,
    ),
    ids.ids: Example(
        lambda c, v: [name for name in ids.ids(c, v, "deal") if name.startswith("D-id")],
        [], then(DealOpened(deal="D-id-2")), then(DealOpened(deal="D-id-1")),
        [], ["D-id-2"], ["D-id-1", "D-id-2"], timeless=True,
    ),
    offers.offers: Example(
        lambda c, v: [r.state for r in offers.offers(c, v, "C-offered")],
        [was(OfferSent(
            offer="O-1", amount=Decimal(9), currency="EUR", deal="D-8",
            valid_until="2026-04-01T12:00:00Z",
        ), client="C-offered", performed_by="E-p")], then(OfferAccepted(offer="O-1")),
        then(OfferDeclined(offer="O-1")), ["sent"], ["accepted"], ["declined"],
    ),
    funnel.funnel: Example(
        lambda c, v: [(r.step, r.stage, r.deals) for r in funnel.funnel(c, v, pipeline="L-one")],
        [deal("D-4", pipeline="L-one")], then(DealStageEntered(deal="D-4", stage="talk")),
        then(DealWon(deal="D-4", amount=Decimal(1))),
        [("created", None, 1), ("closed", None, 0), ("won", None, 0)],
        [("created", None, 1), ("stage", "talk", 1), ("closed", None, 0), ("won", None, 0)],
        [("created", None, 1), ("stage", "talk", 1), ("closed", None, 1), ("won", None, 1)],
    ),
    cases.cases: Example(
        lambda c, v: [(r.status, r.reopened) for r in cases.cases(c, v, client="C-S-1")],
        [case("S-1")], then(CaseResolved(case="S-1"), performed_by="E-s"),
        then(CaseReopened(case="S-1")),
        [("open", 0)], [("resolved", 0)], [("open", 1)],
    ),
    # A deadline to respond is none to solve the case.
    (cases.cases, "the deadline to solve"): Example(
        lambda c, v: [r.due_at for r in cases.cases(c, v, client="C-S-20")],
        [case("S-20")], then(deadline("resolve", "2026-03-20T12:00:00Z")),
        then(deadline("respond", "2026-03-12T12:00:00Z")),
        [None], [datetime(2026, 3, 20, 12, tzinfo=UTC)], [datetime(2026, 3, 20, 12, tzinfo=UTC)],
    ),
    cases.holders: Example(
        lambda c, v: [r.holder for r in cases.holders(c, v, "S-2")],
        [case("S-2")], then(given("S-2", "E-a")), then(given("S-2", "E-b")),
        ["north"], ["north", "E-a"], ["north", "E-a", "E-b"],
    ),
    cases.history: Example(
        lambda c, v: [r.change for r in cases.history(c, v, "S-3")],
        [case("S-3")], then(CaseResolved(case="S-3")), then(CaseClosed(case="S-3")),
        ["opened"], ["opened", "resolved"], ["opened", "resolved", "closed"],
    ),
    report.opened: Example(
        lambda c, v: [r.cases for r in report.opened(c, v, by=("kind",)) if r.kind == "leak"],
        [], then(CaseOpened(case="S-4", kind="leak")), then(CaseOpened(case="S-5", kind="leak")),
        [], [1], [2],
    ),
    # Noted at the very moment of a hand-over, but recorded before it: with who had the case.
    report.touches: Example(
        lambda c, v: [(r.assignee, r.touches) for r in report.touches(c, v, by=("assignee",))
                      if str(r.assignee).startswith("E-touch")],
        [case("S-6"), was(given("S-6", "E-touching"))], then(CaseNoted(case="S-6")),
        then(given("S-6", "E-touched")),
        [], [("E-touching", 1)], [("E-touching", 1)],
    ),
    report.moves: Example(
        lambda c, v: [tuple(r) for r in report.moves(c, v)],
        [case("S-7"), was(given("S-7", "E-a"))], then(given("S-7", "E-b")),
        then(CaseUnassigned(case="S-7", assignee="E-b")),
        [WHERE, ("person", "first", 1, 1)], [WHERE, ("person", "first", 2, 1)],
        [WHERE, ("person", "first", 2, 1), ("person", "taken", 1, 1)], alone=True,
    ),
    report.handovers: Example(
        lambda c, v: [tuple(r) for r in report.handovers(c, v, "unit")],
        [case("S-8"), was(CaseAssigned(case="S-8", unit="U-1"))],
        then(CaseAssigned(case="S-8", unit="U-2")), then(CaseAssigned(case="S-8", unit="U-3")),
        [(0, 1)], [(1, 1)], [(2, 1)],
    ),
    report.holders: Example(
        lambda c, v: [r[1:] for r in report.holders(c, v) if r.holder == "E-holding"],
        [case("S-9")], then(given("S-9", "E-holding")), then(given("S-10", "E-holding")),
        [], [(1, 1)], [(2, 2)],
    ),
    report.hours_in_state: Example(
        lambda c, v: [(r.state, r.cases) for r in report.hours_in_state(c, v)],
        [case("S-11"), was(CaseStateEntered(case="S-11", state="one"))],
        then(CaseStateEntered(case="S-11", state="two")),
        then(CaseStateEntered(case="S-11", state="three")),
        [("one", 1)], [("one", 1), ("two", 1)], [("one", 1), ("three", 1), ("two", 1)],
    ),
    report.durations: Example(
        lambda c, v: [(r.cases, r.to_resolved_mean, r.closed)
                      for r in report.durations(c, v, by="kind") if r.group == "timed"],
        [case("S-12", "timed")], then(CaseResolved(case="S-12")), then(CaseClosed(case="S-12")),
        [(1, None, 0)], [(1, 219, 0)], [(1, 219, 1)],
    ),
}  # fmt: skip
