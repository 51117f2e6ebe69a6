"""Validation messages: pydantic's and msgspec's findings as one InvalidEvent, and our own.

Our own are about several fields of one event: whom it concerns, and which date comes first. The
classes say it, by `needs` and `NotBefore` of `ledger.events.fields`.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pydantic import ValidationError

from ledger.envelope import OPTIONAL
from ledger.errors import InvalidEvent, shorten
from ledger.moments import Moment
from ledger.suggestions import did_you_mean

_LONGEST = 80
# A date is the same date in every zone, so it begins up to 14 hours before it does in UTC.
_EASTERNMOST = timedelta(hours=14)
# It ends 12 hours after it does in UTC where it ends last.
_DAY_AND_WESTERNMOST = timedelta(hours=24 + 12)


@dataclass(frozen=True)
class Remedy:
    """What to do about a value that the field refuses; a mark of the field."""

    text: str


def explain(
    error: ValidationError | TypeError,
    prefix: str,
    name: str,
    content: type[Any] | None,
    given: Mapping[str, Any],
) -> InvalidEvent:
    """Turn pydantic's first finding into the error that names the field, the value and the remedy.

    - prefix: the path of `given` in the event, such as `data.`; name: the event's type
    - content: the class that `given` should have been content of; None for the envelope
    """
    whole = prefix.rstrip(".") or name
    if isinstance(error, TypeError):
        return InvalidEvent(whole, given, str(error), "Correct the names.")
    first, *others = error.errors(include_url=False)
    path = _path(prefix, first["loc"])
    found = first["input"] if first["loc"] else given
    if first["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        names = OPTIONAL if content is None else [field.name for field in fields(content)]
        remedy = "Remove it, or correct its name."
        if len(first["loc"]) == 1:
            near = did_you_mean(str(first["loc"][0]), names)
            remedy = f"{near or 'Remove it.'} {name} has: {', '.join(names)}."
        problem = "is not a field of this event"
    elif first["type"] == "missing":
        problem, found = "is missing", None
        remedy = f"Add it{_choices(content, name, path.removeprefix(prefix))}."
    else:
        ours = _OURS.get(first["type"])
        problem = ours.format_map(first.get("ctx", {})) if ours else in_our_words(first["msg"])
        own = None if ours else _own_remedy(content, first["loc"])
        remedy = own or f"docs/events.md describes {name}."
        if first["type"].startswith("decimal_"):
            remedy = "Write it with a point and nothing between the thousands, such as 1234.5."
    if others:
        more = ", ".join(_path(prefix, other["loc"]) for other in others[:5])
        remedy += f" Also wrong: {more}."
    return InvalidEvent(path.rstrip(".") or whole, found, problem, remedy)


def in_our_words(message: str) -> str:
    """What is wrong with a value, from pydantic's message about it: `must be …`."""
    own = message.removeprefix("Value error, ")
    if own != message:
        return own
    found = _SHOULD.sub("must ", message, count=1)
    for theirs, ours in _WORDS.items():
        found = found.replace(theirs, ours)
    return found


# What is wrong with a value's form, by pydantic's name of it; what is wrong otherwise has a remedy.
_DAY, _TIME = "must be a day, such as 2026-05-01", "must be a time, such as 2026-05-01T10:00+03:00"
_OURS = {
    "dataclass_type": "must be an object",
    "date_from_datetime_inexact": "must be a day without a time, such as 2026-05-01",
    "date_from_datetime_parsing": _DAY,
    "date_parsing": _DAY,
    "date_type": _DAY,
    "datetime_from_date_parsing": _TIME,
    "datetime_parsing": _TIME,
    "datetime_type": _TIME,
    "decimal_max_digits": "must have at most {max_digits} digits",
    "decimal_max_places": "must have at most {decimal_places} digits after the point",
    "decimal_parsing": "must be a number",
    "decimal_type": "must be a number",
    "decimal_whole_digits": "must have at most {whole_digits} digits before the point",
    "dict_type": "must be an object",
    "list_type": "must be a list",
    "string_unicode": "must be text without unpaired surrogates",
    "too_long": "must have at most {max_length} entries",
    "too_short": "must have at least {min_length} of them",
    "tuple_type": "must be a list",
}
_SHOULD = re.compile(r"^\w+ should ")
_WORDS = {
    ", unable to parse string as an integer": "",
    ", got a number with a fractional part": "",
    ", unable to parse string as a number": "",
    "must have at least 1 character": "must not be empty",
    "must match pattern": "must match the pattern",
    "a valid string": "text",
    "a valid integer": "a whole number",
    "a valid decimal": "a number",
    "a valid number": "a number",
    "a valid boolean": "true or false",
    "greater than or equal to 0": "0 or more",
}


