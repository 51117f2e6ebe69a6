"""A source and a key name one event for ever; sending it again gives the first receipt again."""

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

import ledger
from ledger import log
from ledger.api import Ledger
from ledger.database import Connection, Location, connect
from ledger.errors import ConditionFailed, InvalidEvent, KeyConflict, ServerUnavailable
from ledger.log import Condition, Item, Query
from ledger.store import Store
from tests.ledger.store.samples import call, encoded

ANY_CALL = Query((Item(("call.logged",)),))


@pytest.fixture
def opened(any_location: Location) -> Iterator[Ledger]:
    with Ledger(any_location) as opened:
        yield opened


@pytest.fixture
def connection(any_location: Location) -> Iterator[Connection]:
    with closing(connect(any_location, "writer")) as opened:
        yield opened


def test_the_same_event_gets_the_first_receipt_again(opened: Ledger) -> None:
    first = opened.append(call("k"))
    opened.append(call("other"))
    again = opened.append(call("k"))
    assert first.recorded
    assert again == first._replace(recorded=False)
    assert opened.store.head() == 2


def test_equal_content_is_the_same_however_it_is_written(opened: Ledger) -> None:
    opened.append(call("k", occurred_at="2026-03-01T10:00:00+03:00"))
    assert not opened.append(call("k", occurred_at="2026-03-01T07:00:00.000Z")).recorded


def test_other_content_under_the_key_is_refused_and_the_difference_is_shown(opened: Ledger) -> None:
    opened.append(call("k"))
    with pytest.raises(KeyConflict) as caught:
        opened.append(call("k", client="C-99", performed_by=None))
    assert (
        "other content: client: recorded 'C-1', offered 'C-99'; "
        "performed_by: recorded 'E-1', offered nothing. Use a new key"
    ) in str(caught.value)
    assert (caught.value.source, caught.value.key) == ("pbx", "k")
    assert opened.store.head() == 1


def test_the_same_key_of_another_source_is_another_event(opened: Ledger) -> None:
    first, second = opened.append(call("k")), opened.append(call("k", source="mail"))
    assert second.recorded
    assert first.event_id != second.event_id


def test_a_batch_may_repeat_itself(opened: Ledger) -> None:
    receipts = opened.append_all([call("a"), call("b"), call("a"), call("c")])
    assert [(r.position, r.recorded) for r in receipts] == [
        (1, True),
        (2, True),
        (1, False),
        (3, True),
    ]


def test_a_batch_may_be_partly_known(opened: Ledger) -> None:
    opened.append_all([call("a"), call("b")])
    receipts = opened.append_all([call("x"), call("b"), call("y"), call("a")])
    assert [(r.position, r.recorded) for r in receipts] == [
        (3, True),
        (2, False),
        (4, True),
        (1, False),
    ]


@pytest.mark.parametrize("spoilt", [call("a", client="C-2"), call("f", occurred_at="2999-01-01")])
def test_one_refused_event_withholds_the_batch_and_is_the_one_named(
    opened: Ledger, spoilt: ledger.Event
) -> None:
    opened.append(call("a"))
    with pytest.raises((KeyConflict, InvalidEvent)):
        opened.append_all([call("b"), call("b"), call("a"), spoilt, call("c")])
    assert opened.store.head() == 1


def test_two_contents_under_one_key_in_one_batch_are_a_conflict(opened: Ledger) -> None:
    with pytest.raises(KeyConflict, match="C-2"):
        opened.append_all([call("a"), call("b"), call("a", client="C-2")])
    assert opened.store.head() == 0


def test_a_refused_first_does_not_stand_in_the_way_of_a_good_second(
    connection: Connection,
) -> None:
    early = encoded("k", at=datetime(2199, 1, 1, tzinfo=UTC))
    good = encoded("k", "good")
    outcomes = log.append(connection, [early, good, good], atomic=False)
    assert [outcome.outcome for outcome in outcomes] == ["future", "recorded", "duplicate"]


def test_every_outcome_of_a_batch_stands_at_its_events_place(connection: Connection) -> None:
    log.append(connection, [encoded("known"), encoded("taken")])
    batch = [
        encoded("n1"),
        encoded("known"),
        encoded("taken", "other"),
        encoded("n1"),
        encoded("n1", "other"),
        encoded("f", at=datetime(2199, 1, 1, tzinfo=UTC)),
        encoded("n2"),
    ]
    outcomes = log.append(connection, batch, atomic=False)
    assert [(o.outcome, o.position) for o in outcomes] == [
        ("recorded", 3),
        ("duplicate", 1),
        ("conflict", 2),
        ("duplicate", 3),
        ("conflict", 3),
        ("future", None),
        ("recorded", 4),
    ]
    assert outcomes[2].stored == encoded("taken").body
    assert outcomes[4].stored == encoded("n1").body


