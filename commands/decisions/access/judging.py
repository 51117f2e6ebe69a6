"""What was recorded without the right: each decision on record, judged as the guard would have.

A writer can record a fact that says that something was decided, past every check of a decision.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Literal, NamedTuple

from commands.decisions.access.guard import breaches
from commands.decisions.access.rights import BY_RULE, RIGHTS
from commands.decisions.access.standing import EMPLOYMENT, Standing, evolve
from commands.decisions.context import Context, Decision
from commands.decisions.model import ANNULLED
from commands.decisions.units import DEFINED
from ledger.envelope import Recorded, Unreadable

_MARKS = {"access.breached": "let through", "access.refused": "refused"}
_ISSUED, _CLOSED = "payout_statement.issued", "period.closed"
_PROPOSED = "bonus_reduction.proposed"
TYPES = tuple(sorted({*RIGHTS, *BY_RULE, *EMPLOYMENT, DEFINED, ANNULLED}))


class Found(NamedTuple):
    """A breach of a rule of access.

    - outcome: `refused`, `let through` by the policy, or `recorded` as a fact past the decisions
    - login: of the database, that recorded it
    """

    position: int
    recorded_at: datetime
    outcome: Literal["refused", "let through", "recorded"]
    decision: str
    rule: str
    employee: str | None
    concerned: list[str]
    client: str | None
    login: str


def found(events: Iterable[Recorded]) -> Iterator[Found]:
    """All breaches among the events of TYPES, in order of position."""
    known = [event for event in events if not isinstance(event.data, Unreadable)]
    annulled = {event.data.event for event in known if event.type == ANNULLED}
    told = {(e.recorded_at, e.data.decision) for e in known if e.type == "access.breached"}
    state, whose = Standing(), dict[str, str]()
    for event in known:
        if str(event.event_id) in annulled:
            continue
        if event.type in _MARKS:
            d = event.data
            yield _found(event, _MARKS[event.type], d.decision, d.rule, d.employee, d.concerned)
        elif event.type in RIGHTS and (event.recorded_at, event.type) not in told:
            for each in _judged(event, state, whose, known):
                yield _found(event, "recorded", *each)
        _learn(whose, event)
        state = evolve(state, event)


def _judged(
    event: Recorded, state: Standing, whose: dict[str, str], known: list[Recorded]
) -> Iterator[tuple[str, str, str | None, tuple[str, ...]]]:
    d: Any = event.data
    context = Context(event.recorded_by, event.recorded_at, event.performed_by)
    named = (getattr(d, name, None) for name in ("target", "reduction", "statement"))
    concerns = tuple(whose[each] for each in named if each in whose)
    paid = (e for e in known if e.type == _ISSUED and e.data.period == getattr(d, "period", None))
    events: Any = (*(paid if event.type == _CLOSED else ()), event)
    decision = Decision(events, concerns=concerns)
    for each in breaches(decision, context, state, event.login):
        yield each.decision, each.rule, each.employee, each.concerned


def _learn(whose: dict[str, str], event: Recorded) -> None:
    """Whose a target, a statement and a reduction is."""
    d: Any = event.data
    if event.type == "target.set" and d.scope == "employee":
        whose.setdefault(d.target, d.scope_id)
    if event.type == _ISSUED:
        whose.setdefault(d.statement, d.employee)
    if event.type == _PROPOSED:
        whose.setdefault(d.reduction, d.employee)


def _found(
    event: Recorded, outcome: Any, decision: str, rule: str, employee: str | None, concerned: Any
) -> Found:
    return Found(
        event.position, event.recorded_at, outcome, decision, rule, employee, [*concerned],
        event.client, event.login,
    )  # fmt: skip
