"""The standing: the policy in force, whose each login is, and which roles count.

A role counts if it was granted before the first policy was published, or by a login whose employee
was an administrator there at that moment; nobody counts as having granted a role to themself.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from commands.decisions import units
from commands.decisions.access.parties import Parties, parties_of
from commands.decisions.access.rights import RIGHTS, Right
from ledger.envelope import NEVER, Recorded
from ledger.events.access import AccessPolicyPublished, AccessRule, ProducerRegistered

POLICY, PRODUCER = "access_policy.published", "producer.registered"
LINKS = ("login.linked", "login.unlinked")
ROLES = ("role.granted", "role.revoked")
EMPLOYMENT = ("employee.hired", "employee.moved", "employee.departed")
ADMINISTRATOR = "administrator"
UNPUBLISHED = AccessPolicyPublished(version=1, mode="open")
Place = tuple[str, str | None, str | None]  # role, unit or everywhere, reach


class Grant(NamedTuple):
    """The last event on a role in a place that counts; until: None without end."""

    at: datetime
    position: int
    granted: bool
    until: datetime | None


class Employment(NamedTuple):
    """One change of an employment; unit: None after a departure."""

    at: datetime
    position: int
    type: str
    unit: str | None


class Standing(Struct, frozen=True):
    """Who may do what, as far as it has been read.

    - logins: the employee of each linked login; producers: by source
    - grants: by employee and place; staff: by employee, in order of effect
    - uncounted: why an event on a role does not count, by position
    """

    policy: AccessPolicyPublished = UNPUBLISHED
    published: bool = False
    logins: Mapping[str, str] = field(default_factory=dict)
    producers: Mapping[str, ProducerRegistered] = field(default_factory=dict)
    grants: Mapping[str, Mapping[Place, Grant]] = field(default_factory=dict)
    staff: Mapping[str, tuple[Employment, ...]] = field(default_factory=dict)
    tree: units.Tree = field(default_factory=dict)
    uncounted: Mapping[int, AccessRule] = field(default_factory=dict)

    @property
    def guarded(self) -> bool:
        """Whether the policy asks who may."""
        return self.policy.mode != "open"

    def acts_for_others(self, login: str) -> bool:
        """Whether a login may decide in the names of others."""
        return any(each.acts_for and login in each.logins for each in self.producers.values())

    def employee_of(self, login: str, named: str | None) -> str | None:
        """Who decides with a login: its employee, whom a service names, or None if unlinked."""
        return named if self.acts_for_others(login) else self.logins.get(login)

    def administrators(self) -> set[str]:
        """All employees who were ever granted to administer."""
        return {
            who for who, held in self.grants.items() if any(r == ADMINISTRATOR for r, *_ in held)
        }

    def held(self, employee: str, at: datetime) -> Iterator[tuple[Place, Grant]]:
        """The roles that an employee holds at a time; a departure ends all before it."""
        left = [
            (each.at, each.position)
            for each in self.staff.get(employee, ())
            if each.type == "employee.departed" and each.at <= at
        ]
        for place, grant in self.grants.get(employee, {}).items():
            ended = not grant.granted or (grant.until is not None and grant.until <= at)
            if not ended and grant.at <= at and not any(each > grant[:2] for each in left):
                yield place, grant

    def lacking(
        self, employee: str, right: Right, parties: Parties, at: datetime
    ) -> AccessRule | None:
        """Why an employee may not do what needs a right; None if they may."""
        found = False
        for (role, unit, reach), _ in self.held(employee, at):
            cell = right.cell(role)
            own = cell == "own" or reach == "own_clients"
            if cell and self._reaches(employee, unit, parties, at, own=own):
                return None
            found = found or bool(cell)
        return "beyond_scope" if found else "no_right"

    def _reaches(
        self, employee: str, unit: str | None, parties: Parties, at: datetime, *, own: bool
    ) -> bool:
        if own and (parties.units or parties.everybody or parties.employees != {employee}):
            return False
        if unit is None:
            return True
        places = {*parties.units, *(self.unit(each, at) for each in parties.employees)}
        return not parties.everybody and all(unit in units.above(self.tree, p, at) for p in places)

    def employed(self, employee: str, at: datetime) -> bool:
        """Whether an employee works here at a time."""
        places = [each for each in self.staff.get(employee, ()) if each.at <= at]
        return bool(places) and places[-1].type != "employee.departed"

    def unit(self, employee: str, at: datetime) -> str | None:
        """The last unit of an employee by a time, also of one who has left; None if unknown."""
        places = [each for each in self.staff.get(employee, ()) if each.at <= at]
        return next((each.unit for each in reversed(places) if each.unit), None)


def evolve(state: Standing, event: Recorded) -> Standing:
    """Fold one event into the standing."""
    d = event.data
    if event.type == POLICY:
        return replace(state, policy=d, published=True)
    if event.type == PRODUCER:
        return replace(state, producers={**state.producers, d.source: d})
    if event.type in LINKS:
        logins = {login: who for login, who in state.logins.items() if login != d.login}
        linked = {d.login: d.employee} if event.type == "login.linked" else {}
        return replace(state, logins=logins | linked)
    if event.type in ROLES:
        return _role(state, event)
    at = getattr(d, "effective_at", None) or event.occurred_at or NEVER
    if event.type in EMPLOYMENT:
        unit = getattr(d, "unit", None) or getattr(d, "to_unit", None)
        place = Employment(at, event.position, event.type, unit)
        known = tuple(sorted((*state.staff.get(d.employee, ()), place)))
        return replace(state, staff={**state.staff, d.employee: known})
    if event.type == units.DEFINED:
        return replace(state, tree=units.grown(state.tree, event, at))
    return state


def _role(state: Standing, event: Recorded) -> Standing:
    if why := _uncounted(state, event):
        return replace(state, uncounted={**state.uncounted, event.position: why})
    d, granted = event.data, event.type == "role.granted"
    grant = Grant(event.occurred_at or NEVER, event.position, granted, getattr(d, "until", None))
    place, held = (d.role, d.scope, d.reach), state.grants.get(d.employee, {})
    if place in held and held[place][:2] > grant[:2]:
        return state
    return replace(state, grants={**state.grants, d.employee: {**held, place: grant}})


def _uncounted(state: Standing, event: Recorded) -> AccessRule | None:
    """Why an event on a role does not count; None if it does."""
    if not state.published:
        return None
    who = state.employee_of(event.login, event.performed_by)
    if who is None:
        return "unlinked"
    if event.type == "role.granted" and who == event.data.employee:
        return "own_role"
    parties: Any = parties_of(event.type, event.data)
    return state.lacking(who, RIGHTS[event.type], parties, event.recorded_at)
