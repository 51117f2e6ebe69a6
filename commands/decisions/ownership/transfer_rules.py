"""Transfer rules: who gets which of an employee's clients.

one            all to one successor
round-robin    to each successor in turn, in the order in which they are named
least-loaded   each to the successor with the fewest clients by then
same-unit      the same, among members of the employee's last unit and the units below it
fact:FIELD     the same, among employees whose skill matches the client's value of the field

Nobody is proposed for a client that they are barred from.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from commands.decisions.ownership.transfer_plan import Move, Plan, Unplaced
from ledger.database import Connection
from ledger.errors import InvalidQuestion, Refused
from ledger.events.ownership import ReassignmentReason
from projections.questions.integrity.ids import check_known
from projections.questions.ownership import succession as facts
from projections.view import View

RULES = ("one", "round-robin", "least-loaded", "same-unit")
FACT = "fact:"


class Owned(NamedTuple):
    """A client to be placed; value: of the rule's field; barred: employees barred from it."""

    client: str
    value: str | None = None
    barred: frozenset[str] = frozenset()


class Successor(NamedTuple):
    """A possible successor; clients: how many they own; skills: values of the rule's field."""

    employee: str
    clients: int = 0
    skills: frozenset[str] = frozenset()


class Draft(NamedTuple):
    """A new plan, and the possible successors."""

    plan: Plan
    successors: tuple[Successor, ...]


class Wanted(NamedTuple):
    """How to place the clients of an employee.

    - rule: one of RULES, or fact:FIELD
    - to: the successors; empty = found by the rule
    - otherwise: who gets the clients that the rule cannot place
    - effective_at: when the plan takes effect; None = when it is applied
    - batch: the batch's id; None = derived from the plan
    """

    rule: str
    to: tuple[str, ...] = ()
    otherwise: str | None = None
    reason: ReassignmentReason = "departure"
    effective_at: datetime | None = None
    batch: str | None = None


def draw_up(connection: Connection, view: View, employee: str, wanted: Wanted) -> Draft:
    """Propose who gets an employee's clients, as known at the time of taking effect.

    Records nothing. Raises NotFound, Refused, InvalidQuestion.
    """
    view = view._replace(on=wanted.effective_at or view.on)
    if field := check_rule(wanted.rule):
        check_known(connection, view, "field", field)
    if wanted.batch and "/" in wanted.batch:
        raise InvalidQuestion(f"{wanted.batch!r} cannot name a batch: it has a slash")
    successors = _candidates(connection, view, employee, wanted, field)
    clients = [
        Owned(row.client, row.value, frozenset(row.barred))
        for row in facts.owned(connection, view, employee, field)
    ]
    moves, unplaced = place(clients, successors, wanted.rule, wanted.otherwise)
    plan = Plan(
        batch=wanted.batch or "",
        from_employee=employee,
        rule=wanted.rule,
        reason=wanted.reason,
        effective_at=wanted.effective_at,
        position=view.as_of,
        moves=moves,
        unplaced=unplaced,
    )
    return Draft(plan if wanted.batch else plan.named(), successors)


def _candidates(
    connection: Connection, view: View, employee: str, wanted: Wanted, field: str | None
) -> tuple[Successor, ...]:
    named = tuple(dict.fromkeys(wanted.to))
    place = facts.place(connection, view, employee)
    if place is None:
        check_known(connection, view, "employee", employee)
    unit = place.unit if place and wanted.rule == "same-unit" else None
    if wanted.rule == "same-unit":
        if named:
            raise InvalidQuestion("the rule same-unit finds the successors itself; omit --to")
        if unit is None:
            raise Refused(f"the unit of {employee} is not known; use another rule, with --to")
    elif not named and field is None:
        raise InvalidQuestion(f"the rule {wanted.rule} needs successors: name them with --to")
    for each in dict.fromkeys((*named, *filter(None, [wanted.otherwise]))):
        _refuse_successor(connection, view, employee, each)
    rows = facts.present(connection, view, employees=named or None, unit=unit, field=field)
    here = {
        row.employee: row
        for row in rows
        if row.employee != employee and (named or field is None or row.skills)
    }
    return tuple(
        Successor(each, here[each].clients, frozenset(here[each].skills)) for each in named or here
    )


def _refuse_successor(connection: Connection, view: View, employee: str, to: str) -> None:
    if to == employee:
        raise Refused(
            f"the clients of {employee} cannot be transferred to {employee}; name another employee"
        )
    place, then = facts.place(connection, view, to), view.on.isoformat(" ", "minutes")
    if place is None:
        check_known(connection, view, "employee", to)
        raise Refused(f"no employee {to!r} is employed on {then}; see `iledger employee list`")
    if place.departed:
        raise Refused(f"employee {to} has left by {then}; name a present employee")


def check_rule(rule: str) -> str | None:
    """The field of a fact:FIELD rule, else None. Raises InvalidQuestion for an unknown rule."""
    if rule in RULES:
        return None
    field = rule.removeprefix(FACT).strip()
    if not rule.startswith(FACT) or not field:
        raise InvalidQuestion(
            f"there is no rule {rule!r}; use one of {', '.join(RULES)}, or fact:FIELD with a "
            "field of the clients, such as fact:segment"
        )
    return field


def place(
    clients: Iterable[Owned], successors: Sequence[Successor], rule: str, otherwise: str | None
) -> tuple[tuple[Move, ...], tuple[Unplaced, ...]]:
    """Find a successor for each client by a rule.

    - otherwise: who gets the clients that the rule cannot place

    Raises Refused if there are no successors at all.
    """
    field = check_rule(rule)
    if not successors and otherwise is None:
        raise Refused("there is no successor; name some with --to")
    if rule == "one" and len(successors) > 1:
        raise Refused(f"the rule one takes one successor, not {len(successors)}")
    choose = _in_turn(successors) if rule in ("one", "round-robin") else _fewest(successors, field)
    moves, unplaced = [], []
    for each in clients:
        to, why = choose(each)
        if to is None and otherwise is not None and otherwise not in each.barred:
            to, why = otherwise, f"{why}; otherwise {otherwise}"
        if to is None:
            unplaced.append(Unplaced(each.client, why))
        else:
            moves.append(Move(each.client, to, why))
    return tuple(moves), tuple(unplaced)


Choose = Callable[[Owned], tuple[str | None, str]]
_ALL_BARRED = "no successor may approach this client"


def _in_turn(successors: Sequence[Successor]) -> Choose:
    waiting = [each.employee for each in successors]

    def choose(client: Owned) -> tuple[str | None, str]:
        for employee in waiting:
            if employee not in client.barred:
                waiting.remove(employee)
                waiting.append(employee)
                return employee, "next in turn" if len(waiting) > 1 else "the only successor"
        return None, _ALL_BARRED

    return choose


def _fewest(successors: Sequence[Successor], field: str | None) -> Choose:
    load = {each.employee: each.clients for each in successors}

    def choose(client: Owned) -> tuple[str | None, str]:
        matching = successors
        said = ""
        if field is not None:
            if client.value is None:
                return None, f"no {field} is recorded"
            matching = [each for each in successors if client.value in each.skills]
            said = f"{field} is {client.value}; "
            if not matching:
                return None, f"{said}no successor has that skill"
        allowed = [each.employee for each in matching if each.employee not in client.barred]
        if not allowed:
            return None, f"{said}{_ALL_BARRED}"
        employee = min(allowed, key=load.__getitem__)
        load[employee] += 1
        return employee, f"{said}fewest clients ({load[employee] - 1})"

    return choose
