"""Who mistypes the case of an id, or its alphabet, is told the id that they probably mean."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands.decisions.handle import Context, Memory, handle
from commands.decisions.ownership import disputes, ownership, reassignment
from commands.decisions.ownership.reservation import record_approach
from commands.decisions.people import people, roles
from ledger.api import Ledger
from ledger.database import Location
from ledger.envelope import Event
from ledger.errors import Refused
from ledger.events.clients import ClientRegistered
from ledger.events.people import EmployeeHired
from ledger.events.sales import OfferSent
from ledger.suggestions import is_plain, spellings
from tests.surroundings.groups import examples

CONTEXT = Context("E-1", datetime.now(UTC), live=True)
# "С" and "Е" are Cyrillic.
WRONG = ["c-1", "С-1", "с-1", "C- 1"]


@pytest.fixture
def book(location: Location) -> Iterator[Ledger]:
    with Ledger(location) as ledger:
        _record(ledger, EmployeeHired(employee="E-1", name="Анна"), "hired")
        _record(ledger, ClientRegistered(kind="company", name="Ёлка"), "registered", "C-1")
        yield ledger


def _record(book: Ledger, data: Any, key: str, client: str | None = None) -> None:
    book.append(
        Event(data=data, source="hr", key=key, recorded_by="hr", client=client,
              occurred_at="2026-01-01")
    )  # fmt: skip


def offer(client: str, seller: str = "E-1") -> Event:
    return Event(
        data=OfferSent(offer="O-1"), source="crm", key=f"offer {client}", recorded_by="crm",
        occurred_at="2026-03-01", client=client, performed_by=seller,
    )  # fmt: skip


@pytest.mark.parametrize("remembers", [False, True])
@pytest.mark.parametrize("wrong", WRONG)
def test_an_approach_to_a_client_spelled_otherwise(
    book: Ledger, wrong: str, *, remembers: bool
) -> None:
    memory = Memory() if remembers else None
    record_approach(book, offer("C-77"), memory)
    with pytest.raises(Refused, match="Did you mean 'C-1'"):
        record_approach(book, offer(wrong), memory)
    assert not list(book.read(client=wrong))
    _record(book, ClientRegistered(kind="person", name="Пётр"), "another", wrong)
    assert len(record_approach(book, offer(wrong), memory).events) == 2, "it is another client"


def test_an_approach_that_was_recorded_gets_its_receipt_nevertheless(book: Ledger) -> None:
    record_approach(book, offer("X-1"))
    _record(book, ClientRegistered(kind="person", name="Пётр"), "late", "x-1")
    assert not record_approach(book, offer("X-1")).receipts[0].recorded


def test_an_approach_by_an_employee_spelled_otherwise(book: Ledger) -> None:
    for wrong in ("e-1", "Е-1"):
        with pytest.raises(Refused, match="Did you mean 'E-1'"):
            record_approach(book, offer("C-1", wrong))


DECISIONS = {
    "assign": (ownership.model("c-1", "E-1"), reassignment.assign("E-1"), "C-1"),
    "assign to": (ownership.model("C-1", "e-1"), reassignment.assign("e-1"), "E-1"),
    "conflict": (disputes.model("c-1", "E-1"), disputes.report("E-1"), "C-1"),
    "depart": (people.model("e-1"), people.depart("e-1"), "E-1"),
    "role": (roles.model("e-1"), roles.grant("supervisor"), "E-1"),
}


@pytest.mark.parametrize("name", DECISIONS)
def test_every_decision_hints(book: Ledger, name: str) -> None:
    model, decide, meant = DECISIONS[name]
    with pytest.raises(Refused, match=f"Did you mean {meant!r}"):
        handle(book, model, CONTEXT, decide)


@given(st.text("ABCHXabchxАВСНХавсн -09", max_size=9))
@settings(max_examples=examples(30))
def test_every_spelling_leads_back_to_a_plain_id(id_: str) -> None:
    if is_plain(id_):
        assert all(id_ in spellings(each) for each in spellings(id_))
