"""Given a policy, when a role is recorded: it counts only if the login that recorded it might."""

import pytest

from commands.decisions.access.standing import Standing
from ledger.envelope import Event
from ledger.events.people import EmployeeDeparted, RoleGranted, RoleRevoked
from tests.commands.decisions.access.standings import (
    fact,
    granted,
    linked,
    login,
    policy,
    service,
    standing,
)
from tests.commands.decisions.given import NOW

# E-2 administers the north, E-chief everything; then a policy. The next event is number 6.
BASE = (
    granted("E-2", "administrator", "north"),
    granted("E-chief", "administrator"),
    linked("E-2"),
    linked("E-chief"),
    service("crm"),
    policy("enforce"),
)
LAST = len(BASE)


def after(event: Event, at: str) -> Standing:
    """The standing after one more event, recorded by a login."""
    return standing(*BASE, event, logins={LAST: at})


def grant(employee: str, scope: str | None = None, by: str | None = None) -> Event:
    content = RoleGranted(employee=employee, role="supervisor", scope=scope)
    return fact(content, 10, performed_by=by)


COUNTS = {
    "an administrator of everything": (grant("E-1"), login("E-chief"), None),
    "an administrator of the unit": (grant("E-1", "team"), login("E-2"), None),
    "a service for an administrator": (grant("E-1", by="E-chief"), "crm", None),
    "an administrator of a unit, everywhere": (grant("E-1"), login("E-2"), "beyond_scope"),
    "an administrator of a unit, elsewhere": (grant("E-3", "south"), login("E-2"), "beyond_scope"),
    "an administrator to themself": (grant("E-chief"), login("E-chief"), "own_role"),
    "a service for nobody": (grant("E-1"), "crm", "unlinked"),
    "a service for a seller": (grant("E-1", by="E-3"), "crm", "no_right"),
    "a writer in an administrator's name": (grant("E-1", by="E-chief"), "writer", "unlinked"),
}


@pytest.mark.parametrize("by", COUNTS)
def test_a_grant_counts_only_if_it_was_an_administrators(by: str) -> None:
    event, at, why = COUNTS[by]
    state = after(event, at)
    held = [role for (role, *_), _ in state.held(event.data.employee, NOW)]
    assert ("supervisor" in held) is (why is None)
    assert [*state.uncounted.values()] == ([why] if why else [])


def test_a_revocation_counts_by_the_same_rule() -> None:
    gone = fact(RoleRevoked(employee="E-chief", role="administrator"), 10)
    assert [*after(gone, "writer").held("E-chief", NOW)]
    assert [*after(gone, login("E-2")).held("E-chief", NOW)]
    assert not [*after(gone, login("E-chief")).held("E-chief", NOW)]


def test_an_administrator_who_has_left_grants_nothing() -> None:
    left = fact(EmployeeDeparted(employee="E-chief"), 5)
    state = standing(*BASE, left, grant("E-1"), logins={LAST + 1: login("E-chief")})
    assert [*state.uncounted.values()] == ["no_right"]
    assert not [*state.held("E-1", NOW)]


def test_before_any_policy_every_grant_counts() -> None:
    state = standing(granted("E-1", "administrator"), logins={0: "writer"})
    assert [*state.held("E-1", NOW)]
