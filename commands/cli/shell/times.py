"""Dates, times and zones as they are typed."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ledger.errors import InvalidQuestion
from ledger.moments import END, FIRST, OUT_OF_REACH, Moment, Precision, begins
from projections.periods import period_of

_FORM_REMEDY = (
    "Give a day (2025-06-30), a month (2025-06), a quarter (2025-Q2), a year (2025) or a time "
    "(2025-06-30T18:00)."
)


class Span(NamedTuple):
    """What a date or time on the command line covers: an instant, or a whole day, month, …"""

    first: datetime
    last: datetime


def known_zone(name: str) -> ZoneInfo:
    """The time zone of this IANA name. Raises InvalidQuestion."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidQuestion(
            f"unknown time zone {name!r}; use an IANA name, such as Europe/Moscow or UTC"
        ) from None


def zone_named(zone: str | None, default: str) -> str:
    """The zone that --zone names, or the default. Raises InvalidQuestion if there is no such."""
    return default if zone is None else known_zone(zone).key


def moment(option: str, text: str, zone: str) -> Span:
    """Read a date or time; one without an offset is in the zone. Raises InvalidQuestion."""
    in_zone = known_zone(zone)
    if re.fullmatch(r"\d{4}(-Q[1-4])?", text, re.ASCII):
        if not FIRST.year <= int(text[:4]) < END.year:
            raise InvalidQuestion(f"{option} {text!r} {OUT_OF_REACH}. {_FORM_REMEDY}")
        named = period_of(text)
        return Span(named.begin(zone), named.end(zone) - timedelta(microseconds=1))
    naive = re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?", text, re.ASCII)
    try:
        found = Moment.parse(f"{text}Z" if naive else text)
    except ValueError as error:
        raise InvalidQuestion(f"{option} {text!r} {error}. {_FORM_REMEDY}") from None
    if found.at is None:
        raise InvalidQuestion(f"{option} {text!r} is not a time. {_FORM_REMEDY}")
    if not FIRST <= found.at < END:
        raise InvalidQuestion(f"{option} {text!r} {OUT_OF_REACH}. {_FORM_REMEDY}")
    return _span(found, found.at, in_zone, naive=bool(naive))


def day_of(option: str, text: str) -> date:
    """Read a date. Raises InvalidQuestion."""
    try:
        found = Moment.parse(text)
    except ValueError:
        found = None
    if not found or not found.at or found.precision is not Precision.DAY:
        raise InvalidQuestion(f"{option} {text!r} is not a day, such as 2026-06-30")
    if not FIRST <= found.at < END:
        raise InvalidQuestion(f"{option} {text!r} {OUT_OF_REACH}")
    return found.at.date()


def _span(found: Moment, at: datetime, zone: ZoneInfo, *, naive: bool) -> Span:
    if not found.floating:
        at = (at.replace(tzinfo=zone) if naive else at).astimezone(UTC)
        return Span(at, at)
    day = at.replace(tzinfo=None)
    after = day + timedelta(days=1)
    if found.precision is Precision.MONTH:
        after = (day + timedelta(days=32)).replace(day=1)
    return Span(begins(day, zone), begins(after, zone) - timedelta(microseconds=1))
