"""Each client of somebody who left is placed, in the pool or an orphan, however recorded."""

from ledger.events.ownership import ClientReassigned, CuratorAssigned
from ledger.events.people import EmployeeDeparted, EmployeeHired
from projections.questions.ownership import portfolio
from tests.projections.ledgers import ledger_of, view
from tests.projections.stories import told


def test_one_that_came_back_and_went_again_in_events_recorded_out_of_order(
    embedded_dsn: str,
) -> None:
    passed = [("2026-03-01", "E-1", "E-2"), ("2026-02-01", "E-1", "E-2"),
              ("2026-02-10", "E-2", "E-1")]  # fmt: skip
    story = [
        *(told(EmployeeHired(employee=each, name=each), "2026-01-01") for each in ("E-1", "E-2")),
        told(CuratorAssigned(employee="E-1"), "2026-01-02", client="C-1"),
        told(EmployeeDeparted(employee="E-1"), "2026-01-15"),
        *(
            told(ClientReassigned(from_employee=from_, to_employee=to, reason="workload"), at,
                 client="C-1")
            for at, from_, to in passed
        ),
    ]  # fmt: skip
    with ledger_of(embedded_dsn, story) as (_, connection):
        (row,) = portfolio.departures(connection, view(len(story)))
        assert (row.clients, row.placed, row.pool, row.orphans) == (1, 1, 0, 0)


def test_one_that_passes_on_with_the_departure_is_placed_and_was_no_orphan(
    embedded_dsn: str,
) -> None:
    friday = "2026-01-16"
    story = [
        *(told(EmployeeHired(employee=each, name=each), "2026-01-01") for each in ("E-1", "E-2")),
        *(told(CuratorAssigned(employee="E-1"), "2026-01-02", client=f"C-{n}") for n in (1, 2)),
        told(ClientReassigned(to_employee="E-2", reason="workload"), friday, client="C-2"),
        told(EmployeeDeparted(employee="E-1"), friday),
        told(ClientReassigned(to_employee="E-2", reason="departure"), friday, client="C-1"),
    ]
    with ledger_of(embedded_dsn, story) as (_, connection):
        (row,) = portfolio.departures(connection, view(len(story)))
        assert (row.clients, row.placed, row.orphans) == (1, 1, 0)
        assert row.orphan_hours == 0
