"""Validation messages: pydantic's and msgspec's findings as one InvalidEvent."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pydantic import ValidationError

from ledger.catalogue import EventType
from ledger.envelope import OPTIONAL
from ledger.errors import InvalidEvent, shorten
from ledger.events.fields import Remedy
from ledger.suggestions import did_you_mean

_LONGEST = 80


def explain(
    error: ValidationError | TypeError,
    prefix: str,
    described: EventType,
    given: Mapping[str, Any],
) -> InvalidEvent:
    """Turn pydantic's first finding into the error that names the field, the value and the remedy.

    prefix: the path of `given` in the event, such as `data.`.
    """
    if isinstance(error, TypeError):
        return InvalidEvent(prefix.rstrip(".") or "event", given, str(error), "Correct the names.")
    first, *others = error.errors(include_url=False)
    path = _path(prefix, first["loc"])
    if first["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        names = [field.name for field in fields(described.content)] if prefix else OPTIONAL
        remedy = "Remove it, or correct its name."
        if len(first["loc"]) == 1:
            near = did_you_mean(str(first["loc"][0]), names)
            remedy = f"{near or 'Remove it.'} {described.name} has: {', '.join(names)}."
        problem = "is not a field of this event"
    elif first["type"] == "missing":
        problem, remedy = "is missing", f"Add it{_choices(described, path.removeprefix(prefix))}."
    else:
        problem = in_our_words(first["msg"])
        remedy = (
            _own_remedy(described, first["loc"]) or f"docs/events.md describes {described.name}."
        )
        if first["type"] == "decimal_parsing":
            remedy = "Write it with a point and nothing between the thousands, such as 1234.5."
    if others:
        more = ", ".join(_path(prefix, other["loc"]) for other in others[:5])
        remedy += f" Also wrong: {more}."
    found = None if first["type"] == "missing" else first["input"]
    return InvalidEvent(path.rstrip("."), found, problem, remedy)


def in_our_words(message: str) -> str:
    """What is wrong with a value, from pydantic's message about it: `must be …`."""
    own = message.removeprefix("Value error, ")
    if own != message:
        return own
    found = _SHOULD.sub("must ", message, count=1)
    for theirs, ours in _WORDS.items():
        found = found.replace(theirs, ours)
    return found


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


def _own_remedy(described: EventType, path: tuple[Any, ...]) -> str | None:
    hints = get_type_hints(described.content, include_extras=True)
    marks = getattr(hints.get(str(path[0])), "__metadata__", ()) if path else ()
    return next((mark.text for mark in marks if isinstance(mark, Remedy)), None)


def _choices(described: EventType, field: str) -> str:
    """The allowed values of a field, if they are few; otherwise where they are documented."""
    kind = get_type_hints(described.content).get(field)
    if get_origin(kind) is Literal:
        return f": {', '.join(map(repr, get_args(kind)))}"
    return f"; docs/events.md describes {described.name}"
