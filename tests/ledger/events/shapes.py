"""Hypothesis strategies for events of every type, built from the classes' own annotations."""

import types
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from hypothesis import strategies as st
from pydantic import StringConstraints
from pydantic.fields import FieldInfo

import ledger
from ledger import catalogue
from ledger.events import fields as kinds
from ledger.events.sales import Stage
from ledger.events.work import Deviation, Workday
from ledger.moments import FIRST, Moment, Precision
from tests.ledger.events.golden import APART

visible = st.sampled_from('aZ09-_./:"\\{},ЖёéщΩ漢字é🙂')
identifiers = st.text(visible, min_size=1, max_size=12)
labels = st.text(visible | st.just(" "), min_size=1, max_size=20).map(str.strip).filter(bool)
texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30
)
event_ids = st.uuids().map(str)
ZONES = st.sampled_from(
    [UTC, timezone(timedelta(hours=3)), timezone(-timedelta(hours=9, minutes=30))]
)
instants = st.datetimes(
    datetime(1900, 1, 2),  # noqa: DTZ001
    datetime(2199, 12, 30),  # noqa: DTZ001
    timezones=ZONES,
)
days = st.dates(date(1900, 1, 1), date(2199, 12, 31))
KINDS: dict[Any, st.SearchStrategy[Any]] = {
    kinds.Id: identifiers,
    kinds.Label: labels,
    kinds.Text: texts,
    kinds.Digest: st.from_regex(r"\A[0-9a-f]{64}\Z"),
    kinds.EventId: event_ids,
    kinds.Currency: st.from_regex(r"\A[A-Z]{3}\Z"),
    kinds.Period: st.sampled_from(("2026", "2026-Q3", "2026-09")),
    kinds.Instant: instants,
    kinds.Day: days,
    kinds.Month: st.from_regex(r"\A20[0-9]{2}-(0[1-9]|1[0-2])\Z"),
    kinds.Zone: st.sampled_from(["Europe/Moscow", "UTC"]),
    kinds.Shift: st.just("09:00-18:00"),
    kinds.Scale: st.just("0-10"),
}


def content(of: type[Any]) -> st.SearchStrategy[Any]:
    """Valid content of one class, from its annotations."""
    hints = get_type_hints(of, include_extras=True)
    found = {field.name: _value(hints[field.name]) for field in fields(of)}
    if of.__name__ in ("CaseAssigned", "CaseUnassigned"):  # one of the two must be named
        found["unit"] = identifiers
    if of.__name__ in ("Workday", "Deviation"):  # shifts may not overlap
        found["shifts"] = st.sampled_from([(), ("00:00-24:00",), ("09:00-13:00", "14:00-18:00")])
    if of.__name__ == "SatisfactionRecorded":  # the score is on the scale
        found |= {"score": st.integers(1, 5), "scale": st.none()}
    if of.__name__ == "BusinessCalendarPublished":  # no day twice, none that is not covered
        day = date(2026, 3, 8)
        found |= {"first_day": st.just(day), "last_day": st.just(day)}
        found["week"] = st.builds(Workday, weekday=st.integers(1, 7), shifts=st.just(())).map(
            lambda workday: (workday,)
        )
        found["deviations"] = st.just((Deviation(day=day),))
    if of.__name__ == "PipelinePublished":  # no stage twice
        found["stages"] = st.lists(content(Stage), min_size=1, max_size=3, unique_by=_name).map(
            tuple
        )
    for name in APART.get(of.__name__, ()):  # another than its neighbour
        found[name] = st.just("another")
    return st.builds(of, **found).map(_ordered)


def _name(stage: Stage) -> str:
    return stage.name


def _ordered(made: Any) -> Any:
    """The same with its dates in order."""
    ends = catalogue.by_class()[type(made)].ends if type(made) in catalogue.by_class() else ()
    for name, start in ends:
        end, begin = getattr(made, name), getattr(made, start, None)
        if end is not None and begin is not None and end < begin:
            made = replace(made, **{name: begin, start: end})
    return made


