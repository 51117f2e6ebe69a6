"""What is known to the day is that whole day, in the ledger's zone or in another one asked for."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ledger.database import Connection, connect
from ledger.envelope import Event
from ledger.events.contacts import CallLogged, InquiryReceived, MessageExchanged
from ledger.events.ownership import (
    ClientReassigned,
    ClientReleased,
    ClientReserved,
    CuratorAssigned,
)
from ledger.events.people import EmployeeDeparted, EmployeeHired
from ledger.events.sales import (
    DealLost,
    DealOpened,
    DealReopened,
    DealWon,
    OfferAccepted,
    OfferSent,
)
from ledger.events.service import CaseClosed, CaseOpened
from projections.metrics.metrics import metrics
from projections.questions.clients import card
from projections.questions.clients.client_base_audit import base_audit
from projections.questions.ownership import portfolio
from projections.questions.service import service_report
from projections.tables.ownership import ownership
from projections.tables.sales import deals, offers
from projections.tables.service import cases
from projections.tables.work import data_entry
from projections.view import View
from tests.projections.ledgers import ZONE, as_then, ledger_of
from tests.projections.metrics import (
    test_figures_as_of_then_equal_the_figures_shown_then as of_figures,
)
from tests.projections.questions import (
    test_a_card_as_of_then_equals_the_card_shown_then as of_clients,
)
from tests.projections.random_events import histories
from tests.projections.stories import told
from tests.surroundings.groups import examples

EAST, WEST = "Asia/Vladivostok", "America/Los_Angeles"
NOW = datetime(2026, 12, 1, tzinfo=UTC)
DAY = "2026-03-10"
REACHED = CallLogged(direction="outbound", outcome="reached")


def morning(minute: int) -> str:
    return f"{DAY}T09:{minute:02}:00+10:00"


EASTERN = [
    told(CuratorAssigned(employee="E-1"), DAY, client="C-1"),
    told(REACHED, morning(30), client="C-1", performed_by="E-1"),
    told(DealOpened(deal="D-1", holder="E-1"), DAY, client="C-1"),
    told(DealWon(deal="D-1", amount=500, currency="RUB"), morning(45), client="C-1"),
    told(CaseOpened(case="K-1"), DAY, client="C-1"),
    told(CaseClosed(case="K-1"), morning(50), client="C-1"),
    told(OfferSent(offer="F-1"), DAY, client="C-1"),
    told(OfferAccepted(offer="F-1"), morning(55), client="C-1"),
]


@pytest.mark.parametrize("of_ledger", [EAST, "UTC", WEST])
def test_what_happens_on_the_morning_of_a_date_comes_after_it(
    embedded_dsn: str, of_ledger: str
) -> None:
    with ledger_of(embedded_dsn, EASTERN, zone=of_ledger) as (_, connection):
        for as_of in (8, 7):  # materialized, and computed
            seen = View(as_of, NOW, EAST)
            (deal,) = deals.deals(connection, seen)
            assert (deal.status, deal.days) == ("won", 0)
            assert cases.cases(connection, seen)[0].status == "closed"
            rows = metrics(connection, seen, by="employee", metrics=["interactions"])
            assert [(row.group, row.value) for row in rows] == [("E-1", 1)]
            assert [row.client for row in portfolio.portfolio(connection, seen, "E-1")] == ["C-1"]
        assert offers.offers(connection, View(8, NOW, EAST))[0].state == "accepted"
        lines = card.timeline(connection, View(8, NOW, EAST), "C-1")
        assert lines[0].owner == "E-1"
        assert {line.owner for line in lines} == {"E-1"}


@pytest.mark.parametrize("of_ledger", [EAST, "UTC", WEST])
@pytest.mark.parametrize("zone", [EAST, "UTC", WEST])
def test_a_date_counts_from_the_beginning_of_its_day(
    embedded_dsn: str, of_ledger: str, zone: str
) -> None:
    for known, day in ((DAY, 10), (DAY[:7], 1)):
        begins = datetime(2026, 3, day, tzinfo=ZoneInfo(zone))
        assigned = told(CuratorAssigned(employee="E-1"), known, client="C-1")
        with ledger_of(embedded_dsn, [assigned], zone=of_ledger) as (_, connection):
            for on, found in ((begins - timedelta(microseconds=1), []), (begins, ["E-1"])):
                owned = ownership.owner(connection, View(1, on, zone), "C-1")
                assert [row.owner for row in owned] == found
            (row,) = ownership.owner(connection, View(1, begins, zone), "C-1")
            assert row.from_at == begins


@pytest.mark.parametrize("role", ["supervisor", "auditor"])
def test_supervisors_and_auditors_ask_in_any_zone(embedded_dsn: str, role: str) -> None:
    with (
        ledger_of(embedded_dsn, EASTERN, zone=EAST) as (location, _),
        closing(connect(location, role)) as reader,
    ):
        for zone in (EAST, WEST):
            found = ownership.owner(reader, View(8, NOW, zone), "C-1")
            begins = datetime(2026, 3, 10, tzinfo=ZoneInfo(zone))
            assert [(row.owner, row.from_at) for row in found] == [("E-1", begins)]


def test_a_month_and_a_day_that_come_twice_or_never_begin_at_their_first_moment(
    embedded_dsn: str,
) -> None:
    # In Havana the clocks go back at one, in Beirut forward at midnight.
    for zone, day in (("America/Havana", date(2026, 11, 1)), ("Asia/Beirut", date(2026, 3, 29))):
        history = [told(REACHED, day.isoformat(), client="C-1")]
        for of_ledger in (zone, "UTC"):
            with ledger_of(embedded_dsn, history, zone=of_ledger) as (_, connection):
                for since in (day, day + timedelta(days=1)):
                    rows = metrics(
                        connection, View(1, NOW, zone), by="whole", metrics=["interactions"],
                        since=since, until=since + timedelta(days=1),
                    )  # fmt: skip
                    assert sum(row.value or 0 for row in rows) == (since == day), (zone, since)


def test_the_base_is_audited_up_to_the_first_of_two_midnights(embedded_dsn: str) -> None:
    day, then = date(2026, 11, 1), "2026-11-01T04:30:00Z"  # in Havana, half an hour after the first
    hired, left = EmployeeHired(employee="E-1", name="Ann"), EmployeeDeparted(employee="E-1")
    history = [told(hired, "2026-01"), told(left, then), told(REACHED, then, client="C-1")]
    with ledger_of(embedded_dsn, history) as (_, connection):
        seen = View(3, NOW, "America/Havana")
        for n, clients, there in ((-1, 0, 1), (0, 1, 1), (1, 1, 0)):
            span = {"since": day + timedelta(n), "until": day + timedelta(n + 1)}
            assert base_audit(connection, seen, **span).clients == clients
            assert len(data_entry.adoption(connection, seen, **span)) == there


@pytest.mark.parametrize("zone", [EAST, "UTC", WEST, "Pacific/Kiritimati"])
def test_half_known_days_are_the_same_span_either_way_round(embedded_dsn: str, zone: str) -> None:
    evening = f"{DAY}T19:00:00Z"
    day = {"UTC": DAY, EAST: "2026-03-11", WEST: DAY, "Pacific/Kiritimati": "2026-03-11"}[zone]
    sold: dict[str, Any] = {"amount": 5, "currency": "EUR"}
    history = [
        told(DealOpened(deal="D-9"), day, client="C-9"),
        told(DealWon(deal="D-9", **sold), evening, client="C-9"),
        told(DealOpened(deal="D-10"), evening, client="C-9"),
        told(DealWon(deal="D-10", **sold), day, client="C-9"),
        told(CaseOpened(case="K-9"), day, client="C-9"),
        told(CaseClosed(case="K-9"), evening, client="C-9"),
        told(CaseOpened(case="K-10"), evening, client="C-9"),
        told(CaseClosed(case="K-10"), day, client="C-9"),
    ]
    for of_ledger in (zone, ZONE):
        with ledger_of(embedded_dsn, history, zone=of_ledger) as (_, connection):
            seen = View(8, NOW, zone)
            found = deals.deals(connection, seen)
            assert [(row.status, row.days) for row in found] == [("won", 0), ("won", 0)]
            (row,) = metrics(connection, seen, by="whole", metrics=["cycle_won_mean"])
            assert row.value == 0
            (row,) = service_report.durations(connection, seen)
            assert (row.closed, row.to_closed_mean) == (2, 0)


@pytest.mark.parametrize("zone", [EAST, "UTC", WEST, "Pacific/Kiritimati", ZONE])
def test_they_are_the_same_span_in_a_zone_in_which_the_evening_is_the_next_day(
    embedded_dsn: str, zone: str
) -> None:
    evening = f"{DAY}T19:00:00Z"
    history = [
        told(DealOpened(deal="D-9"), DAY),
        told(DealWon(deal="D-9", amount=5), evening),
        told(DealOpened(deal="D-10"), evening),
        told(DealWon(deal="D-10", amount=5), DAY),
    ]
    with ledger_of(embedded_dsn, history, zone=ZONE) as (_, connection):
        one, other = deals.deals(connection, View(4, NOW, zone))
        # In a zone in which the evening is the next day, the second was won before it was opened.
        assert (one.days, other.days) in ((0, 0), (1, None))
        assert one.status == other.status == "won"


def test_whole_days_lie_between_a_date_and_a_time(embedded_dsn: str) -> None:
    history = [
        told(DealOpened(deal="D-1"), "2026-03-10"),
        told(DealWon(deal="D-1", amount=1), "2026-03-12T19:00:00Z"),
        told(DealOpened(deal="D-2"), "2026-03-10T19:00:00Z"),
        told(DealWon(deal="D-2", amount=1), "2026-03-12"),
        told(DealOpened(deal="D-3"), "2026-03"),
        told(DealLost(deal="D-3"), "2026-03-20T10:00:00Z"),
        told(DealOpened(deal="D-4"), "2026-03-20"),
        told(DealLost(deal="D-4"), "2026-03"),
    ]
    with ledger_of(embedded_dsn, history, zone="UTC") as (_, connection):
        found = {row.deal: row.days for row in deals.deals(connection, View(8, NOW, "UTC"))}
        assert found == {"D-1": 2, "D-2": 2, "D-3": 0, "D-4": 0}


def owner_after(dsn: str, *events: Event) -> list[str | None]:
    with ledger_of(dsn, events, zone=EAST) as (_, connection):
        found = ownership.owner(connection, View(len(events), NOW, EAST), "C-1")
        found += ownership.owner(connection, View(len(events), NOW, WEST), "C-1")
        return [row.owner for row in found]


def test_what_was_recorded_before_of_a_time_in_the_day_does_not_outlast_it(
    embedded_dsn: str,
) -> None:
    noon = f"{DAY}T12:00:00+10:00"
    assigned = told(CuratorAssigned(employee="E-1"), noon, client="C-1")
    moved = ClientReassigned(from_employee="E-1", to_employee="E-2", reason="workload")
    released = told(ClientReleased(from_employee="E-1", reason="pool"), DAY, client="C-1")
    assert owner_after(embedded_dsn, assigned, released)[0] is None
    assert owner_after(embedded_dsn, assigned, told(moved, DAY, client="C-1"))[0] == "E-2"
    reserved = told(ClientReserved(employee="E-1"), noon, client="C-1")
    assert owner_after(embedded_dsn, reserved, released)[0] is None
    assert owner_after(embedded_dsn, released, assigned)[0] == "E-1"
    in_march = told(released.data, DAY[:7], client="C-1")
    assert owner_after(embedded_dsn, assigned, in_march)[0] is None
    reopened = told(DealReopened(deal="D-1", reason="x"), noon, client="C-1")
    won = told(DealWon(deal="D-1", amount=1), DAY, client="C-1")
    with ledger_of(embedded_dsn, [reopened, won], zone=EAST) as (_, connection):
        assert deals.deals(connection, View(2, NOW, EAST))[0].status == "won"


def test_what_was_recorded_before_of_the_midnight_after_it_outlasts_it(embedded_dsn: str) -> None:
    midnight = "2026-03-11T00:00:00+10:00"
    assigned = told(CuratorAssigned(employee="E-1"), midnight, client="C-1")
    released = told(ClientReleased(from_employee="E-1", reason="pool"), DAY, client="C-1")
    assert owner_after(embedded_dsn, assigned, released)[0] == "E-1"
    reopened = told(DealReopened(deal="D-1", reason="x"), midnight, client="C-1")
    won = told(DealWon(deal="D-1", amount=1), DAY, client="C-1")
    with ledger_of(embedded_dsn, [reopened, won], zone=EAST) as (_, connection):
        assert deals.deals(connection, View(2, NOW, EAST))[0].status == "open"


@pytest.mark.parametrize(("day", "answered"), [(DAY, True), ("2026-03-09", False)])
def test_a_reply_dated_by_the_day_of_the_inquiry_answers_it(
    embedded_dsn: str, day: str, answered: bool
) -> None:
    history = [
        told(InquiryReceived(inquiry="I-1", channel="web"), morning(0), client="C-1"),
        told(
            MessageExchanged(direction="outbound", channel="email", in_reply_to="I-1"),
            day, client="C-1", performed_by="E-1",
        ),
    ]  # fmt: skip
    with ledger_of(embedded_dsn, history, zone=EAST) as (_, connection):
        rows = metrics(
            connection, View(2, NOW, EAST), by="employee", credit="performer",
            metrics=["response_within_norm"],
        )  # fmt: skip
        assert [row.group == "E-1" for row in rows] == [answered]


def answers(connection: Connection, seen: View, by: tuple[str, str]) -> dict[str, Any]:
    return of_clients.answers(connection, seen) | of_figures.answers(connection, seen, by)


STREAMS = sorted({*of_clients.STREAMS, *of_figures.STREAMS})


@settings(max_examples=examples(30), phases=[Phase.reuse, Phase.generate])
@given(
    data=st.data(),
    history=histories(*STREAMS, max_size=30),
    zones=st.permutations((EAST, WEST, ZONE, "UTC")),
    on=st.sampled_from((NOW, datetime(2026, 1, 31, 22, tzinfo=UTC))),
)
def test_a_question_in_a_zone_is_answered_as_by_a_ledger_of_that_zone(
    embedded_dsn: str, data: st.DataObject, history: list[Event], zones: list[str], on: datetime
) -> None:
    zone, other = zones[:2]
    position = data.draw(st.integers(len(history) // 2, len(history)))
    seen, by = View(position, on, zone), data.draw(st.sampled_from(of_figures.HOW))
    with ledger_of(embedded_dsn, history, zone=other) as (target, connection):
        asked = answers(connection, seen, by)
        if data.draw(st.booleans()):
            assert answers(as_then(target, connection, position), seen, by) == asked
    with ledger_of(embedded_dsn, history, zone=zone) as (_, connection):
        own = answers(connection, seen, by)
    for question, answer in own.items():
        assert asked[question] == answer, question
