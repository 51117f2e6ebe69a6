"""`DCBApplication({"PERSISTENCE_MODULE": "ledger.dcb"})` does what its users expect of it."""

from contextlib import closing
from threading import Barrier, Thread

import msgspec
import pytest
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.dcb.application import DCBApplication
from eventsourcing.persistence import InfrastructureFactoryError, IntegrityError

from ledger.api import Ledger
from ledger.database import Location, connect
from ledger.dcb import LedgerFactory, Mapper, Recorder
from ledger.errors import NotInitialised
from tests.ledger.dcb.decisions import FirstOffer, TakenError
from tests.ledger.dcb.doors import application, environment
from tests.ledger.store.samples import call

MINE = DCBQuery([DCBQueryItem(types=["Noted"], tags=["subject:1"])])


def test_a_bare_application_appends_and_reads(any_location: Location) -> None:
    with application(any_location) as app:
        event = DCBEvent("Noted", b"\x00any bytes", ["subject:1"])
        assert app.recorder.append([event]) == 1
        assert [(found.position, found.event) for found in app.recorder.read(MINE)] == [(1, event)]


def test_a_condition_is_passed_or_refused(any_location: Location) -> None:
    with application(any_location) as app:
        event = DCBEvent("Noted", b"", ["subject:1"])
        assert app.recorder.append([event], DCBAppendCondition(MINE)) == 1
        with pytest.raises(IntegrityError):
            app.recorder.append([event], DCBAppendCondition(MINE))
        assert app.recorder.append([event], DCBAppendCondition(MINE, after=1)) == 2


def test_of_decisions_taken_at_once_exactly_one_is_recorded(any_location: Location) -> None:
    sides, start, won, lost = 4, Barrier(4), [], []

    def offer(seller: str) -> None:
        with application(any_location) as app:
            start.wait()
            while True:
                try:
                    won.append(app.do(FirstOffer("C-1", seller)))
                except IntegrityError:
                    continue
                except TakenError:
                    lost.append(seller)
                return

    threads = [Thread(target=offer, args=[f"E-{n}"]) for n in range(sides)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, sides - 1)


def test_what_the_library_wraps_our_readers_pass_over(any_location: Location) -> None:
    with application(any_location) as app, Ledger(any_location) as opened:
        app.recorder.append([DCBEvent("Noted", b"", ["client:C-1"])])
        opened.append(call("k"))
        assert [found.position for found in opened.read(client="C-1")] == [2]
        assert [found.position for found in app.recorder.read()] == [1, 2]


def test_the_ledger_is_named_in_the_process_too(
    any_location: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ledger(any_location) as opened:
        opened.append(call("k"))
    monkeypatch.setenv("ILEDGER_DSN", str(any_location.dsn))
    monkeypatch.setenv("ILEDGER_SCHEMA", any_location.schema)
    with DCBApplication({"PERSISTENCE_MODULE": "ledger.dcb"}) as app:
        assert [found.position for found in app.recorder.read()] == [1]
    # The factory alone, which is given no copy of the process's environment
    factory = LedgerFactory({"PERSISTENCE_MODULE": "ledger.dcb"})
    with closing(factory):
        recorder = factory.dcb_recorder()
        assert isinstance(recorder, Recorder)
        named = recorder.store.location
        assert (named.dsn, named.schema) == (any_location.dsn, any_location.schema)


def test_the_application_names_its_own_mapper_or_gets_ours(any_location: Location) -> None:
    with application(any_location) as app:
        assert isinstance(app.mapper, Mapper)
    theirs = {"MAPPER_TOPIC": "eventsourcing.dcb.msgpack:MessagePackMapper"}
    with DCBApplication(environment(any_location) | theirs) as app:
        assert not isinstance(app.mapper, Mapper)


def test_no_ledger_is_made_where_tables_are_not_to_be(any_location: Location) -> None:
    nowhere = {"ILEDGER_SCHEMA": "nowhere", "CREATE_TABLE": "no"}
    with pytest.raises(NotInitialised):
        DCBApplication(environment(any_location) | nowhere)


def test_the_module_has_exactly_one_factory(any_location: Location) -> None:
    try:
        with application(any_location) as app:
            assert isinstance(app.factory, LedgerFactory)
    except InfrastructureFactoryError as error:  # pragma: no cover
        pytest.fail(str(error))


def test_all_that_is_wrapped_is_under_the_hash(any_location: Location) -> None:
    with application(any_location) as app:
        app.recorder.append([DCBEvent("Noted", b"\xff", ["subject:1"])])
    with closing(connect(any_location)) as connection:
        row = connection.execute("SELECT version, source, body FROM events").fetchone()
    assert row is not None
    body = msgspec.json.decode(row[2])
    assert (row[0], row[1], body["tags"], body["raw"]) == (0, "dcb", ["subject:1"], "/w==")
