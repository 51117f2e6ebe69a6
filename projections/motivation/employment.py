"""Employment within a period: days, units and position."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ledger.database import Connection
from ledger.sql import statements
from projections.periods import Period
from projections.shown_times import local
from projections.view import View, ask

_SQL = statements("projections.tables.people", "people.sql")
_DAY = timedelta(days=1)
Away = tuple[date, date]


class EmploymentChange(NamedTuple):
    """An employee was hired, moved or departed; effective_at: None if the time is unknown."""

    employee: str
    change: str
    unit: str | None
    job: str | None
    effective_at: datetime | None
    precision: str


class Absence(NamedTuple):
    """An employee was away from the first to the last day, both included."""

    employee: str
    first_day: date
    last_day: date


class Tenure(NamedTuple):
    """An employee in a period.

    - units: (unit, days) in order; position: the one they were last hired in
    - remarks: assumptions made; spells: (unit, first day, last day) within the period, in order
    """

    employee: str
    position: str | None
    days: int
    units: tuple[tuple[str | None, int], ...]
    remarks: tuple[str, ...] = ()
    spells: tuple[tuple[str | None, date, date], ...] = ()

    @property
    def last_unit(self) -> str | None:
        """Their unit at the end of the period, or when they left within it."""
        return self.spells[-1][0] if self.spells else None


def tenures(connection: Connection, view: View, period: Period) -> list[Tenure]:
    """Everybody who was employed on any day of a period, as known at the view's position."""
    rows = ask(connection, _SQL["employments"], view, EmploymentChange)
    by_employee: dict[str, list[EmploymentChange]] = {}
    for row in rows:
        by_employee.setdefault(row.employee, []).append(row)
    found = (tenure(each, period, view.zone) for each in by_employee.values())
    return [each for each in found if each.days]


def tenure(changes: Iterable[EmploymentChange], period: Period, zone: str) -> Tenure:
    """Count one employee's days, given their changes in order of effect.

    The days of hiring and departure both count. The day of a move counts for the new unit. A change
    known to the month only is dated to its first day, with a remark if that is in the period.
    """
    employee, position = "", None
    unit, since = None, None  # of the current spell
    spells: list[tuple[str | None, date, date]] = []
    remarks: list[str] = []
    for change in changes:
        day = _day(change, zone)
        employee = change.employee
        if day < period.until:
            position = change.job or position
        if change.precision == "month" and period.since <= day < period.until:
            remarks.append(f"{change.change} in {day:%Y-%m}: taken for the first day of it")
        if since is not None:
            left = change.change == "departed"
            spells.append((unit, since, day if left else day - _DAY))
        if change.change == "departed":
            unit, since = None, None
        else:
            ended = spells[-1][2] + _DAY if spells else date.min
            unit, since = change.unit or unit, max(day, ended)
    if since is not None:
        spells.append((unit, since, date.max))
    days: dict[str | None, int] = {}
    clipped = [
        (place, max(first, period.since), min(last, period.last_day))
        for place, first, last in spells
        if first <= period.last_day and last >= max(first, period.since)
    ]
    for place, first, last in clipped:
        days[place] = days.get(place, 0) + (last - first).days + 1
    whole = sum(days.values())
    return Tenure(employee, position, whole, tuple(days.items()), tuple(remarks), tuple(clipped))


def absences(connection: Connection, view: View, period: Period) -> dict[str, list[Away]]:
    """The absences in a period: first and last day, by employee."""
    found: dict[str, list[Away]] = {}
    since, until = period.since, period.until
    rows = ask(connection, _SQL["absences"], view, Absence, since=since, until=until)
    for row in rows:
        found.setdefault(row.employee, []).append((row.first_day, row.last_day))
    return found


def _day(change: EmploymentChange, zone: str) -> date:
    """The day of a change; unknown, or at an end of the calendar: one that has neighbours."""
    at = change.effective_at
    if at is None:
        return date.min + _DAY
    return min(max(local(at, ZoneInfo(zone)).date(), date.min + _DAY), date.max - _DAY)
