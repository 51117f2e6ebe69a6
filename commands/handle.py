"""How every decision is taken: read what it depends on, fold, decide, append on condition.

A decision is a pure function from a state and an `Act` to the events that follow. `handle` appends
them only if nothing that the decision depended on has been recorded or annulled meanwhile, and else
decides again on what is known then. Deciding nothing is an empty list.
"""

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from ledger import codec
from ledger.book import Ledger
from ledger.envelope import Event, Receipt, Recorded
from ledger.errors import ConditionFailed, LedgerError, Refused
from ledger.log import Condition, Item, Query

S = TypeVar("S")
MOST = 100_000  # events that one decision may depend on
ATTEMPTS = 100


class Act(NamedTuple):
    """Who decides, and when. key: names the decision for ever; its events are numbered under it.

    by: employee or service, recorded as the author; performed_by: the employee whose act it is.
    """

    by: str
    at: datetime
    performed_by: str | None = None
    source: str = "iledger"
    key: str = ""

    def event(self, data: Any, client: str | None = None, **envelope: Any) -> Event:
        """One event of this decision."""
        return Event(
            data=data,
            source=self.source,
            key=self.key,
            recorded_by=self.by,
            occurred_at=self.at,
            performed_by=self.performed_by,
            client=client,
            **envelope,
        )


class Decision(NamedTuple):
    """What was decided: events to record, and the refusal that they put on record, if any.

    left: of a decision about many clients, those that it leaves as they are, each with the reason.
    """

    events: tuple[Event, ...] = ()
    refusal: Refused | None = None
    left: tuple[tuple[str, str], ...] = ()


class Handled(NamedTuple):
    """A decision that has been recorded, with the receipts of its events; left: as decided."""

    events: tuple[Event, ...]
    receipts: tuple[Receipt, ...]
    left: tuple[tuple[str, str], ...] = ()


class Case(NamedTuple):
    """What a decision depends on, and how it is read.

    query: the events; widen: what else has to be known, given the state; evolve: one step of the
    fold that makes the state from `initial`.
    """

    query: Query
    initial: Any
    evolve: Callable[[Any, Recorded], Any]
    widen: Callable[[Any], Iterable[Item]] = lambda _: ()


def handle(ledger: Ledger, case: Case, act: Act, decide: Callable[[Any, Act], Decision]) -> Handled:
    """Decide and record. Raises what `decide` raises, and the refusal that it has put on record.

    Somebody else's decision in between is no error: this one is taken again. Raises
    ConditionFailed if that has happened ATTEMPTS times running.
    """
    act = act if act.key else act._replace(key=str(uuid.uuid4()))
    for _ in range(ATTEMPTS):
        state, condition = read(ledger, case)
        decision = decide(state, act)
        events = _numbered(decision.events)
        try:
            receipts = ledger.append_all(events, condition)
        except ConditionFailed:
            continue
        if decision.refusal is not None:
            raise decision.refusal
        return Handled(events, tuple(receipts), decision.left)
    raise ConditionFailed(
        f"others decided about the same {ATTEMPTS} times while this was being decided; try again"
    )


def propose(
    ledger: Ledger, case: Case, act: Act, decide: Callable[[Any, Act], Decision]
) -> Decision:
    """What `handle` would record at this moment; records nothing."""
    state, _ = read(ledger, case)
    decision = decide(state, act)
    return decision._replace(events=_numbered(decision.events))


def read(ledger: Ledger, case: Case) -> tuple[Any, Condition]:
    """The state, and the condition under which it stays what it is."""
    items = case.query.items
    while True:
        head, rows = ledger.store.standing(Query(items), MOST)
        if len(rows) == MOST:
            raise LedgerError(f"a decision depends on more than {MOST:,} events")
        state = case.initial
        for row, stands in rows:
            if stands and row.version:
                state = case.evolve(state, codec.decode(row))
        more = tuple(item for item in case.widen(state) if item not in items)
        if not more:
            break
        items += more
    annulled = (
        Item(("event.annulled",), (f"event:{row.event_id}",)) for row, stands in rows if stands
    )
    return state, Condition(Query((*items, *annulled)), head)


def _numbered(events: Sequence[Event]) -> tuple[Event, ...]:
    """Give the events of one decision keys of their own: the decision's, and a number from 2 on.

    An event from elsewhere that the decision lets through keeps its own.
    """
    taken: dict[tuple[str, str], int] = {}
    found = []
    for event in events:
        place = (event.source, event.key)
        taken[place] = taken.get(place, 0) + 1
        n = taken[place]
        found.append(event if n == 1 else replace(event, key=f"{event.key}/{n}"))
    return tuple(found)
