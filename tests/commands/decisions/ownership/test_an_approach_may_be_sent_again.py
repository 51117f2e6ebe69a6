"""A service that is in doubt sends an approach again, and ids in any spelling are the same ids."""

import unicodedata
from collections.abc import Iterator
from dataclasses import replace as replace_policy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from commands.decisions.handle import Memory
from commands.decisions.ownership.reservation import record_approach
from ledger.api import Ledger
from ledger.database import Location
from ledger.envelope import Event, event_id
from ledger.errors import ClientTaken, KeyConflict
from ledger.events.ownership import (
    ClientReassigned,
    ClientReleased,
    ClientReserved,
    ReservationPolicyPublished,
)
from ledger.events.people import EmployeeDeparted, EmployeeHired
from ledger.events.sales import OfferSent


@pytest.fixture
def book(location: Location) -> Iterator[Ledger]:
    with Ledger(location) as ledger:
        for seller in ("E-1", "E-2"):
            _record(ledger, EmployeeHired(employee=seller, name="Анна"), seller)
        yield ledger


def _record(
    book: Ledger, data: Any, key: str, client: str | None = None, at: datetime | None = None
) -> None:
    fact = Event(
        data=data, source="hr", key=key, recorded_by="hr", client=client,
        occurred_at=at or datetime.now(UTC),
    )  # fmt: skip
    book.append(fact)


def offer(seller: str, client: str = "C-1", key: str | None = None) -> Event:
    return Event(
        data=OfferSent(offer=f"O-{seller}"), source="crm", key=key or f"offer-{seller}",
        recorded_by="crm", occurred_at="2026-03-01", client=client, performed_by=seller,
    )  # fmt: skip


def types_of(book: Ledger, client: str = "C-1") -> list[str]:
    return [event.type for event in book.read(client=client)]


@pytest.mark.parametrize("spelled", ["Ёлка ", " Ёлка", unicodedata.normalize("NFD", "Ёлка")])
def test_an_id_spelled_otherwise_is_the_same_client(book: Ledger, spelled: str) -> None:
    record_approach(book, offer("E-1", spelled, key=" offer-1"))
    claim = next(event for event in book.read(client="Ёлка") if event.type == "client.reserved")
    assert claim.data.trigger == str(event_id("crm", "offer-1"))
    for n, again in enumerate((spelled, "Ёлка")):
        with pytest.raises(ClientTaken):
            record_approach(book, offer("E-2", again, key=f"offer-2{n}"))
    assert types_of(book, "Ёлка").count("client.reserved") == 1


def test_a_seller_spelled_otherwise_has_the_client_already(book: Ledger) -> None:
    record_approach(book, offer("E-1"))
    record_approach(book, replace(offer("E-1 "), key="offer-2"))
    assert types_of(book) == ["offer.sent", "client.reserved", "offer.sent"]


def test_a_refused_approach_sent_again_is_refused_again_and_recorded_once(book: Ledger) -> None:
    record_approach(book, offer("E-1"))
    for _ in range(2):
        with pytest.raises(ClientTaken):
            record_approach(book, offer("E-2"))
    assert types_of(book).count("approach.blocked") == 1


def test_a_recorded_approach_gets_its_receipt_whatever_came_after(book: Ledger) -> None:
    first = record_approach(book, offer("E-1"))
    passed = ClientReassigned(from_employee="E-1", to_employee="E-2", reason="workload")
    _record(book, passed, "passed", "C-1")
    again = record_approach(book, offer("E-1"))
    assert again.receipts == (first.receipts[0]._replace(recorded=False),)
    _record(book, EmployeeDeparted(employee="E-1"), "departed")
    assert record_approach(book, offer("E-1")).receipts == again.receipts
    assert types_of(book) == ["offer.sent", "client.reserved", "client.reassigned"]


def test_a_recorded_approach_does_not_reserve_a_client_again(book: Ledger) -> None:
    first = record_approach(book, offer("E-1"))
    _record(book, ClientReleased(reason="pool"), "released", "C-1")
    again = record_approach(book, offer("E-1"))
    assert again.receipts == (first.receipts[0]._replace(recorded=False),)
    assert types_of(book) == ["offer.sent", "client.reserved", "client.released"]


def test_a_recorded_approach_does_not_reserve_what_it_could_not_then(book: Ledger) -> None:
    policy = ReservationPolicyPublished(version=1, claims=("meeting.held",))
    _record(book, policy, "policy")
    first = record_approach(book, offer("E-1"))
    assert types_of(book) == ["offer.sent"]
    _record(book, replace_policy(policy, version=2, claims=("offer.sent",)), "policy 2")
    for memory in (None, Memory()):
        for _ in range(2):
            again = record_approach(book, offer("E-1"), memory)
            assert again.receipts == (first.receipts[0]._replace(recorded=False),)
    assert types_of(book) == ["offer.sent"]


def test_a_recorded_approach_ends_no_reservation(book: Ledger) -> None:
    first = record_approach(book, offer("E-1"))
    _record(book, ClientReleased(reason="pool"), "released", "C-1")
    begun = datetime.now(UTC)
    over = ClientReserved(employee="E-2", expires_at=begun + timedelta(microseconds=1))
    _record(book, over, "over", "C-1", begun)
    before = types_of(book)
    again = record_approach(book, offer("E-1"))
    assert again.receipts == (first.receipts[0]._replace(recorded=False),)
    assert types_of(book) == before


def test_a_key_recorded_with_other_content_is_a_conflict_and_no_refusal(book: Ledger) -> None:
    record_approach(book, offer("E-1"))
    with pytest.raises(KeyConflict):
        record_approach(book, offer("E-2", key="offer-E-1"))
    assert types_of(book) == ["offer.sent", "client.reserved"]


def test_the_longest_key_is_long_enough(book: Ledger) -> None:
    record_approach(book, offer("E-1", key="k" * 200))
    with pytest.raises(ClientTaken):
        record_approach(book, offer("E-2", key="j" * 195))
    assert types_of(book) == ["offer.sent", "client.reserved", "approach.blocked"]
