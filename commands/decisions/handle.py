"""How every decision is made: read what it depends on, fold, decide, append on a condition.

A decision is a pure function from a state and a `Context` to the events that follow. `handle`
appends them only if nothing that the decision depends on has been recorded or annulled meanwhile;
otherwise it decides again. A decision without events decides nothing. What is asked under a key is
carried out once; see `requests.py`.
"""

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from commands.decisions.access import guard
from commands.decisions.access.remembered import Known, advance, known, learned
from commands.decisions.context import Context, Decision
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
from ledger.errors import ConditionFailed, KeyConflict, LedgerError
from ledger.keys import under
from ledger.log import Dependencies

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


def handle(
    ledger: Ledger,
    model: DecisionModel,
    context: Context,
    decide: Callable[[Any, Context], Decision],
    memory: Memory | None = None,
) -> Handled:
    """Decide and record. Raises what `decide` raises, and a refusal after recording it.

    A request carried out before is answered as it was then; KeyTaken if its key is another's.
    ConditionFailed if others were faster ATTEMPTS times. memory: of one that decides often.
    """
    context = _complete(context, ledger)
    memory, request, standing = memory or Memory(), context.repeatable, known(ledger)
    assumption = assumed(model, memory, request)
    dependencies: Dependencies | None = None
    for _ in range(ATTEMPTS):
        try:
            basis = assumption or based(ledger, model, memory, dependencies, request)
            context = guard.named(context.moved(basis.latest), standing.standing, ledger.login)
            decided = _decided(decide, basis.state, context, tested=assumption is None)
            decision, standing = _allowed(ledger, decided, context, standing)
            events = _as_asked(decision, context)
            condition, most = standing.tested(basis.condition), MOST if assumption else 0
            receipts = ledger.append_all(events, condition, on_conflict_read=most)
        except Answered as found:
            return first_answer(found.request, found.rows)
        except ConditionFailed as error:
            assumption, dependencies = None, error.dependencies
            if standing.may_have_changed(dependencies):
                standing, dependencies = learned(ledger, standing.about), None
            continue
        except KeyConflict as conflict:
            return _recorded(ledger, context, decision, events, conflict)
        memory.advance(model, receipts)
        advance(ledger, standing, receipts)
        if decision.refusal is not None:
            raise decision.refusal
        return Handled(*shown(events, receipts), decision.left)
    raise ConditionFailed(f"others decided about the same {ATTEMPTS} times meanwhile; try again")


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
    """What `handle` would record at this moment; records nothing. Raises what the guard refuses."""
    basis, standing = based(ledger, model, Memory()), learned(ledger)
    context = _complete(context, ledger)._replace(proposed=True).moved(basis.latest)
    context = guard.named(context, standing.standing, ledger.login)
    decided = decide(basis.state, context)
    decision, _ = _allowed(ledger, decided, context, standing)
    if decision.refusal is not None and decided.refusal is None:
        raise decision.refusal
    return decision._replace(events=_numbered(decision.events))


def _allowed(
    ledger: Ledger, decision: Decision, context: Context, standing: Known
) -> tuple[Decision, Known]:
    """The decision as the guard lets it be recorded, and the standing that this rests on."""
    login = ledger.login
    if standing.standing.guarded:
        about = guard.needs(decision, context, standing.standing, login)
        if not about <= standing.about:
            standing = learned(ledger, standing.about | about)
    return guard.guarded(decision, context, standing.standing, login), standing


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
