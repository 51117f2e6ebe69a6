"""How one value is shown: in a table, in JSON, and in CSV.

Where a row has a `precision`, its time is shown only as exactly as it is known; `hired_precision`
is for `hired_at`.
"""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from projections.shown_text import one_line
from projections.shown_times import date_in, local, shown_in

# What begins a formula, in the letters of East Asian keyboards too.
_FORMULA = "=+-@＝＋－＠"
_NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?")
_encoder = msgspec.json.Encoder(decimal_format="number")


class Formatted(str):
    """A cell that was formatted for people, such as "80 % (8/10)", and the value to sort it by.

    unit: of the value; values in different units are not compared.
    """

    __slots__ = ("unit", "value")
    value: Any
    unit: str

    def __new__(cls, text: str, value: Any, unit: str = "") -> "Formatted":
        """Make the cell; a value of None is no data."""
        made = super().__new__(cls, text)
        made.value, made.unit = value, unit
        return made


class Chart(str):
    """A cell that draws the figure of another; left out first where a table is too wide."""

    __slots__ = ()


def value_of(row: Mapping[str, Any], name: str, zone: ZoneInfo) -> Any:
    """A cell as JSON can hold it."""
    value = row[name]
    if isinstance(value, Formatted):
        return str(value)
    if not isinstance(value, datetime):
        return value
    return date_in(row, name, zone) or local(value, zone).isoformat()


def cell_of(row: Mapping[str, Any], name: str, zone: ZoneInfo) -> str:
    """A cell of a table."""
    value = row[name]
    if (text := shown_in(row, name, zone)) is not None:
        return text
    if isinstance(value, timedelta):
        return _span(value)
    if isinstance(value, Decimal) and value.is_finite() and value != round(value, 6):
        value = round(value, 2)  # a quotient: more places than anybody reads
    return one_line(_text(value))


def harmless(text: str) -> str:
    """A text of CSV that no spreadsheet takes for a formula: if it would, after an apostrophe.

    A negative number stays a number.
    """
    first = text.lstrip()[:1] if text[:1].isprintable() else text[:1]
    begins = first in _FORMULA or not first.isprintable()
    return f"'{text}" if first and begins and not _NUMBER.fullmatch(text) else text


def field_of(value: Any) -> str:
    """A field of CSV, from a value as `value_of` returns it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, timedelta):
        return str(json.loads(json_of(value)))
    return json_of(value) if isinstance(value, (list, tuple)) else _text(value)


def counted(count: int, noun: str) -> str:
    """How many of something there are: "1 client", "1,024 clients"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def json_of(value: Any) -> str:
    """A value in JSON; decimals are numbers."""
    return _encoder.encode(value).decode()


def _span(value: timedelta) -> str:
    minutes, days = int(abs(value).total_seconds() // 60) % 1440, abs(value).days
    hours = f"{minutes // 60}:{minutes % 60:02}"
    return ("-" if value < timedelta() else "") + (f"{days} d {hours}" if days else hours)


def _text(value: Any) -> str:
    """A value in a table or a CSV field; None is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return json_of(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_text, value))
    return str(value)
