"""Who may: every decision by every role, in every scope, as the table of rights says."""

import ast
from typing import Any

import pytest

from commands.decisions.access.guard import breaches, guarded, named
from commands.decisions.access.parties import Parties
from commands.decisions.access.rights import BY_RULE, RIGHTS, ROLES
from commands.decisions.context import Context, Decision
from ledger import catalogue
from ledger.errors import Refused
from ledger.events.access import AccessBreached, AccessRefused
from ledger.events.ownership import (
    AccountTeamMemberAdded,
    ClientReassigned,
    ClientReleased,
    ClientReserved,
    ReservationExpired,
)
from ledger.events.people import EmployeeDeparted, EmployeeMoved, RoleGranted
from tests.commands.decisions.access.standings import (
    by,
    decided,
    fact,
    granted,
    linked,
    login,
    policy,
    rules,
    service,
    standing,
)
from tests.commands.decisions.given import NOW, day
from tests.sources import OURS, tree
from tests.sources import named as path_of

# Whom a decision concerns, and whether an employee of the team (E-1) reaches it from there.
CONCERNED = {
    "themself": Parties(frozenset({"E-1"})),
    "a colleague above": Parties(frozenset({"E-2"})),
    "somebody elsewhere": Parties(frozenset({"E-3"})),
    "both": Parties(frozenset({"E-1", "E-3"})),
    "their unit": Parties(units=frozenset({"team"})),
    "the unit above": Parties(units=frozenset({"north"})),
    "everybody": Parties(everybody=True),
    "nobody": Parties(),
}
REACHED = {
    None: set(CONCERNED),
    "north": {"themself", "a colleague above", "their unit", "the unit above", "nobody"},
    "team": {"themself", "their unit", "nobody"},
    "south": {"somebody elsewhere", "nobody"},
}
OWN = {"themself"}
RELEASE = RIGHTS["client.released"]
RELEASED = decided(ClientReleased(from_employee="E-2", reason="idle"), "C-1")


@pytest.mark.parametrize("reach", [None, "own_clients"])
@pytest.mark.parametrize("scope", REACHED)
@pytest.mark.parametrize("role", [*ROLES, "chronicler"])
def test_a_role_reaches_as_far_as_the_table_and_its_scope_say(
    role: str, scope: str | None, reach: Any
) -> None:
    # Given an employee with one role in one place
    state = standing(granted("E-1", role, scope, reach=reach), policy("enforce"))
    for decision, right in RIGHTS.items():
        cell = right.cell(role)
        reached = REACHED[scope] & (OWN if cell == "own" or reach else set(CONCERNED))
        for whom, parties in CONCERNED.items():
            # When they decide about somebody, then they may, or are told which of the two lacks
            why = state.lacking("E-1", right, parties, NOW)
            lacks = "beyond_scope" if cell else "no_right"
            assert why == (None if cell and whom in reached else lacks), (decision, whom)


