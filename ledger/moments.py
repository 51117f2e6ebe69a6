"""Times with the precision that the producer knows.

The text form states its own precision: `2026-03-01T10:00:00+03:00` is an instant,
`2026-03-01T10:00+03:00` a minute, `2026-03-01` a day, `2026-03` a month, `unknown` an unknown time.
A day or a month has no time zone: the first of March is the first of March in every branch. It is
stored as midnight UTC of its first day and must be read back as a calendar date (`floating`). It
begins when that day begins in the zone in which it is asked for (`begins`).
"""

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

_FORM = re.compile(
    r"(?P<month>\d{4}-\d\d)(?P<day>-\d\d)?"
    r"(?P<minute>[T ]\d\d:\d\d)?(?P<second>:\d\d(\.\d{1,6})?)?(?P<zone>Z|[+-]\d\d(:?\d\d)?)?",
    re.ASCII,
)
REMEDY = (
    "Give a time with its zone (2026-03-01T10:00:00+03:00), a day (2026-03-01), a month (2026-03), "
    'or "unknown".'
)

# What an event may be dated: far enough for every business, and near enough for every computation.
FIRST, END = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
AHEAD = timedelta(minutes=5)  # by which clocks may differ, as in appending.sql
OUT_OF_REACH = f"lies outside the years {FIRST.year} to {END.year - 1}"


class Precision(StrEnum):
    """The precision of a moment."""

    INSTANT = "instant"
    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    UNKNOWN = "unknown"


FLOATING = (Precision.DAY, Precision.MONTH)


class Moment(NamedTuple):
    """A point in time and its precision; `at` is None exactly if the time is unknown.

    at: UTC; for a day or month, midnight UTC of its first day.
    """

    at: datetime | None
    precision: Precision

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text form. Raises ValueError saying what is wrong, without the remedy."""
        if text == "unknown":
            return cls(None, Precision.UNKNOWN)
        found = _FORM.fullmatch(text)
        if not found or (found["second"] and not found["minute"]):
            raise ValueError("is not a time in ISO 8601 form")
        if not found["minute"]:
            if found["zone"]:
                raise ValueError("is a date with a zone; a date has none")
            first_day = f"{found['month']}{found['day'] or '-01'}T00:00:00Z"
            return cls(_instant(first_day), Precision.DAY if found["day"] else Precision.MONTH)
        if not found["day"]:
            raise ValueError("is not a time in ISO 8601 form")
        if not found["zone"]:
            raise ValueError("has no time zone")
        return cls(_instant(text), Precision.INSTANT if found["second"] else Precision.MINUTE)

    @classmethod
    def exactly(cls, at: datetime) -> Self:
        """Take an aware datetime as an instant. Raises ValueError if it has no time zone."""
        if at.utcoffset() is None:
            raise ValueError("has no time zone")
        try:
            return cls(at.astimezone(UTC), Precision.INSTANT)
        except OverflowError as error:
            raise ValueError(f"is not a possible time ({error})") from None

    @property
    def floating(self) -> bool:
        """Whether this is a calendar date, which is the same date in every time zone."""
        return self.precision in FLOATING

    def __str__(self) -> str:
        if self.at is None:
            return "unknown"
        if self.precision is Precision.INSTANT:
            return self.at.isoformat().replace("+00:00", "Z")
        # Not strftime, which writes the year 900 with three digits.
        short = self.at.isoformat()[: _LENGTHS[self.precision]]
        return f"{short}Z" if self.precision is Precision.MINUTE else short


_LENGTHS = {Precision.MINUTE: 16, Precision.DAY: 10, Precision.MONTH: 7}


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"is not a possible time ({error})") from None


def begins(day: datetime, zone: ZoneInfo) -> datetime:
    """When a date, midnight UTC of it, begins in a zone; in UTC."""
    try:
        return day.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:  # the first day of all, east of UTC
        return day


def is_over(day: datetime, precision: str, zone: ZoneInfo) -> datetime:
    """When a day or month, midnight UTC of its first day, is over in a zone; in UTC."""
    try:
        if precision == Precision.DAY:
            return begins(day + timedelta(days=1), zone)
        return begins((day + timedelta(days=31)).replace(day=1), zone)
    except OverflowError:  # the last day of all
        return datetime.max.replace(tzinfo=UTC)


def precision_of(text: str) -> Precision:
    """The precision of a text that `str(Moment)` wrote, without parsing it; of others instant."""
    if len(text) > _MINUTE:
        return Precision.INSTANT
    return Precision.UNKNOWN if text == "unknown" else _BY_LENGTH.get(len(text), Precision.INSTANT)


_MINUTE = 17
_BY_LENGTH = {7: Precision.MONTH, 10: Precision.DAY, _MINUTE: Precision.MINUTE}
