"""Promise 6, with a departure, a move to another team, and what is known of nobody."""

from collections.abc import Iterator
from datetime import date

import pytest

from ledger.database import Connection
from ledger.envelope import Event
from ledger.events.contacts import CallLogged
from ledger.events.ownership import ClientReassigned, ClientReleased, CuratorAssigned
from ledger.events.people import EmployeeDeparted, EmployeeHired, EmployeeMoved, OrgUnitDefined
from ledger.events.sales import DealOpened, DealReassigned, DealWon
from projections.metrics.metrics import NOBODY, explain, metrics
from tests.projections.ledgers import ledger_of, view
from tests.projections.stories import figures, told


def call(at: str, by: str, client: str | None = "C-1", unit: str | None = None) -> Event:
    data = CallLogged(direction="outbound", outcome="reached")
    return told(data, at, client=client, performed_by=by, unit=unit)


HISTORY = [
    told(OrgUnitDefined(unit="B-1", name="North", kind="branch")),
    told(OrgUnitDefined(unit="T-1", name="One", kind="team", parent="B-1", manager="E-8")),
    told(OrgUnitDefined(unit="T-2", name="Two", kind="team", parent="B-1", manager="E-9")),
    told(EmployeeHired(employee="E-1", name="Анна", unit="T-1")),
    told(EmployeeHired(employee="E-2", name="Boris", unit="T-1")),
    told(CuratorAssigned(employee="E-1"), "2026-01-10", client="C-1"),
    call("2026-01-20T10:00:00Z", "E-2"),
    told(EmployeeMoved(employee="E-1", to_unit="T-2"), "2026-02-01"),
    call("2026-02-03T10:00:00Z", "E-1"),
    call("2026-02-04T10:00:00Z", "E-1", unit="T-7"),
    told(EmployeeDeparted(employee="E-1"), "2026-03-01"),
    call("2026-03-02T10:00:00Z", "E-2"),
    told(
        ClientReassigned(from_employee="E-1", to_employee="E-2", reason="departure"),
        "2026-03-05", client="C-1",
    ),
    call("2026-03-06T10:00:00Z", "E-2"),
    call("2026-03-07T10:00:00Z", "E-2", client=None),
    told(DealOpened(deal="D-1", holder="E-2"), "2026-03-08", performed_by="E-1"),
    told(DealReassigned(deal="D-1", to_holder="E-3"), "2026-03-09"),
    told(DealWon(deal="D-1", amount=100, currency="RUB"), "2026-03-10", performed_by="E-1"),
    told(DealOpened(deal="D-2", holder="E-3"), "2026-03-11"),
    told(DealWon(deal="D-2", amount=7, currency="EUR"), "2026-03-12"),
]  # fmt: skip
SEEN = view(len(HISTORY))


@pytest.fixture(scope="module")
def connection(embedded_dsn: str) -> Iterator[Connection]:
    with ledger_of(embedded_dsn, HISTORY) as (_, connection):
        yield connection


def test_the_owner_at_the_event_is_credited_across_a_departure(connection: Connection) -> None:
    found = figures(metrics(connection, SEEN), "interactions")
    assert found == {"E-1": 4, "E-2": 1, NOBODY: 1, "E-3": 0}


def test_the_performer_is_credited_where_that_is_asked(connection: Connection) -> None:
    found = figures(metrics(connection, SEEN, credit="performer"), "interactions")
    assert found == {"E-1": 2, "E-2": 4, NOBODY: 0}


def test_the_unit_is_that_of_the_time_unless_the_producer_gave_one(connection: Connection) -> None:
    found = figures(metrics(connection, SEEN, by="unit"), "interactions")
    assert found == {"T-1": 2, "T-2": 1, "T-7": 1, NOBODY: 2}


def test_team_and_office_are_those_of_the_time(connection: Connection) -> None:
    assert figures(metrics(connection, SEEN, by="team"), "interactions") == {
        "E-8": 2, "E-9": 1, NOBODY: 3,
    }  # fmt: skip
    assert figures(metrics(connection, SEEN, by="office"), "interactions") == {
        "B-1": 3, NOBODY: 3,
    }  # fmt: skip


def test_a_deal_without_a_client_is_credited_to_its_holder_then(connection: Connection) -> None:
    found = metrics(connection, SEEN)
    assert figures(found, "deals_opened")["E-2"] == 1
    assert figures(found, "deals_won")["E-3"] == 2


def test_two_currencies_are_two_rows(connection: Connection) -> None:
    rows = metrics(connection, SEEN, metrics=["won_value"])
    assert [(row.value, row.unit) for row in rows] == [(7, "EUR"), (100, "RUB")]


def test_no_data_is_none_and_never_nought(connection: Connection) -> None:
    found = metrics(connection, SEEN, since=date(2026, 2, 1), until=date(2026, 3, 1))
    (ratio,) = (r for r in found if r.metric == "win_rate" and r.group == "E-1")
    assert (ratio.value, ratio.numerator, ratio.denominator) == (None, 0, 0)
    assert figures(found, "won_value_mean")["E-1"] is None
    assert figures(found, "deals_won")["E-1"] == 0
    empty = metrics(connection, SEEN, by="whole", until=date(2020, 1, 1))
    assert figures(empty, "connect_rate") == {"whole": None}


def test_every_figure_names_the_events_behind_it(connection: Connection) -> None:
    rows = explain(connection, SEEN, "interactions", group="E-1")
    assert [row.position for row in rows] == [7, 9, 10, 12]
    assert [row.performer for row in rows] == ["E-2", "E-1", "E-1", "E-2"]
    rows = explain(connection, SEEN, "win_rate", group="E-3")
    assert [(row.subject, row.counted) for row in rows] == [("D-1", True), ("D-2", True)]


@pytest.mark.parametrize("moved_at", ["2026-02-01T00:00:00+03:00", "2026-02-01"])
@pytest.mark.parametrize("moved_first", [True, False])
def test_who_moves_on_the_first_of_a_month_covers_it_in_the_new_unit_whatever_was_recorded_first(
    embedded_dsn: str, moved_at: str, moved_first: bool
) -> None:
    hired = told(EmployeeHired(employee="E-1", name="Анна", unit="T-1"), "2025-01-10")
    moved = told(EmployeeMoved(employee="E-1", to_unit="T-2"), moved_at)
    owned = [
        told(CuratorAssigned(employee="E-1"), "2026-01-10", client="C-1"),
        told(CuratorAssigned(employee="E-1"), "2026-01-10", client="C-2"),
        told(ClientReleased(from_employee="E-1", reason="pool"), "2026-01-20", client="C-2"),
    ]
    history = [hired, moved, *owned] if moved_first else [hired, *owned, moved]
    with ledger_of(embedded_dsn, history) as (_, connection):
        rows = metrics(
            connection, view(len(history)), by="unit", every="month",
            since=date(2026, 1, 1), until=date(2026, 3, 1), metrics=["coverage", "orphan_hours"],
        )  # fmt: skip
    found = {(row.period, row.group, row.metric): row.denominator or row.value for row in rows}
    assert found["2026-01", "T-1", "coverage"] == 2
    assert found["2026-02", "T-2", "coverage"] == 1
    assert not found["2026-02", "T-1", "coverage"]
    # Who lost a client before they moved lost it in the unit that they left.
    assert found["2026-02", "T-1", "orphan_hours"] == 28 * 24
