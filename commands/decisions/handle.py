"""How every decision is made: read what it depends on, fold, decide, append on a condition.

A decision is a pure function from a state and a `Context` to the events that follow. `handle`
appends them only if nothing that the decision depends on has been recorded or annulled meanwhile;
otherwise it decides again. A decision without events decides nothing.
"""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from msgspec.structs import replace

from commands.decisions.memory import Memory
from commands.decisions.model import DecisionModel
from commands.decisions.reading import MOST, assumed, read
from ledger.api import Ledger
from ledger.envelope import Event, Receipt
from ledger.errors import ConditionFailed, KeyConflict, LedgerError, Refused
from ledger.keys import under
from ledger.log import Dependencies
from projections.shown_times import named

__all__ = [
    "Context",
    "Decision",
    "DecisionModel",
    "Handled",
    "Memory",
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
    - zone: of the times in refusals; proposed: nothing is recorded, and refusals say so
    """

    by: str
    at: datetime
    performed_by: str | None = None
    source: str = "iledger"
    key: str = ""
    zone: str = "UTC"
    proposed: bool = False

    def shown(self, at: datetime) -> str:
        """The text of a time in a refusal."""
        return named(at, self.zone)

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


class Handled(NamedTuple):
    """A decision that has been recorded, with the receipts of its events; left: as decided."""

    events: tuple[Event, ...]
    receipts: tuple[Receipt, ...]
    left: tuple[tuple[str, str], ...] = ()


def handle(
    ledger: Ledger,
    model: DecisionModel,
    context: Context,
    decide: Callable[[Any, Context], Decision],
    memory: Memory | None = None,
) -> Handled:
    """Decide and record. Raises what `decide` raises, and a refusal after recording it.

    - memory: kept by a process that decides often

    A concurrent decision is not an error: this one is made again. Raises ConditionFailed if that
    happens ATTEMPTS times.
    """
    context = context if context.key else context._replace(key=str(uuid.uuid4()))
    memory = memory or Memory()
    assumption = assumed(model, memory)
    dependencies: Dependencies | None = None
    for _ in range(ATTEMPTS):
        basis = assumption or read(ledger, model, memory, dependencies)
        try:
            decision = _decided(decide, basis.state, context, tested=assumption is None)
            events = _numbered(decision.events)
            receipts = ledger.append_all(
                events, basis.condition, on_conflict_read=MOST if assumption else 0
            )
        except ConditionFailed as error:
            assumption, dependencies = None, error.dependencies
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
    state, _ = read(ledger, model, Memory())
    context = context._replace(key=context.key or str(uuid.uuid4()), proposed=True)
    decision = decide(state, context)
    return decision._replace(events=_numbered(decision.events))


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
