"""An acceptance counts until the client passes on, whatever is recorded late of the time before."""

from ledger.envelope import Event
from ledger.events.ownership import (
    ClientReassigned,
    CuratorAssigned,
    HandoverAccepted,
    HandoverPackIssued,
)
from projections.tables.ownership import handovers
from tests.projections.ledgers import ledger_of, view
from tests.projections.stories import told

ISSUED = HandoverPackIssued(employee="E-2", as_of=1, sha256="0" * 64)
ACCEPTED = HandoverAccepted(employee="E-2", sha256="0" * 64)


def passed(at: str, from_: str, to: str) -> Event:
    data = ClientReassigned(from_employee=from_, to_employee=to, reason="workload")
    return told(data, at, client="C-1")


PASSED = [
    told(CuratorAssigned(employee="E-1"), "2026-01-01", client="C-1"),
    passed("2026-02-01", "E-1", "E-2"),
    told(ISSUED, "2026-02-01", client="C-1"),
]
LATE = passed("2026-01-20", "E-1", "E-3")  # he had the client for some days before


def open_at(dsn: str, events: list[Event]) -> list[str]:
    with ledger_of(dsn, events) as (_, connection):
        found = handovers.handovers(connection, view(len(events)), only_open=True)
        return [row.employee for row in found]


def test_a_back_dated_change_does_not_open_it_again(embedded_dsn: str) -> None:
    accepted = told(ACCEPTED, "2026-02-02", client="C-1")
    assert open_at(embedded_dsn, [*PASSED, accepted, LATE]) == []


def test_after_a_back_dated_change_it_can_still_be_accepted(embedded_dsn: str) -> None:
    accepted = told(ACCEPTED, "2026-02-02", client="C-1")
    assert open_at(embedded_dsn, [*PASSED, LATE]) == ["E-2"]
    assert open_at(embedded_dsn, [*PASSED, LATE, accepted]) == []


def test_what_passed_on_and_came_back_is_open_again(embedded_dsn: str) -> None:
    accepted = told(ACCEPTED, "2026-02-02", client="C-1")
    there_and_back = [passed("2026-03-01", "E-2", "E-3"), passed("2026-04-01", "E-3", "E-2")]
    assert open_at(embedded_dsn, [*PASSED, accepted, *there_and_back]) == ["E-2"]
