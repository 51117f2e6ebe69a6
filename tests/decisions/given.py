"""Given these events, when this is decided, then these events follow: without a database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from commands.handle import Act, Case, Decision
from ledger import codec
from ledger.envelope import Event
from ledger.log import Row

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ACT = Act("E-boss", NOW, performed_by="E-boss", key="decision-1")


def day(number: int) -> datetime:
    """Midnight of the n-th day after the beginning of 2026."""
    return START + timedelta(days=number)


def event(data: Any, at: datetime | int = 0, client: str | None = "C-1", **more: Any) -> Event:
    """A fact; `at` is a time, or a number of days after the beginning of 2026."""
    when = day(at) if isinstance(at, int) else at
    filled = {"source": "test", "key": "k", "recorded_by": "hr", "occurred_at": when} | more
    return Event(data=data, client=client, **filled)


def given(case: Case, *events: Event) -> Any:
    """The state after these events, each recorded an hour after it happened."""
    state = case.initial
    for position, each in enumerate(events, 1):
        encoded = codec.encode(each)
        recorded_at = (encoded.occurred_at or START) + timedelta(hours=1)
        row = Row(
            position, encoded.event_id, encoded.type, encoded.version, recorded_at,
            encoded.occurred_at, encoded.body,
        )  # fmt: skip
        state = case.evolve(state, codec.decode(row))
    return state


def told(decision: Decision) -> list[Any]:
    """The contents of the events decided on."""
    return [each.data for each in decision.events]


def when(decide: Callable[[Any, Act], Decision], state: Any, act: Act = ACT) -> list[Any]:
    """What follows when this is decided in this state."""
    return told(decide(state, act))
