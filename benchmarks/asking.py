"""Rebuilding and asking, on a ledger of a million events and a hundred thousand clients."""

import itertools
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing

import psycopg
from psycopg import sql

from benchmarks import company, stock
from benchmarks.sides import Line
from ledger import log, schema
from ledger.database import Connection, Location, connect
from ledger.sql import statements
from projections.engine import registry
from projections.engine.rebuild import rebuild
from projections.questions.clients.card import card
from projections.view import View

MIB = 1 << 10


def measure(location: Location, events: int, clients: int) -> Iterator[Line]:
    """Yield the lines about reading, rebuilding and asking."""
    schema.init(location, company.ZONE)
    with closing(connect(location, "owner")) as connection:
        _fill(connection, events, clients)
        connection.execute("ANALYZE")
        yield _read(connection, clients)
        yield from _rebuild(connection, location, events)
        yield _card(connection, clients)
    yield _stock_projection(location)
    yield from _start()


def _fill(connection: Connection, events: int, clients: int) -> None:
    stream = company.events(events, clients)
    while batch := list(itertools.islice(stream, 5_000)):
        log.append(connection, batch)


def _read(connection: Connection, clients: int) -> Line:
    chance = random.Random(1)
    names = [f"C-{chance.randrange(clients)}" for _ in range(300)]
    for way in (_read_ours, _read_raw):
        way(connection, names[:20])
    ours, raw = _read_ours(connection, names), _read_raw(connection, names)
    return Line("read a client's events", "ms", ours, raw, "the bare SELECT", goal="")


def _read_ours(connection: Connection, names: list[str]) -> float:
    spent = []
    for name in names:
        started = time.perf_counter()
        list(log.read(connection, log.Query((log.Item((), (f"client:{name}",)),))))
        spent.append(time.perf_counter() - started)
    return statistics.median(spent) * 1000


def _read_raw(connection: Connection, names: list[str]) -> float:
    spent = []
    for name in names:
        started = time.perf_counter()
        connection.execute(
            "SELECT position, body FROM events WHERE client = %s ORDER BY position",
            [name],
            prepare=True,
        ).fetchall()
        spent.append(time.perf_counter() - started)
    return statistics.median(spent) * 1000


def _rebuild(connection: Connection, location: Location, events: int) -> Iterator[Line]:
    workers = os.cpu_count() or 1
    started = time.perf_counter()
    rebuild(location, workers=workers)
    ours = events / (time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB
    peak += workers * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / MIB
    limit = events / _copy_tables(connection, location)
    yield Line(
        f"rebuild all projections, {events:,} events",
        "events/s",
        ours,
        limit,
        "COPY table to table",
        goal="≥ 0.5",
    )
    yield Line("the same: memory of the product's processes at most", "MiB", peak, goal="< 500")


def _copy_tables(connection: Connection, location: Location) -> float:
    """Copy every projection table into a twin, then make the same indexes; the seconds spent."""
    with psycopg.connect(location.conninfo(), autocommit=True) as twin:
        twin.execute("DROP SCHEMA IF EXISTS raw_projections CASCADE")
        twin.execute("CREATE SCHEMA raw_projections")
        twin.execute("SET search_path = raw_projections")
        frame = statements("projections.engine", "frame.sql")
        parts = [projection.sql for projection in registry.projections()]
        for part in (frame, *parts):
            twin.execute(part["tables"])
        tables = twin.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'raw_projections'"
        ).fetchall()
        started = time.perf_counter()
        for (table,) in tables:
            name = sql.Identifier(table)
            source = sql.SQL("COPY {} TO STDOUT (FORMAT BINARY)").format(name)
            into = sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(name)
            with connection.cursor().copy(source) as out, twin.cursor().copy(into) as taken:
                for block in out:
                    taken.write(block)
        for part in parts:
            twin.execute(part["indexes"])
        return time.perf_counter() - started


def _card(connection: Connection, clients: int) -> Line:
    chance = random.Random(2)
    view = View.now(log.head(connection), company.ZONE)
    spent = []
    for _ in range(400):
        name = f"C-{chance.randrange(clients)}"
        started = time.perf_counter()
        card(connection, view, name)
        spent.append(time.perf_counter() - started)
    raw = _read_raw(connection, [f"C-{chance.randrange(clients)}" for _ in range(400)])
    ours = statistics.median(spent[50:]) * 1000
    return Line(
        "a client's card, median", "ms", ours, raw, "the bare SELECT of its events", goal="< 5 ms"
    )


def _stock_projection(location: Location) -> Line:
    count = 3_000
    stock.record(location.conninfo(), count)
    started = time.perf_counter()
    stock.project(location.conninfo(), count)
    rate = count / (time.perf_counter() - started)
    return Line("the peer: stock projection runner, one row an event", "events/s", rate)


def _start() -> Iterator[Line]:
    ways = {
        "iledger --help": [sys.executable, "-m", "commands.cli.main", "--help"],
        "import click": [sys.executable, "-c", "import click"],
    }
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(15):
        for name, command in ways.items():
            started = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            spent[name].append(time.perf_counter() - started)
    ours, limit = (statistics.median(times) * 1000 for times in spent.values())
    yield Line("iledger --help", "ms", ours, limit, "python -c 'import click'", goal="≤ 2")
