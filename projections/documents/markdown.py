"""Answers as Markdown and as JSON that are the same bytes wherever and whenever they are written.

JSON has times in UTC; Markdown has them in the one zone that it names. A time that is known to the
day or the month is written as that day or month.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from projections.shown_text import one_line
from projections.shown_times import date_in, shown_in

Row = Mapping[str, object]
Rows = Sequence[Row]


def json_bytes(value: object) -> bytes:
    """Indented JSON in UTF-8 that ends with a line break."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def plain(row: Row, zone: ZoneInfo) -> dict[str, object]:
    """The row as JSON holds it: times in UTC, amounts as text with all their digits.

    - zone: in which it was asked for
    """
    return {name: _plain(row, name, zone) for name in row}


def table(rows: Rows, zone: ZoneInfo) -> Iterator[str]:
    """The lines of a table, without columns that are empty in every row, precisions, and positions
    of single columns: JSON has them.
    """
    names = [
        name
        for name in (rows[0] if rows else ())
        if not name.endswith(("precision", "_position"))
        and any(row[name] not in (None, [], ()) for row in rows)
    ]
    if not names:
        yield "None."
        return
    yield f"| {' | '.join(name.replace('_', ' ') for name in names)} |"
    yield f"|{' --- |' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(_cell(row, name, zone) for name in names)} |"


def escaped(text: str) -> str:
    """Text on one line in which Markdown finds no markup."""
    shown = one_line(text)
    marked = "".join(f"\\{sign}" if sign in "\\|`*_[]<>#" else sign for sign in shown)
    return " ".join(marked.split())


def _plain(row: Row, name: str, zone: ZoneInfo) -> object:
    value = row[name]
    if isinstance(value, datetime):
        at = value.astimezone(UTC)
        dated = date_in(row, name, zone)
        return dated or at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else value


def _cell(row: Row, name: str, zone: ZoneInfo) -> str:
    value = row[name]
    if value is None:
        return ""
    if (text := shown_in(row, name, zone)) is not None:
        return text
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, timedelta):
        return f"{value.days} d"
    if isinstance(value, list | tuple):
        return escaped(", ".join(map(str, value)))
    return escaped(f"{value:f}" if isinstance(value, Decimal) else str(value))
