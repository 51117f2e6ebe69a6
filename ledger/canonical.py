"""Canonical JSON, for bytes that are hashed or compared; and names given twice in an object.

JSON leaves open which of the two counts, so we refuse it.
"""

import json
from typing import Any

import msgspec

from ledger.errors import InvalidEvent

# UTF-8, keys sorted, no spaces: equal content gives equal bytes.
canonical = msgspec.json.Encoder(order="sorted").encode


def refuse_duplicates(text: bytes, read: Any) -> None:
    """Refuse JSON in which an object gives a name twice. Raises InvalidEvent.

    read: what was read from the text; of a name that stands twice it holds one value only.
    """
    # A text is between two quotation marks, and what was lost with a name is missing here.
    if text.count(b'"') - text.count(b'\\"') == 2 * _texts(read) and b"\\\\" not in text:
        return
    try:
        found = _twice(json.loads(text, object_pairs_hook=_Pairs))
    except RecursionError:
        problem = "is nested too deep"
        raise InvalidEvent("event", text, problem, "Send one flat JSON object.") from None
    if found:
        path, values = found
        remedy = "Keep the one that is right."
        raise InvalidEvent(".".join(map(str, path)), values, "is given twice", remedy)


def _texts(value: Any) -> int:
    """How many texts there are in what was read from JSON, names included."""
    count, left = 0, [value]
    while left:
        value = left.pop()
        if value.__class__ is dict:
            count += len(value)
            value = value.values()
        elif value.__class__ is not list:
            count += value.__class__ is str
            continue
        for inner in value:
            if inner.__class__ is str:
                count += 1
            elif inner.__class__ is dict or inner.__class__ is list:
                left.append(inner)
    return count


class _Pairs(list[Any]):
    """The names of an object with their values, in order."""


def _twice(value: Any) -> tuple[tuple[Any, ...], list[Any]] | None:
    """The path of a name that is given twice, and its values."""
    left: list[tuple[tuple[Any, ...], Any]] = [((), value)]
    while left:
        path, value = left.pop()
        if isinstance(value, _Pairs):
            seen: dict[str, Any] = {}
            for name, inner in value:
                if name in seen:
                    return (*path, name), [seen[name], inner]
                seen[name] = inner
            left += [((*path, name), inner) for name, inner in value]
        elif isinstance(value, list):
            left += [((*path, number), inner) for number, inner in enumerate(value)]
    return None
