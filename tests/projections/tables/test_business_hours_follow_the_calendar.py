"""Elapsed business time: shifts, holidays, moved days, the change of the clock, days unknown."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.database import Connection
from ledger.errors import InvalidEvent, InvalidQuestion, NotFound
from ledger.events.contacts import CallLogged, InquiryReceived
from ledger.events.sales import DealLost, DealOpened, DealReassigned, DealStageEntered
from ledger.events.work import BusinessCalendarPublished, Deviation, Workday
from projections.metrics.metrics import TERMS, metrics
from projections.tables.work.calendar import calendars, worked
from tests.projections.ledgers import ledger_of, view
from tests.projections.stories import told
from tests.surroundings.groups import examples

WEEK = tuple(Workday(weekday=n, shifts=("09:00-13:00", "14:00-18:00")) for n in range(1, 6))


def calendar(name: str, zone: str, first: str, last: str, *deviations: Deviation) -> object:
    return told(
        BusinessCalendarPublished(
            calendar=name, zone=zone, first_day=date.fromisoformat(first),
            last_day=date.fromisoformat(last), week=WEEK, deviations=deviations,
        )
    )  # fmt: skip


HISTORY = [
    calendar("office", "Europe/Moscow", "2026-01-01", "2026-12-31"),
    # Published anew for March: a holiday, and a Saturday worked instead, from ten to twelve.
    calendar(
        "office", "Europe/Moscow", "2026-03-01", "2026-03-31",
        Deviation(day=date(2026, 3, 9)), Deviation(day=date(2026, 3, 14), shifts=("10:00-12:00",)),
    ),
    told(BusinessCalendarPublished(
        calendar="night", zone="Europe/Berlin", first_day=date(2026, 3, 1),
        last_day=date(2026, 4, 30), week=(Workday(weekday=7, shifts=("00:00-24:00",)),),
    )),
    told(InquiryReceived(inquiry="I-1", channel="web"), "2026-03-06T17:30:00+03:00", client="C-1"),
    told(CallLogged(direction="outbound", outcome="reached"), "2026-03-10T09:15:00+03:00",
         client="C-1", performed_by="E-1"),
    told(InquiryReceived(inquiry="I-2", channel="web"), "2026-03-11T17:00:00+03:00", client="C-2"),
]  # fmt: skip
SEEN = view(len(HISTORY))


@pytest.fixture(scope="module")
def connection(embedded_dsn: str) -> Iterator[Connection]:
    with ledger_of(embedded_dsn, HISTORY) as (_, connection):
        yield connection


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-02T08:00", "2026-03-02T19:00", 8),
        ("2026-03-02T12:30", "2026-03-02T14:30", 1),
        ("2026-03-06T17:30", "2026-03-10T09:15", 0.75),  # a week-end and a holiday
        ("2026-03-13T18:00", "2026-03-16T09:00", 2),  # the Saturday
        ("2026-02-27T17:00", "2026-03-02T10:00", 2),  # from one publication to the other
        ("2026-03-02T10:00", "2026-03-02T10:00", 0),
    ],
)
def test_hours_between(connection: Connection, start: str, end: str, hours: float) -> None:
    moments = [datetime.fromisoformat(f"{text}+03:00") for text in (start, end)]
    assert worked(connection, SEEN, "office", *moments) == hours


def test_a_day_of_23_hours_has_23(connection: Connection) -> None:
    moments = [datetime.fromisoformat(f"2026-03-{day}T12:00+00:00") for day in (28, 30)]
    assert worked(connection, SEEN, "night", *moments) == 23


@settings(max_examples=examples())
@given(minutes=st.tuples(*[st.integers(0, 60 * 24 * 60)] * 3))
def test_the_parts_make_up_the_whole(connection: Connection, minutes: tuple[int, ...]) -> None:
    start = datetime.fromisoformat("2026-02-15T00:00+03:00").timestamp()
    a, b, c = (datetime.fromtimestamp(start + 60 * m, SEEN.on.tzinfo) for m in sorted(minutes))
    parts = worked(connection, SEEN, "office", a, b) + worked(connection, SEEN, "office", b, c)
    assert parts == pytest.approx(worked(connection, SEEN, "office", a, c))


def test_days_that_are_not_covered_are_refused(connection: Connection) -> None:
    moments = [datetime.fromisoformat(f"{day}T12:00+03:00") for day in ("2026-12-30", "2027-01-02")]
    with pytest.raises(InvalidQuestion, match="does not cover all days from 2026-12-30"):
        worked(connection, SEEN, "office", *moments)
    with pytest.raises(NotFound, match="there are: night, office"):
        worked(connection, SEEN, "holiday", *moments)
    assert [row.zone for row in calendars(connection, SEEN)] == [
        "Europe/Berlin",
        "Europe/Moscow",
    ]


def test_an_answer_is_timed_by_the_clock_and_by_business_hours(connection: Connection) -> None:
    names = ["response_mean", "response_business_mean", "response_within_norm",
             "response_business_within_norm"]  # fmt: skip
    terms = TERMS._replace(calendar="office")
    found = metrics(connection, SEEN, by="whole", metrics=names, terms=terms)
    assert {row.metric: row.value for row in found} == {
        "response_mean": 87.75, "response_business_mean": 0.75, "response_within_norm": 0,
        "response_business_within_norm": 0.5,
    }  # fmt: skip
    with pytest.raises(InvalidQuestion, match="counted by a business calendar"):
        metrics(connection, SEEN, metrics=["response_business_mean"])


def test_time_in_a_stage_is_counted_when_it_is_left(embedded_dsn: str) -> None:
    deal = {"client": "C-1", "performed_by": "E-1"}
    history = [
        HISTORY[0],
        told(DealOpened(deal="D-1", holder="E-1"), "2026-03-02T09:00:00+03:00", **deal),
        told(DealStageEntered(deal="D-1", stage="offer"), "2026-03-06T17:00:00+03:00", **deal),
        # Who holds it, and the stage told once more, do not end a stay
        told(DealReassigned(deal="D-1", to_holder="E-2"), "2026-03-07T09:00:00+03:00", **deal),
        told(DealStageEntered(deal="D-1", stage="offer"), "2026-03-08T09:00:00+03:00", **deal),
        told(DealStageEntered(deal="D-1", stage="talks"), "2026-03-09T11:00:00+03:00", **deal),
        told(DealLost(deal="D-1"), "2026-03-10T11:00:00+03:00", **deal),
    ]
    names = ["stage_time_mean", "stage_time_mean.offer", "stage_time_business_mean",
             "stage_time_business_mean.talks", "stage_time_business_median"]  # fmt: skip
    with ledger_of(embedded_dsn, history) as (_, connection):
        found = metrics(connection, view(len(history)), by="employee", credit="performer",
                        metrics=names, terms=TERMS._replace(calendar="office"))  # fmt: skip
        (early,) = metrics(connection, view(len(history) - 1), by="whole", metrics=names[:1])
    assert {(row.group, row.metric): row.value for row in found} == {
        ("E-2", "stage_time_mean"): 45, ("E-2", "stage_time_mean.offer"): 66,
        ("E-2", "stage_time_business_mean"): 5.5, ("E-2", "stage_time_business_mean.talks"): 8,
        ("E-2", "stage_time_business_median"): 5.5,
    }  # fmt: skip
    assert (early.value, early.denominator) == (66, 1)


def test_a_calendar_that_contradicts_itself_is_refused() -> None:
    for shifts in (("09:00-09:00",), ("09:00-12:00", "11:00-15:00"), ("22:00-06:00",)):
        with pytest.raises(InvalidEvent):
            Workday(weekday=1, shifts=shifts)
    with pytest.raises(InvalidEvent, match="does not cover"):
        calendar("office", "UTC", "2026-01-01", "2026-12-31", Deviation(day=date(2027, 1, 1)))
    with pytest.raises(InvalidEvent, match="IANA"):
        calendar("office", "Moscow", "2026-01-01", "2026-12-31")
