"""Portfolio sizes: who had how many clients at each moment, and how many were nobody's."""

from datetime import UTC, datetime

from ledger.events.clients import ClientMerged
from ledger.events.ownership import ClientReassigned, ClientReleased, CuratorAssigned
from ledger.events.people import EmployeeDeparted, EmployeeHired
from projections.periods import period_of
from projections.questions.ownership.portfolio_sizes import moments, portfolio_sizes
from projections.view import View
from tests.projections.ledgers import ZONE, ledger_of
from tests.projections.stories import told

AFTER = datetime(2027, 1, 15, tzinfo=UTC)
HISTORY = [
    *(told(EmployeeHired(employee=id_, name=id_), "2024-01-01") for id_ in ("E-1", "E-2")),
    told(CuratorAssigned(employee="E-1"), "2025-01-10", client="C-1"),
    told(CuratorAssigned(employee="E-1"), "2025-01-10", client="C-2"),
    told(CuratorAssigned(employee="E-2"), "2025-01-10", client="C-3"),
    told(EmployeeDeparted(employee="E-1"), "2025-02-10T12:00:00+03:00"),
    told(
        ClientReassigned(from_employee="E-1", to_employee="E-2", reason="departure"),
        "2025-03-10", client="C-1",
    ),
    told(ClientReleased(from_employee="E-2", reason="pool"), "2025-04-10", client="C-3"),
    told(ClientMerged(survivor="C-1", absorbed="C-2", evidence="inn"), "2025-05-10"),
]  # fmt: skip


def seen(position: int = len(HISTORY), on: datetime = AFTER) -> View:
    return View(position, on, ZONE)


def test_orphans_are_those_of_leavers_and_nobodys(embedded_dsn: str) -> None:
    times = [datetime(2025, month, 1, tzinfo=UTC) for month in range(1, 7)]
    with ledger_of(embedded_dsn, HISTORY) as (_, connection):
        rows = portfolio_sizes(connection, seen(), times)
        before = portfolio_sizes(connection, seen(position=6), times[2:4])
        passing = portfolio_sizes(connection, seen(), [datetime(2025, 3, 10, tzinfo=UTC)])
    found = [(row.at.month, row.owner, row.orphaned, row.clients) for row in rows]
    assert found == [
        (2, "E-1", False, 2), (2, "E-2", False, 1),
        (3, "E-1", True, 2), (3, "E-2", False, 1),
        (4, "E-1", True, 1), (4, "E-2", False, 2),
        (5, "E-1", True, 1), (5, "E-2", False, 1), (5, None, True, 1),
        (6, "E-2", False, 1), (6, None, True, 1),
    ]  # fmt: skip
    assert [(row.owner, row.clients) for row in passing] == [("E-1", 1), ("E-2", 2)]
    assert [(row.owner, row.clients) for row in before] == [("E-1", 2), ("E-2", 1)] * 2


def test_a_period_is_looked_at_in_steps_that_suit_it_and_only_so_far() -> None:
    def days(name: str, on: datetime = AFTER) -> list[str]:
        return [f"{at:%m-%d}" for at in moments(period_of(name), seen(on=on))]

    assert len(days("2025")) == 13
    assert days("2025-Q3")[:3] == ["07-01", "07-07", "07-14"]
    assert days("2025-Q3")[-2:] == ["09-29", "10-01"]
    assert days("2025-02")[-1] == "03-01"
    assert len(days("2025-02")) == 29
    noon = datetime(2025, 2, 3, 9, tzinfo=UTC)
    assert days("2025-02", noon) == ["02-01", "02-02", "02-03", "02-03"]
    assert days("2025-03", noon) == []
