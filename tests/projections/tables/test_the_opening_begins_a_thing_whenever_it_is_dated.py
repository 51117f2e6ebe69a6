"""An ending dated before its opening ends it: only what reopens a thing opens it again."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ledger.database import Connection
from ledger.envelope import Event
from ledger.events.clients import ClientMerged
from ledger.events.ownership import (
    ConflictReported,
    ConflictResolved,
    HandoverAccepted,
    HandoverPackIssued,
)
from ledger.events.sales import (
    DealLost,
    DealOpened,
    DealReopened,
    DealWon,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferSent,
)
from ledger.events.service import (
    CaseClosed,
    CaseDeadlineSet,
    CaseOpened,
    CaseReopened,
    CaseResolved,
    CaseStateEntered,
)
from ledger.events.work import TaskAssigned, TaskCancelled, TaskCompleted
from projections.metrics.metrics import metrics
from projections.questions.clients import card
from projections.questions.service import service_report
from projections.tables.ownership import disputes, handovers
from projections.tables.sales import deals, offers
from projections.tables.service import cases
from projections.tables.work import tasks
from projections.view import View
from tests.projections.ledgers import ledger_of
from tests.projections.stories import told
from tests.surroundings.groups import examples

NOW = datetime(2026, 12, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
BEFORE, AFTER, DUE = "2026-03-06T10:00:00Z", "2026-03-08T10:00:00Z", "2026-03-20T09:00:00Z"


def won_before_opened() -> list[Event]:
    """Two deals won and one lost before the dates of their openings, in any order of recording."""
    money: dict[str, Any] = {"currency": "EUR"}
    return [
        told(DealOpened(deal="D-1", holder="E-1", amount=500, **money), "2026-03-08", client="C-1"),
        told(DealWon(deal="D-1", amount=500, **money), "2026-03-06T19:38:55Z", client="C-1"),
        told(DealWon(deal="D-2", amount=700, **money), "2026-02-27T17:00:00Z", client="C-2"),
        told(
            DealOpened(deal="D-2", holder="E-2", amount=700, **money),
            "2026-03-02T09:00:00Z",
            client="C-2",
        ),
        told(DealLost(deal="D-3", reason="price"), "2026-02-27T17:00:00Z", client="C-3"),
        told(DealOpened(deal="D-3", holder="E-1"), "2026-02-28T09:00:00Z", client="C-3"),
    ]


def values(connection: Connection, seen: View, *names: str, **asked: Any) -> dict[str, Any]:
    rows = metrics(connection, seen, metrics=names, **asked)
    return {f"{row.group} {row.period} {row.metric}": row.value for row in rows}


def test_a_deal_is_won_or_lost_in_the_month_of_that_date(embedded_dsn: str) -> None:
    names = ("deals_won", "deals_lost", "won_value", "deals_opened", "deals_open")
    with ledger_of(embedded_dsn, won_before_opened()) as (_, connection):
        seen = View(6, NOW, "Europe/Moscow")
        assert {row.deal: row.status for row in deals.deals(connection, seen)} == {
            "D-1": "won", "D-2": "won", "D-3": "lost",
        }  # fmt: skip
        whole = values(connection, seen, *names, by="whole")
        monthly = values(connection, seen, *names[:4], by="whole", every="month")
        by_employee = values(connection, seen, "won_value", by="employee")
    assert whole == {
        "whole all deals_won": 2, "whole all deals_lost": 1, "whole all won_value": 1200,
        "whole all deals_opened": 3, "whole all deals_open": 0,
    }  # fmt: skip
    assert monthly["whole 2026-02 won_value"] == 700
    assert monthly["whole 2026-03 won_value"] == 500
    assert monthly["whole 2026-02 deals_won"] == monthly["whole 2026-03 deals_won"] == 1
    assert monthly["whole 2026-02 deals_opened"] == 1
    assert monthly["whole 2026-03 deals_opened"] == 2
    assert sorted(by_employee.values()) == [500, 700]
    assert {each.split()[0] for each in by_employee} == {"E-1", "E-2"}


def test_only_what_reopens_a_deal_opens_it_again(embedded_dsn: str) -> None:
    reopened = told(DealReopened(deal="D-1", reason="they called"), "2026-03-09", client="C-1")
    with ledger_of(embedded_dsn, [*won_before_opened(), reopened]) as (_, connection):
        seen = View(7, NOW, "UTC")
        assert deals.deals(connection, seen, status="open")[0].deal == "D-1"
        on_the_day_before = seen._replace(on=datetime(2026, 3, 8, 23, tzinfo=UTC))
        assert deals.deals(connection, on_the_day_before, status="open") == []


@pytest.mark.parametrize("ending", [CaseResolved(case="K-1"), CaseClosed(case="K-1")])
def test_a_case_is_resolved_or_closed(embedded_dsn: str, ending: Any) -> None:
    due = datetime.fromisoformat(DUE)
    history = [
        told(CaseOpened(case="K-1"), AFTER, client="C-1"),
        told(CaseDeadlineSet(case="K-1", deadline="resolve", due_at=due), AFTER, client="C-1"),
        told(ending, BEFORE, client="C-1"),
    ]
    with ledger_of(embedded_dsn, history) as (_, connection):
        (found,) = cases.cases(connection, View(3, NOW, "UTC"))
        assert (found.status, found.overdue) == (type(ending).__name__[4:].lower(), False)
        assert card.card(connection, View(3, NOW, "UTC"), "C-1").open_cases == []
    again = told(CaseReopened(case="K-1", reason="again"), "2026-03-09", client="C-1")
    with ledger_of(embedded_dsn, [*history, again]) as (_, connection):
        assert cases.cases(connection, View(4, NOW, "UTC"))[0].status == "open"


def test_a_state_dated_after_the_close_of_its_case_lasts_no_time(embedded_dsn: str) -> None:
    history = [
        told(CaseOpened(case="K-1"), AFTER),
        told(CaseStateEntered(case="K-1", state="new"), AFTER),
        told(CaseClosed(case="K-1"), BEFORE),
        told(CaseReopened(case="K-1"), "2026-11-30T00:00:00Z"),
    ]
    for upto, hours in ((3, 0), (4, pytest.approx((NOW - datetime.fromisoformat(AFTER)) / HOUR))):
        with ledger_of(embedded_dsn, history[:upto]) as (_, connection):
            (row,) = service_report.hours_in_state(connection, View(upto, NOW, "UTC"))
            assert float(row.hours) == hours


@pytest.mark.parametrize(
    "ending", [OfferAccepted(offer="F-1"), OfferDeclined(offer="F-1"), OfferExpired(offer="F-1")]
)
def test_an_offer_is_answered(embedded_dsn: str, ending: Any) -> None:
    history = [
        told(ending, BEFORE, client="C-1"),
        told(OfferSent(offer="F-1", amount=Decimal(5), currency="EUR"), AFTER, client="C-1"),
    ]
    with ledger_of(embedded_dsn, history) as (_, connection):
        (found,) = offers.offers(connection, View(2, NOW, "UTC"))
        assert found.state == type(ending).__name__[5:].lower()
        assert found.since == datetime.fromisoformat(BEFORE)
        assert card.card(connection, View(2, NOW, "UTC"), "C-1").open_offers == []


@pytest.mark.parametrize(
    ("ending", "state"),
    [
        (TaskCompleted(task="T-1"), "completed"),
        (TaskCancelled(task="T-1", reason="x"), "cancelled"),
    ],
)
def test_a_task_is_done_or_cancelled(embedded_dsn: str, ending: Any, state: str) -> None:
    given = TaskAssigned(task="T-1", title="x", assignee="E-1", due_at=datetime.fromisoformat(DUE))
    history = [told(given, AFTER, client="C-1"), told(ending, BEFORE, client="C-1")]
    with ledger_of(embedded_dsn, history) as (_, connection):
        (found,) = tasks.tasks(connection, View(2, NOW, "UTC"))
        assert (found.state, found.overdue) == (state, False)


def test_a_conflict_is_resolved_unless_it_is_reported_again(embedded_dsn: str) -> None:
    reported = ConflictReported(employee="E-1", severity="high", account="shouts")
    resolved = ConflictResolved(employee="E-1", outcome="reconciled")
    history = [told(reported, AFTER, client="C-1"), told(resolved, BEFORE, client="C-1")]
    with ledger_of(embedded_dsn, history) as (_, connection):
        (found,) = disputes.conflicts(connection, View(2, NOW, "UTC"), "C-1")
        assert found.outcome == "reconciled"
        assert card.card(connection, View(2, NOW, "UTC"), "C-1").open_conflicts == []
    with ledger_of(embedded_dsn, [*history, told(reported, AFTER, client="C-1")]) as (
        _,
        connection,
    ):
        assert card.card(connection, View(3, NOW, "UTC"), "C-1").open_conflicts
        found = disputes.conflicts(connection, View(3, NOW, "UTC"), "C-1")
        assert [each.outcome for each in found] == [None, None]


@pytest.mark.parametrize("resolved_of", ["C-1", "C-2"])
def test_a_conflict_resolved_on_its_date_is_resolved_on_the_card_and_in_the_list(
    embedded_dsn: str, resolved_of: str
) -> None:
    reported = ConflictReported(employee="E-1", severity="high")
    history = [
        told(ClientMerged(survivor="C-2", absorbed="C-1", evidence="same"), BEFORE, client="C-2"),
        told(reported, BEFORE, client="C-1"),
        told(ConflictReported(employee="E-1", severity="low"), AFTER, client="C-1"),
        told(ConflictResolved(employee="E-1", outcome="reconciled"), AFTER[:10],
             client=resolved_of),
        told(reported, "2026-03-10", client="C-1"),
    ]  # fmt: skip
    for upto, still in ((3, [("E-1", "low")]), (4, []), (5, [("E-1", "high")])):
        with ledger_of(embedded_dsn, history[:upto]) as (_, connection):
            seen = View(upto, NOW, "UTC")
            found = card.card(connection, seen, "C-2").open_conflicts
            assert [(each.name, each.value) for each in found] == still
            listed = disputes.conflicts(connection, seen, "C-2")
            unresolved = {each.employee for each in listed if each.resolved_position is None}
            assert unresolved == {name for name, _ in still}


def test_what_ended_before_it_began_took_no_known_time(embedded_dsn: str) -> None:
    begun, ended = "2026-03-10T10:00:00Z", ("2026-03-05T10:00:00Z", "2026-03-09", "2026-02")
    history = [
        *(told(DealOpened(deal=f"D-{n}"), begun) for n in range(3)),
        *(told(DealWon(deal=f"D-{n}", amount=5), at) for n, at in enumerate(ended)),
        told(DealOpened(deal="D-3"), "2026-03-10"),
        told(DealWon(deal="D-3", amount=5), "2026-03-09T10:00:00Z"),
        *(told(CaseOpened(case=f"K-{n}"), begun) for n in range(3)),
        *(told(CaseResolved(case=f"K-{n}"), at) for n, at in enumerate(ended)),
        *(told(CaseClosed(case=f"K-{n}"), at) for n, at in enumerate(ended)),
        told(HandoverPackIssued(employee="E-1", as_of=1, sha256="0" * 64), begun,
             client="C-1"),
        told(HandoverAccepted(employee="E-1"), ended[0], client="C-1"),
    ]  # fmt: skip
    names = ("cycle_won_mean", "cycle_won_median", "cycle_closed_mean", "resolution_mean",
             "resolution_median")  # fmt: skip
    with ledger_of(embedded_dsn, history) as (_, connection):
        seen = View(len(history), NOW, "UTC")
        assert {row.days for row in deals.deals(connection, seen)} == {None}
        rows = metrics(connection, seen, by="whole", metrics=("deals_won", *names))
        assert [(row.metric, row.value) for row in rows] == [
            ("deals_won", 4), *((name, None) for name in names),
        ]  # fmt: skip
        (row,) = service_report.durations(connection, seen)
        assert (row.resolved, row.to_resolved_mean, row.closed, row.to_closed_mean) == (
            0, None, 0, None,
        )  # fmt: skip
        (handover,) = handovers.handovers(connection, seen)
        assert handover.waited is None


def test_a_pack_accepted_on_the_date_of_its_issue_was_not_waited_for(embedded_dsn: str) -> None:
    history = [
        told(HandoverPackIssued(employee="E-1", as_of=1, sha256="0" * 64), AFTER,
             client="C-1"),
        told(HandoverAccepted(employee="E-1"), AFTER[:10], client="C-1"),
    ]  # fmt: skip
    with ledger_of(embedded_dsn, history) as (_, connection):
        (handover,) = handovers.handovers(connection, View(2, NOW, "UTC"))
        assert handover.waited == timedelta()


SHIFTS = st.integers(-3, 3)
ORDERS = st.permutations(range(6))


@settings(max_examples=examples(30), phases=[Phase.reuse, Phase.generate])
@given(order=ORDERS, shifts=st.tuples(SHIFTS, SHIFTS, SHIFTS))
def test_whenever_and_in_whatever_order_they_are_recorded(
    embedded_dsn: str, order: list[int], shifts: tuple[int, int, int]
) -> None:
    closed = datetime(2026, 3, 10, 10, tzinfo=UTC)
    ends = (
        DealWon(deal="D-1", amount=5, currency="EUR"), DealLost(deal="D-2"),
        DealWon(deal="D-3", amount=7, currency="EUR"),
    )  # fmt: skip
    history = [
        event
        for number, (shift, end) in enumerate(zip(shifts, ends, strict=True), 1)
        for event in (
            told(DealOpened(deal=f"D-{number}"), (closed + timedelta(days=shift)).isoformat()),
            told(end, closed.isoformat()),
        )
    ]
    with ledger_of(embedded_dsn, [history[each] for each in order]) as (_, connection):
        seen = View(6, NOW, "UTC")
        found = {row.deal: row.status for row in deals.deals(connection, seen)}
        assert found == {"D-1": "won", "D-2": "lost", "D-3": "won"}
        names = ("deals_won", "deals_lost", "won_value", "deals_opened")
        for every in ("whole", "month"):
            rows = metrics(connection, seen, by="whole", metrics=names, every=every)  # type: ignore[arg-type]
            sums = {name: sum(r.value or 0 for r in rows if r.metric == name) for name in names}
            assert list(sums.values()) == [2, 1, 12, 3]
