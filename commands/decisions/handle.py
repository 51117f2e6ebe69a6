"""How every decision is made: read what it depends on, fold, decide, append on a condition.

A decision is a pure function from a state and a `Context` to the events that follow. `handle`
appends them only if nothing that the decision depends on has been recorded or annulled meanwhile;
otherwise it decides again. A decision without events decides nothing. What is asked under a key is
carried out once; see `requests.py`.
"""

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from commands.decisions.memory import Memory
from commands.decisions.model import DecisionModel
from commands.decisions.reading import MOST, Answered, assumed, based, read
from commands.decisions.requests import (
    Handled,
    Request,
    answered,
    first_answer,
    marked,
    recorded_without_request,
    shown,
)
from ledger.api import Ledger
from ledger.envelope import Event
from ledger.errors import ConditionFailed, KeyConflict, LedgerError, Refused
from ledger.keys import under
from ledger.log import Dependencies
from projections.shown_times import local, named

__all__ = [
    "Context",
    "Decision",
    "DecisionModel",
    "Handled",
    "Memory",
    "Request",
    "answered",
    "handle",
    "propose",
    "read",
]
ATTEMPTS = 100


class Context(NamedTuple):
    """Who decides, and when.

    - by: employee or service, recorded as `recorded_by`; performed_by: the employee who acts
    - at: when it happens, aware
    - key: identifies the decision permanently; its events are numbered under it
    - zone: of days, and of the times in refusals; if not given, the ledger's where it is decided
    - proposed: nothing is recorded, and refusals say so
    - live: `at` is the present, which moves on while the decision waits or is made again
    - request: what is asked, if it may be asked again; stage: whether this decision is all of it,
      the first of several, or a further one
    """

    by: str
    at: datetime
    performed_by: str | None = None
    source: str = "iledger"
    key: str = ""
    zone: str = ""
    proposed: bool = False
    live: bool = False
    request: Request | None = None
    stage: Literal["whole", "first", "part"] = "whole"

    @property
    def repeatable(self) -> Request | None:
        """The request that may have been carried out before, None if there is none."""
        request = self.request
        return request if request and request.named and self.stage != "part" else None

    def moved(self, latest: datetime) -> "Context":
        """The same at the present, and not before what it rests on; unless the time was given."""
        present = max(self.at, datetime.now(UTC), latest)
        return self._replace(at=present) if self.live else self

    def shown(self, at: datetime) -> str:
        """The text of a time in a refusal."""
        return named(at, self.zone or "UTC")

    def local(self, at: datetime) -> datetime:
        """The same time in the zone."""
        return local(at, ZoneInfo(self.zone or "UTC"))

    def day(self, at: datetime) -> date:
        """The day that contains a time."""
        return self.local(at).date()

    def end_of(self, day: date) -> datetime:
        """The last moment of a day."""
        return datetime.combine(day, time.max, ZoneInfo(self.zone or "UTC"))

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
    """What was decided: events to record, and the refusal that they record, if any.

    - left: (client, reason) of the clients that a decision about many clients skips
    """

    events: tuple[Event, ...] = ()
    refusal: Refused | None = None
    left: tuple[tuple[str, str], ...] = ()


def handle(
    ledger: Ledger,
    model: DecisionModel,
    context: Context,
    decide: Callable[[Any, Context], Decision],
    memory: Memory | None = None,
) -> Handled:
    """Decide and record. Raises what `decide` raises, and a refusal after recording it.

    A request that was carried out before is answered as it was then; KeyTaken if its key is that of
    another. A concurrent decision is not an error: this one is made again. Raises ConditionFailed
    if that happens ATTEMPTS times. memory: kept by a process that decides often.
    """
    context = _complete(context, ledger)
    memory, request = memory or Memory(), context.repeatable
    assumption = assumed(model, memory, request)
    dependencies: Dependencies | None = None
    for _ in range(ATTEMPTS):
        try:
            basis = assumption or based(ledger, model, memory, dependencies, request)
            context = context.moved(basis.latest)
            decision = _decided(decide, basis.state, context, tested=assumption is None)
            events = _as_asked(decision, context)
            most = MOST if assumption else 0
            receipts = ledger.append_all(events, basis.condition, on_conflict_read=most)
        except Answered as found:
            return first_answer(found.request, found.rows)
        except ConditionFailed as error:
            assumption, dependencies = None, error.dependencies
            continue
        except KeyConflict as conflict:
            return _recorded(ledger, context, decision, events, conflict)
        memory.advance(model, receipts)
        if decision.refusal is not None:
            raise decision.refusal
        return Handled(*shown(events, receipts), decision.left)
    raise ConditionFailed(
        f"others decided about the same {ATTEMPTS} times while this was being decided; try again"
    )


def _recorded(
    ledger: Ledger,
    context: Context,
    decision: Decision,
    events: Sequence[Event],
    conflict: KeyConflict,
) -> Handled:
    """The answer where the keys of a decision are in use: by a rival, or under no request."""
    request = context.repeatable
    if request and (found := answered(ledger, request)):  # by one that made the same request
        return found
    if decision.refusal is not None:  # it is on record since this was asked before
        raise decision.refusal from None
    if context.request is None or context.stage != "whole":
        raise conflict
    return recorded_without_request(ledger, context.request, events, conflict)


def _as_asked(decision: Decision, context: Context) -> tuple[Event, ...]:
    """The events to record: what was decided, under the request unless that is refused."""
    events, request = _numbered(decision.events), context.request
    if request is None or decision.refusal is not None:
        return events
    return marked(events, request, context.stage, by=context.by, at=context.at)


def _decided(
    decide: Callable[[Any, Context], Decision], state: Any, context: Context, *, tested: bool
) -> Decision:
    """The decision. Raises what `decide` raises, if its basis is `tested`.

    Else raises ConditionFailed if there are no events whose recording would test it.
    """
    try:
        decision = decide(state, context)
    except LedgerError:
        if tested:
            raise
        decision = Decision()
    if not tested and not decision.events:
        raise ConditionFailed("a decision without events needs what is recorded, not an assumption")
    return decision


def propose(
    ledger: Ledger,
    model: DecisionModel,
    context: Context,
    decide: Callable[[Any, Context], Decision],
) -> Decision:
    """What `handle` would record at this moment; records nothing."""
    basis = based(ledger, model, Memory())
    context = _complete(context, ledger)._replace(proposed=True)
    decision = decide(basis.state, context.moved(basis.latest))
    return decision._replace(events=_numbered(decision.events))


def _complete(context: Context, ledger: Ledger) -> Context:
    key, zone = context.key or str(uuid.uuid4()), context.zone or ledger.about.zone
    return context._replace(key=key, zone=zone)


def _numbered(events: Sequence[Event]) -> tuple[Event, ...]:
    """Give each event of a decision its own key: the decision's key, with a number from 2 on.

    An event of another source that the decision passes on keeps its key.
    """
    taken: dict[tuple[str, str], int] = {}
    found = []
    for event in events:
        place = (event.source, event.key)
        taken[place] = taken.get(place, 0) + 1
        n = taken[place]
        found.append(event if n == 1 else replace(event, key=under(event.key, str(n))))
    return tuple(found)
