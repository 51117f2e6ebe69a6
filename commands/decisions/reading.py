"""Reading what a decision depends on: the state, and the condition under which it stays so."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from commands.decisions.memory import Memory
from commands.decisions.model import ANNULLED, DecisionModel
from ledger import codec
from ledger.api import Ledger
from ledger.envelope import Recorded
from ledger.errors import LedgerError
from ledger.log import Condition, Dependencies, Item, Query

MOST = 100_000  # events that one decision may depend on


class Basis(NamedTuple):
    """What a decision is taken on, and the condition under which that stays what it is."""

    state: Any
    condition: Condition


def read(
    ledger: Ledger,
    model: DecisionModel,
    memory: Memory,
    dependencies: Dependencies | None = None,
) -> Basis:
    """Read what a decision depends on, as far as it is not remembered.

    dependencies: of a basis that was assumed and proved wrong, which saves reading them.
    """
    items, known = model.query.items, memory.recall(model)
    news: list[Recorded] = []
    if known is not None:
        found = dependencies or _dependencies(ledger, (*items, *_watched(model, known.upto)))
        head, news = _counting(found)
    if known is None or any(event.type in model.seldom for event in news):
        head, events = _counting(_dependencies(ledger, (*items, *model.steady)))
    else:
        events = sorted((*known.events, *news), key=lambda event: event.position)
    memory.keep(model, head, events)
    state = model.folded(events)
    while more := tuple(item for item in model.widen(state) if item not in items):
        items += more
        head, events = _counting(_dependencies(ledger, (*items, *model.steady)))
        state = model.folded(events)
    watched = _watched(model, head)
    return Basis(state, Condition(Query((*items, *watched, *_annulments(events))), head))


def assumed(model: DecisionModel, memory: Memory) -> Basis | None:
    """The basis if nothing has happened but what is remembered; None if that is not likely enough.

    The condition puts it to the test.
    """
    known = memory.recall(model) if model.usually_empty else None
    if known is None:
        return None
    state = model.folded(known.events)
    if any(True for _ in model.widen(state)):
        return None
    return Basis(state, Condition(Query((*model.query.items, *_watched(model, known.upto)))))


def _watched(model: DecisionModel, upto: int) -> tuple[Item, ...]:
    """What would change what is remembered, and a little more, which is seldom, too."""
    return (Item(model.seldom, (), upto),) if model.steady else ()


def _annulments(events: Iterable[Recorded]) -> tuple[Item, ...]:
    return tuple(Item((ANNULLED,), (f"event:{event.event_id}",)) for event in events)


def _dependencies(ledger: Ledger, items: tuple[Item, ...]) -> Dependencies:
    return ledger.store.dependencies(Query(items), MOST)


def _counting(found: Dependencies) -> tuple[int, list[Recorded]]:
    """The head, and the events that count: neither annulled nor wrapped by the library."""
    if len(found.rows) == MOST:
        raise LedgerError(f"a decision depends on more than {MOST:,} events")
    return found.head, [codec.decode(row) for row, counts in found.rows if counts and row.version]
