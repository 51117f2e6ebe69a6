"""What the four examples of a question are made of, and the ledgers that they are asked of.

An example tells a beginning, a `change` at MOMENT that makes the answer another, and a `tie`: an
event of the very same moment, recorded later. From what the answer is without both, with the
change, and with both, its four looks follow: *annulled*, *as of*, *on*, and *tie at an edge*.

All examples share a ledger, in which their ids keep them apart, unless they are `alone`: those
about everybody. The beginnings of all are recorded first, then all changes, all ties, and then the
annulments, each of them twice: only the first counts.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import psycopg
from msgspec.structs import replace

from ledger import codec, log
from ledger.database import Connection
from ledger.envelope import Event
from ledger.errors import LedgerError
from projections.engine.catch_up import catch_up
from projections.view import View
from tests.projections.ledgers import NOW, ledger_of, view
from tests.projections.random_events import annulment
from tests.projections.stories import told

BEGUN = "2026-03-01T09:00:00+03:00"
MOMENT = datetime(2026, 3, 10, 9, tzinfo=UTC)

Ask = Callable[[Connection, View], Any]


class Example(NamedTuple):
    """A question, with its answers.

    - base: the beginning; change, tie: events of MOMENT, the tie recorded later
    - before, after, tied: the answers without both, with the change, and with both
    - just_before: what is answered a microsecond before MOMENT, if not `before`
    - at_once: what is answered on MOMENT itself with both, if not `tied`
    - timeless: the time asked for (`on`) changes nothing
    - alone: on a ledger of its own
    - former, formerly: a question about the time before the moment, and its answer
    - ends: when the period asked for ends; on that very moment the answer is `tied`
    """

    ask: Ask
    base: Sequence[Event]
    change: Event
    tie: Event
    before: Any
    after: Any
    tied: Any
    just_before: Any = ...
    at_once: Any = ...
    timeless: bool = False
    alone: bool = False
    former: Ask | None = None
    formerly: Any = None
    ends: datetime | None = None


def was(data: Any, **envelope: Any) -> Event:
    """Something of the beginning."""
    return told(data, BEGUN, **envelope)


def then(data: Any, **envelope: Any) -> Event:
    """Something of the moment."""
    return told(data, MOMENT.isoformat(), **envelope)


Looks = dict[tuple[str, str], list[tuple[Any, Any]]]  # what is answered, and what should be


def looked(dsn: str, examples: Mapping[str, Example], moment: datetime = MOMENT) -> Looks:
    """What is answered to each example, by name, in each of LOOKS; all of them share a ledger."""
    found: Looks = {(name, look): [] for name in examples for look in LOOKS}
    for connection, heads in stages(dsn, [*examples.values()]):
        for name, example in examples.items():
            for look, *answers in _looks(example, connection, heads, moment):
                found[name, look].append((answers[0], answers[1]))
    return found


def stages(dsn: str, examples: list[Example]) -> Iterator[tuple[Connection, list[int]]]:
    """The ledger as it grows, each time with its heads so far, each of which was caught up with:

    after the beginnings, the changes, the ties, the annulments of the ties and of the changes, and
    all annulments again.
    """
    changes, ties = ([getattr(each, part) for each in examples] for part in ("change", "tie"))
    undone = [[_undone(each) for each in events] for events in (ties, changes, ties + changes)]
    base = [event for example in examples for event in example.base]
    with ledger_of(dsn, base) as (location, connection):
        heads = [len(base)]
        for part in (changes, ties, *undone):
            for start in range(0, len(part), 500):
                log.append(connection, [codec.encode(e) for e in part[start : start + 500]])
            catch_up(connection, location)
            heads.append(heads[-1] + len(part))
            if len(heads) not in (4, 5):
                yield connection, heads


def _looks(
    example: Example, connection: Connection, heads: list[int], moment: datetime
) -> Iterator[tuple[str, Any, Any]]:
    def at(position: int, on: datetime = NOW, ask: Ask = example.ask) -> Any:
        return _answer(ask, connection, view(position, on))

    states = [*zip(heads, (example.before, example.after, example.tied), strict=False)]
    for position, expected in states:
        # Also while everything is annulled since, and while nothing is.
        yield "as of", at(position), expected
    for position, state in states[1:]:
        expected = state if example.timeless else example.before
        expected = expected if example.just_before is ... else example.just_before
        yield "on", at(position, moment - timedelta(microseconds=1)), expected
    if heads[2:]:
        expected = example.tied if example.at_once is ... else example.at_once
        yield "tie at an edge", at(heads[2], moment), expected
        if example.ends is not None:
            yield "tie at an edge", at(heads[2], example.ends), example.tied
        if example.former is not None:
            yield "tie at an edge", at(heads[2], ask=example.former), example.formerly
    undone = (example.after, example.before, example.before)
    for position, expected in zip(heads[3:], undone, strict=False):
        yield "annulled", at(position), expected


def _answer(ask: Ask, connection: Connection, seen: View) -> Any:
    """What is answered; of a failure the name of its class."""
    try:
        return ask(connection, seen)
    except (LedgerError, psycopg.Error, LookupError, ValueError) as error:
        return type(error).__name__


def _undone(event: Event) -> Event:
    return replace(annulment(event, key="unnumbered"), key=told(event.data).key, source="undone")


LOOKS = ("annulled", "as of", "on", "tie at an edge")
