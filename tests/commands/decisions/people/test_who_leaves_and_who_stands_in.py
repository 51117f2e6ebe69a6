"""Departure and absence as given–when–then tables: what follows, and what is refused."""

from datetime import date, datetime
from typing import Any

import pytest

from commands.decisions.people import people
from ledger.envelope import Event, event_id
from ledger.errors import Refused
from ledger.events.people import AbsenceRecorded, EmployeeDeparted, EmployeeHired, EmployeeMoved
from tests.commands.decisions.given import day, event, given, when

CASE = people.model("E-1", "E-2")
JUNE_2, JUNE_9 = date(2026, 6, 2), date(2026, 6, 9)


def hired(employee: str, at: int = 0) -> Event:
    return event(EmployeeHired(employee=employee, name="Анна"), at, None)


def left(at: int, effective_at: datetime | None = None) -> Event:
    return event(EmployeeDeparted(employee="E-1", effective_at=effective_at), at, None)


def departed(*events: Event, **how: Any) -> list[Any]:
    return when(people.depart("E-1", **how), given(CASE, *events))


@pytest.mark.parametrize("effective_at", [None, day(100), day(300)])
def test_somebody_who_is_here_leaves_now_or_then(effective_at: datetime | None) -> None:
    (fact,) = departed(hired("E-1"), reason="moved", effective_at=effective_at)
    assert fact == EmployeeDeparted(employee="E-1", reason="moved", effective_at=effective_at)


def test_who_came_back_leaves_again() -> None:
    assert len(departed(hired("E-1"), left(10), hired("E-1", 20))) == 1


def test_who_leaves_earlier_than_planned_does_not_leave_again() -> None:
    ahead = left(10, day(300))
    fact, cancelled = departed(hired("E-1"), ahead)
    assert fact == EmployeeDeparted(employee="E-1")
    assert cancelled.event == str(event_id(ahead.source, ahead.key))
    assert cancelled.annulled_type == "employee.departed"


def test_only_what_has_not_taken_effect_is_cancelled() -> None:
    stay = people.cancel("E-1", reason="stays")
    (cancelled,) = when(stay, given(CASE, hired("E-1"), left(10, day(300))))
    assert cancelled.annulled_type == "employee.departed"
    for events in ((hired("E-1"),), (hired("E-1"), left(10, day(100)))):
        with pytest.raises(Refused, match="nothing about employee E-1 is dated ahead"):
            when(stay, given(CASE, *events))


@pytest.mark.parametrize(
    ("events", "effective_at", "said"),
    [
        ((), None, "no employee 'E-1'"),
        ((hired("E-2"),), None, "no employee 'E-1'"),
        ((hired("E-1"), left(10)), None, "left on 2026-01-11 00:00 UTC"),
        ((hired("E-1", 20),), day(10), "was hired on 2026-01-21"),
        (
            (hired("E-1"), event(EmployeeMoved(employee="E-1", to_unit="U-2"), 50, None)),
            day(40),
            "employee.moved of E-1 (position 2)",
        ),
    ],
)
def test_a_departure_is_refused(
    events: tuple[Event, ...], effective_at: datetime | None, said: str
) -> None:
    with pytest.raises(Refused) as refused:
        departed(*events, effective_at=effective_at)
    assert said in str(refused.value)


def away(*events: Event, substitute: str | None = "E-2", last: date = JUNE_9) -> list[Any]:
    return when(people.absence("E-1", JUNE_2, last, substitute=substitute), given(CASE, *events))


def test_a_substitute_covers() -> None:
    (fact,) = away(hired("E-1"), hired("E-2"))
    assert fact == AbsenceRecorded(
        employee="E-1", first_day=JUNE_2, last_day=JUNE_9, substitute="E-2"
    )
    (alone,) = away(hired("E-1"), substitute=None)
    assert alone.substitute is None
    (one_day,) = away(hired("E-1"), hired("E-2"), last=JUNE_2)
    assert one_day.last_day == one_day.first_day


@pytest.mark.parametrize(
    ("events", "how", "said"),
    [
        ((hired("E-1"),), {}, "no employee 'E-2'"),
        ((hired("E-2"),), {}, "no employee 'E-1'"),
        ((hired("E-1"), hired("E-2"), left(10)), {}, "E-1 left"),
        ((hired("E-1"),), {"substitute": "E-1"}, "cannot be their own substitute"),
        ((hired("E-1"), hired("E-2")), {"last": date(2026, 6, 1)}, "before it begins"),
        # Here when it begins, but no longer when it ends.
        (
            (
                hired("E-1"),
                hired("E-2"),
                event(EmployeeDeparted(employee="E-2", effective_at=day(155)), 100, None),
            ),
            {},
            "E-2 leaves",
        ),
    ],
)
def test_an_absence_is_refused(events: tuple[Event, ...], how: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused) as refused:
        away(*events, **how)
    assert said in str(refused.value)
