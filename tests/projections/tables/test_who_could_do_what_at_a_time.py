"""Roles as of a time: scopes with the units below, terms, departures, returns, annulments."""

from datetime import UTC, datetime

from ledger.events.people import (
    EmployeeDeparted,
    EmployeeHired,
    OrgUnitDefined,
    RoleGranted,
    RoleRevoked,
)
from projections.tables.people import roles
from tests.projections.ledgers import ledger_of, view
from tests.projections.random_events import annulment
from tests.projections.stories import told

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
WRONG = told(RoleRevoked(employee="E-1", role="auditor"), "2026-01-06")
STORY = [
    told(OrgUnitDefined(unit="U-1", name="North", kind="branch"), "2026-01-01"),
    told(OrgUnitDefined(unit="U-2", name="Sales", kind="team", parent="U-1"), "2026-01-01"),
    told(EmployeeHired(employee="E-1", name="Anna", unit="U-1"), "2026-01-02"),
    told(RoleGranted(employee="E-1", role="supervisor", scope="U-1", until=MARCH), "2026-01-03"),
    told(RoleGranted(employee="E-1", role="auditor"), "2026-01-04"),
    WRONG,
    annulment(WRONG, key="wrong"),
    told(EmployeeDeparted(employee="E-1"), "2026-04-01"),
    told(EmployeeHired(employee="E-1", name="Anna", unit="U-2"), "2026-05-01"),
]


def test_at_each_time_what_held_then(embedded_dsn: str) -> None:
    with ledger_of(embedded_dsn, STORY) as (_, connection):

        def held(on: datetime, as_of: int = len(STORY)) -> list[tuple[str, list[str] | None]]:
            rows = roles.roles(connection, view(as_of, on))
            return [(row.role, row.units) for row in rows]

        february = datetime(2026, 2, 1, tzinfo=UTC)
        assert held(february) == [("auditor", None), ("supervisor", ["U-1", "U-2"])]
        assert held(february, as_of=6) == [("supervisor", ["U-1", "U-2"])]
        assert held(MARCH) == [("auditor", None)]
        for later in (datetime(2026, 4, 2, tzinfo=UTC), datetime(2026, 5, 2, tzinfo=UTC)):
            assert held(later) == []
        seen = view(len(STORY), february)
        assert len(roles.roles(connection, seen, employee="E-1", role="auditor")) == 1
        assert not roles.roles(connection, seen, employee="E-2")
