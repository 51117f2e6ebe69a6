"""Canonical JSON, for bytes that are hashed or compared; and names given twice in an object.

JSON leaves open which of the two counts, so we refuse it.
"""

import json
from typing import Any

import msgspec

from ledger.errors import InvalidEvent, shorten

# UTF-8, keys sorted, no spaces: equal content gives equal bytes.
canonical = msgspec.json.Encoder(order="sorted").encode
_LONGEST = 80  # characters of a path in a message
# As quickly as can be: a number stays one, so that it has no quotation marks.
_encode = msgspec.json.Encoder(decimal_format="number").encode


def refuse_duplicates(text: bytes, read: Any) -> None:
    """Refuse JSON in which an object gives a name twice. Raises InvalidEvent.

    read: what was read from the text; of a name that stands twice it holds one value only.
    """
    try:
        # What was lost with a name is missing here, and its quotation marks with it.
        again = _encode(read)
        if marks(text) == marks(again) is not None:
            return
        found = _twice(json.loads(text, object_pairs_hook=_Pairs))
    except RecursionError:
        problem = "is nested too deep"
        raise InvalidEvent("event", text, problem, "Send one flat JSON object.") from None
    if found:
        path, values = ".".join(map(str, found[0])), [_shown(each) for each in found[1]]
        name = path if path.isprintable() and len(path) <= _LONGEST else shorten(path)
        raise InvalidEvent(name, values, "is given twice", "Keep the one that is right.")


def _shown(value: Any) -> Any:
    return dict(value) if isinstance(value, _Pairs) else value


def marks(text: bytes) -> int | None:
    """How many quotation marks are not escaped; None where that is not seen at once."""
    if b"\\" not in text:
        return text.count(b'"')
    return None if b"\\\\" in text else text.count(b'"') - text.count(b'\\"')


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
