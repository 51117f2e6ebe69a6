"""Business calendars: the working hours of every day, and the hours worked between two moments."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ledger.database import Connection
from ledger.envelope import Recorded
from ledger.errors import InvalidQuestion, NotFound
from ledger.sql import statements
from projections.engine.registry import Tables, Unfolds
from projections.periods import Period
from projections.view import View, ask

_SQL = statements("projections.tables.work", "calendar.sql")
CLOCK = _SQL["clock"]
DEFAULT = "default"


class WorkingDay(NamedTuple):
    """One day that a calendar covers: when each of its shifts starts and ends; [] on a holiday."""

    position: int
    calendar: str
    day: date
    zone: str
    starts: list[datetime]
    ends: list[datetime]
    seconds: int


TABLES: Tables = {WorkingDay: "working_days"}


def _published(event: Recorded) -> Iterator[WorkingDay]:
    d = event.data
    week = {each.weekday: each.shifts for each in d.week}
    deviations = {each.day: each.shifts for each in d.deviations}
    for number in range((d.last_day - d.first_day).days + 1):
        day = d.first_day + timedelta(days=number)
        shifts = deviations.get(day, week.get(day.isoweekday(), ()))
        sides = [[_moment(day, text, d.zone) for text in shift.split("-")] for shift in shifts]
        # On the day the clocks go forward, a shift in the lost hour may have no length.
        starts, ends = [side[0] for side in sides], [max(side) for side in sides]
        worked = sum((end - start).total_seconds() for start, end in zip(starts, ends, strict=True))
        yield WorkingDay(event.position, d.calendar, day, d.zone, starts, ends, round(worked))


def _moment(day: date, text: str, zone: str) -> datetime:
    hours, _, minutes = text.partition(":")
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))  # 24:00 is the next day
    after = timedelta(hours=int(hours), minutes=int(minutes))
    return (local + after).astimezone(ZoneInfo("UTC"))


UNFOLD: Unfolds = {"business_calendar.published": _published}


class Calendar(NamedTuple):
    """A business calendar and the days it covers, both included; zone: None for more than one."""

    calendar: str
    first_day: date
    last_day: date
    zone: str | None


class Day(NamedTuple):
    """A day of a calendar; worked: whether there is work on it."""

    day: date
    worked: bool


class Worked(NamedTuple):
    """Business hours between two moments."""

    hours: Decimal


def calendars(connection: Connection, view: View) -> list[Calendar]:
    """Every calendar that was published."""
    return ask(connection, _SQL["calendars"], view, Calendar)


def zone_of(connection: Connection, view: View, calendar: str) -> str:
    """The time zone of a calendar. Raises NotFound, or InvalidQuestion if it has two."""
    known = {row.calendar: row.zone for row in calendars(connection, view)}
    if calendar not in known:
        raise NotFound(
            f"no business calendar {calendar!r} was published as of position {view.as_of}; "
            f"there are: {', '.join(known) or 'none'}. Append business_calendar.published"
        )
    if (zone := known[calendar]) is None:
        raise InvalidQuestion(
            f"business calendar {calendar!r} was published in two time zones; publish all its "
            "days in one"
        )
    return zone


def default(connection: Connection, view: View) -> str:
    """The calendar that counts where none is named: the only one there is, or that of this name.

    Raises InvalidQuestion if there is none, or several without one called "default".
    """
    names = [row.calendar for row in calendars(connection, view)]
    if len(names) == 1:
        return names[0]
    if DEFAULT in names:
        return DEFAULT
    raise InvalidQuestion(
        f"name a business calendar; there are: {', '.join(names) or 'none'}. One alone, or one "
        f"called {DEFAULT!r}, would count by itself. Append business_calendar.published"
    )


def working_days(
    connection: Connection, view: View, calendar: str, period: Period
) -> tuple[date, ...]:
    """The days of a period on which a calendar has work, in order.

    Raises InvalidQuestion if it does not cover all days of the period.
    """
    zone_of(connection, view, calendar)
    rows = ask(
        connection,
        _SQL["days"],
        view,
        Day,
        calendar=calendar,
        since=period.since,
        until=period.until,
    )
    if len(rows) < period.days:
        raise InvalidQuestion(
            f"business calendar {calendar!r} covers {len(rows)} of the {period.days} days of "
            f"{period.name}. Append business_calendar.published for the others"
        )
    return tuple(row.day for row in rows if row.worked)


def worked(
    connection: Connection, view: View, calendar: str, start: datetime, end: datetime
) -> float:
    """The business hours from one moment to a later one, 0 if it is not later.

    Raises InvalidQuestion if the calendar does not cover all days from the one to the other.
    """
    zone = zone_of(connection, view, calendar)
    statement = f"WITH {CLOCK}{_SQL['worked']}"
    (row,) = ask(
        connection,
        statement,
        view,
        Worked,
        calendar=calendar,
        calendar_zone=zone,
        start=start,
        end=end,
    )
    return float(row.hours)