def _value(hint: Any) -> st.SearchStrategy[Any]:
    if hint in KINDS:
        return KINDS[hint]
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return st.one_of([_value(one) for one in inner])
    if hint is type(None):
        return st.none()
    if origin is Literal:
        return st.sampled_from(inner)
    if origin is tuple:
        return st.lists(_value(inner[0]), max_size=3).map(tuple)
    if hasattr(hint, "__metadata__"):
        return _annotated(inner[0], list(hint.__metadata__))
    if hint is bool:
        return st.booleans()
    return content(hint)


def _annotated(plain: Any, marks: list[Any]) -> st.SearchStrategy[Any]:
    # Annotated flattens, so `Personal[Label]` is the label with one mark more.
    for kind, strategy in KINDS.items():
        its_own = getattr(kind, "__metadata__", ())
        if its_own and tuple(marks[: len(its_own)]) == its_own and get_args(kind)[0] is plain:
            return strategy
    bounds = [one for mark in marks for one in _constraints(mark)]
    low = max((b.ge for b in bounds if isinstance(b, Ge)), default=None)
    low = next((b.gt + 1 for b in bounds if isinstance(b, Gt)), low)
    high = min((b.le for b in bounds if isinstance(b, Le)), default=None)
    if plain is int:
        return st.integers(low, high)
    if plain is Decimal:
        top = 99_999 if high is None else high
        return st.decimals(-top if low is None else low, top, allow_nan=False, places=2)
    if get_origin(plain) is tuple:
        least = next((b.min_length for b in bounds if isinstance(b, MinLen)), 0)
        most = next((b.max_length for b in bounds if isinstance(b, MaxLen)), 3)
        return st.lists(_value(get_args(plain)[0]), min_size=least, max_size=min(most, 3)).map(
            tuple
        )
    return _value(plain)


def _constraints(mark: Any) -> list[Any]:
    if isinstance(mark, FieldInfo):
        return list(mark.metadata)
    return [] if isinstance(mark, StringConstraints) else [mark]


moments = st.one_of(
    st.just(Moment(None, Precision.UNKNOWN)),
    instants.map(Moment.exactly),
    instants.map(lambda at: at.astimezone(UTC).replace(second=0, microsecond=0)).map(
        lambda at: Moment(at, Precision.MINUTE)
    ),
    days.map(lambda day: Moment(_midnight(day), Precision.DAY)),
    days.map(lambda day: Moment(_midnight(day.replace(day=1)), Precision.MONTH)),
)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def event(of: type[Any]) -> st.SearchStrategy[ledger.Event]:
    """A valid event with content of one class."""
    optional: Callable[[st.SearchStrategy[Any]], st.SearchStrategy[Any]] = lambda s: st.none() | s  # noqa: E731
    described = catalogue.by_class()[of]
    ends = any(start == "occurred_at" for _, start in described.ends)
    return st.builds(
        ledger.Event,
        data=content(of),
        source=identifiers,
        key=identifiers,
        recorded_by=identifiers,
        occurred_at=st.just(Moment(FIRST, Precision.DAY)) if ends else moments,
        client=identifiers if "client" in described.needs else optional(identifiers),
        performed_by=optional(identifiers),
        unit=optional(identifiers),
        correlation=optional(event_ids),
        causation=optional(event_ids),
        performer_name=optional(labels),
        contact=optional(identifiers),
        channel=optional(_value(kinds.Channel)),
        import_batch=optional(identifiers),
        request=optional(st.uuids().map(str)),
        asked=optional(st.text("0123456789abcdef", min_size=64, max_size=64)),
        visibility=optional(st.sampled_from(["internal", "client", "partner"])),
    )


CONTENTS = [described.content for described in catalogue.types().values()]
