"""The door: what is recorded in a second, beside raw PostgreSQL and others who keep events.

Appending is measured here, deciding in `deciding.py`; the sides are in `peers.py` and `uma.py`.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from psycopg import sql

from benchmarks import company, deciding, uma
from benchmarks.crowd import MANY, Crowd
from benchmarks.message_db import MessageDb
from benchmarks.peers import Ours, Place, Raw, Sqlite, Stock
from benchmarks.sides import Compared, Way, compared, timed
from benchmarks.uma import Uma
from ledger import log, schema
from ledger.database import Location, connect
from ledger.envelope import Encoded
from ledger.store import Store
from ledger.writer import Writer

KINDS: dict[str, type[Any]] = {
    "ours": Ours,
    "raw": Raw,
    "stock": Stock,
    "UmaDB": Uma,
    "SQLite": Sqlite,
}
OTHERS = (*tuple(KINDS)[1:], "message-db")
THREADS = 64
BATCH = 1_000
_CHUNK = {"one": 200, "batches": 5, "crowd": 60, "threads": 50}


def measure(
    dsn: str, folder: Path, rounds: int, lines: int, message_db: Path | None
) -> Iterator[Compared]:
    """Yield the lines of the table.

    - lines: of the file that is appended
    - message_db: its package of npm, unpacked; None to leave it out
    """
    location, pattern = Location(dsn=dsn, schema="door"), Location(dsn=dsn, schema="pattern")
    for each in (location, pattern):
        schema.init(each)
    Raw.make(location)
    kinds = KINDS
    if message_db:
        kinds = KINDS | {"message-db": MessageDb}
        MessageDb.make(location, message_db)
    with uma.server(folder / "uma") as url:
        place = Place(location, pattern, url, folder / "recorder.sqlite")
        sides = {name: kind(place) for name, kind in kinds.items()}
        sides["stock"].make()
        crowd = Crowd(place)
        try:
            yield from _append(kinds, sides, crowd, place, rounds)
            deciding.hire(location)
            deciders = {name: KINDS[name] for name in ("ours", "stock", "UmaDB")}
            yield from deciding.measure(crowd, sides, deciders, rounds)
            yield _file(place, sides["raw"], folder, max(rounds // 2, 1), lines)
        finally:
            crowd.close()
            for side in sides.values():
                side.close()


def _append(
    kinds: dict[str, type[Any]], sides: dict[str, Any], crowd: Crowd, place: Place, rounds: int
) -> Iterator[Compared]:
    yield compared(
        "append, one at a time",
        rounds,
        {name: partial(_one_at_a_time, name, side) for name, side in sides.items()},
        {"raw": 0.85, "UmaDB": 1.3, "stock": 2},
    )
    yield compared(
        f"batches of {BATCH:,}",
        rounds,
        {name: partial(_batches, name, side) for name, side in sides.items()},
        {"raw": 0.9, "stock": 2.5, "UmaDB": 0.7},
    )
    yield compared(
        f"{MANY} processes, one at a time",
        rounds,
        {
            name: partial(_crowded, crowd, kind)
            for name, kind in kinds.items()
            if kind is not Sqlite  # it has one writer at a time
        },
        {"raw": 0.8, "UmaDB": 1},
    )
    with Store(place.location, "writer") as store, ThreadPoolExecutor(THREADS) as threads:
        yield compared(
            f"{THREADS} threads of a process",
            rounds,
            {
                "ours": _threaded(threads, "ours", sides["ours"], partial(_record, Writer(store))),
                "UmaDB": _threaded(threads, "UmaDB", sides["UmaDB"], sides["UmaDB"].each),
            },
            {"UmaDB": 1.5},
        )


def _one_at_a_time(name: str, side: Any, turn: int) -> tuple[int, float]:
    ready = side.ready(company.calls(f"one-{name}-{turn}", _CHUNK["one"]))
    return timed(_CHUNK["one"], lambda: side.each(ready))


def _batches(name: str, side: Any, turn: int) -> tuple[int, float]:
    batches = [
        side.ready(company.calls(f"batch-{name}-{turn}-{nth}", BATCH))
        for nth in range(_CHUNK["batches"])
    ]
    return timed(BATCH * len(batches), lambda: [side.whole(batch) for batch in batches])


def _crowded(crowd: Crowd, kind: type[Any], turn: int) -> tuple[int, float]:
    return crowd.all(kind, turn, _CHUNK["crowd"])


def _threaded(
    threads: ThreadPoolExecutor, name: str, side: Any, work: Callable[[Any], None]
) -> Way:
    def way(turn: int) -> tuple[int, float]:
        lists = [
            side.ready(company.calls(f"thread-{name}-{turn}-{nth}", _CHUNK["threads"]))
            for nth in range(THREADS)
        ]
        return timed(_CHUNK["threads"] * THREADS, lambda: list(threads.map(work, lists)))

    return way


def _record(writer: Writer, calls: list[Encoded]) -> None:
    for one in calls:
        writer.record(one)


def _file(place: Place, raw: Raw, folder: Path, rounds: int, lines: int) -> Compared:
    """Raw copies what the command has just recorded, so it is always second."""
    file = folder / "calls.jsonl"

    def ours(turn: int) -> tuple[int, float]:
        calls = company.calls(f"file-{turn}", lines)
        file.write_bytes(b"".join(one.body + b"\n" for one in calls))
        return timed(lines, lambda: _append_file(place.location, file))

    def copy(turn: int) -> tuple[int, float]:
        blocks = _newest(place.location, raw, lines)
        return timed(lines, lambda: raw.take_blocks(blocks))

    what = f"`iledger append FILE`, {lines:,} lines"
    return compared(what, rounds, {"ours": ours, "raw": copy}, {"raw": 0.6}, rotate=False)


def _append_file(location: Location, file: Path) -> None:
    assert location.dsn
    named = {"ILEDGER_DSN": location.dsn, "ILEDGER_SCHEMA": location.schema}
    command = [sys.executable, "-m", "commands.cli.main", "append", str(file)]
    subprocess.run(command, check=True, capture_output=True, env=os.environ | named)


def _newest(location: Location, raw: Raw, count: int) -> list[bytes]:
    """The newest events, as COPY gives them out."""
    with closing(connect(location, "owner")) as connection:
        newest = sql.SQL(
            "COPY (SELECT {} FROM events WHERE position > {} ORDER BY position) "
            "TO STDOUT (FORMAT BINARY)"
        ).format(raw.columns, sql.Literal(log.head(connection) - count))
        with connection.cursor().copy(newest) as copy:
            return [bytes(block) for block in copy]
