"""Granting and revoking roles, decided without a database."""

from datetime import UTC, datetime
from functools import reduce
from typing import Any
from uuid import UUID

import pytest

from commands.decisions.handle import Context
from commands.decisions.people.roles import Authority, evolve, grant, revoke
from ledger.envelope import Recorded
from ledger.errors import Refused
from ledger.events.fields import type_name
from ledger.events.people import (
    EmployeeDeparted,
    EmployeeHired,
    OrgUnitDefined,
    RoleGranted,
    RoleRevoked,
)

MAY = datetime(2026, 5, 1, tzinfo=UTC)
CONTEXT = Context("E-01", MAY, key="1")
HERE = (
    OrgUnitDefined(unit="U-1", name="North", kind="branch"),
    EmployeeHired(employee="E-02", name="Anna", unit="U-1"),
)
HELD = RoleGranted(employee="E-02", role="supervisor", scope="U-1")


def state(*contents: Any) -> Authority:
    """The state after one event a day, from the first of April on."""
    recorded = []
    for n, data in enumerate((*HERE, *contents), 1):
        at = datetime(2026, 4, n, tzinfo=UTC)
        recorded.append(
            Recorded(
                data=data, client=None, position=n, recorded_at=at, event_id=UUID(int=n),
                version=1, source="hr", key=str(n), type=type_name(type(data)),
                recorded_by="hr", occurred_at=at, occurred_text=at.isoformat(),
            )
        )  # fmt: skip
    return reduce(evolve, recorded, Authority("E-02"))


def test_a_grant_and_its_revocation() -> None:
    (event,) = grant("supervisor", scope="U-1")(state(), CONTEXT).events
    assert (event.data, event.client) == (HELD, None)
    (event,) = revoke("supervisor", scope="U-1", reason="moved on")(state(HELD), CONTEXT).events
    assert event.data.reason == "moved on"


def test_what_is_so_already_needs_no_event_but_another_term_does() -> None:
    assert not grant("supervisor", scope="U-1")(state(HELD), CONTEXT).events
    june = datetime(2026, 6, 1, tzinfo=UTC)
    assert grant("supervisor", scope="U-1", until=june)(state(HELD), CONTEXT).events


@pytest.mark.parametrize(
    "ended",
    [
        (RoleRevoked(employee="E-02", role="supervisor", scope="U-1"),),
        (EmployeeDeparted(employee="E-02"), EmployeeHired(employee="E-02", name="Anna")),
    ],
)
def test_what_has_ended_can_be_granted_again_and_not_revoked(ended: tuple[Any, ...]) -> None:
    after = state(HELD, *ended)
    assert grant("supervisor", scope="U-1")(after, CONTEXT).events
    with pytest.raises(Refused, match="does not hold the role 'supervisor' in U-1"):
        revoke("supervisor", scope="U-1")(after, CONTEXT)


@pytest.mark.parametrize("until", [datetime(2026, 4, 20, tzinfo=UTC), MAY])
def test_a_term_ends_by_itself(until: datetime) -> None:
    short = state(RoleGranted(employee="E-02", role="supervisor", until=until))
    assert grant("supervisor")(short, CONTEXT).events
    with pytest.raises(Refused, match="does not hold"):
        revoke("supervisor")(short, CONTEXT)


def test_refusals_say_what_to_do() -> None:
    with pytest.raises(Refused, match="E-02 left on 2026-04-03"):
        grant("supervisor")(state(EmployeeDeparted(employee="E-02")), CONTEXT)
    with pytest.raises(Refused, match="no employee 'E-09'"):
        grant("supervisor")(Authority("E-09"), CONTEXT)
    with pytest.raises(Refused, match="no unit 'U-9'"):
        grant("supervisor", scope="U-9")(state(), CONTEXT)
    with pytest.raises(Refused, match="before it begins"):
        grant("supervisor", until=MAY)(state(), CONTEXT)
    with pytest.raises(Refused, match="they have it in U-1"):
        revoke("supervisor")(state(HELD), CONTEXT)
