"""What is wrong with an event, in words: pydantic's findings as one InvalidEvent."""

import difflib
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pydantic import ValidationError

from ledger.catalogue import EventType
from ledger.envelope import OPTIONAL
from ledger.errors import InvalidEvent


def explain(
    error: ValidationError | TypeError,
    prefix: str,
    described: EventType,
    given: Mapping[str, Any],
) -> InvalidEvent:
    """Turn pydantic's first finding into the error that names the field, the value and the remedy.

    prefix: where in the event `given` stands, such as `data.`.
    """
    if isinstance(error, TypeError):
        return InvalidEvent(prefix.rstrip(".") or "event", given, str(error), "Mend the names.")
    first, *others = error.errors(include_url=False)
    path = prefix + ".".join(str(part) for part in first["loc"])
    if first["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        names = [field.name for field in fields(described.content)] if prefix else OPTIONAL
        remedy = "Remove it, or mend its name."
        if len(first["loc"]) == 1:
            near = difflib.get_close_matches(str(first["loc"][0]), names, n=1)
            remedy = f"Did you mean {near[0]!r}? " if near else "Remove it. "
            remedy += f"{described.name} has: {', '.join(names)}."
        problem = "is not a field of this event"
    elif first["type"] == "missing":
        problem, remedy = "is missing", f"Add it{_choices(described, path.removeprefix(prefix))}."
    else:
        problem = first["msg"].removeprefix("Value error, ")
        remedy = f"docs/events.md describes {described.name}."
        if first["type"] == "decimal_parsing":
            remedy = "Write it with a point and nothing between the thousands, such as 1234.5."
    if others:
        more = ", ".join(prefix + ".".join(str(p) for p in o["loc"]) for o in others[:5])
        remedy += f" Also wrong: {more}."
    found = None if first["type"] == "missing" else first["input"]
    return InvalidEvent(path.rstrip("."), found, problem, remedy)


def _choices(described: EventType, field: str) -> str:
    """What may stand in a field of the content, if that is little; else where to read on."""
    kind = get_type_hints(described.content).get(field)
    if get_origin(kind) is Literal:
        return f": {', '.join(map(repr, get_args(kind)))}"
    return f"; docs/events.md describes {described.name}"
