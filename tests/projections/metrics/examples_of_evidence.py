"""The examples of evidence: an entry for each kind, and more where one does not show all."""

from datetime import date
from decimal import Decimal
from typing import Any

from ledger.envelope import Event
from ledger.events import sales
from ledger.events.clients import ClientFactConfirmed, ClientFactRecorded, ClientFactRetracted
from ledger.events.contacts import (
    CallLogged,
    CallMissed,
    InquiryReceived,
    MessageExchanged,
    SatisfactionRecorded,
)
from ledger.events.ownership import ClientReassigned, CuratorAssigned
from ledger.events.people import EmployeeDeparted, EmployeeHired
from ledger.events.service import CaseOpened, CaseReopened, CaseResolved
from ledger.events.work import (
    BusinessCalendarPublished,
    TaskAssigned,
    TaskCancelled,
    TaskCompleted,
    Workday,
)
from tests.projections.metrics.counted import EDGE, Evidence, Lines, story
from tests.projections.stories import told

CALENDAR = BusinessCalendarPublished(
    calendar="K", zone="UTC", first_day=date(2026, 1, 1), last_day=date(2026, 12, 31),
    week=tuple(Workday(weekday=day, shifts=("09:00-10:00",)) for day in range(1, 8)),
)  # fmt: skip


def call(outcome: Any = "reached") -> CallLogged:
    return CallLogged(direction="outbound", outcome=outcome)


def deal(name: str) -> tuple[Event, Any]:
    """A deal opened on the 15th of January, and what tells its further events at the edge."""
    at, edge = story(f"C-{name}")
    return at("2026-01-15T09:00:00+03:00", sales.DealOpened(deal=name, holder="E-a")), edge


def staged(name: str, metric: str, hours: int, *more: Event) -> Evidence:
    """A stage entered thirty days before the edge, and left at it for two others."""
    opened, edge = deal(name)
    entered = told(
        sales.DealStageEntered(deal=name, stage="one"),
        "2026-01-30T00:00+03:00",
        client=opened.client,
    )
    return Evidence(
        metric, (*more, opened, entered), edge(sales.DealStageEntered(deal=name, stage="two")),
        edge(sales.DealStageEntered(deal=name, stage="three")),
        [], [("E-a", None, hours)], [("E-a", None, hours), ("E-a", None, 0)],
    )  # fmt: skip


def solved(name: str, metric: str, after: Any, tied: Any) -> Evidence:
    at, edge = story(f"C-{name}")
    return Evidence(
        metric, (at("2026-01-15T09:00:00+03:00", CaseOpened(case=name)),),
        edge(CaseResolved(case=name), performed_by="E-a"), edge(CaseReopened(case=name)),
        [], [("E-a", *after)], [("E-a", *tied)],
    )  # fmt: skip


def answered(name: str, metric: str, after: Any, tied: Any) -> Evidence:
    _, edge = story(f"C-{name}")
    reply = MessageExchanged(direction="outbound", channel="chat", in_reply_to=name)
    return Evidence(
        metric, (), edge(InquiryReceived(inquiry=name, channel="web")),
        edge(reply, performed_by="E-a"), [], [(None, *after)], [(None, *tied)],
    )  # fmt: skip


def opinion(name: Any, metric: str, scores: tuple[int, int], after: Any, tied: Any) -> Evidence:
    _, edge = story(f"C-{name}")
    first, second = (SatisfactionRecorded(instrument=name, score=n, scale="0-10") for n in scores)
    return Evidence(metric, (), edge(first), edge(second), [], [(None, *after)], [(None, *tied)])


def twice(
    metric: str, client: str, first: Any, second: Any, after: Any, more: Any, **envelope: Any
) -> Evidence:
    """Two at the edge, each of which counts."""
    _, edge = story(client)
    return Evidence(
        metric, (), edge(first, **envelope), edge(second, **envelope), [], [after], [after, more]
    )


def contact() -> Evidence:
    """A contact at the very moment of a hand-over, recorded before it: still the former owner's."""
    at, edge = story("C-contact")
    return Evidence(
        "interactions", (at("2026-01-15", CuratorAssigned(employee="E-a")),), edge(call()),
        edge(ClientReassigned(to_employee="E-b", reason="workload")),
        [], [("E-a", None, None)], [("E-a", None, None)],
    )  # fmt: skip


