"""Every kind of breach is found, in the events and in the tables; what is sound is let be."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.database import Connection
from ledger.envelope import Event
from ledger.events.ownership import (
    ClientReassigned,
    ClientReleased,
    ClientReserved,
    CuratorAssigned,
    ReservationExpired,
)
from ledger.events.people import EmployeeDeparted, EmployeeHired
from projections.questions.ownership import custody, portfolio
from tests.projections.ledgers import ledger_of, view
from tests.projections.stories import told


def hired(employee: str) -> Event:
    return told(EmployeeHired(employee=employee, name=employee), "2026-01-01")


def of_client(data: Any, at: str) -> Event:
    return told(data, at, client="C-1")


HIRED = [hired("E-1"), hired("E-2")]
SOUND = [
    *HIRED,
    of_client(ClientReserved(employee="E-1"), "2026-01-02"),
    of_client(ReservationExpired(employee="E-1"), "2026-01-03"),
    of_client(CuratorAssigned(employee="E-2"), "2026-01-04"),
    of_client(
        ClientReassigned(from_employee="E-2", to_employee="E-1", reason="workload"), "2026-01-05"
    ),
    of_client(ClientReleased(from_employee="E-1", reason="no purchase"), "2026-01-06"),
    of_client(CuratorAssigned(employee="E-1"), "2026-01-06"),
]


def what(connection: Connection, as_of: int) -> list[tuple[str, Any, Any, list[int]]]:
    rows = custody.breaches(connection, view(as_of))
    assert rows == custody.breaches(connection, view(as_of), "C-1")
    assert all(len(row.event_ids) == len(row.positions) for row in rows)
    return [(row.what, row.owner, row.named, row.positions) for row in rows]


def test_a_sound_chain_has_no_breach_and_an_orphan_is_none(embedded_dsn: str) -> None:
    story = [*SOUND, told(EmployeeDeparted(employee="E-1"), "2026-02-01")]
    with ledger_of(embedded_dsn, story) as (_, connection):
        for as_of in range(len(story) + 1):
            assert what(connection, as_of) == []
        owners = [row.owner for row in custody.chain(connection, view(len(story)), "C-1")]
        assert owners == ["E-1", None, "E-2", "E-1", None, "E-1"]
        assert [row.client for row in portfolio.orphans(connection, view(len(story)))] == ["C-1"]


@pytest.mark.parametrize(
    ("data", "finding"),
    [
        (CuratorAssigned(employee="E-9"), ("unknown owner", "E-9", "E-9", [9])),
        (
            ClientReassigned(from_employee="E-2", to_employee="E-2", reason="workload"),
            ("wrong giver", "E-1", "E-2", [8, 9]),
        ),
        (ClientReleased(from_employee="E-2", reason="x"), ("wrong giver", "E-1", "E-2", [8, 9])),
        (ClientReserved(employee="E-2"), ("contradiction", "E-1", "E-2", [8, 9])),
        (ReservationExpired(employee="E-1"), ("contradiction", "E-1", "E-1", [8, 9])),
    ],
)
def test_an_event_that_contradicts_the_chain_is_a_breach(
    embedded_dsn: str, data: Any, finding: tuple[Any, ...]
) -> None:
    with ledger_of(embedded_dsn, [*SOUND, of_client(data, "2026-03-01")]) as (_, connection):
        assert what(connection, 8) == []
        assert what(connection, 9) == [finding]
        seen = view(9, datetime(2026, 2, 1, tzinfo=UTC))
        assert custody.breaches(connection, seen) == []


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE owner_spells SET to_at = 'infinity' WHERE from_position = 3", "overlap"),
        ("UPDATE owner_spells SET to_at = '2026-01-05' WHERE from_position = 8", "reversed"),
        ("DELETE FROM owner_spells WHERE from_position = 5", "gap"),
        ("DELETE FROM owner_spells WHERE from_position = 8", "gap"),
        ("DELETE FROM owner_spells", "missing"),
    ],
)
def test_tables_that_somebody_has_touched_are_a_breach(
    embedded_dsn: str, tampering: str, found: str
) -> None:
    with ledger_of(embedded_dsn, SOUND) as (_, connection):
        connection.execute(tampering)
        assert [kind for kind, *_ in what(connection, 8)] == [found]
