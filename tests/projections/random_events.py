"""Random histories for the laws that projections keep: hypothesis strategies of valid events.

`histories(*streams)` draws lists of events of these streams (files of `ledger.events`, or single
types; none: all), built from the event classes' own fields, out of small pools, so that ids, names
and times collide often. A field that needs better values than its type gives gets them in `FIELDS`.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import reject
from hypothesis import strategies as st
from msgspec.structs import replace
from pydantic.fields import FieldInfo

from ledger import catalogue, codec
from ledger.envelope import Event, event_id
from ledger.errors import InvalidEvent
from ledger.events.fields import Currency, Digest, EventId, Period, PersonalMark, Tag, type_name

SOURCE = "test"
TIMES = (
    "unknown", "2025-12", "2026-01-10", "2026-01-10T09:00:00+03:00", "2026-01-10T23:30+03:00",
    "2026-01-31T22:30:00Z", "2026-02", "2026-02-01", "2026-02-01T12:00:00Z", "2026-03-01",
    "2026-03-05T10:00:00.000001Z",
)  # fmt: skip
POOLS = {
    "client": ("C-1", "C-2", "Ц-3"),
    "employee": ("E-1", "E-2", "E-3"),
    "unit": ("U-1", "U-2"),
    "contact": ("P-1", "P-2"),
    "offer": ("O-1", "O-2"),
    "deal": ("D-1", "D-2"),
    "task": ("T-1", "T-2"),
    "case": ("S-1", "S-2"),
    "period": ("2026-01", "2026-Q1"),
}
_WORDS = st.sampled_from(("Ёлка", "ёлка и Ко", "Straße", "100 %", "a_b"))
_INSTANTS = st.sampled_from(
    [datetime(2026, month, day, 21, tzinfo=UTC) for month in (1, 2, 3) for day in (1, 10, 28)]
)
_EMPLOYEES = st.sampled_from(POOLS["employee"])
_UNITS = st.sampled_from(POOLS["unit"])

# What to draw for fields of these names, where the type alone says too little.
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "field": st.sampled_from(("inn", "phone")),
    "topic": st.sampled_from(("delivery", "Чай")),
    "fields": st.sampled_from((("inn",), ("phone", "inn"), ("inn", "inn"))),
    "manager": _EMPLOYEES | st.none(),
    "assignee": _EMPLOYEES,
    "from_holder": _EMPLOYEES | st.none(),
    "to_holder": _EMPLOYEES,
    "holder": _EMPLOYEES | st.none(),
    "parent": _UNITS | st.none(),
    "from_unit": _UNITS | st.none(),
    "pipeline": st.sampled_from(("L-1", "L-2")),
    "stage": st.sampled_from(("first", "second", "third")),
    "zone": st.sampled_from(("Europe/Moscow", "UTC")),
    "shifts": st.sampled_from((("09:00-13:00", "14:00-18:00"), ("00:00-24:00",), ())),
    "month": st.just("2026-01"),
    "step": st.sampled_from(("first", "second")),
    "call": st.sampled_from(("K-1", "K-2")),
    "inquiry": st.sampled_from(("K-1", "I-1")),
    "in_reply_to": st.none() | st.sampled_from(("K-1", "K-2", "I-1")),
    "purchase": st.sampled_from(("B-1", "B-2", "B-3")),
    "score": st.integers(0, 10),
    "scale": st.sampled_from(("1-5", "1-7", "0-10")),
}


@cache
def contents(type_: str) -> st.SearchStrategy[Any]:
    """Contents of this event type."""
    return _built(catalogue.types()[type_].content)


def types_of(*streams: str) -> tuple[str, ...]:
    """The names of the event types of these streams or names, or of all; no annulments."""
    found = catalogue.types().values()
    return tuple(
        each.name
        for each in found
        if each.name != "event.annulled" and (not streams or {each.subject, each.name} & {*streams})
    )


@st.composite
def events(draw: st.DrawFn, types: Sequence[str]) -> Event:
    """One event of these types; `histories` numbers its key."""
    employees = st.none() | _EMPLOYEES
    data = draw(st.sampled_from(types).flatmap(contents))
    needed = "client" in catalogue.by_class()[type(data)].needs
    drawn = Event(
        data=data,
        source=SOURCE,
        key="unnumbered",
        recorded_by=draw(st.sampled_from(("crm", "E-1"))),
        occurred_at=draw(st.sampled_from(TIMES)),
        client=draw(st.sampled_from(POOLS["client"] * 3) | (st.nothing() if needed else st.none())),
        performed_by=draw(employees),
        unit=draw(st.none() | _UNITS),
        contact=draw(st.none() | st.sampled_from(POOLS["contact"])),
    )
    return _in_order(drawn)


def _in_order(event: Event) -> Event:
    """The event, or one that is dated at its end if it would end before it begins."""
    for end, start in catalogue.by_class()[type(event.data)].ends:
        try:
            codec.encode(event)
        except InvalidEvent:
            begins = getattr(event.data, start, None)
            event = replace(event, data=dataclasses.replace(event.data, **{end: begins}))
    return event


@st.composite
def histories(
    draw: st.DrawFn, *streams: str, annulled: bool = True, min_size: int = 1, max_size: int = 30
) -> list[Event]:
    """Events of these streams in order of recording, keys "1", "2" …, which are their positions.

    annulled: some of them annul an earlier one, perhaps an annulment, which has no effect.
    """
    drawn = draw(st.lists(events(types_of(*streams)), min_size=min_size, max_size=max_size))
    found: list[Event] = []
    for each in drawn:
        if annulled and found and draw(st.integers(0, 4)) == 0:
            of = draw(st.sampled_from(found))
            found.append(annulment(of, key=str(len(found) + 1)))
        found.append(replace(each, key=str(len(found) + 1)))
    return found


def annulment(of: Event, *, key: str) -> Event:
    """The event that annuls another."""
    from ledger.events.corrections import EventAnnulled

    content = EventAnnulled(
        event=str(event_id(of.source, of.key)),
        annulled_type=type_name(type(of.data)),
        reason="typing error",
    )
    return Event(
        data=content, source=SOURCE, key=key, recorded_by="E-1", occurred_at="2026-03-06",
        client=of.client,
    )  # fmt: skip


def _built(content: type[Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(content, include_extras=True)
    drawn = {}
    for field in fields(content):
        name = field.name
        of_type = FIELDS[name] if name in FIELDS else _of_type(hints[name])
        optional = field.default is None and field.default is not MISSING
        drawn[field.name] = of_type | st.none() if optional else of_type

    def build(**values: Any) -> Any:
        try:
            return content(**values)
        except InvalidEvent as error:
            # Each value is valid, but not all of them together: draw others.
            if error.field not in ("data", content.__name__):
                raise
            reject()

    return st.builds(build, **drawn)


def _of_type(hint: Any) -> st.SearchStrategy[Any]:
    if hint == EventId:
        return st.just(str(event_id(SOURCE, "1")))
    if hint == Digest:
        return st.just("0" * 64)
    if hint == Period:
        return st.sampled_from(("2026-01", "2026-Q1", "2025"))
    if hint == Currency:
        return st.sampled_from(("RUB", "EUR"))
    origin = get_origin(hint)
    if origin is Annotated:
        return _of_annotated(hint)
    if origin in (Union, UnionType):
        return st.one_of(
            st.none() if member is NoneType else _of_type(member) for member in get_args(hint)
        )
    if origin is Literal:
        return st.sampled_from(get_args(hint))
    if origin is tuple:
        return st.lists(_of_type(get_args(hint)[0]), min_size=1, max_size=2).map(tuple)
    return _built(hint) if is_dataclass(hint) else _PLAIN[hint]


def _of_annotated(hint: Any) -> st.SearchStrategy[Any]:
    plain, *marks = get_args(hint)
    for mark in marks:
        if isinstance(mark, Tag) and mark.stream in POOLS:
            return st.sampled_from(POOLS[mark.stream])
    if plain is int:
        bounds = {
            type(bound).__name__: bound
            for mark in marks
            if isinstance(mark, FieldInfo)
            for bound in mark.metadata
        }
        return st.integers(
            bounds["Ge"].ge if "Ge" in bounds else 0, bounds["Le"].le if "Le" in bounds else 7000
        )
    kept = [mark for mark in marks if not isinstance(mark, PersonalMark | Tag)]
    if len(kept) < len(marks) and kept:
        return _of_type(Annotated[plain, *kept])
    return _of_type(plain)


_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: _WORDS,
    int: st.integers(0, 5),
    bool: st.booleans(),
    Decimal: st.sampled_from((Decimal("0.5"), Decimal("1.0000"), Decimal("0.25"))),
    datetime: _INSTANTS,
    date: st.sampled_from((date(2026, 1, 10), date(2026, 2, 1))),
}