def owned() -> Evidence:
    """A client passes on as February ends, and is called at once."""
    at, edge = story("C-owned")
    return Evidence(
        "coverage", (at("2026-01-15", CuratorAssigned(employee="E-a")),),
        edge(ClientReassigned(to_employee="E-b", reason="workload")), edge(call()),
        [("E-a", False, None)], [("E-b", False, None)], [("E-b", True, None)],
        february=[("E-a", False, None)], just_before=[], at_once=[],
    )  # fmt: skip


def orphaned() -> Evidence:
    at, edge = story("C-orphaned")
    return Evidence(
        "orphan_hours",
        (told(EmployeeHired(employee="E-gone", name="Анна"), "2026-01-01"),
         at("2026-01-15", CuratorAssigned(employee="E-gone"))),
        edge(EmployeeDeparted(employee="E-gone")),
        edge(ClientReassigned(to_employee="E-b", reason="departure")),
        [], [("E-gone", None, 31 * 24)], [],
    )  # fmt: skip


def closed(name: str, metric: str, turn: Any, back: Any, after: Lines) -> Evidence:
    """A deal that is closed, and at the same moment is not."""
    opened, edge = deal(name)
    return Evidence(metric, (opened,), edge(turn), edge(back), [], after, [])


def still_open() -> Evidence:
    opened, edge = deal("D-open")
    line = [("E-a", None, None)]
    return Evidence(
        "deals_open", (opened,), edge(sales.DealLost(deal="D-open")),
        edge(again("D-open")), line, [], line, february=line,
    )  # fmt: skip


def bought(name: str, metric: str, first: str, february: Lines) -> Evidence:
    """Bought before, and again at the edge. Who is active is asked of periods that have begun."""
    at, edge = story(f"C-{name}")
    return Evidence(
        metric, (at(first, sales.PurchaseRecorded(purchase=f"{name}-1", amount=Decimal(1))),),
        edge(sales.PurchaseRecorded(purchase=f"{name}-2", amount=Decimal(1))),
        edge(sales.PurchaseRecorded(purchase=f"{name}-3", amount=Decimal(1))),
        [(None, False, None)], [(None, True, None)], [(None, True, None)], february=february,
        just_before=[],
    )  # fmt: skip


def due(name: str, metric: str, before: Any, after: Any, first: Any, second: Any) -> Evidence:
    """A task whose deadline is the edge, and which is ended at the edge."""
    at, edge = story(f"C-{name}")
    task = TaskAssigned(task=name, title="ring", assignee="E-a", due_at=EDGE)
    return Evidence(
        metric, (at("2026-01-15", task),), edge(first), edge(second),
        before, after, [("E-a", False, None)], just_before=[],
    )  # fmt: skip


def contributed() -> Evidence:
    _, edge = story("C-fact")
    return Evidence(
        "contributions", (), edge(ClientFactRecorded(field="inn", value="1"), performed_by="E-a"),
        edge(ClientFactRetracted(field="inn", reason="wrong")),
        [], [("E-a", None, 1)], [("E-a", None, 0)],
    )  # fmt: skip


def fresh() -> Evidence:
    at, edge = story("C-fresh")
    return Evidence(
        "freshness",
        (at("2026-01-15T09:00:00+03:00", ClientFactRecorded(field="inn", value="1")),),
        edge(ClientFactConfirmed(fields=("inn",), method="call")),
        edge(ClientFactRetracted(field="inn", reason="wrong")),
        [(None, False, None)], [(None, True, None)], [], february=[(None, False, None)],
    )  # fmt: skip


def purchase(name: str, amount: int) -> sales.PurchaseRecorded:
    return sales.PurchaseRecorded(purchase=name, amount=Decimal(amount))


def offer(name: str) -> sales.OfferSent:
    return sales.OfferSent(offer=name)


def won(name: str) -> sales.DealWon:
    return sales.DealWon(deal=name, amount=Decimal(100))


