"""Reading what a decision depends on: the state, and the condition under which it stays so."""

from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from logging import getLogger
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from commands.decisions.memory import Memory
from commands.decisions.model import ANNULLED, DecisionModel
from commands.decisions.placing import placed
from commands.decisions.requests import Request
from ledger import codec
from ledger.api import Ledger
from ledger.envelope import NEVER, Recorded, Row, localized
from ledger.errors import LedgerError, NotDecoded, Refused
from ledger.log import Condition, Dependencies, Item, Query
from ledger.moments import AHEAD, Precision

_log = getLogger(__name__)  # which writes to stderr unless the program says otherwise
MOST = 100_000  # events that one decision may depend on


class NotUnderstood(Refused):
    """The decision depends on an event that this program cannot read."""


class Answered(Exception):
    """The request was made before: rows are its events, annulled ones included."""

    def __init__(self, request: Request, rows: Sequence[Row]) -> None:
        super().__init__()
        self.request, self.rows = request, rows


class Basis(NamedTuple):
    """What a decision is taken on, and the condition under which that stays what it is.

    - latest: when the last of it happened
    """

    state: Any
    condition: Condition
    latest: datetime = NEVER


def read(ledger: Ledger, model: DecisionModel, memory: Memory) -> tuple[Any, Condition]:
    """Read the state that a decision depends on, and the condition under which it stays so."""
    found = based(ledger, model, memory)
    return found.state, found.condition


def based(
    ledger: Ledger,
    model: DecisionModel,
    memory: Memory,
    dependencies: Dependencies | None = None,
    request: Request | None = None,
) -> Basis:
    """Read what a decision depends on, as far as it is not remembered.

    - dependencies: of a basis that was assumed and proved wrong, which saves reading them
    - request: what is decided; raises Answered if that is recorded already
    """
    items, known = (*model.query.items, *_asking(request)), memory.recall(model)
    zone = ZoneInfo(ledger.about.zone)
    found = None
    if known is not None:
        found = dependencies or _dependencies(ledger, (*items, *_watched(model, known.upto)))
    if known is None or found is None or _changed(model, found):
        head, events = _whole(ledger, model, items, request, zone)
    else:
        head, news = counting(found, items, request, zone)
        events = sorted((*known.events, *news), key=lambda event: event.position)
    memory.keep(model, head, events)
    state = model.folded(events)
    while more := _more(model, state, items):
        items += more
        head, events = _whole(ledger, model, items, request, zone)
        state = model.folded(events)
    watched = _watched(model, head)
    condition = Condition(Query((*items, *watched, *_annulments(events))), head)
    return Basis(state, condition, max(map(_happened, events), default=NEVER))


def assumed(model: DecisionModel, memory: Memory, request: Request | None = None) -> Basis | None:
    """The basis if nothing has happened but what is remembered; None if that is not likely enough.

    The condition puts it to the test.
    """
    known = memory.recall(model) if model.usually_empty else None
    if known is None:
        return None
    state = model.folded(known.events)
    if any(True for _ in model.widen(state)):
        return None
    items = (*model.query.items, *_asking(request), *_watched(model, known.upto))
    return Basis(state, Condition(Query(items)))


def _more(model: DecisionModel, state: Any, items: tuple[Item, ...]) -> tuple[Item, ...]:
    wanted = (*model.widen(state), *model.doubts(state))
    return tuple(item for item in wanted if item not in items)


def _happened(event: Recorded) -> datetime:
    """When an event happened, by a clock that may be ahead of ours; not a date, nor a plan."""
    at = event.occurred_at
    exact = event.precision in (Precision.INSTANT, Precision.MINUTE)
    return at if at and exact and at <= event.recorded_at + AHEAD else NEVER


def _asking(request: Request | None) -> tuple[Item, ...]:
    return () if request is None else (request.item,)


def _watched(model: DecisionModel, upto: int) -> tuple[Item, ...]:
    """What would change what is remembered, and a little more, which is seldom, too."""
    return (Item(model.seldom, (), upto),) if model.steady else ()


def _annulments(events: Iterable[Recorded]) -> tuple[Item, ...]:
    return tuple(Item((ANNULLED,), (f"event:{event.event_id}",)) for event in events)


def _dependencies(ledger: Ledger, items: tuple[Item, ...]) -> Dependencies:
    return ledger.store.dependencies(Query(items), MOST)


def _changed(model: DecisionModel, found: Dependencies) -> bool:
    """Whether what is remembered may have changed."""
    return any(counts and row.type in model.seldom for row, counts in found.rows)


def _whole(
    ledger: Ledger,
    model: DecisionModel,
    items: tuple[Item, ...],
    request: Request | None,
    zone: ZoneInfo,
) -> tuple[int, list[Recorded]]:
    items += model.steady
    return counting(_dependencies(ledger, items), items, request, zone)


def counting(
    found: Dependencies, items: tuple[Item, ...], request: Request | None, zone: ZoneInfo
) -> tuple[int, list[Recorded]]:
    """The head, and the events that count: those that were not annulled.

    - items: by which they were found
    - zone: in which a day or month begins, as in the projections

    Raises Answered if the request is among them, NotUnderstood if one of them is not understood.
    """
    if request and (asked := [row for row, _ in found.rows if request.names(row)]):
        raise Answered(request, asked)
    if len(found.rows) == MOST:
        raise LedgerError(f"a decision depends on more than {MOST:,} events")
    counting = (row for row, counts in found.rows if counts and row.version)
    named = {type_ for item in items for type_ in item.types}
    understood = _understood(counting, named)
    return found.head, placed(localized(event, zone) for event in understood)


def _understood(rows: Iterable[Row], named: Container[str]) -> Iterator[Recorded]:
    """The events. One found by its tags alone is passed over if this program cannot read it.

    - named: the types that the decision depends on. Without one of them it would be a guess
    """
    for row in rows:
        try:
            yield codec.decode(row)
        except NotDecoded as error:
            if row.type in named:
                raise NotUnderstood(
                    f"this decision depends on the event at position {row.position}, {row.type}, "
                    f"which this program does not understand: {error}. Then decide again; if the "
                    "event is a mistake, annul it first"
                ) from error
            _pass_over(row.position, row.type, str(error))


@cache  # said once
def _pass_over(position: int, type_: str, reason: str) -> None:
    _log.warning("this decision passes over position %d, %s: %s", position, type_, reason)
