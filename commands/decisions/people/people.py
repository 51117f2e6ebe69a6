"""Employees: departures and absences.

depart    an employee leaves; their clients are orphans until reassigned or released
cancel    a departure or a move that is dated ahead does not take place
absence   an employee is away, and a substitute covers their clients
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime

from commands.decisions.handle import Context, Decision, DecisionModel
from commands.decisions.ownership.changes import Employment
from commands.decisions.ownership.ownership import Ownership, absent, employed, evolve
from commands.decisions.ownership.refusals import refuse_absent
from ledger.envelope import Event
from ledger.errors import Refused
from ledger.events.corrections import EventAnnulled
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

    Cancels planned changes that would take effect after the departure. Raises Refused: not employed
    then, or a later change has taken effect already.
    """

    def decide(state: Ownership, context: Context) -> Decision:
        at = effective_at or context.at
        _refuse_before_hired(state, employee, context, at)
        _refuse_leaving(state, employee, context, at)
        refuse_absent(state, employee, context, at)
        later = [each for each in state.staff[employee] if at < each.effective_at]
        last = next((each for each in later if not each.ahead(context.at)), None)
        if last:
            raise Refused(
                f"{last.type} of {employee} (position {last.position}) takes effect on "
                f"{context.shown(last.effective_at)}, and a departure on {context.shown(at)} "
                "would come before it. Choose a later time, or annul that event "
                "(event.annulled)"
            )
        content = EmployeeDeparted(employee=employee, reason=reason, effective_at=effective_at)
        instead = f"{employee} leaves earlier"
        return Decision((context.event(content), *_annulled(later, context, instead)))

    return decide


def _refuse_leaving(state: Ownership, employee: str, context: Context, at: datetime) -> None:
    place = state.employment(employee, at)
    if place and place.type == "employee.departed" and place.ahead(context.at):
        raise Refused(
            f"employee {employee} leaves on {context.shown(place.effective_at)} already; cancel "
            f"that first with `iledger employee cancel {employee} --reason …`"
        )


def cancel(employee: str, *, reason: str) -> Decide:
    """Decide to cancel a departure or moves of an employee that are dated ahead.

    Raises Refused if there is none that has not taken effect.
    """

    def decide(state: Ownership, context: Context) -> Decision:
        changes = state.staff.get(employee, ())
        ahead = [each for each in changes if each.ahead(context.at)]
        if not ahead:
            raise Refused(
                f"nothing about employee {employee} is dated ahead; `iledger employee list` shows "
                "what is"
            )
        return Decision(tuple(_annulled(ahead, context, reason)), concerns=(employee,))

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
                refuse_absent(state, each, context, context.end_of(day))
        content = AbsenceRecorded(
            employee=employee,
            first_day=first_day,
            last_day=last_day,
            substitute=substitute,
            reason=reason,
        )
        return Decision((context.event(content),))

    return decide


def _annulled(changes: Iterable[Employment], context: Context, reason: str) -> Iterator[Event]:
    for each in changes:
        yield context.event(
            EventAnnulled(event=each.event_id, annulled_type=each.type, reason=reason)
        )


def _refuse_before_hired(state: Ownership, employee: str, context: Context, at: datetime) -> None:
    known = state.staff.get(employee, ())
    if known and at < known[0].effective_at:
        raise Refused(
            f"employee {employee} was hired on {context.shown(known[0].effective_at)} and "
            f"cannot have left on {context.shown(at)}; give a later time"
        )
