"""How every decision is taken: read what it depends on, fold, decide, append on condition.

A decision is a pure function from a state and a `Context` to the events that follow. `handle`
appends them only if nothing that the decision depended on has been recorded or annulled meanwhile,
and else decides again on what is known then. Deciding nothing is an empty list.
"""

import hashlib
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache, reduce
from threading import Lock
from typing import Any, NamedTuple, TypeVar

from msgspec.structs import replace

from ledger import codec
from ledger.api import Ledger
from ledger.envelope import Event, Receipt, Recorded
from ledger.errors import ConditionFailed, KeyConflict, LedgerError, Refused
from ledger.log import Condition, Dependencies, Item, Query

S = TypeVar("S")
MOST = 100_000  # events that one decision may depend on
ATTEMPTS = 100
_ANNULLED = "event.annulled"
_LONGEST_KEY = 200


class Context(NamedTuple):
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


def under(key: str, part: str) -> str:
    """The key of something that is part of what another key names."""
    atomic = f"{key}/{part}"
    short = f"{hashlib.sha256(key.encode()).hexdigest()}/{part}"
    return atomic if len(atomic) <= _LONGEST_KEY else short


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


class DecisionModel(NamedTuple):
    """What a decision depends on, and how it is read.

    query: the events; steady: more of them, which seldom change and may be remembered; widen: what
    else has to be known, given the state; evolve: one step of the fold that makes the state from
    `initial`.
    """

    query: Query
    initial: Any
    evolve: Callable[[Any, Recorded], Any]
    widen: Callable[[Any], Iterable[Item]] = lambda _: ()
    steady: tuple[Item, ...] = ()

    @property
    def seldom(self) -> tuple[str, ...]:
        """The types of event that change what is steady."""
        return _seldom(self.steady)


@lru_cache
def _seldom(steady: tuple[Item, ...]) -> tuple[str, ...]:
    return tuple(sorted({_ANNULLED, *(type_ for item in steady for type_ in item.types)}))


class Known(NamedTuple):
    """The steady events of a case that stand, up to a position."""

    upto: int
    events: tuple[Recorded, ...]


