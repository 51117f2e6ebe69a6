"""How every decision is taken: read what it depends on, fold, decide, append on condition.

A decision is a pure function from a state and a `Context` to the events that follow. `handle`
appends them only if nothing that the decision depended on has been recorded or annulled meanwhile,
and else decides again on what is known then. Deciding nothing is an empty list.
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


def handle(
    ledger: Ledger,
    model: DecisionModel,
    context: Context,
    decide: Callable[[Any, Context], Decision],
    memory: Memory | None = None,
) -> Handled:
    """Decide and record. Raises what `decide` raises, and the refusal that it has put on record.

    memory: of a process that decides often. Somebody else's decision in between is no error: this
    one is taken again. Raises ConditionFailed if that has happened ATTEMPTS times.
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
        raise ConditionFailed("an assumption is not enough to decide nothing")
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
