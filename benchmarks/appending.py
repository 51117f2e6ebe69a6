"""Appending: one at a time, in batches, by many at once."""

import itertools
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from multiprocessing import get_context

import psycopg

from benchmarks import company, stock
from benchmarks.sides import Line, in_turns
from ledger import log
from ledger.database import Location, connect
from ledger.envelope import Encoded
from ledger.store import Store
from ledger.writer import Writer

COLUMNS = (
    "position, event_id, type, version, client, performed_by, occurred_at, recorded_at, source, "
    "key, tags, body"
)
TYPES = (
    "int8",
    "uuid",
    "text",
    "int2",
    "text",
    "text",
    "timestamptz",
    "timestamptz",
    "text",
    "text",
    "text[]",
    "bytea",
)


class Raw:
    """A table like the ledger's, indexes and all, filled with nothing but INSERT and COPY."""

    def __init__(self, location: Location) -> None:
        self._connection = psycopg.connect(location.conninfo(), autocommit=True)
        self._connection.execute("DROP SCHEMA IF EXISTS raw CASCADE")
        self._connection.execute("CREATE SCHEMA raw")
        self._connection.execute(
            f"CREATE TABLE raw.events (LIKE {location.schema}.events INCLUDING ALL)"
        )
        self._numbers = itertools.count(1)

    def insert(self, batch: Sequence[Encoded]) -> int:
        """Insert the events one at a time, prepared, each its own transaction."""
        marks = ", ".join(["%b"] * len(TYPES))
        for row in self._rows(batch):
            self._connection.execute(
                f"INSERT INTO raw.events ({COLUMNS}) VALUES ({marks})", row, prepare=True
            )
        return len(batch)

    def copy(self, batch: Sequence[Encoded]) -> int:
        """Copy the events in, in one transaction."""
        statement = f"COPY raw.events ({COLUMNS}) FROM STDIN (FORMAT BINARY)"
        with self._connection.cursor().copy(statement) as copy:
            copy.set_types(TYPES)
            for row in self._rows(batch):
                copy.write_row(row)
        return len(batch)

    def _rows(self, batch: Sequence[Encoded]) -> Iterator[tuple[object, ...]]:
        now = datetime.now(UTC)
        for one in batch:
            yield (
                next(self._numbers),
                one.event_id,
                one.type,
                one.version,
                one.client,
                one.performed_by,
                one.occurred_at,
                now,
                one.source,
                one.key,
                [],
                one.body,
            )


def measure(location: Location, rounds: int) -> Iterator[Line]:
    """Yield the lines about appending."""
    raw, peer = Raw(location), stock.Recorder(location.conninfo())
    with closing(connect(location, "writer")) as connection:
        yield _one_at_a_time(connection, raw, peer, rounds)
        for size in (100, 1_000):
            yield _batches(connection, raw, peer, size, rounds)
    peer.close()
    yield from _many(location)


def _one_at_a_time(
    connection: psycopg.Connection, raw: Raw, peer: stock.Recorder, rounds: int
) -> Line:
    def ours(number: int) -> int:
        for one in (batch := _calls("one", number, 100)):
            log.append(connection, [one])
        return len(batch)

    rates = in_turns(
        rounds,
        ours=ours,
        limit=lambda number: raw.insert(_calls("raw", number, 100)),
        peer=lambda number: sum(peer.insert([one]) for one in _calls("stock", number, 100)),
    )
    return _line("append, one at a time", rates, "a raw INSERT", "≥ 0.6 and ≥ 3")


def _batches(
    connection: psycopg.Connection, raw: Raw, peer: stock.Recorder, size: int, rounds: int
) -> Line:
    ready = {
        (side, number): _calls(f"{side}-{size}", number, size)
        for side in ("ours", "raw", "stock")
        for number in range(rounds)
    }
    rates = in_turns(
        rounds,
        ours=lambda number: len(log.append(connection, ready["ours", number])),
        limit=lambda number: raw.copy(ready["raw", number]),
        peer=lambda number: peer.insert(ready["stock", number]),
    )
    goal = "≥ 0.6 and ≥ 2.5" if size == 1_000 else ""
    return _line(f"append, batches of {size:,}", rates, "a raw COPY", goal)


def _many(location: Location) -> Iterator[Line]:
    with Store(location, "writer") as store:
        writer = Writer(store)
        lists = [_calls("threads", number, 100) for number in range(64)]
        with ThreadPoolExecutor(64) as threads:
            rates = in_turns(
                1, ours=lambda _: sum(threads.map(lambda calls: _record(writer, calls), lists))
            )
    yield Line("append, 64 threads of one process", "events/s", rates["ours"])
    with get_context("spawn").Pool(8) as pool:
        pool.map(_warm, [location] * 8, chunksize=1)
        work = [(location, number) for number in range(8)]
        rates = in_turns(1, ours=lambda _: sum(pool.starmap(_alone, work, chunksize=1)))
    yield Line("append, 8 processes, one at a time", "events/s", rates["ours"])


def _record(writer: Writer, calls: list[Encoded]) -> int:
    for one in calls:
        writer.record(one)
    return len(calls)


_own: dict[Location, psycopg.Connection] = {}


def _warm(location: Location) -> None:
    _own[location] = connect(location, "writer")


def _alone(location: Location, number: int) -> int:
    connection = _own.get(location) or connect(location, "writer")
    for one in (calls := _calls("process", number, 250)):
        log.append(connection, [one])
    return len(calls)


def _calls(name: str, number: int, count: int) -> list[Encoded]:
    return [
        company.call(f"{name}-{number}-{nth}", nth * 7919 % 1_000, nth % 20) for nth in range(count)
    ]


def _line(what: str, rates: dict[str, float], limit: str, goal: str) -> Line:
    return Line(
        what,
        "events/s",
        rates["ours"],
        rates["limit"],
        limit,
        rates["peer"],
        "the stock recorder",
        goal,
    )