def again(name: str) -> sales.DealReopened:
    return sales.DealReopened(deal=name, reason="again")


NOBODY = (None, None, None)
EXAMPLES = {
    "contact": contact(),
    "touch": twice("clients_touched", "C-touch", call(), call("busy"), NOBODY, NOBODY),
    "two_way": twice("contact_rate", "C-two-way", call(), call("busy"),
                     (None, True, None), (None, False, None)),
    "outbound_call": twice("connect_rate", "C-call", call("busy"), call(),
                           (None, False, None), (None, True, None)),
    "client_owned": owned(),
    "offer_sent": twice("offers_sent", "C-offer", offer("O-1"), offer("O-2"),
                        NOBODY, NOBODY),
    "deal_opened": twice("deals_opened", "C-opened", sales.DealOpened(deal="D-1", holder="E-a"),
                         sales.DealOpened(deal="D-2", holder="E-b"), ("E-a", None, None),
                         ("E-b", None, None)),
    "deal_won": closed("D-mean", "won_value_mean", won("D-mean"), sales.DealLost(deal="D-mean"),
                       [("E-a", None, 100)]),
    "deal_won_net": closed("D-won", "won_value", won("D-won"), sales.DealLost(deal="D-won"),
                           [("E-a", None, 100)]),
    "deal_lost_net": closed("D-lost", "deals_lost", sales.DealLost(deal="D-lost"), won("D-lost"),
                        [("E-a", None, None)]),
    "deal_closed": closed("D-closed", "win_rate", won("D-closed"),
                          again("D-closed"), [("E-a", True, None)]),
    "deal_closed: days": closed(
        "D-days", "cycle_closed_mean", won("D-days"), again("D-days"),
        [("E-a", None, Decimal("44.625"))]),
    "deal_open": still_open(),
    "stage_left": staged("D-staged", "stage_time_mean", 720),
    "stage_left_business": staged(
        "D-business", "stage_time_business_mean", 30, told(CALENDAR, "2026-01-01")),
    "purchase": twice("repeat_purchase_rate", "C-bought", purchase("P-1", 1), purchase("P-2", 1),
                      (None, False, None), (None, True, None)),
    "purchase_net": twice("purchase_value", "C-value", purchase("P-3", 7), purchase("P-4", 5),
                             (None, None, 7), (None, None, 5)),
    # Active from the first moment of the thirty-one days on; one second before it, no longer.
    "buyer_active": bought("active", "retention_rate", "2026-01-29T00:00+03:00",
                           [(None, True, None)]),
    "buyer_inactive": bought("inactive", "reactivation_rate", "2026-01-28T23:59:59+03:00", []),
    "task_due": due("K-done", "overdue_share", [("E-a", True, None)], [("E-a", False, None)],
                    TaskCompleted(task="K-done"), TaskCancelled(task="K-done", reason="no need")),
    "inquiry": answered("I-1", "response_within_norm", (False, None), (True, None)),
    "inquiry: hours": answered("I-2", "response_mean", (None, None), (None, 0)),
    "inquiry_business": answered("I-3", "response_business_within_norm",
                                 (False, None), (True, None)),
    "missed_call": twice("missed_returned", "C-missed", CallMissed(), call("busy"), NOBODY, NOBODY)
    ._replace(after=[(None, False, None)], tied=[(None, True, None)]),
    "case_resolved": solved("S-1", "reopen_rate", (False, None), (True, None)),
    "case_resolved: hours": solved("S-2", "resolution_mean", (None, 1071), (None, 1071)),
    "case_resolved_business": solved("S-3", "resolution_business_mean", (None, 45), (None, 45)),
    "nps": opinion("nps", "nps", (9, 6), (None, 100), (None, -100)),
    "csat": opinion("csat", "csat_top_share", (9, 8), (True, None), (False, None)),
    "ces": opinion("ces", "ces_mean", (3, 4), (None, 3), (None, 4)),
    "contribution": contributed(),
    "field_known": fresh(),
    "entry": twice("late_entry_share", "C-entry", call(), call(), ("E-a", True, None),
                   ("E-a", True, None), performed_by="E-a"),
    "orphaned": orphaned(),
}  # fmt: skip
