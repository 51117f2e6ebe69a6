"""Extreme values for every field of every event type, derived from recorded examples of all types.

A value is tried in every field, whatever the field holds: what fits nowhere is refused everywhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from decimal import Decimal
from types import NoneType
from typing import Any
from unicodedata import normalize

import msgspec

from ledger import catalogue, codec
from ledger.envelope import OPTIONAL, Encoded
from ledger.errors import InvalidEvent
from tests.ledger.events import golden

Path = tuple[str | int, ...]

NUMBERS: list[Any] = [
    0, 1, 2, 5, 10, 100, 3660, 10_000_000, 2**31 - 2, 2**31 - 1, 2**31, 2**32 + 1, 2**53 - 1,
    2**53, 2**63 - 1, 2**63, 10**30, 0.5, 0.000001, 0.0001, 1e13, 1e300,
]  # fmt: skip
DECIMALS = [
    "0", "-0", "0.5", "1", "0.000001", "999999.9999", "99999999999999.9999", "999999999999.999999",
    "999999999999999999999.999999", "99999999999999999999999999999", "1E+13", "1E-6", "0E+99",
    "NaN", "Infinity", "1_000", "\uff11",
]  # fmt: skip
DATES = [
    "0001-01-01", "1582-10-15", "1899-12-31", "1900-01-01", "1970-01-01", "2026-02-28",
    "2199-12-31", "2200-01-01", "9999-12-31", "1900-01", "1900", "2199", "2199-12", "2199-Q4",
    "0001", "0000", "9999-12", "unknown",
]  # fmt: skip
TIMES = [
    f"{day}T{time}{zone}"
    for day in ("0001-01-01", "1900-01-01", "2026-03-29", "2199-12-31", "9999-12-31")
    for time in ("00:00:00", "02:30", "23:59:59.999999")
    for zone in ("Z", "+14:00", "-12:00")
]
TEXTS = [
    "", " ", "x" * 200, "x" * 201, "x" * 500, "x" * 501, "x" * 100_000, "x" * 100_001,
    "\U00020000" * 200, "\U00020000" * 500, "\ufb2c" * 200, "e\u0301", "\0", "\x1b[2J", "a\nb",
    "a\tb", "\u2028", "\u202e", "\u200b", "=1+1", "@x", "-x", "%s%(x)s{0}{x}", "'", '"', "\\",
    "`|<b>&amp;", "a:b", "a/b", "../x", "client:C-104", "..", ",", ";", "UTC", "Asia/Kathmandu",
    "America/St_Johns", "00:00-24:00", "USD", "0" * 64, "f" * 64, golden.AN_ID,
    golden.AN_ID.upper(), "A-2",
]  # fmt: skip
OTHERS: list[Any] = [None, True, False, {}, [], [[]], [None], {"a": {"a": {}}}]
VALUES = [
    *NUMBERS, *(-n for n in NUMBERS if n), *DECIMALS, *(f"-{n}" for n in DECIMALS), *DATES, *TIMES,
    *TEXTS, *OTHERS,
]  # fmt: skip
# What a field that takes any text is tried with.
ANY_TEXT = "=%s(x) & Ж"
PLAIN = [
    "-1", "9999-12-31", "x" * 200, "x" * 500, "x" * 100_000, "\U00020000" * 200,
    "\U00020000" * 500, "\x1b[2J", "a\nb", "\u2028", "\u202e", "=1+1", "%s%(x)s{0}{x}", "'", '"',
    "`|<b>&amp;", "a/b", "../x", None,
]  # fmt: skip
LENGTHS = (0, 2, 7, 100, 1_000, 10_001)


def examples() -> list[dict[str, Any]]:
    """One event of every type with every field filled in, as it is sent; all are about the same."""
    found = [msgspec.json.decode(line["body"]) for line in golden.lines()]
    newest = {each.name: each.version for each in catalogue.types().values()}
    return [each for each in found if newest[each["type"]] == each["version"]]


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of all fields and members in what is sent."""
    if path:
        yield path
    if isinstance(value, dict | list):
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths(inner, (*path, name))


def at(event: Any, path: Path) -> Any:
    """What stands at a path."""
    for name in path:
        event = event[name]
    return event


@contextmanager
def changed(event: dict[str, Any], path: Path, value: Any) -> Iterator[bytes]:
    """The event as a line with this value there."""
    holder, was = at(event, path[:-1]), at(event, path)
    holder[path[-1]] = value
    try:
        yield msgspec.json.encode(event)
    finally:
        holder[path[-1]] = was


def tried(event: dict[str, Any], path: Path) -> list[Any]:
    """The values to try at a path of an event."""
    was = at(event, path)
    if isinstance(was, list):
        return [*VALUES, *(was * length for length in LENGTHS)]
    with changed(event, path, ANY_TEXT) as line:
        return PLAIN if accepted(line) else VALUES


def accepted(line: bytes) -> Encoded | None:
    """The line as it would be recorded, or None if it is refused."""
    try:
        return codec.encode_json(line)
    except InvalidEvent:
        return None


def extreme_lines() -> Iterator[bytes]:
    """Every example with one extreme value in one field, where intake accepts it.

    The fields of the envelope are the same for every type: all are tried with one, and the time
    with each.
    """
    for example in examples():
        everywhere = example["type"] == "call.logged"
        for number, path in enumerate(paths(example)):
            if path[0] not in ("data", "occurred_at") and not (everywhere and path[0] in OPTIONAL):
                continue
            for nth, value in enumerate(tried(example, path)):
                example["key"] = f"{example['type']} {number} {nth}"
                with changed(example, path, value) as line:
                    if accepted(line):
                        yield line


def came_back(sent: Any, recorded: Any) -> bool:
    """Whether what was sent is what was recorded, but for its form: no field has another value.

    Empty fields leave no trace, defaults are added, space around a line goes, and a time is written
    in UTC.
    """
    if isinstance(sent, dict) and isinstance(recorded, dict):
        return all(came_back(sent[name], recorded.get(name)) for name in sent)
    if isinstance(sent, list) and isinstance(recorded, list) and len(sent) == len(recorded):
        return all(map(came_back, sent, recorded))
    if sent == recorded or (sent in (None, []) and recorded in (None, [])):
        return True
    if isinstance(sent, bool) or isinstance(recorded, bool):
        words = {True: (1, "1", "true", "on", "yes", "t", "y"), False: (0, "0", "false", "off")}
        return recorded in (True, False) and sent in words[bool(recorded)]
    if not isinstance(sent, dict | list | NoneType) and not isinstance(recorded, dict | list):
        return any(same(sent, recorded) for same in (_same_number, _same_time, _same_text))
    return False


def _same_number(sent: Any, recorded: Any) -> bool:
    try:
        return Decimal(str(sent)) == Decimal(str(recorded))
    except ArithmeticError:
        return False


def _same_time(sent: Any, recorded: Any) -> bool:
    try:
        ours, theirs = (datetime.fromisoformat(str(each).upper()) for each in (recorded, sent))
    except ValueError:
        return False
    return ours == theirs or (theirs.time() == time() and str(recorded) == f"{theirs:%Y-%m-%d}")


def _same_text(sent: Any, recorded: Any) -> bool:
    forms = (str(sent).strip(), normalize("NFC", str(sent).strip()), str(sent).lower())
    return isinstance(sent, str) and recorded in forms
