"""Periods by name: a year (2026), a quarter (2026-Q3), a month (2026-09)."""

import re
from datetime import date, datetime, timedelta
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ledger.errors import InvalidQuestion

_NAME = re.compile(r"(?P<year>\d{4})(-Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?", re.ASCII)


class Period(NamedTuple):
    """A named period; since, until: local dates, half-open."""

    name: str
    since: date
    until: date

    @property
    def days(self) -> int:
        """The number of days."""
        return (self.until - self.since).days

    @property
    def last_day(self) -> date:
        """The last day."""
        return self.until - timedelta(days=1)

    def end(self, zone: str) -> datetime:
        """The instant at which the period ends in a zone."""
        return _midnight(self.until, zone)

    def begin(self, zone: str) -> datetime:
        """The instant at which the period begins in a zone."""
        return _midnight(self.since, zone)

    def overlaps(self, other: "Period", zone: str, other_zone: str) -> bool:
        """Whether the two periods share a moment, each in its zone."""
        begins_before = self.begin(zone) < other.end(other_zone)
        return begins_before and other.begin(other_zone) < self.end(zone)

    def before(self) -> Self:
        """The previous period of the same kind. Raises InvalidQuestion if there is none."""
        if self.since == date.min:
            raise InvalidQuestion(f"there is no period before {self.name}; give a later one")
        kind = "quarter" if "Q" in self.name else "month" if "-" in self.name else "year"
        return type(self)(*period_with(self.since - timedelta(days=1), kind))

    def parts(self, kind: str) -> "list[Period]":
        """The months, quarters or years that it consists of, in order; empty if they are longer."""
        found: list[Period] = []
        day = self.since
        while day < self.until:
            part = period_with(day, kind)
            if part.since < self.since or self.until < part.until:
                return []
            found.append(part)
            day = part.until
        return found


def _midnight(day: date, zone: str) -> datetime:
    try:
        return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):  # a period may have been closed in one of no name
        raise InvalidQuestion(f"no time zone {zone!r}; give an IANA name, such as UTC") from None


def period_with(day: date, kind: str) -> Period:
    """The month, quarter or year that contains a day."""
    quarter = (day.month + 2) // 3
    name = {"month": f"-{day.month:02}", "quarter": f"-Q{quarter}", "year": ""}[kind]
    return period_of(f"{day.year:04}{name}")


def period_of(text: str) -> Period:
    """Read the name of a period. Raises InvalidQuestion."""
    found = _NAME.fullmatch(text)
    try:
        if not found:
            raise ValueError
        year, quarter, month = (int(found[name] or 0) for name in ("year", "quarter", "month"))
        first = date(year, (quarter * 3 - 2) if quarter else (month or 1), 1)
        after = first + timedelta(days=31 if month else 92 if quarter else 366)
    except (ValueError, OverflowError):
        raise InvalidQuestion(f"no period {text!r}; give 2026, 2026-Q3 or 2026-09") from None
    return Period(text, first, after.replace(day=1))
