"""The edges of every mode of credit: when a window opens and ends, and who claimed first."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from ledger.database import Connection
from ledger.envelope import Event
from ledger.errors import InvalidQuestion
from ledger.events.contacts import CallLogged
from ledger.events.ownership import (
    ClientReassigned,
    ClientReleased,
    ClientReserved,
    CuratorAssigned,
)
from ledger.events.sales import DealLost, DealOpened, DealWon
from ledger.events.work import TaskAssigned
from projections.metrics.metrics import NOBODY, explain, metrics
from tests.projections.ledgers import ledger_of, view
from tests.projections.stories import figures, told


def call(at: str, client: str, outcome: str = "reached") -> Event:
    data = CallLogged(direction="outbound", outcome=outcome)
    return told(data, at, client=client, performed_by="E-7")


def passed(to: str, at: str, client: str) -> Event:
    return told(ClientReassigned(to_employee=to, reason="workload"), at, client=client)


VALENTINE = datetime(2026, 2, 14, tzinfo=UTC)
HISTORY = [
    # C-1 passes from A to B and on to C within the same thirty days
    told(CuratorAssigned(employee="A"), "2026-01-01", client="C-1"),
    passed("B", "2026-02-01T00:00:00Z", "C-1"),
    call("2026-02-01T00:00:00Z", "C-1"),
    passed("C", "2026-02-11T00:00:00Z", "C-1"),
    call("2026-02-11T00:00:01Z", "C-1"),
    call("2026-03-12T23:59:59Z", "C-1", "no_answer"),
    call("2026-03-13T00:00:00Z", "C-1"),
    # C-2 comes from the pool, and is released; nobody is to be credited before and after
    call("2026-01-05T00:00:00Z", "C-2"),
    told(ClientReserved(employee="A"), "2026-01-10", client="C-2"),
    call("2026-01-11T00:00:00Z", "C-2"),
    told(ClientReleased(from_employee="A", reason="no answer"), "2026-01-15", client="C-2"),
    told(CuratorAssigned(employee="B"), "2026-01-20", client="C-2"),
    call("2026-01-21T00:00:00Z", "C-2"),
    # C-3 passed at an unknown time, then had a call at an unknown time too
    told(CuratorAssigned(employee="A"), client="C-3"),
    call("unknown", "C-3"),
    passed("B", "unknown", "C-3"),
    call("unknown", "C-3"),
    call("2026-01-01T00:00:00Z", "C-3"),
    # C-4 has an owner before anybody reserves it
    told(CuratorAssigned(employee="A"), "2026-01-01", client="C-4"),
    call("2026-01-02T00:00:00Z", "C-4"),
    told(ClientReleased(reason="no answer"), "2026-01-03", client="C-4"),
    told(ClientReserved(employee="B"), "2026-01-04", client="C-4"),
    passed("C", "2026-01-05", "C-4"),
    call("2026-01-06T00:00:00Z", "C-4"),
    # Deals in the window of C-1, and a task
    told(DealOpened(deal="D-1", holder="C"), "2026-02-15", client="C-1"),
    told(DealWon(deal="D-1", amount=Decimal("100.01"), currency="RUB"), "2026-02-25", client="C-1"),
    told(DealOpened(deal="D-2", holder="C"), "2026-02-15", client="C-1"),
    told(DealLost(deal="D-2"), "2026-03-20", client="C-1"),
    told(
        TaskAssigned(task="T-1", title="ring", assignee="D", due_at=VALENTINE),
        "2026-02-01", client="C-1",
    ),
]  # fmt: skip
SEEN = view(len(HISTORY))
SPLIT = "split:30:0.3"


@pytest.fixture(scope="module")
def connection(embedded_dsn: str) -> Iterator[Connection]:
    with ledger_of(embedded_dsn, HISTORY) as (_, connection):
        yield connection


def credited(connection: Connection, credit: str, client: str) -> list[tuple[str | None, str]]:
    """Who is credited with the calls of a client, in order, and with how much of each."""
    rows = explain(connection, SEEN, "interactions", credit=credit)
    return [(row.employee, str(row.weight)) for row in rows if row.client == client]


def test_the_former_owner_has_a_share_until_the_window_ends(connection: Connection) -> None:
    # The latest change alone decides: A is out once B has passed the client on.
    assert credited(connection, SPLIT, "C-1") == [
        ("A", "0.3"), ("B", "0.7"), ("B", "0.3"), ("C", "0.7"), ("B", "0.3"), ("C", "0.7"),
        ("C", "1"),
    ]  # fmt: skip


def test_a_client_from_the_pool_is_shared_with_nobody(connection: Connection) -> None:
    assert credited(connection, SPLIT, "C-2") == [(None, "1"), ("A", "1"), ("B", "1")]


def test_a_change_at_an_unknown_time_opens_no_window(connection: Connection) -> None:
    assert credited(connection, SPLIT, "C-3") == [("A", "1"), ("B", "1"), ("B", "1")]


def test_parts_of_counts_ratios_and_sums_are_exact(connection: Connection) -> None:
    asked = [
        "interactions", "tasks_due", "connect_rate", "won_value", "won_value_mean",
        "clients_touched", "won_value_median",
    ]  # fmt: skip
    rows = metrics(
        connection, SEEN, credit=SPLIT, since=date(2026, 2, 1), until=date(2026, 4, 1),
        metrics=asked,
    )  # fmt: skip
    assert figures(rows, "interactions") == {
        "A": Decimal("0.3"), "B": Decimal("1.3"), "C": Decimal("2.4"), "D": 0,
    }  # fmt: skip
    # What the debtor let lapse is nobody else's.
    assert figures(rows, "tasks_due") == {"A": 0, "B": 0, "C": 0, "D": 1}
    (ratio,) = (r for r in rows if r.metric == "connect_rate" and r.group == "B")
    assert (ratio.numerator, ratio.denominator) == (Decimal(1), Decimal("1.3"))
    assert figures(rows, "won_value")["B"] == Decimal("30.003")
    assert figures(rows, "won_value")["C"] == Decimal("70.007")
    assert figures(rows, "won_value_mean")["B"] == Decimal("100.01")
    assert figures(rows, "clients_touched") == {"A": 1, "B": 1, "C": 1, "D": 0}
    assert figures(rows, "won_value_median") == {"A": None, "B": 100.01, "C": 100.01, "D": None}


def test_an_event_split_within_a_group_is_one_of_its_events(connection: Connection) -> None:
    for by in ("whole", "client", "product"):
        assert metrics(connection, SEEN, by=by, credit=SPLIT) == metrics(connection, SEEN, by=by)


def test_the_first_claimant_is_credited_from_the_claim_on(connection: Connection) -> None:
    assert {who for who, _ in credited(connection, "first-claimant", "C-1")} == {"A"}
    assert [who for who, _ in credited(connection, "first-claimant", "C-2")] == [None, "A", "A"]
    assert [who for who, _ in credited(connection, "first-claimant", "C-4")] == ["A", "A"]


def test_reserving_a_client_that_somebody_has_is_no_claim(embedded_dsn: str) -> None:
    history = [
        told(CuratorAssigned(employee="A"), "2026-01-01", client="C-1"),
        told(ClientReserved(employee="B"), "2026-01-02", client="C-1"),
        call("2026-01-03T00:00:00Z", "C-1"),
    ]
    with ledger_of(embedded_dsn, history) as (_, connection):
        rows = metrics(connection, view(3), credit="first-claimant", metrics=["interactions"])
        assert figures(rows, "interactions") == {"A": 1}


def test_the_current_owner_has_all_the_past(connection: Connection) -> None:
    assert {who for who, _ in credited(connection, "current-owner", "C-1")} == {"C"}
    assert {who for who, _ in credited(connection, "current-owner", "C-2")} == {"B"}
    earlier = view(len(HISTORY), datetime(2026, 2, 5, tzinfo=UTC))
    rows = metrics(connection, earlier, credit="current-owner", metrics=["interactions"])
    assert figures(rows, "interactions") == {"B": 7, "C": 2}
    assert NOBODY not in figures(rows, "interactions")


@pytest.mark.parametrize(
    ("credit", "said"),
    [
        ("split:0:0.5", "1 to 3660"),
        ("split:9999:0.5", "1 to 3660"),
        ("split:30:1.5", "less than 1"),
        ("split:30:0", "more than 0"),
        ("split:30:0.000", "more than 0"),
        ("split:30:1", "less than 1"),
        ("split:-3:0.5", "1 to 3660"),
        ("split:x", "such as split:30:0.5"),
        ("split:DAYS:SHARE", "such as split:30:0.5"),
        ("split:30:NaN", "such as split:30:0.5"),
        ("split:٣:0.5", "such as split:30:0.5"),
        ("nobody", "choose owner-at-event"),
    ],
)
def test_a_credit_that_makes_no_sense_is_refused(
    connection: Connection, credit: str, said: str
) -> None:
    with pytest.raises(InvalidQuestion, match=said):
        metrics(connection, SEEN, credit=credit)
    with pytest.raises(InvalidQuestion, match=said):
        explain(connection, SEEN, "interactions", credit=credit)
