"""The list of reservations and the decision that ends one know the same time."""

from datetime import UTC, datetime
from typing import Any

import pytest

from commands.decisions.handle import Memory, read
from commands.decisions.ownership import ownership
from ledger.api import Ledger
from ledger.envelope import Event
from ledger.events.contacts import CallLogged, MeetingHeld
from ledger.events.ownership import ClientReserved, CuratorAssigned, ReservationPolicyPublished
from projections.tables.ownership import reservations
from tests.projections.ledgers import ledger_of, view
from tests.projections.stories import told

ENDS = datetime(2026, 2, 1, tzinfo=UTC)
NEVER = datetime(2199, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
POLICY = told(ReservationPolicyPublished(version=1, days=30), "2026-01-01")
RESERVED = told(ClientReserved(employee="E-1", expires_at=ENDS), "2026-01-02", client="C-1")


def contact(data: Any, at: str, by: str = "E-1") -> Event:
    return told(data, at, client="C-1", performed_by=by)


CALLED = CallLogged(direction="outbound", outcome="reached")
LATE = datetime(2026, 1, 20, 9, tzinfo=UTC)
# Thirty days and as long again as had passed since the day of the reservation began in Moscow.
RENEWED = datetime(2026, 2, 19, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("more", "runs_out"),
    [
        ([], ENDS),
        ([contact(CALLED, LATE.isoformat())], RENEWED),
        ([contact(MeetingHeld(meeting="M-1", kind="negotiation", outcome="agreed"),
                  LATE.isoformat())], RENEWED),
        ([contact(CALLED, "2026-01-20", by="E-2")], ENDS),
        ([contact(CALLED, "2026-01-02")], ENDS),
        ([contact(CallLogged(direction="outbound", outcome="busy"), "2026-01-20")], ENDS),
        ([contact(CALLED, LATE.isoformat()),
          told(ReservationPolicyPublished(version=2, days=10), "2026-01-21")],
         RENEWED),
        ([told(ReservationPolicyPublished(version=2), "2026-01-21"),
          contact(CALLED, LATE.isoformat())], RENEWED),
        ([told(ReservationPolicyPublished(version=2, renewed_by=()), "2026-01-21"),
          contact(CALLED, LATE.isoformat())], ENDS),
    ],
)  # fmt: skip
def test_the_list_and_the_decision_agree(
    embedded_dsn: str, more: list[Event], runs_out: datetime
) -> None:
    with ledger_of(embedded_dsn, [POLICY, RESERVED, *more]) as (target, connection):
        (row,) = reservations.reservations(connection, view(2 + len(more)))
        assert (row.client, row.employee, row.runs_out_at) == ("C-1", "E-1", runs_out)
        with Ledger(target) as ledger:
            state, _ = read(ledger, ownership.renewable("C-1"), Memory())
        assert state.expiry(state.holding(LATE)) == runs_out


@pytest.mark.parametrize(
    ("rules", "claim", "runs_out"),
    [
        ([], RESERVED, ENDS),
        ([POLICY], told(ClientReserved(employee="E-1", expires_at=ENDS), client="C-1"), ENDS),
        ([POLICY], told(ClientReserved(employee="E-1", expires_at=NEVER), "2026-01-02",
                        client="C-1"), NEVER + (LATE - datetime(2026, 1, 1, 21, tzinfo=UTC))),
    ],
    ids=["no policy", "nobody knows since when", "beyond the years that may be given"],
)  # fmt: skip
def test_they_agree_where_no_days_are_known(
    embedded_dsn: str, rules: list[Event], claim: Event, runs_out: datetime
) -> None:
    events = [*rules, claim, contact(CALLED, LATE.isoformat())]
    with ledger_of(embedded_dsn, events) as (target, connection):
        (row,) = reservations.reservations(connection, view(len(events)))
        with Ledger(target) as ledger:
            state, _ = read(ledger, ownership.renewable("C-1"), Memory())
    assert row.runs_out_at == state.expiry(state.holding(LATE)) == runs_out


def test_which_are_listed(embedded_dsn: str) -> None:
    story = [
        POLICY,
        RESERVED,
        told(ClientReserved(employee="E-2"), "2026-01-03", client="C-2"),
        told(ClientReserved(employee="E-2"), "2026-01-03", client="C-3"),
        told(CuratorAssigned(employee="E-2"), "2026-01-04", client="C-3"),
    ]
    with ledger_of(embedded_dsn, story) as (_, connection):

        def listed(on: datetime, **only: Any) -> list[tuple[str, str, int | None]]:
            rows = reservations.reservations(connection, view(5, on), **only)
            return [(row.client, row.state, row.days) for row in rows]

        january = datetime(2026, 1, 25, tzinfo=UTC)
        assert listed(january) == [("C-1", "in force", 7), ("C-2", "in force", None)]
        assert listed(ENDS, within=0) == [("C-1", "run out", 0)]
        assert listed(january, within=6) == []
        assert listed(january, employee="E-2") == [("C-2", "in force", None)]
        assert reservations.policy(connection, view(5, january))[0].days == 30
        assert reservations.policy(connection, view(0, january)) == []
