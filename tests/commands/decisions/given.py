"""Given these events, when this is decided, then these events follow: without a database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any
from zoneinfo import ZoneInfo

from commands.decisions.handle import Context, Decision, DecisionModel
from ledger import codec
from ledger.envelope import Event, Recorded, Row, localized
from ledger.log import Item

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CONTEXT = Context("E-boss", NOW, performed_by="E-boss", key="decision-1")


def day(number: int) -> datetime:
    """Midnight of the n-th day after the beginning of 2026."""
    return START + timedelta(days=number)


def event(
    data: Any, at: datetime | int | str = 0, client: str | None = "C-1", **more: Any
) -> Event:
    """A fact; `at` is a time or its text, or a number of days after the beginning of 2026."""
    when = day(at) if isinstance(at, int) else at
    filled = {"source": "test", "key": "k", "recorded_by": "hr", "occurred_at": when} | more
    return Event(data=data, client=client, **filled)


def given(model: DecisionModel, *events: Event) -> Any:
    """The state after those of these events that the case reads, each recorded an hour later."""
    known = [_recorded(position, each) for position, each in enumerate(events, 1)]
    items = (*model.query.items, *model.steady)
    state = _folded(model, known, items)
    while more := tuple(item for item in model.widen(state) if item not in items):
        items += more
        state = _folded(model, known, items)
    return state


def recorded(event: Event, position: int, login: str = "dba") -> Recorded:
    """An event as it is read, recorded by a login an hour after it happened."""
    encoded = codec.encode(event)
    recorded_at = (encoded.occurred_at or START) + timedelta(hours=1)
    row = Row(
        position, encoded.event_id, encoded.type, encoded.version, recorded_at,
        encoded.occurred_at, encoded.body, login,
    )  # fmt: skip
    return localized(codec.decode(row), ZoneInfo("UTC"))


def _recorded(position: int, event: Event) -> tuple[set[str], Recorded]:
    """An event as it is read, and the tags that it is found by."""
    encoded = codec.encode(event)
    own = {f"client:{encoded.client}", f"performed_by:{encoded.performed_by}"}
    return own | set(encoded.tags), recorded(event, position)


def _folded(
    model: DecisionModel, known: list[tuple[set[str], Recorded]], items: tuple[Item, ...]
) -> Any:
    read = (
        event
        for tags, event in known
        if any(event.type in (item.types or (event.type,)) and tags.issuperset(item.tags)
               for item in items)
    )  # fmt: skip
    return reduce(model.evolve, read, model.initial)


def told(decision: Decision) -> list[Any]:
    """The contents of the events decided on."""
    return [each.data for each in decision.events]


def when(
    decide: Callable[[Any, Context], Decision], state: Any, context: Context = CONTEXT
) -> list[Any]:
    """What follows when this is decided in this state."""
    return told(decide(state, context))
