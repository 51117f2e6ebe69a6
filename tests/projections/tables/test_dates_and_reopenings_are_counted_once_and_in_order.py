"""Dates beside instants, and what was undone: examples with figures by hand."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from ledger.envelope import Event
from ledger.events.contacts import CallLogged, CallMissed, InquiryReceived, MessageExchanged
from ledger.events.ownership import CuratorAssigned
from ledger.events.people import EmployeeDeparted, EmployeeHired
from ledger.events.sales import DealLost, DealOpened, DealReopened, DealWon
from ledger.events.service import (
    CaseClosed,
    CaseDeadlineSet,
    CaseNoted,
    CaseOpened,
    CaseReopened,
    CaseResolved,
)
from projections.metrics.metrics import metrics
from projections.questions.service import service_report as service
from projections.tables.sales import deals
from projections.tables.service import cases
from projections.tables.work import data_entry
from projections.view import View
from tests.projections.ledgers import ledger_of
from tests.projections.stories import told

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def whole(
    dsn: str, history: list[Event], *names: str, zone: str = "Europe/Moscow", **asked: Any
) -> dict[str, Any]:
    """The figures of these metrics by name; by period and name, if asked by period."""
    with ledger_of(dsn, history) as (_, connection):
        seen = View(len(history), NOW, zone)
        rows = metrics(connection, seen, by="whole", metrics=names, **asked)
    if "every" in asked:
        return {f"{row.period} {row.metric}": row.value for row in rows}
    return {row.metric: row.value for row in rows}


OPENED = "2026-09-30T10:00:00+03:00"


@pytest.mark.parametrize("dated", ["2026-09-30", "2026-09"])
def test_a_win_dated_by_the_day_or_month_of_the_opening_follows_it(
    embedded_dsn: str, dated: str
) -> None:
    history = [
        told(DealOpened(deal="D-1"), OPENED, client="C-1"),
        told(DealWon(deal="D-1", amount=5), dated),
    ]
    names = ("deals_opened", "deals_won", "deals_open", "cycle_won_mean")
    for zone in ("Europe/Moscow", "America/New_York", "Asia/Tokyo"):
        found = whole(embedded_dsn, history, *names, zone=zone, since=date(2026, 9, 1),
                      until=date(2026, 10, 1))  # fmt: skip
        assert found == {
            "deals_opened": 1, "deals_won": 1, "deals_open": 0, "cycle_won_mean": 0,
        }, zone  # fmt: skip
    with ledger_of(embedded_dsn, history) as (_, connection):
        (found,) = deals.deals(connection, View(2, NOW, "Europe/Moscow"))
        assert (found.status, found.days) == ("won", 0)


def test_a_win_dated_before_the_day_of_the_opening_is_won_all_the_same(embedded_dsn: str) -> None:
    history = [
        told(DealOpened(deal="D-1"), OPENED),
        told(DealWon(deal="D-1", amount=5), "2026-09-29"),
    ]
    found = whole(embedded_dsn, history, "deals_open", "deals_won")
    assert found == {"deals_open": 0, "deals_won": 1}


def test_a_case_resolved_on_the_date_of_its_opening_is_resolved(embedded_dsn: str) -> None:
    history = [
        told(CaseOpened(case="S-1"), OPENED, client="C-1"),
        told(CaseResolved(case="S-1"), "2026-09-30"),
    ]
    assert whole(embedded_dsn, history, "resolution_mean") == {"resolution_mean": 0}
    with ledger_of(embedded_dsn, history) as (_, connection):
        (found,) = cases.cases(connection, View(2, NOW, "Europe/Moscow"))
        assert (found.status, found.resolved_precision) == ("resolved", "day")
        before = datetime(2026, 9, 29, 20, 59, tzinfo=UTC)
        assert cases.cases(connection, View(2, before, "Europe/Moscow")) == []


def test_hours_are_those_of_the_clock_though_summer_time_ends(embedded_dsn: str) -> None:
    history = [
        told(CaseOpened(case="S-1"), "2026-10-25T00:50:00Z", client="C-1"),
        told(CaseResolved(case="S-1"), "2026-10-25T01:10:00Z"),
    ]
    found = whole(embedded_dsn, history, "resolution_mean", zone="Europe/Berlin")
    assert found["resolution_mean"] == pytest.approx(1 / 3)


def test_a_close_undone_in_its_period_does_not_count_in_it(embedded_dsn: str) -> None:
    history = [
        told(DealOpened(deal="D-1", amount=7, currency="RUB"), "2026-09-01"),
        told(DealWon(deal="D-1", amount=5), "2026-09-10"),
        told(DealReopened(deal="D-1", reason="they called"), "2026-09-12"),
        told(DealWon(deal="D-1", amount=6), "2026-09-20"),
        told(DealOpened(deal="D-2"), "2026-09-01"),
        told(DealLost(deal="D-2"), "2026-09-10"),
        told(DealReopened(deal="D-2", reason="they called"), "2026-10-02"),
        told(DealWon(deal="D-2", amount=1, currency="RUB"), "2026-10-03"),
        told(DealReopened(deal="D-2", reason="they called"), "2026-10-04"),
    ]
    names = ("deals_won", "deals_lost", "won_value", "win_rate")
    monthly = whole(embedded_dsn, history, *names, every="month")
    assert monthly["2026-09 deals_won"] == 1
    assert monthly["2026-09 won_value"] == 6
    assert (monthly["2026-09 deals_lost"], monthly["2026-09 win_rate"]) == (1, 0.5)
    assert monthly.get("2026-10 deals_won", 0) == 0
    assert whole(embedded_dsn, history, *names) == {
        "deals_won": 1, "deals_lost": 0, "won_value": 6, "win_rate": 1,
    }  # fmt: skip


def test_a_note_is_after_the_close_until_the_case_is_reopened(embedded_dsn: str) -> None:
    history = [
        told(CaseOpened(case="S-1"), "2026-09-01", client="C-1"),
        told(CaseClosed(case="S-1"), "2026-09-05"),
        told(CaseNoted(case="S-1"), "2026-09-06"),
        told(CaseReopened(case="S-1", reason="again"), "2026-09-07"),
        told(CaseNoted(case="S-1"), "2026-09-08"),
        told(CaseClosed(case="S-1"), "2026-09-10"),
        told(CaseNoted(case="S-1"), "2026-09-11"),
    ]
    with ledger_of(embedded_dsn, history) as (_, connection):
        for day, after in ((7, {True: 1}), (9, {True: 1, False: 1}), (12, {True: 2, False: 1})):
            seen = View(len(history), datetime(2026, 9, day, tzinfo=UTC), "UTC")
            rows = service.touches(connection, seen, by=["after_close"])
            assert {row.after_close: row.touches for row in rows} == after


def test_a_case_opened_on_a_date_is_of_that_date_in_every_zone(embedded_dsn: str) -> None:
    history = [
        told(CaseOpened(case="S-1"), "2026-09-01", client="C-1"),
        told(CaseResolved(case="S-1"), "2026-09-03"),
    ]
    with ledger_of(embedded_dsn, history) as (_, connection):
        seen = View(2, NOW, "America/New_York")
        since = datetime.combine(date(2026, 9, 1), time())
        (row,) = service.durations(connection, seen, since=since)
        assert (row.cases, row.to_resolved_mean) == (1, 48)
        assert service.durations(connection, seen, until=since) == []


def test_workdays_are_days_of_the_zone(embedded_dsn: str) -> None:
    # Tuesday the first of September; he left that evening, when it was Wednesday in Greenwich.
    history = [
        told(EmployeeHired(employee="E-1", name="Ann"), "2026-01-01"),
        told(EmployeeDeparted(employee="E-1"), "2026-09-01T22:00:00-04:00"),
    ]
    with ledger_of(embedded_dsn, history) as (_, connection):
        seen = View(2, NOW, "America/New_York")
        (row,) = data_entry.adoption(
            connection, seen, since=date(2026, 9, 1), until=date(2026, 9, 4)
        )
        assert row.workdays == 1


def test_who_rang_in_vain_was_not_touched(embedded_dsn: str) -> None:
    history = [
        *(told(CuratorAssigned(employee="E-1"), "2026-01-01", client=f"C-{n}") for n in (1, 2, 3)),
        told(CallMissed(), "2026-09-01T09:00:00Z", client="C-1"),
        told(CallLogged(direction="inbound", outcome="no_answer"), "2026-09-02", client="C-2"),
        told(CallLogged(direction="outbound", outcome="no_answer"), "2026-09-02", client="C-3"),
        told(CallLogged(direction="inbound", outcome="reached"), "2026-09-03", client="C-3"),
    ]
    names = ("interactions", "clients_touched", "contact_rate", "coverage")
    found = whole(embedded_dsn, history, *names, since=date(2026, 9, 1), until=date(2026, 10, 1))
    assert found == {
        "interactions": 4, "clients_touched": 1, "contact_rate": 1,
        "coverage": pytest.approx(1 / 3),
    }  # fmt: skip


def test_an_answer_in_reply_counts_under_whatever_client(embedded_dsn: str) -> None:
    by: dict[str, Any] = {"performed_by": "E-1"}
    sent: dict[str, Any] = {"direction": "outbound", "channel": "email"}
    history = [
        told(InquiryReceived(inquiry="I-1", channel="web"), "2026-09-01T09:00:00Z"),
        told(MessageExchanged(**sent, in_reply_to="I-1"), "2026-09-01T12:00:00Z", client="C-9",
             **by),
        told(InquiryReceived(inquiry="I-2", channel="web"), "2026-09-02T09:00:00Z", client="C-1"),
        told(MessageExchanged(**sent, in_reply_to="I-9"), "2026-09-02T09:30:00Z", client="C-1",
             **by),
        told(MessageExchanged(**sent), "2026-09-02T10:00:00Z", client="C-1", **by),
    ]  # fmt: skip
    assert whole(embedded_dsn, history, "response_mean", "response_within_norm") == {
        "response_mean": 2, "response_within_norm": 0.5,
    }  # fmt: skip


def test_a_case_reopened_after_it_was_closed_was_not_solved(embedded_dsn: str) -> None:
    history = [
        told(CaseOpened(case="S-1"), "2026-09-01", client="C-1"),
        told(CaseResolved(case="S-1"), "2026-09-02"),
        told(CaseClosed(case="S-1"), "2026-09-03"),
        told(CaseReopened(case="S-1", reason="again"), "2026-09-04"),
    ]
    assert whole(embedded_dsn, history, "reopen_rate") == {"reopen_rate": 1}


def test_a_reopened_case_is_not_over_and_was_over_the_last_time_it_ended(embedded_dsn: str) -> None:
    due = datetime(2026, 5, 3, tzinfo=UTC)
    history = [
        told(CaseOpened(case="K"), "2026-05-01T10:00Z", client="C-1"),
        told(CaseDeadlineSet(case="K", deadline="resolve", due_at=due), "2026-05-01T11:00Z"),
        told(CaseResolved(case="K"), "2026-05-02T10:00Z"),
        told(CaseClosed(case="K"), "2026-05-02T11:00Z"),
        told(CaseReopened(case="K"), "2026-05-10T10:00Z"),
        told(CaseClosed(case="K"), "2026-05-11T10:00Z"),
    ]
    with ledger_of(embedded_dsn, history) as (_, connection):
        (row,) = cases.cases(connection, View(5, NOW, "UTC"))
        assert (row.status, row.resolved_at, row.resolved_by) == ("open", None, None)
        assert (row.closed_at, row.closed_precision, row.overdue) == (None, None, True)
        (row,) = cases.cases(connection, View(6, NOW, "UTC"))
        assert (row.status, row.resolved_at, row.overdue) == ("closed", None, True)
        assert row.closed_at == datetime(2026, 5, 11, 10, tzinfo=UTC)
