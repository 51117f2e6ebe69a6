"""Under an enforced policy: whose figures somebody may see."""

from typing import Any

import pytest

from commands.decisions.access.sight import Sight, standing_of
from projections.tables.access.access import Step
from tests.commands.decisions.given import NOW

STAFF = {"E-chief": "company", "E-1": "team", "E-2": "north", "E-3": "south"}
UNITS = (("company", None), ("north", "company"), ("team", "north"), ("south", "company"))


def step(position: int, type_: str, subject: str, **more: Any) -> Step:
    empty: dict[str, Any] = dict.fromkeys(Step._fields)
    at = {"at": NOW, "recorded_at": NOW, "login": "dba", "logins": []}
    return Step(**empty | at | {"position": position, "type": type_, "subject": subject} | more)


def sight(mode: str, viewer: str | None, *roles: tuple[str, str | None]) -> Sight:
    """What an employee sees who holds these roles (role, unit)."""
    steps = [step(1, "org_unit.defined", unit, place=above) for unit, above in UNITS]
    steps += [step(2, "employee.moved", each, place=unit) for each, unit in STAFF.items()]
    steps += [step(3, "role.granted", viewer or "", value=r, place=unit) for r, unit in roles]
    steps.append(step(4, "access_policy.published", "1", value=mode))
    return Sight(standing_of(steps), viewer, NOW)


SEES = {
    "nobody": (None, [], set()),
    "a seller": ("E-1", [("seller", None)], {"E-1"}),
    "one without a role": ("E-1", [], {"E-1"}),
    "an administrator": ("E-1", [("administrator", None)], {"E-1"}),
    "a supervisor of the unit above": ("E-2", [("supervisor", "north")], {"E-1", "E-2"}),
    "an accountant": ("E-3", [("accountant", None)], {*STAFF}),
    "an auditor of the south": ("E-2", [("auditor", "south")], {"E-2", "E-3"}),
}


@pytest.mark.parametrize("who", SEES)
def test_one_sees_oneself_and_whom_a_role_reaches(who: str) -> None:
    viewer, roles, seen = SEES[who]
    looks = sight("enforce", viewer, *roles)
    assert {each for each in STAFF if looks.sees(each)} == seen
    for mode in ("open", "record"):
        assert all(sight(mode, viewer, *roles).sees(each) for each in STAFF)
