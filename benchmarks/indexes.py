"""What each index costs: rows a second by COPY of 1,000 into a table that holds many already.

`python -m benchmarks.indexes --events 10000000` fills the table once and then measures each choice
of indexes with it. An index in the order of nothing is built as full as one that grew (70 %), since
one that is built full splits its pages at first.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from benchmarks.sides import number
from ledger import embedded
from ledger.sql import statements

BATCH = 1_000
CHUNK = 500_000
GROWN = "WITH (fillfactor = 70)"
_SQL = statements("benchmarks", "indexes.sql")


class Choice(NamedTuple):
    """What stands beside the unique position. tagged: tags have a table of their own as well."""

    name: str
    indexes: Sequence[str] = ()
    tagged: bool = False
    leaf: bool = False


KEY = "UNIQUE INDEX ON events (key, source)"
BY_RANGE = f"INDEX ON events ((position >> 20), event_id) {GROWN}"
CLIENT = f"INDEX ON events (client, position) {GROWN} WHERE client IS NOT NULL"
PERFORMER = f"INDEX ON events (performed_by, position) {GROWN} WHERE performed_by IS NOT NULL"
TYPE = "INDEX ON events (type, position)"
SELDOM = """INDEX ON events (type, position) WHERE type NOT IN
    ('call.logged', 'message.exchanged', 'offer.sent', 'task.completed')"""
RANDOM_ID = f"UNIQUE INDEX ON events (event_id) {GROWN}"
ALONE = Choice("the position alone")
CHOICES = (
    ALONE,
    Choice("unique (source, key)", ["UNIQUE INDEX ON events (source, key)"]),
    Choice("unique (key, source)", [KEY]),
    Choice("unique (key, source), random keys", [f"{KEY.replace('key', 'random_key')} {GROWN}"]),
    Choice("unique random id", [RANDOM_ID]),
    Choice("id by range of a million positions", [BY_RANGE]),
    Choice("type, all", [TYPE]),
    Choice("type, seldom ones", [SELDOM]),
    Choice("client", [CLIENT]),
    Choice("client and performer", [CLIENT, PERFORMER]),
    Choice("tags in one GIN index", ["INDEX ON events USING gin (tags)"]),
    Choice("tags in a table of their own", tagged=True),
    Choice("stored leaf", leaf=True),
    Choice("client, performer, all types, random id, leaf",
           [CLIENT, PERFORMER, TYPE, RANDOM_ID], leaf=True),
    Choice("client, performer, seldom types, (key, source), id by range",
           [CLIENT, PERFORMER, SELDOM, KEY, BY_RANGE]),
)  # fmt: skip


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.split("\n\n")[0] if __doc__ else "")
    options.add_argument("--events", type=int, default=10_000_000, help="that are there already")
    options.add_argument("--batches", type=int, default=200, help="for each choice and pass")
    options.add_argument("--passes", type=int, default=2, help="over all choices")
    options.add_argument("--folder", help="on the disk to measure")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="iledger-bench-", dir=chosen.folder) as name:
        folder = Path(name) / "ledger"
        with psycopg.connect(embedded.ensure_running(folder), autocommit=True) as connection:
            try:
                _report(Table(connection, chosen.events), chosen)
            finally:
                embedded.stop(folder)


def _report(table: "Table", chosen: argparse.Namespace) -> None:
    """Each choice is measured right after the position alone, since the machine may be noisy."""
    rates: dict[str, list[tuple[float, float]]] = {choice.name: [] for choice in CHOICES}
    for turn in range(chosen.passes):
        for choice in CHOICES:
            pair = table.rate(ALONE, chosen.batches), table.rate(choice, chosen.batches)
            rates[choice.name].append(pair)
            print(f"pass {turn + 1}: {choice.name}: {number(pair[1])}", flush=True)
    print(f"\n| beside the unique position, {chosen.events:,} events | rows/s | of it alone |")
    print("| --- | --- | --- |")
    for name, pairs in rates.items():
        ratio = statistics.median(rate / alone for alone, rate in pairs)
        rate = statistics.median(rate for _, rate in pairs)
        print(f"| {name} | {number(rate)} | {ratio:.2f} |")


class Table:
    """The table of events, which grows with everything that is measured."""

    def __init__(self, connection: psycopg.Connection, events: int) -> None:
        self._connection = connection
        self._head = 0
        connection.execute("SET maintenance_work_mem = '512MB'; SET synchronous_commit = on")
        connection.execute(_SQL["table"].encode())
        for after in range(0, events, CHUNK):
            count = min(CHUNK, events - after)
            connection.execute(_made("fill", into="events", after=after, count=count))
            self._head += count
        connection.execute("ALTER TABLE events ADD PRIMARY KEY (position)")
        connection.execute("VACUUM ANALYZE events")

    def rate(self, choice: Choice, batches: int) -> float:
        """Rows a second, by as many batches, with these indexes, which are dropped after it."""
        self._prepare(choice, batches)
        ready = list(self._batches(choice, batches))
        self._connection.execute("CHECKPOINT")
        started = time.perf_counter()
        for batch in ready:
            with self._connection.transaction():
                for target, blocks in batch.items():
                    self._take(target, blocks)
        spent = time.perf_counter() - started
        self._head += batches * BATCH
        self._clear()
        return batches * BATCH / spent

    def _prepare(self, choice: Choice, batches: int) -> None:
        run = self._connection.execute
        run("TRUNCATE staged")
        run(_made("fill", into="staged", after=self._head, count=batches * BATCH))
        run("CREATE INDEX IF NOT EXISTS staged_position ON staged (position)")
        if choice.leaf:
            run(
                "ALTER TABLE events ADD leaf bytea NOT NULL GENERATED ALWAYS AS "
                "(sha256('\\x00'::bytea || body || timestamptz_send(recorded_at))) STORED"
            )
        for index in choice.indexes:
            run(f"CREATE {index}".encode())
        if choice.tagged:
            run("INSERT INTO event_tags SELECT unnest(tags), position FROM events")
            run(f"ALTER TABLE event_tags ADD PRIMARY KEY (tag, position) {GROWN}".encode())

    def _batches(self, choice: Choice, batches: int) -> Iterator[dict[str, list[bytes]]]:
        for nth in range(batches):
            given: dict[str, Any] = {"after": self._head + nth * BATCH, "count": BATCH}
            batch = {"events": self._blocks("batch", given)}
            if choice.tagged:
                batch["event_tags"] = self._blocks("tagged", given)
            yield batch

    def _blocks(self, name: str, given: dict[str, Any]) -> list[bytes]:
        with self._connection.cursor().copy(_made(name, **given)) as copy:
            return [bytes(block) for block in copy]

    def _take(self, target: str, blocks: list[bytes]) -> None:
        into = sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(sql.Identifier(target))
        with self._connection.cursor().copy(into) as copy:
            for block in blocks:
                copy.write(block)

    def _clear(self) -> None:
        for (index,) in self._connection.execute(_SQL["bare"].encode()).fetchall():
            self._connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(index)))
        self._connection.execute("ALTER TABLE events DROP COLUMN IF EXISTS leaf")
        self._connection.execute("TRUNCATE event_tags")
        self._connection.execute("ALTER TABLE event_tags DROP CONSTRAINT IF EXISTS event_tags_pkey")


def _made(name: str, **given: Any) -> bytes:
    return _SQL[name].format(**given).encode()


if __name__ == "__main__":
    main()
