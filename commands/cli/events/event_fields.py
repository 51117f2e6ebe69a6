"""The event types as a producer sees them: fields, what they hold, which are required."""

from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from pydantic.fields import FieldInfo

from ledger import catalogue
from ledger.events import fields as kinds

# The names of the kinds of field in ledger/events/fields.py.
_NAMES: tuple[tuple[Any, str], ...] = (
    (kinds.EventId, "event id"), (kinds.Id, "identifier"), (kinds.Label, "line of text"),
    (kinds.Text, "text"), (kinds.Digest, "SHA-256 in hexadecimal"),
    (kinds.Instant, "time with its zone"), (kinds.Day, "date"), (kinds.Money, "amount"),
    (kinds.Quantity, "quantity"),
    (kinds.Currency, "currency (ISO 4217)"), (kinds.Seconds, "seconds"), (kinds.Hours, "hours"),
    (kinds.Period, "period (2026, 2026-Q3 or 2026-09)"),
    (kinds.Zone, "IANA time zone"), (kinds.Month, "month, such as 2026-03"),
    (kinds.Shift, "hours of a day, such as 09:00-18:00"),
)  # fmt: skip
_PLAIN = {
    str: "text",
    int: "whole number",
    bool: "true or false",
    float: "number",
    Decimal: "number",
    date: "date",
    datetime: "time with its zone",
}


class EventField(NamedTuple):
    """One field of an event's content, as it is documented."""

    field: str
    holds: str
    required: bool
    personal: bool
    default: str | None


def event_fields(content: type[Any]) -> list[EventField]:
    """The fields of a content class, in the order in which it lists them."""
    hints = get_type_hints(content, include_extras=True)
    described = catalogue.by_class().get(content)
    return [
        EventField(
            field.name,
            holds(hints[field.name]),
            required=field.default is MISSING and field.default_factory is MISSING,
            personal=described is not None and field.name in described.personal,
            default=_default(field.default),
        )
        for field in fields(content)
    ]


def holds(hint: Any) -> str:
    """What a field of this type holds, in words."""
    origin, members = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _annotated(members[0], members[1:])
    if origin in (Union, UnionType):
        return " or ".join(holds(member) for member in members if member is not NoneType)
    if origin is Literal:
        return ", ".join(f"`{member}`" for member in members)
    if origin is tuple:
        return f"list of: {holds(members[0])}"
    if isinstance(hint, type) and is_dataclass(hint):
        inner = (f"{each.field} ({each.holds})" for each in event_fields(hint))
        return "object with " + ", ".join(inner)
    return _PLAIN.get(hint, getattr(hint, "__name__", str(hint)))


def meaning(content: type[Any]) -> str:
    """What the event means: the first paragraph of its class's docstring."""
    return " ".join((content.__doc__ or "").strip().split("\n\n")[0].split())


def _annotated(inner: Any, marks: tuple[Any, ...]) -> str:
    # Tags and marks determine how the event is found and kept, not what the field holds.
    rest = tuple(
        m for m in marks if not isinstance(m, (kinds.Tag, kinds.PersonalMark, kinds.NotBefore))
    )
    for known, name in _NAMES:
        if rest and known == Annotated[(inner, *rest)]:
            return name
    limits = ", ".join(_limits(rest))
    return f"{holds(inner)} ({limits})" if limits else holds(inner)


def _limits(marks: tuple[Any, ...]) -> Iterator[str]:
    bounds = [each for mark in marks if isinstance(mark, FieldInfo) for each in mark.metadata]
    found = {type(each).__name__: each for each in bounds}  # the last of a kind is the narrowest
    if "Ge" in found and "Le" in found:
        yield f"{found['Ge'].ge} to {found['Le'].le}"
    elif "Ge" in found:
        yield f"at least {found['Ge'].ge}"
    elif "Gt" in found:
        yield f"above {found['Gt'].gt}"
    if "MaxLen" in found:
        yield f"at most {found['MaxLen'].max_length:,}"


def _default(value: Any) -> str | None:
    if value is MISSING or value is None or value == ():
        return None
    return ", ".join(value) if isinstance(value, tuple) else str(value).lower()
