"""What Slice, Group and Perspective append is byte for byte what `ledger.open()` records."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from eventsourcing.dcb.api import DCBQuery, DCBQueryItem
from eventsourcing.dcb.application import DCBApplication
from eventsourcing.dcb.domain import Selector
from eventsourcing.persistence import IntegrityError, ProgrammingError
from eventsourcing.utils import get_topic

import ledger
from ledger import log
from ledger.api import Ledger
from ledger.database import Location, connect
from ledger.dcb import Fact, decision
from ledger.errors import InvalidEvent, KeyConflict
from ledger.events.clients import ClientRegistered
from ledger.events.contacts import CallLogged
from ledger.events.ownership import ClientReserved
from ledger.events.people import EmployeeHired
from ledger.events.sales import OfferSent
from tests.ledger.dcb.decisions import (
    Client,
    FirstOffer,
    Noted,
    Reserving,
    Seller,
    TakenError,
    happened,
)
from tests.ledger.dcb.doors import application
from tests.ledger.store.samples import call

COLUMNS = "event_id, type, version, client, performed_by, occurred_at, source, key, tags, body"


@pytest.fixture
def app(any_location: Location) -> Iterator[DCBApplication]:
    with application(any_location) as opened:
        yield opened


def recorded(location: Location) -> list[tuple[object, ...]]:
    """All that is kept of the events, but for their times of recording and what follows from it."""
    with closing(connect(location)) as connection:
        question = f"SELECT {COLUMNS} FROM events ORDER BY position"
        return connection.execute(question.encode()).fetchall()


def through_our_door(location: Location, events: list[ledger.Event]) -> list[tuple[object, ...]]:
    """The same of an empty ledger to which these events are appended by our own API."""
    with closing(connect(location, "owner")) as connection:
        connection.execute("SET ROLE NONE")
        for table in ("events", "event_tags"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER immutable".encode())
            connection.execute(f"TRUNCATE {table}".encode())
    with Ledger(location) as opened:
        opened.append_all(events)
    return recorded(location)


def test_a_slice_records_what_we_record(app: DCBApplication, any_location: Location) -> None:
    app.do(FirstOffer("C-1", "E-1"))
    theirs = recorded(any_location)
    assert [row[1] for row in theirs] == ["offer.sent", "client.reserved"]
    ours = [
        happened(OfferSent(offer="O-E-1"), "E-1-C-1"),
        happened(ClientReserved(employee="E-1"), "E-1-C-1/reserved"),
    ]
    assert theirs == through_our_door(any_location, ours)


def test_a_slice_reads_what_we_recorded(app: DCBApplication, any_location: Location) -> None:
    with Ledger(any_location) as opened:
        opened.append(happened(ClientReserved(employee="E-7"), "r"))
        offer = FirstOffer("C-1", "E-1")
        with pytest.raises(TakenError, match="E-7"):
            app.do(offer)
        assert offer.seen == list(opened.read())


def test_a_group_reads_and_records_what_we_do(app: DCBApplication, any_location: Location) -> None:
    begun = [
        happened(EmployeeHired(employee="E-1", name="Анна"), "hired", None, "E-9"),
        happened(ClientRegistered(kind="company", name="Ромашка"), "registered", by="E-9"),
    ]
    with Ledger(any_location) as opened:
        opened.append(call("before", client="C-1"))
        opened.append_all(begun)
    group = app.repository.get_group(Reserving, "client:C-1", "employee:E-1")
    assert (group.client.name, group.seller.name) == ("Ромашка", "Анна")
    reserved = happened(ClientReserved(employee="E-1"), "reserved")
    group.trigger_event(Fact, (), reserved)
    assert (group.client.owner, group.seller.clients) == ("E-1", 1)
    app.repository.save(group)
    again = app.repository.get_group(Reserving, "client:C-1", "employee:E-1")
    assert (again.client.owner, again.seller.clients) == ("E-1", 1)
    theirs = recorded(any_location)
    ours = [call("before", client="C-1"), *begun, reserved]
    assert theirs == through_our_door(any_location, ours)


def test_a_group_is_refused_if_anything_of_it_changed(
    app: DCBApplication, any_location: Location
) -> None:
    with Ledger(any_location) as opened:
        opened.append(happened(ClientRegistered(kind="company", name="Ромашка"), "registered"))
        opened.append(happened(EmployeeHired(employee="E-1", name="Анна"), "hired", None))
        group = app.repository.get_group(Reserving, "client:C-1", "employee:E-1")
        opened.append(happened(ClientReserved(employee="E-2"), "faster", by="E-2"))
    group.trigger_event(Fact, (), happened(ClientReserved(employee="E-1"), "reserved"))
    with pytest.raises(IntegrityError):
        app.repository.save(group)


def test_an_object_that_has_not_begun_is_none(app: DCBApplication, any_location: Location) -> None:
    with Ledger(any_location) as opened:
        opened.append(call("k", client="C-1"))
    assert app.repository.get_many("client:C-1", "employee:E-1") == [None, None]


def test_a_perspective_records_what_we_record(app: DCBApplication, any_location: Location) -> None:
    noted = app.repository.advance(Noted("C-1"))
    noted.trigger_event(Fact, ["client:C-1"], call("k"))
    app.repository.save(noted)
    assert recorded(any_location) == through_our_door(any_location, [call("k")])


def test_a_decision_taken_again_for_a_lost_answer_is_recorded_once(
    app: DCBApplication, any_location: Location
) -> None:
    for _ in range(2):
        noted = Noted("C-1")
        noted.trigger_event(Fact, (), call("k"))
        assert app.repository.save(noted) == 1
    assert len(recorded(any_location)) == 1


def test_a_key_with_other_content_is_refused(app: DCBApplication, any_location: Location) -> None:
    with Ledger(any_location) as opened:
        opened.append(call("k"))
    noted = app.repository.advance(Noted("C-1"))
    noted.trigger_event(Fact, (), call("k", client="C-2"))
    with pytest.raises(KeyConflict):
        app.repository.save(noted)


def test_an_event_that_is_not_well_formed_is_refused_when_it_is_decided() -> None:
    with pytest.raises(InvalidEvent, match="recorded_by"):
        Noted("C-1").trigger_event(Fact, (), call("k", recorded_by=""))


def test_a_tag_that_the_event_does_not_have_is_refused(app: DCBApplication) -> None:
    noted = Noted("C-1")
    noted.trigger_event(Fact, ["deal:D-1"], call("k"))
    with pytest.raises(ProgrammingError, match="deal:D-1"):
        app.repository.save(noted)


def test_content_is_of_the_class_that_was_named() -> None:
    with pytest.raises(ProgrammingError):
        decision(OfferSent)(call("k"))
    with pytest.raises(ProgrammingError, match="not an event type"):
        decision(str)


def test_the_library_finds_our_types_by_their_stored_names(
    app: DCBApplication, any_location: Location
) -> None:
    assert get_topic(decision(CallLogged)) == "call.logged"
    with Ledger(any_location) as opened:
        opened.append_all([call("k"), happened(OfferSent(offer="O-1"), "o")])
    by_decision = app.events.read(Selector(types=[decision(CallLogged)]))
    assert [type(found.decision) for found in by_decision] == [decision(CallLogged)]
    # And by the content's own class, which would else be found nowhere.
    item = DCBQueryItem(types=[get_topic(CallLogged)])
    assert [found.position for found in app.recorder.read(DCBQuery([item]))] == [1]


def test_a_fact_has_content_and_envelope_by_name(
    app: DCBApplication, any_location: Location
) -> None:
    with Ledger(any_location) as opened:
        receipt = opened.append(call("k"))
    (found,) = app.events.read(Selector(tags=["client:C-1"]))
    told = found.decision.as_dict()
    assert (told["duration_s"], told["client"], told["source"]) == (184, "C-1", "pbx")
    assert (told["position"], told["recorded_at"]) == receipt[:2]
    assert found.tags == ["client:C-1", "performed_by:E-1"]


def test_a_ledger_can_be_copied_through_the_library(
    app: DCBApplication, any_location: Location
) -> None:
    with Ledger(any_location) as opened:
        opened.append(call("k"))
    (found,) = app.recorder.read()
    assert app.recorder.append([found.event]) == 1
    with closing(connect(any_location)) as connection:
        assert log.head(connection) == 1


def test_enduring_objects_begin_with_the_event_that_opens_them(
    app: DCBApplication, any_location: Location
) -> None:
    with Ledger(any_location) as opened:
        opened.append(happened(ClientRegistered(kind="company", name="Ромашка"), "registered"))
    found = app.repository.get("client:C-1")
    assert isinstance(found, Client)
    assert (found.id, found.name, found.owner) == ("client:C-1", "Ромашка", None)
    assert not isinstance(found, Seller)
