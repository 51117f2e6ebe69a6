"""Standings: who holds which role where, whose login it is, and which policy is in force."""

from typing import Any

from commands.decisions.access.guard import breaches
from commands.decisions.access.remembered import MODEL
from commands.decisions.access.standing import Standing, evolve
from commands.decisions.context import Context, Decision
from ledger.envelope import Event
from ledger.events.access import (
    AccessPolicyPublished,
    LoginLinked,
    Mode,
    ProducerRegistered,
)
from ledger.events.people import EmployeeHired, OrgUnitDefined, RoleGranted
from tests.commands.decisions.given import NOW, event, recorded

# North has a team of its own; E-1 and E-2 work in it, E-3 in the south. The chief sits above all.
UNITS = (("company", None), ("north", "company"), ("team", "north"), ("south", "company"))
STAFF = {"E-chief": "company", "E-1": "team", "E-2": "north", "E-3": "south"}


def company() -> list[Event]:
    """Units and employees."""
    return [
        *(fact(OrgUnitDefined(unit=u, name=u, kind="team", parent=p)) for u, p in UNITS),
        *(fact(EmployeeHired(employee=e, name="Анна", unit=u)) for e, u in STAFF.items()),
    ]


def fact(data: Any, at: int = 1, **more: Any) -> Event:
    """A fact without a client."""
    return event(data, at, client=None, **more)


def granted(employee: str, role: str, scope: str | None = None, **more: Any) -> Event:
    return fact(RoleGranted(employee=employee, role=role, scope=scope, **more), 2)


def linked(employee: str) -> Event:
    """The login of an employee: that of E-1 is `login-of-E-1`."""
    return fact(LoginLinked(login=login(employee), employee=employee), 2)


def login(employee: str) -> str:
    return f"login-of-{employee}"


def service(*logins: str) -> Event:
    """A source whose logins decide in the names of others."""
    return fact(ProducerRegistered(source="crm", logins=logins, acts_for="anyone"), 2)


def policy(mode: Mode, **more: Any) -> Event:
    return fact(AccessPolicyPublished(version=1, mode=mode, **more), 3)


def standing(*events: Event, logins: dict[int, str] | None = None) -> Standing:
    """The standing after the company and these events; logins: by the event's place, from 0."""
    state: Standing = MODEL.initial
    for place, each in enumerate((*company(), *events), -len(company())):
        state = evolve(state, recorded(each, place + 100, (logins or {}).get(place, "dba")))
    return state


def by(employee: str) -> Context:
    """What an employee decides now."""
    return Context(employee, NOW, performed_by=employee, key="decision-1", zone="UTC")


def rules(decision: Decision, who: Context, state: Standing, at: str | None = None) -> set[str]:
    """The rules that a decision breaks. at: the login, or else that of who decides."""
    name = login(str(who.performed_by)) if at is None else at
    return {each.rule for each in breaches(decision, who, state, name)}


def decided(data: Any, client: str | None = None, **about: Any) -> Decision:
    """A decision of one event."""
    return Decision((by("E-1").event(data, client),), **about)