def refuse_without(needs: tuple[str, ...], type_: str, envelope: Mapping[str, Any]) -> None:
    """Refuse an event of this type without the fields that it needs. Raises InvalidEvent."""
    for name in needs:
        if envelope.get(name) is None:
            remedy = f"Add it: {type_} makes no sense without a {name}."
            raise InvalidEvent(name, None, "is missing", remedy)


def refuse_backwards(ends: tuple[tuple[str, str], ...], moment: Moment, data: Any) -> None:
    """Refuse content of which an end lies before its beginning. Raises InvalidEvent.

    ends: (end, beginning) by the names of their fields; moment: the event's `occurred_at`.
    """
    for name, start in ends:
        end = getattr(data, name)
        begin = moment if start == "occurred_at" else getattr(data, start)
        if end is not None and begin is not None and _before(end, begin):
            path = start if start == "occurred_at" else f"data.{start}"
            problem = f"lies before {path}, which is {_shown(begin)}"
            raise InvalidEvent(f"data.{name}", _shown(end), problem, "Correct one of the two.")


def unreadable(line: bytes, error: Exception) -> InvalidEvent:
    """The error for a line that cannot be read; an unpaired surrogate is named by its field."""
    problem, remedy = f"is not JSON in UTF-8: {error}", "Send one JSON object a line."
    try:
        read = json.loads(line.decode())
    except UnicodeDecodeError:
        remedy = "Convert the input to UTF-8 first, for example: iconv -f CP1251 -t UTF-8."
    except (ValueError, RecursionError):
        pass
    else:
        for path, text in _texts(read):
            if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
                problem, remedy = "contains an unpaired surrogate", "Send well-formed UTF-8."
                return InvalidEvent(_path("", path) or "event", text, problem, remedy)
    return InvalidEvent("event", line, problem, remedy)


def _texts(value: Any) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Every text in what was read from JSON, with its path."""
    left: list[tuple[tuple[Any, ...], Any]] = [((), value)]
    while left:
        path, value = left.pop()
        if isinstance(value, str):
            yield path, value
        elif isinstance(value, (dict, list)):
            members = value.items() if isinstance(value, dict) else enumerate(value)
            left += [((*path, name), inner) for name, inner in members]


def _path(prefix: str, parts: Iterable[Any]) -> str:
    """A field's path for a message, shortened: an unknown field's name may be any text."""
    path = prefix + ".".join(map(str, parts))
    return path if path.isprintable() and len(path) <= _LONGEST else shorten(path)


def _own_remedy(content: type[Any] | None, path: tuple[Any, ...]) -> str | None:
    hints = get_type_hints(content, include_extras=True) if content else {}
    marks = getattr(hints.get(str(path[0])), "__metadata__", ()) if path else ()
    return next((mark.text for mark in marks if isinstance(mark, Remedy)), None)


def _choices(content: type[Any] | None, name: str, field: str) -> str:
    """The allowed values of a field, if they are few; otherwise where they are documented."""
    kind = get_type_hints(content).get(field) if content else None
    if get_origin(kind) is Literal:
        return f": {', '.join(map(repr, get_args(kind)))}"
    return f"; docs/events.md describes {name}"


def _before(ends: date | datetime, begins: Moment | date | datetime) -> bool:
    """Whether an end certainly lies before a beginning, in whichever zone its days are meant."""
    if not isinstance(begins, (Moment, datetime)) and not isinstance(ends, datetime):
        return ends < begins
    (start, from_date), (end, to_date) = _stated(begins), _stated(ends)
    if start is None or end is None:
        return False
    # Compared by their distance: a day more than the last of all would be none.
    return start - end > from_date * _EASTERNMOST + to_date * _DAY_AND_WESTERNMOST


def _stated(value: Moment | date | datetime) -> tuple[datetime | None, bool]:
    """A time, and whether it is a date; then it is midnight UTC of it."""
    if isinstance(value, Moment):
        return value.at, value.floating
    if isinstance(value, datetime):
        return value, False
    return datetime(value.year, value.month, value.day, tzinfo=UTC), True


def _shown(value: Moment | date | datetime) -> str:
    return str(Moment.exactly(value) if isinstance(value, datetime) else value)
