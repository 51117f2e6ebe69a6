"""Requests: what is asked under a key is carried out once, and always answered as the first time.

Every event of a decision that was asked for names the request: `request`, the id that its source
and key give, is also a tag, and `asked` is the SHA-256 of what was asked. Both are part of what is
recorded and hashed, in the transaction of the decision itself. A refusal settles no request: made
again, it is decided anew.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple, NoReturn

from msgspec.structs import replace

from ledger import codec
from ledger.api import Ledger
from ledger.canonical import canonical
from ledger.envelope import Event, Receipt, Recorded, Row, event_id
from ledger.errors import KeyConflict, KeyTaken
from ledger.events.access import AccessBreached
from ledger.events.requests import MOST_LEFT, RequestBegun, RequestConcluded, Skipped
from ledger.keys import under
from ledger.log import EVERYTHING, Item, Query

# What is recorded beside what was decided.
_MARKS = (RequestBegun, RequestConcluded, AccessBreached)
_LONGEST_REASON = 1_000


class Request(NamedTuple):
    """What is asked under a key.

    - asked: the SHA-256 of what is asked
    - named: whether the key was given, and so may be given again
    """

    source: str
    key: str
    asked: str
    named: bool = True

    @property
    def id(self) -> str:
        """The id under which the events of the request are found."""
        return str(event_id(self.source, self.key))

    @property
    def item(self) -> Item:
        """The events of the request."""
        return Item((), (f"request:{self.id}",))

    def names(self, row: Row) -> bool:
        """Whether an event belongs to the request, by what is recorded of it."""
        return f'"request":"{self.id}"'.encode() in row.body and row.version > 0


class Handled(NamedTuple):
    """A decision that has been recorded, with the receipts of its events.

    - left: (client, reason) of the clients that it skipped
    - planned, done: numbers of clients, of a request about many that was carried out before
    - before: whether it was recorded when the request was made first
    """

    events: tuple[Event, ...]
    receipts: tuple[Receipt, ...]
    left: tuple[tuple[str, str], ...] = ()
    planned: int = 0
    done: int = 0
    before: bool = False


def digest(asked: Any) -> str:
    """The SHA-256 of what is asked, which may be anything that JSON can hold."""
    return sha256(canonical(asked)).hexdigest()


def answered(ledger: Ledger, request: Request) -> Handled | None:
    """What a request was answered when it was made first; None if it is still to be carried out.

    Raises KeyTaken if another request was made under the key.
    """
    found = [row for row in ledger.store.rows(Query((request.item,))) if request.names(row)]
    handled = first_answer(request, found)
    types = {row.type for row in found}
    unfinished = "request.begun" in types and "request.concluded" not in types
    return handled if found and not unfinished else None


def first_answer(request: Request, rows: Sequence[Row]) -> Handled:
    """What was decided on a request, from its events. Raises KeyTaken if they are of another."""
    found = [codec.decode(row) for row in rows]
    for event in found:
        if event.asked != request.asked:
            _refuse(request, event)
    return _answer(found)


def _answer(found: Sequence[Recorded]) -> Handled:
    events = [each for each in found if not isinstance(each.data, _MARKS)]
    ends = [each.data for each in found if isinstance(each.data, RequestConcluded)]
    end = ends[0] if ends else RequestConcluded()
    return Handled(
        tuple(map(_as_decided, events)),
        tuple(Receipt(e.position, e.recorded_at, False, e.event_id) for e in events),
        tuple((each.client, each.why) for each in end.left),
        end.planned or 0,
        end.done or 0,
        before=True,
    )


def recorded_without_request(
    ledger: Ledger, request: Request, events: Sequence[Event], conflict: KeyConflict
) -> Handled:
    """The answer where the events of a decision are recorded, but not what was asked.

    An earlier version recorded them. Raises KeyTaken if they say anything else than now.
    """
    found = []
    for event in events:
        position = ledger.store.position_of(event_id(event.source, event.key))
        if position is None:
            raise conflict
        (row,) = ledger.store.rows(EVERYTHING, after=position - 1, upto=position)
        found.append(codec.decode(row))
        if _said(row.body) != _said(codec.encode(event).body):
            _refuse(request, found[-1])
    return _answer(found)


def marked(
    events: tuple[Event, ...], request: Request, stage: str, *, by: str, at: datetime
) -> tuple[Event, ...]:
    """The events of a decision, with the request that they carry out.

    - stage: as in a Context

    What is asked under a given key leaves an event even if it changes nothing: otherwise it would
    be decided anew when it is asked again.
    """
    if request.named and stage == "first":
        events = (*events, _mark(RequestBegun(), request, by, at))
    elif request.named and stage == "whole" and not events:
        events = (_mark(RequestConcluded(), request, by, at),)
    return tuple(replace(each, request=request.id, asked=request.asked) for each in events)


def ending(
    request: Request,
    planned: int | None,
    done: int | None,
    left: Sequence[tuple[str, str]],
    *,
    by: str,
    at: datetime,
) -> Event:
    """The event that concludes a request in several decisions.

    It holds what they do not say of the answer.

    - left: (client, reason) of the clients skipped, of which the first MOST_LEFT are kept
    """
    kept = tuple(
        Skipped(client=client, why=why[:_LONGEST_REASON]) for client, why in left[:MOST_LEFT]
    )
    return _mark(RequestConcluded(planned=planned, done=done, left=kept), request, by, at)


def shown(
    events: Sequence[Event], receipts: Sequence[Receipt]
) -> tuple[tuple[Event, ...], tuple[Receipt, ...]]:
    """The events that were decided, without those recorded beside them, and their receipts."""
    pairs = zip(events, receipts, strict=True)
    kept = [pair for pair in pairs if not isinstance(pair[0].data, _MARKS)]
    return tuple(event for event, _ in kept), tuple(receipt for _, receipt in kept)


def _mark(data: RequestBegun | RequestConcluded, request: Request, by: str, at: datetime) -> Event:
    step = "begun" if isinstance(data, RequestBegun) else "concluded"
    return Event(
        data=data,
        source=request.source,
        key=under(request.key, step),
        recorded_by=by,
        occurred_at=at,
    )


def _as_decided(recorded: Recorded) -> Event:
    same = {name: getattr(recorded, name) for name in Event.__struct_fields__}
    return Event(**same | {"occurred_at": recorded.occurred_at or recorded.occurred_text})


def _said(body: bytes) -> dict[str, Any]:
    """What an event says, whenever and on whatever request it was recorded."""
    apart = ("occurred_at", "request", "asked")
    return {name: value for name, value in json.loads(body).items() if name not in apart}


def _refuse(request: Request, event: Recorded) -> NoReturn:
    raise KeyTaken(request.source, request.key, event.type, event.client, event.position)
