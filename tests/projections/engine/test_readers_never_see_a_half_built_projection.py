"""While services append and the projections are rebuilt, every reader sees one whole position."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import psycopg

from ledger import codec, log
from ledger.database import Location, connect
from ledger.envelope import Encoded, Event
from ledger.events.contacts import CallLogged
from projections.engine.catch_up import catch_up
from projections.engine.rebuild import rebuild

AT = datetime(2026, 3, 1, tzinfo=UTC)


def _call(number: int) -> Encoded:
    return codec.encode(
        Event(
            data=CallLogged(direction="outbound", outcome="reached"),
            client=f"C-{number % 7}",
            source="pbx",
            key=str(number),
            recorded_by="pbx",
            occurred_at=AT,
        )
    )


@contextmanager
def _in_background(work: threading.Thread, stop: threading.Event) -> Iterator[None]:
    work.start()
    try:
        yield
    finally:
        stop.set()
        work.join()


def test_every_answer_is_of_one_position(location: Location, owner: psycopg.Connection) -> None:
    # Given a service that appends without a pause
    stop = threading.Event()
    seen: list[int] = []
    failed: list[tuple[int, int, int]] = []

    def serve() -> None:
        with closing(connect(location, "writer")) as connection:
            for number in range(1_000_000):
                if stop.is_set():
                    return
                log.append(connection, [_call(number)])

    # and a reader who compares the tables with the position that they claim to stand at
    def look() -> None:
        with closing(connect(location, "supervisor")) as connection:
            while not stop.is_set():
                at, rows, last = connection.execute(
                    "SELECT (SELECT position FROM progress), count(*), max(position)"
                    " FROM interactions"
                ).fetchone()
                seen.append(at)
                if not at == rows == last:
                    failed.append((at, rows, last))

    log.append(owner, [_call(-1)])
    catch_up(owner, location)
    with (
        _in_background(threading.Thread(target=serve), stop),
        _in_background(threading.Thread(target=look), stop),
    ):
        # When the projections are rebuilt and caught up again and again
        for _ in range(3):
            rebuild(location)
            catch_up(owner, location)
    # Then every answer was whole
    assert len(set(seen)) > 1
    assert not failed
    assert catch_up(owner, location).behind == 0
