"""A summary that names a time has it in the zone of the question, as every other column has."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from ledger.events.contacts import MeetingPlanned
from ledger.events.ownership import ClientReserved, ContactBarred
from ledger.events.people import RoleGranted
from ledger.events.sales import OfferSent
from ledger.events.service import CaseDeadlineSet
from ledger.events.work import TaskAssigned, TaskDeadlineExtended
from projections.questions.clients import card
from projections.view import View, reading
from tests.projections.ledgers import NOW, ZONE, ledger_of
from tests.projections.stories import told

AT = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
FACTS = (
    (MeetingPlanned(meeting="M-1", at=AT, place="office"), "meeting planned, office, for {}"),
    (ClientReserved(employee="E-1", expires_at=AT), "reserved for E-1, first_approach, by {}"),
    (ContactBarred(employee="E-2", reason="claim", until=AT), "E-2 may not approach, claim, by {}"),
    (OfferSent(offer="O-1", amount=Decimal(5), currency="RUB", valid_until=AT),
     "offer sent, 5 RUB, by {}"),
    (OfferSent(offer="O-2"), "offer sent"),
    (TaskAssigned(task="T-1", assignee="E-1", title="x", due_at=AT), "task for E-1, by {}"),
    (TaskDeadlineExtended(task="T-1", due_at=AT, reason="ill"),
     "task deadline extended, ill, by {}"),
    (CaseDeadlineSet(case="S-1", deadline="resolve", due_at=AT), "case to resolve by {}"),
    (RoleGranted(employee="E-1", role="auditor", until=AT), "role auditor granted, by {}"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "2026-07-01 22:30"),
        ("Europe/Moscow", "2026-07-02 01:30"),
        ("America/New_York", "2026-07-01 18:30"),
    ],
)
def test_the_same_moment_in_every_zone(embedded_dsn: str, zone: str, shown: str) -> None:
    events = [told(content, "2026-01-01", client="C-1") for content, _ in FACTS]
    with ledger_of(embedded_dsn, events) as (_, connection):
        lines = card.timeline(connection, View(len(events), NOW, zone), "C-1")
    assert [line.summary for line in lines] == [text.format(shown) for _, text in FACTS]


def test_zones_within_zones_are_left_one_by_one(embedded_dsn: str) -> None:
    seen = "SELECT zone_asked(), current_setting('search_path')"
    with ledger_of(embedded_dsn, []) as (_, connection):
        with reading(connection, "Asia/Tokyo", 0):
            before = connection.execute(seen).fetchone()
            for zone in ("America/Lima", ZONE, "Asia/Tokyo"):
                with reading(connection, zone, 0):
                    assert connection.execute("SELECT zone_asked()").fetchone() == (zone,)
                assert connection.execute(seen).fetchone() == before
        assert connection.execute("SELECT zone_asked()").fetchone() == (ZONE,)