def test_a_batch_recorded_by_an_older_version_is_known(
    opened: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.append_all([call("a"), call("b")])
    newer = "ledger.codec.same"
    monkeypatch.setattr(newer, lambda stored, offered: True)
    receipts = opened.append_all([call("a", client="C-2"), call("c"), call("b", client="C-2")])
    assert [(r.position, r.recorded) for r in receipts] == [(1, False), (3, True), (2, False)]


def test_a_retry_under_a_condition_gives_the_first_receipts(opened: Ledger) -> None:
    condition = Condition(ANY_CALL, after=0)
    first = opened.append_all([call("a"), call("b")], condition)
    opened.append(call("meanwhile"))
    again = opened.append_all([call("a"), call("b")], condition)
    assert again == [receipt._replace(recorded=False) for receipt in first]
    with pytest.raises(ConditionFailed):
        opened.append_all([call("a"), call("new")], condition)


class Cutter:
    """A way to the server that can be told to swallow the next receipt and hang up."""

    def __init__(self, folder: Path, real: str) -> None:
        self.path, self._real = folder / ".s.PGSQL.5432", real
        self.cut = False
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.path))
        self._listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server, suppress(OSError):
            server.connect(self._real)
            while True:
                for ready in select.select([client, server], [], [])[0]:
                    if not (data := ready.recv(65536)):
                        return
                    if ready is server and self.cut and b"recorded" in data:
                        self.cut = False  # committed, and nobody hears of it
                        return
                    (server if ready is client else client).sendall(data)

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def cutter(any_location: Location, tmp_path: Path) -> Iterator[tuple[Cutter, Location]]:
    assert any_location.dsn
    parts = conninfo_to_dict(any_location.dsn)
    real = f"{parts['host']}/.s.PGSQL.{parts.get('port', 5432)}"
    folder = tmp_path if len(str(tmp_path)) < 80 else Path("/tmp")
    way = Cutter(folder, real)
    yield (
        way,
        any_location._replace(dsn=make_conninfo(any_location.dsn, host=str(folder), port=5432)),
    )
    way.close()
    way.path.unlink()


def test_the_store_itself_asks_again_after_an_answer_lost_behind_the_commit(
    cutter: tuple[Cutter, Location],
) -> None:
    way, location = cutter
    with Ledger(location) as opened:
        opened.append(call("before"))
        way.cut = True
        receipt = opened.append(call("lost"))
        assert not way.cut
        assert (receipt.position, receipt.recorded) == (2, False)
        assert opened.store.head() == 2


def test_so_does_it_under_a_condition_that_its_own_event_would_fail(
    cutter: tuple[Cutter, Location],
) -> None:
    way, location = cutter
    with Ledger(location) as opened:
        opened.store.head()
        way.cut = True
        receipts = opened.append_all([call("a"), call("b")], Condition(ANY_CALL, after=0))
        assert [(r.position, r.recorded) for r in receipts] == [(1, False), (2, False)]


def test_without_the_store_the_caller_is_told_and_may_ask_again(
    cutter: tuple[Cutter, Location],
) -> None:
    way, location = cutter
    with closing(connect(location, "writer")) as connection:
        way.cut = True
        with pytest.raises(ServerUnavailable, match="run the same command again"):
            log.append(connection, [encoded("k")])
    with closing(connect(location, "writer")) as connection:
        assert log.append(connection, [encoded("k")])[0].outcome == "duplicate"


def test_the_store_survives_the_death_of_all_its_connections(any_location: Location) -> None:
    with (
        Store(any_location) as store,
        psycopg.connect(str(any_location.dsn), autocommit=True) as admin,
    ):
        threads = [threading.Thread(target=store.head) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for name in ("a", "b"):
            admin.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE application_name = 'iledger'"
            )
            assert store.record([encoded(name)])[0].outcome in ("recorded", "duplicate")
        assert store.head() == 2


def test_nothing_is_appended_by_an_empty_batch(opened: Ledger) -> None:
    assert opened.append_all([]) == []
    assert opened.store.record([]) == []