def test_every_decision_of_the_program_is_in_the_table() -> None:
    """Also one that nobody thought of when it was written: its event is made in a decision."""
    made = {
        node.func.id
        for path in OURS
        if path_of(path).startswith("commands/decisions/")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    types = {n.name for c, n in catalogue.by_class().items() if c.__name__ in made}
    assert len(types) > 30
    assert types - {"event.annulled"} <= {*RIGHTS, *BY_RULE}
    assert {*RIGHTS, *BY_RULE} <= set(catalogue.types())


@pytest.mark.parametrize(
    ("mode", "recorded", "refused"),
    [("open", [], False), ("record", [AccessBreached], False), ("enforce", [AccessRefused], True)],
)
def test_the_policy_says_what_becomes_of_a_breach(
    mode: Any, recorded: list[type], *, refused: bool
) -> None:
    # Given a seller without a role for it
    state = standing(granted("E-1", "seller"), linked("E-1"), policy(mode))
    # When they release a colleague's client
    kept = guarded(RELEASED, by("E-1"), state, login("E-1"))
    # Then it passes, passes with the breach on record, or is refused with the remedy
    found = [type(each.data) for each in kept.events]
    assert found == ([] if refused else [ClientReleased]) + recorded
    assert isinstance(kept.refusal, Refused) is refused
    if refused:
        assert "E-1 may decide client.released, but not about E-2" in str(kept.refusal)
        assert kept.events[0].data.rule == "beyond_scope"
    elif recorded:
        assert kept.events[1].key != kept.events[0].key


def test_a_role_holds_until_its_end_its_revocation_or_a_departure() -> None:
    release = Parties(frozenset({"E-2"}))
    ends = granted("E-1", "supervisor", until=day(100))
    assert standing(ends).lacking("E-1", RELEASE, release, day(99)) is None
    assert standing(ends).lacking("E-1", RELEASE, release, day(100)) == "no_right"
    left = fact(EmployeeDeparted(employee="E-1"), 50)
    gone = standing(granted("E-1", "supervisor"), left)
    assert gone.lacking("E-1", RELEASE, release, day(49)) is None
    assert gone.lacking("E-1", RELEASE, release, day(50)) == "no_right"


def test_somebody_elsewhere_since_is_out_of_reach_and_one_who_left_is_not() -> None:
    role = granted("E-2", "supervisor", "north")
    moved = standing(role, fact(EmployeeMoved(employee="E-1", to_unit="south"), 50))
    release = Parties(frozenset({"E-1"}))
    assert moved.lacking("E-2", RELEASE, release, day(49)) is None
    assert moved.lacking("E-2", RELEASE, release, day(50)) == "beyond_scope"
    left = standing(role, fact(EmployeeDeparted(employee="E-1"), 50))
    assert left.lacking("E-2", RELEASE, release, NOW) is None


def test_an_administrator_of_a_unit_grants_nothing_beyond_it() -> None:
    state = standing(granted("E-2", "administrator", "north"), linked("E-2"), policy("enforce"))
    grant = {
        "in the unit": RoleGranted(employee="E-1", role="supervisor", scope="north"),
        "below it": RoleGranted(employee="E-1", role="administrator", scope="team"),
        "for own clients": RoleGranted(employee="E-1", role="seller", reach="own_clients"),
        "above it": RoleGranted(employee="E-1", role="supervisor", scope="company"),
        "everywhere": RoleGranted(employee="E-1", role="supervisor"),
        "beside it": RoleGranted(employee="E-1", role="supervisor", scope="south"),
        "to somebody elsewhere": RoleGranted(employee="E-3", role="supervisor", scope="north"),
    }
    broken = {name: rules(decided(each), by("E-2"), state) for name, each in grant.items()}
    assert {name for name, found in broken.items() if not found} == {
        "in the unit", "below it", "for own clients",
    }  # fmt: skip
    assert {rule for found in broken.values() for rule in found} == {"beyond_scope"}


def test_an_approver_needs_the_right_too() -> None:
    state = standing(
        granted("E-chief", "supervisor"), granted("E-1", "seller"), linked("E-chief"),
        policy("enforce"),
    )  # fmt: skip
    content = ClientReassigned(
        from_employee="E-2", to_employee="E-3", reason="workload", approved_by="E-1"
    )
    assert rules(decided(content, "C-1"), by("E-chief"), state) == {"approver_without_right"}


def test_what_follows_by_rule_needs_no_role_but_a_name_needs_its_login() -> None:
    state = standing(granted("E-1", "seller"), linked("E-1"), policy("enforce"))
    by_rule = decided(ClientReserved(employee="E-1", basis="first_approach"), "C-1")
    assert not rules(by_rule, by("E-1"), state)
    assert rules(by_rule, by("E-1"), state, "somebody") == {"unlinked"}
    nobody = by("E-1")._replace(performed_by=None)
    ended = Decision((nobody.event(ReservationExpired(employee="E-1"), "C-1"),))
    assert not {*breaches(ended, nobody, state, "cron")}
    assert {each.rule for each in breaches(RELEASED, nobody, state, "cron")} == {"unlinked"}


def test_the_owner_of_the_client_decides_whose_team_it_has() -> None:
    state = standing(granted("E-1", "seller"), linked("E-1"), policy("enforce"))
    joined = AccountTeamMemberAdded(employee="E-2", team_role="service")
    assert not rules(decided(joined, "C-1", concerns=("E-1",)), by("E-1"), state)
    assert rules(decided(joined, "C-1", concerns=("E-2",)), by("E-1"), state) == {"beyond_scope"}


# Who decides with which login: the name given, and the one that counts.
KNOCKS = {
    "linked, no name": (None, login("E-1"), "E-1", set()),
    "linked, the same name": ("E-1", login("E-1"), "E-1", set()),
    "linked, another name": ("E-2", login("E-1"), "E-2", {"other_name"}),
    "a service for others": ("E-2", "crm", "E-2", set()),
    "not linked": ("E-2", "stranger", "E-2", set()),
}


@pytest.mark.parametrize("how", KNOCKS)
def test_the_login_says_who_decides_under_every_policy(how: str) -> None:
    name, login_, counts, broken = KNOCKS[how]
    state = standing(linked("E-1"), service("crm"))
    given = Context(name or "os-user", NOW, performed_by=name, key="k", zone="UTC")
    context = named(given, state, login_)
    assert context.performed_by == counts
    assert context.by == counts
    decision = decided(ClientReleased(from_employee="E-3", reason="idle"), "C-1")
    assert {each.rule for each in breaches(decision, context, state, login_)} == broken
