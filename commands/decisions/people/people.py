"""Employees: departures and absences.

depart    an employee leaves; their clients are orphans until reassigned or released
absence   an employee is away, and a substitute covers their clients
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time

from commands.decisions.handle import Context, Decision, DecisionModel
from commands.decisions.ownership.ownership import Ownership, absent, employed, evolve
from commands.decisions.ownership.refusals import refuse_absent
from ledger.errors import Refused
from ledger.events.people import AbsenceRecorded, EmployeeDeparted
from ledger.log import Query

Decide = Callable[[Ownership, Context], Decision]


def model(*employees: str) -> DecisionModel:
    """What a decision about these employees, without a client, depends on."""
    return DecisionModel(
        Query(tuple(map(employed, dict.fromkeys(employees)))),
        Ownership(""),
        evolve,
        doubts=lambda state: absent(state, *employees),
    )


def depart(
    employee: str, *, reason: str | None = None, effective_at: datetime | None = None
) -> Decide:
    """Decide that an employee leaves, now or at `effective_at`, which may be in the future.

    Raises Refused: not employed then, or a later change is recorded already.
    """

    def decide(state: Ownership, context: Context) -> Decision:
        at = effective_at or context.at
        _refuse_before_hired(state, employee, context, at)
        refuse_absent(state, employee, context, at)
        last = state.staff[employee][-1]
        if at < last.effective_at:
            raise Refused(
                f"{last.type} of {employee} (position {last.position}) takes effect on "
                f"{context.shown(last.effective_at)}, and a departure on {context.shown(at)} "
                "would come before it. Choose a later time, or annul that event "
                "(event.annulled)"
            )
        content = EmployeeDeparted(employee=employee, reason=reason, effective_at=effective_at)
        return Decision((context.event(content),))

    return decide


def absence(
    employee: str,
    first_day: date,
    last_day: date,
    *,
    substitute: str | None = None,
    reason: str | None = None,
) -> Decide:
    """Decide that an employee is away from the first to the last day, both included.

    Raises Refused: the days are in the wrong order, or somebody is not employed on them.
    """

    def decide(state: Ownership, context: Context) -> Decision:
        if last_day < first_day:
            raise Refused(f"the absence would end on {last_day}, before it begins on {first_day}")
        if substitute == employee:
            raise Refused(f"{employee} cannot be their own substitute; name another employee")
        for each in filter(None, (employee, substitute)):
            for day in (first_day, last_day):
                refuse_absent(state, each, context, datetime.combine(day, time.max, UTC))
        content = AbsenceRecorded(
            employee=employee,
            first_day=first_day,
            last_day=last_day,
            substitute=substitute,
            reason=reason,
        )
        return Decision((context.event(content),))

    return decide


def _refuse_before_hired(state: Ownership, employee: str, context: Context, at: datetime) -> None:
    known = state.staff.get(employee, ())
    if known and at < known[0].effective_at:
        raise Refused(
            f"employee {employee} was hired on {context.shown(known[0].effective_at)} and "
            f"cannot have left on {context.shown(at)}; give a later time"
        )
