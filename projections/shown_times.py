"""Times as answers show them: in one zone, and only as exactly as they are known.

In a row the column `precision` says how exactly the row's own time is known, and `x_precision` how
exactly `x_at` or `x` is. What is known as a day or a month is that date in every zone: its time is
the beginning of that date in the zone in which it was asked for.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ledger.moments import FLOATING, Moment, Precision

# The times that a row's `precision` speaks of.
_DATED = ("occurred_at", "effective_at", "from_at", "at", "since")


def date_in(row: Mapping[str, object], name: str, zone: ZoneInfo) -> str | None:
    """The text of a time of a row that is known as a day or month alone; else None.

    - zone: in which the row was asked for
    """
    at = row.get(name)
    known = row.get(f"{name.removesuffix('_at')}_precision")
    if known is None and name in _DATED:
        known = row.get("precision")
    if known not in FLOATING or not isinstance(at, datetime):
        return None
    return str(Moment(local(at, zone), Precision(str(known))))


def shown_in(row: Mapping[str, object], name: str, zone: ZoneInfo) -> str | None:
    """The text of a time of a row, at most to the minute; None if it is not a time."""
    at = row[name]
    if not isinstance(at, datetime):
        return None
    return date_in(row, name, zone) or f"{local(at, zone):%Y-%m-%d %H:%M}"


def named(at: datetime, zone: str) -> str:
    """The text of a time in a message, to the minute, with the zone that it is in."""
    return f"{local(at, ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}"


def local(at: datetime, zone: ZoneInfo) -> datetime:
    """A time in a zone; at the ends of the calendar, where the zone has none, in UTC."""
    try:
        return at.astimezone(zone)
    except OverflowError:
        return at.astimezone(UTC)
