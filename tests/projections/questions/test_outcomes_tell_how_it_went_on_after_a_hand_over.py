"""Contacts, feelings and retention around hand-overs; what is not over yet is no loss."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from ledger.database import Connection
from ledger.envelope import Event
from ledger.errors import InvalidQuestion
from ledger.events.contacts import (
    CallLogged,
    MessageExchanged,
    MoodNoted,
    SatisfactionRecorded,
)
from ledger.events.ownership import ClientReassigned, CuratorAssigned
from ledger.events.sales import DealOpened, DealWon, PurchaseRecorded
from projections.questions.ownership.handover_outcomes import handover_outcomes
from tests.projections.ledgers import ledger_of, view
from tests.projections.stories import told


def passed(client: str, at: str, reason: Any, to: str = "B", of: str | None = None) -> Event:
    change = ClientReassigned(from_employee=of, to_employee=to, reason=reason)
    return told(change, at, client=client)


def mood(client: str, at: str, score: int) -> Event:
    return told(MoodNoted(mood=score), at, client=client)


def answer(client: str, at: str, instrument: Any, score: int) -> Event:
    return told(SatisfactionRecorded(instrument=instrument, score=score), at, client=client)


def letter(client: str, at: str, direction: Any) -> Event:
    return told(MessageExchanged(direction=direction, channel="email"), at, client=client)


def owned(client: str, by: str = "A") -> Event:
    return told(CuratorAssigned(employee=by), "2025-06-01", client=client)


HISTORY = [
    # C-1 stays: contacts on both edges of the thirty days, and just outside of them
    owned("C-1"),
    letter("C-1", "2025-12-30T09:59:59Z", "inbound"),
    letter("C-1", "2025-12-30T10:00:00Z", "outbound"),
    mood("C-1", "2026-01-10T00:00:00Z", 2),
    mood("C-1", "2026-01-20T00:00:00Z", 1),
    answer("C-1", "2026-01-20T00:00:00Z", "csat", 9),
    letter("C-1", "2026-01-29T10:00:00Z", "inbound"),
    passed("C-1", "2026-01-29T10:00:00Z", "departure"),
    letter("C-1", "2026-01-29T10:00:00Z", "outbound"),
    mood("C-1", "2026-02-01T00:00:00Z", -1),
    answer("C-1", "2026-02-01T00:00:00Z", "nps", 3),
    letter("C-1", "2026-02-28T09:59:59Z", "inbound"),
    letter("C-1", "2026-02-28T10:00:00Z", "inbound"),
    # C-2 does not answer the new owner: a loss
    owned("C-2"),
    letter("C-2", "2026-01-25T00:00:00Z", "inbound"),
    passed("C-2", "2026-02-01", "departure", of="A"),
    told(CallLogged(direction="outbound", outcome="no_answer"), "2026-02-03", client="C-2"),
    mood("C-2", "2026-02-04", -2),
    # C-3 says nothing but buys; C-4 has a deal won
    passed("C-3", "2026-02-01", "departure", of="A"),
    told(PurchaseRecorded(purchase="P-1", amount=Decimal(5)), "2026-02-20", client="C-3"),
    owned("C-4"),
    told(DealOpened(deal="D-1"), "2026-01-05", client="C-4"),
    passed("C-4", "2026-02-01", "workload"),
    told(DealWon(deal="D-1", amount=Decimal(9)), "2026-02-20", client="C-4"),
    # C-5 was handed over lately; C-6 had no owner, C-7 kept its own, C-8 was passed on some day
    owned("C-5"),
    letter("C-5", "2026-05-19", "inbound"),
    passed("C-5", "2026-05-20", "departure"),
    letter("C-5", "2026-05-21", "inbound"),
    passed("C-6", "2026-02-01", "departure"),
    owned("C-7"),
    passed("C-7", "2026-02-01", "departure", to="A"),
    owned("C-8"),
    passed("C-8", "unknown", "departure", of="A"),
]  # fmt: skip
SEEN = view(len(HISTORY))


@pytest.fixture(scope="module")
def connection(embedded_dsn: str) -> Iterator[Connection]:
    with ledger_of(embedded_dsn, HISTORY) as (_, connection):
        yield connection


def test_before_and_after_by_reason(connection: Connection) -> None:
    departure, workload = handover_outcomes(connection, SEEN, days=30)
    assert departure._asdict() == {
        "reason": "departure", "handovers": 4, "complete": 3, "unfinished": 1,
        "contacts_before": 3, "contacts_after": 3, "retained": 2, "retained_share": 2 / 3,
        "mood_known": 1, "mood_before": 1.0, "mood_after": -1.0,
        "csat_known": 0, "csat_before": None, "csat_after": None,
        "ces_known": 0, "ces_before": None, "ces_after": None,
        "nps_known": 0, "nps_before": None, "nps_after": None,
    }  # fmt: skip
    assert (workload.handovers, workload.retained, workload.retained_share) == (1, 1, 1)


def test_what_is_not_over_yet_is_counted_apart(connection: Connection) -> None:
    early = view(len(HISTORY), datetime(2026, 2, 10, tzinfo=UTC))
    for row in handover_outcomes(connection, early, days=30):
        assert row.unfinished == row.handovers
        assert (row.retained, row.complete, row.retained_share) == (0, 0, None)
        assert (row.contacts_before, row.contacts_after) == (0, 0)
    # The very moment at which the days are over completes them.
    over = view(len(HISTORY), datetime(2026, 2, 28, 10, tzinfo=UTC))
    assert handover_outcomes(connection, over, days=30)[0].complete == 1


def test_the_period_is_that_of_the_hand_over(connection: Connection) -> None:
    (only,) = handover_outcomes(
        connection, SEEN, days=30, since=date(2026, 5, 1), until=date(2026, 6, 1)
    )
    assert (only.reason, only.handovers, only.complete) == ("departure", 1, 0)
    assert handover_outcomes(connection, SEEN, until=date(2025, 1, 1)) == []


@pytest.mark.parametrize("days", [0, -1, 100_000])
def test_days_that_make_no_sense_are_refused(connection: Connection, days: int) -> None:
    with pytest.raises(InvalidQuestion, match="from 1 to 3660"):
        handover_outcomes(connection, SEEN, days=days)
