"""What the four examples of a question are made of, and the ledgers that they are asked of.

An example tells a beginning, a `change` at MOMENT that makes the answer another, and a `tie`: an
event of the very same moment, recorded later. From what the answer is without both, with the
change, and with both, its four looks follow: *annulled*, *as of*, *on*, and *tie at an edge*.

All examples share a ledger, in which their ids keep them apart, unless they are `alone`: those
about everybody. The beginnings of all are recorded first, then all changes, all ties, and then the
annulments, each of them twice: only the first counts.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from msgspec.structs import replace

from ledger import codec, log
from ledger.database import Connection, Location
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


class Stage(NamedTuple):
    """The ledger of some examples, and its heads: after the beginnings, the changes, the ties,
    the annulments of the ties and of the changes, and all of them again.
    """

    connection: Connection
    heads: tuple[int, ...]


def was(data: Any, **envelope: Any) -> Event:
    """Something of the beginning."""
    return told(data, BEGUN, **envelope)


def then(data: Any, **envelope: Any) -> Event:
    """Something of the moment."""
    return told(data, MOMENT.isoformat(), **envelope)


def answer(example: Example, connection: Connection, seen: View) -> Any:
    """What is answered; of a refusal the name of its class."""
    try:
        return example.ask(connection, seen)
    except LedgerError as error:
        return type(error).__name__


@contextmanager
def staged(dsn: str, examples: Sequence[Example], stages: int) -> Iterator[Stage]:
    """A ledger of these examples, up to one of its heads, each of which was caught up with."""
    parts: list[list[Event]] = [
        [event for example in examples for event in example.base],
        [example.change for example in examples],
        [example.tie for example in examples],
    ]
    parts += [[_undone(e) for e in parts[2]], [_undone(e) for e in parts[1]]]
    parts.append([_undone(e) for e in (*parts[1], *parts[2])])
    with ledger_of(dsn, parts[0]) as (location, connection):
        heads = [len(parts[0])]
        for part in parts[1:stages]:
            heads.append(heads[-1] + len(part))
            _record(location, connection, part)
        yield Stage(connection, (*heads,))


def _undone(event: Event) -> Event:
    return replace(annulment(event, key="unnumbered"), key=told(event.data).key, source="undone")


def _record(location: Location, connection: Connection, events: list[Event]) -> None:
    for start in range(0, len(events), 500):
        log.append(connection, [codec.encode(each) for each in events[start : start + 500]])
    catch_up(connection, location)


class Ledgers(NamedTuple):
    """Ledgers of the same examples: with the changes, with the ties, and with the annulments."""

    changed: Stage
    tied: Stage
    annulled: Stage
    moment: datetime = MOMENT

    @property
    def stages(self) -> tuple[Stage, ...]:
        return self.changed, self.tied, self.annulled


Looks = Iterator[tuple[Any, Any]]


def annulled(example: Example, ledgers: Ledgers) -> Looks:
    """What is answered and what should be, once the tie, and then the change, are annulled."""
    connection, (_, _, _, without_tie, without_both, again) = ledgers.annulled
    for position, expected in ((without_tie, "after"), (without_both, "before"), (again, "before")):
        yield answer(example, connection, view(position)), getattr(example, expected)


def as_of(example: Example, ledgers: Ledgers) -> Looks:
    """Each answer as of then, although everything is annulled since; and while nothing was."""
    for connection, heads in ledgers.stages:
        for position, expected in zip(heads, ("before", "after", "tied"), strict=False):
            yield answer(example, connection, view(position)), getattr(example, expected)


def on(example: Example, ledgers: Ledgers) -> Looks:
    """A microsecond before the moment nothing of it had happened."""
    early = ledgers.moment - timedelta(microseconds=1)
    for connection, heads in ledgers.stages:
        for position, known in zip(heads[1:], ("after", "tied"), strict=False):
            found = answer(example, connection, view(position, early))
            expected = getattr(example, known) if example.timeless else example.before
            yield found, expected if example.just_before is ... else example.just_before


def tie_at_an_edge(example: Example, ledgers: Ledgers) -> Looks:
    """On the moment itself both have happened, and what was recorded later comes later."""
    expected = example.tied if example.at_once is ... else example.at_once
    for connection, heads in ledgers.stages[1:]:
        yield answer(example, connection, view(heads[2], ledgers.moment)), expected
        yield answer(example, connection, view(heads[2], NOW)), example.tied


LOOKS = {"annulled": annulled, "as of": as_of, "on": on, "tie at an edge": tie_at_an_edge}