class Memory:
    """What a process remembers between decisions: policies, who works where.

    It saves reading, not checking: a decision is recorded only if nothing has been added to what
    was remembered, or annulled of it, since.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[Item, ...], Known] = {}
        self._lock = Lock()

    def recall(self, model: DecisionModel) -> Known | None:
        """What is known of the steady events of a case."""
        return self._known.get(model.steady)

    def keep(self, model: DecisionModel, upto: int, events: Iterable[Recorded]) -> None:
        """Remember those of these events that are steady as all there are up to a position."""
        steady = tuple(event for event in events if event.type in model.seldom)
        with self._lock:
            known = self._known.get(model.steady)
            if known is None or known.upto < upto:
                self._known[model.steady] = Known(upto, steady)

    def advance(self, model: DecisionModel, receipts: Sequence[Receipt]) -> None:
        """Remember that nothing steady had changed when a decision on this case was recorded."""
        with self._lock:
            known = self._known.get(model.steady)
            if known and receipts and receipts[0].recorded:
                upto = max(known.upto, receipts[0].position - 1)
                self._known[model.steady] = known._replace(upto=upto)


def handle(
    ledger: Ledger,
    model: DecisionModel,
    context: Context,
    decide: Callable[[Any, Context], Decision],
    memory: Memory | None = None,
    *,
    first: bool = False,
) -> Handled:
    """Decide and record. Raises what `decide` raises, and the refusal that it has put on record.

    first: nothing is expected to have happened yet in `case.query`, so decide without reading it;
    a wrong guess is noticed and costs a little time. Somebody else's decision in between is no
    error: this one is taken again. Raises ConditionFailed if that has happened ATTEMPTS times.
    """
    context = context if context.key else context._replace(key=str(uuid.uuid4()))
    memory = memory or Memory()
    guess = _guess(model, memory) if first else None
    told: Dependencies | None = None
    for _ in range(ATTEMPTS):
        state, condition = guess or read(ledger, model, memory, told)
        try:
            decision = _decided(decide, state, context, guessed=guess is not None)
            events = _numbered(decision.events)
            receipts = ledger.append_all(events, condition, on_conflict_read=MOST if guess else 0)
        except ConditionFailed as error:
            guess, told = None, error.dependencies
            continue
        except KeyConflict as conflict:  # of a refusal: it is on record since this was asked before
            raise (decision.refusal or conflict) from None
        memory.advance(model, receipts)
        if decision.refusal is not None:
            raise decision.refusal
        return Handled(events, tuple(receipts), decision.left)
    raise ConditionFailed(
        f"others decided about the same {ATTEMPTS} times while this was being decided; try again"
    )


def _decided(
    decide: Callable[[Any, Context], Decision], state: Any, context: Context, *, guessed: bool
) -> Decision:
    """The decision. Raises ConditionFailed if it has no events that would put a guess to the test.

    Else what `decide` raises.
    """
    try:
        decision = decide(state, context)
    except LedgerError:
        if not guessed:
            raise
        decision = Decision()
    if guessed and not decision.events:
        raise ConditionFailed("a guess is no ground for deciding nothing")
    return decision


def propose(
    ledger: Ledger,
    model: DecisionModel,
    context: Context,
    decide: Callable[[Any, Context], Decision],
) -> Decision:
    """What `handle` would record at this moment; records nothing."""
    state, _ = read(ledger, model, Memory())
    decision = decide(state, context if context.key else context._replace(key=str(uuid.uuid4())))
    return decision._replace(events=_numbered(decision.events))


def read(
    ledger: Ledger, model: DecisionModel, memory: Memory, told: Dependencies | None = None
) -> tuple[Any, Condition]:
    """The state, and the condition under which it stays what it is.

    told: what stands of the query of a guess that has failed, which saves reading it.
    """
    items, known = model.query.items, memory.recall(model)
    news: list[Recorded] = []
    if known is not None:
        watched = _watched(model, known.upto)
        head, news = _decoded(told) if told else _standing(ledger, (*items, *watched))
    if known is None or any(event.type in model.seldom for event in news):
        head, events = _standing(ledger, (*items, *model.steady))
    else:
        events = sorted((*known.events, *news), key=lambda event: event.position)
    memory.keep(model, head, events)
    state = _folded(model, events)
    while more := tuple(item for item in model.widen(state) if item not in items):
        items += more
        head, events = _standing(ledger, (*items, *model.steady))
        state = _folded(model, events)
    watched = _watched(model, head)
    return state, Condition(Query((*items, *watched, *_annulments(events))), head)


def _guess(model: DecisionModel, memory: Memory) -> tuple[Any, Condition] | None:
    """The state if nothing has happened but what is remembered; None if that is not enough."""
    known = memory.recall(model)
    if known is None:
        return None
    state = _folded(model, known.events)
    if any(True for _ in model.widen(state)):
        return None
    return state, Condition(Query((*model.query.items, *_watched(model, known.upto))))


def _watched(model: DecisionModel, upto: int) -> tuple[Item, ...]:
    """What would change what is remembered, and a little more, which is seldom, too."""
    return (Item(model.seldom, (), upto),) if model.steady else ()


def _annulments(events: Iterable[Recorded]) -> tuple[Item, ...]:
    return tuple(Item((_ANNULLED,), (f"event:{event.event_id}",)) for event in events)


def _standing(ledger: Ledger, items: tuple[Item, ...]) -> tuple[int, list[Recorded]]:
    return _decoded(ledger.store.dependencies(Query(items), MOST))


def _decoded(dependencies: Dependencies) -> tuple[int, list[Recorded]]:
    if len(dependencies.rows) == MOST:
        raise LedgerError(f"a decision depends on more than {MOST:,} events")
    return dependencies.head, [
        codec.decode(row) for row, stands in dependencies.rows if stands and row.version
    ]


def _folded(model: DecisionModel, events: Iterable[Recorded]) -> Any:
    return reduce(model.evolve, events, model.initial)


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
        found.append(event if n == 1 else replace(event, key=under(event.key, str(n))))
    return tuple(found)
