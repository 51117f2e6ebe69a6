"""Roles: what an employee may do, in a unit and those below it, or everywhere.

grant   the employee has the role from now on, until a time or until it is revoked
revoke  the employee no longer has the role
A departure ends all roles; hiring the employee again restores none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from commands.decisions.handle import Context, Decision, DecisionModel
from commands.decisions.ownership.ownership import BEGINNING, Ownership, absent
from commands.decisions.ownership.ownership import evolve as evolve_staff
from commands.decisions.ownership.refusals import refuse_absent
from ledger.envelope import Recorded
from ledger.errors import Refused, UnknownId
from ledger.events.people import Reach, RoleGranted, RoleRevoked
from ledger.log import Item, Query

_ROLES = ("role.granted", "role.revoked")
_EMPLOYMENT = ("employee.hired", "employee.moved", "employee.departed")
Place = tuple[str, str | None, Reach | None]  # role, unit or everywhere, reach


class Word(NamedTuple):
    """The last event on a role in a scope; until: None = without end."""

    at: datetime
    position: int
    granted: bool
    until: datetime | None


@dataclass(frozen=True)
class Authority:
    """What decisions about one employee's roles depend on.

    - words: the last event by role, scope and reach
    - staff: the employee's employments
    - units: the existing ones among those named
    """

    employee: str
    words: Mapping[Place, Word] = field(default_factory=dict)
    staff: Ownership = field(default_factory=lambda: Ownership(""))
    units: frozenset[str] = frozenset()

    def held(self, role: str, scope: str | None, reach: Reach | None, at: datetime) -> Word | None:
        """The grant of a role in exactly this place in effect at a time, or None."""
        word = self.words.get((role, scope, reach))
        if word is None or not word.granted or (word.until is not None and word.until <= at):
            return None
        left = [
            each
            for each in self.staff.staff.get(self.employee, ())
            if each.type == "employee.departed"
            and word[:2] < (each.effective_at, each.position)
            and each.effective_at <= at
        ]
        return None if left else word

    def present(self, at: datetime) -> datetime:
        """The time, or that of the last event if that is later: clocks differ."""
        return max([at, *(word.at for word in self.words.values())])


def model(employee: str, scope: str | None = None) -> DecisionModel:
    """What a decision about an employee's roles depends on."""
    items = [Item((*_ROLES, *_EMPLOYMENT), (f"employee:{employee}",))]
    if scope is not None:
        items.append(Item(("org_unit.defined", *_EMPLOYMENT), (f"unit:{scope}",)))
    return DecisionModel(
        Query(tuple(items)),
        Authority(employee),
        evolve,
        doubts=lambda state: absent(state.staff, employee),
    )


def evolve(state: Authority, event: Recorded) -> Authority:
    """Fold one event into the state."""
    d = event.data
    if event.type in _ROLES:
        word = Word(
            event.occurred_at or BEGINNING,
            event.position,
            event.type == "role.granted",
            getattr(d, "until", None),
        )
        place = (d.role, d.scope, d.reach)
        before = state.words.get(place)
        if before and before[:2] > word[:2]:
            return state
        return replace(state, words={**state.words, place: word})
    unit: str | None = getattr(d, "unit", None) or getattr(d, "to_unit", None)
    state = replace(state, units=state.units | ({unit} if unit else set()))
    if event.type in _EMPLOYMENT:
        return replace(state, staff=evolve_staff(state.staff, event))
    return state


def grant(
    role: str,
    *,
    scope: str | None = None,
    reach: Reach | None = None,
    until: datetime | None = None,
) -> Callable[[Authority, Context], Decision]:
    """Decide to grant a role; nothing if it is granted already until the same time.

    Raises Refused: not employed, an unknown unit, or an end in the past.
    """

    def decide(state: Authority, context: Context) -> Decision:
        at = state.present(context.at)
        refuse_absent(state.staff, state.employee, context, at)
        if scope is not None and scope not in state.units:
            raise UnknownId(
                f"no unit {scope!r} is known; `iledger employee units` lists them. "
                "Append org_unit.defined for a new one"
            )
        if until is not None and until <= at:
            raise Refused(
                f"the role would end on {context.shown(until)}, before it begins; give a later end"
            )
        held = state.held(role, scope, reach, at)
        if held and held.until == until:
            return Decision()
        content = RoleGranted(
            employee=state.employee, role=role, scope=scope, reach=reach, until=until
        )
        return Decision((context._replace(at=at).event(content),))

    return decide


def revoke(
    role: str,
    *,
    scope: str | None = None,
    reach: Reach | None = None,
    reason: str | None = None,
) -> Callable[[Authority, Context], Decision]:
    """Decide to revoke a role in this scope. Raises Refused if the employee does not have it."""

    def decide(state: Authority, context: Context) -> Decision:
        at = state.present(context.at)
        refuse_absent(state.staff, state.employee, context, at)
        if state.held(role, scope, reach, at) is None:
            held = [place[1:] for place in state.words if place[0] == role]
            scopes = [_where(*each) for each in held if state.held(role, *each, at)]
            instead = f"; they have it {', '.join(scopes)}" if scopes else ""
            raise Refused(
                f"employee {state.employee} does not hold the role {role!r} "
                f"{_where(scope, reach)}{instead}. `iledger access role list --employee "
                f"{state.employee}` lists their roles"
            )
        content = RoleRevoked(
            employee=state.employee, role=role, scope=scope, reach=reach, reason=reason
        )
        return Decision((context._replace(at=at).event(content),))

    return decide


def _where(scope: str | None, reach: Reach | None) -> str:
    place = f"in {scope}" if scope else "everywhere"
    return f"{place} for their own clients" if reach else place
