"""Ledgers for tests that need many: made of a list of events, looked at, emptied for the next.

A ledger is made once in a process, because building the tables costs ten times as much as adding a
few events to them, and there is always a test that builds them anew.
"""

import itertools
import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql

from ledger import codec, log, schema
from ledger.database import Connection, Location, connect
from ledger.envelope import Event
from ledger.sql import statements
from projections.engine import registry
from projections.engine.catch_up import catch_up
from projections.engine.rebuild import build
from projections.engine.runner import take_in
from projections.view import View

_numbers = itertools.count(1)
_empty: dict[tuple[str, str], list[Location]] = {}  # by connection string and zone
_FRAME = statements("projections.engine", "frame.sql")
ZONE = "Europe/Moscow"
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@contextmanager
def ledger_of(
    dsn: str, events: Sequence[Event], steps: Sequence[int] = (), zone: str = ZONE
) -> Iterator[tuple[Location, Connection]]:
    """A ledger of these events, whose projections caught up after each of these positions, and at
    the end; the connection is the owner's.
    """
    ready = _empty.setdefault((dsn, zone), [])
    location = ready.pop() if ready else _new(dsn, zone)
    with closing(connect(location, "owner")) as connection:
        stops = sorted({step for step in steps if step < len(events)} | {len(events)})
        for after, upto in itertools.pairwise([0, *stops]):
            log.append(connection, [codec.encode(event) for event in events[after:upto]])
            catch_up(connection, location)
        yield location, connection
    # After a failure it is left alone: who knows in what state it is.
    emptied(location)
    ready.append(location)


def _new(dsn: str, zone: str) -> Location:
    location = Location(dsn=dsn, schema=f"law{os.getpid()}_{next(_numbers)}")
    schema.init(location, zone)
    with closing(connect(location, "owner")) as connection:
        catch_up(connection, location)
    return location


def emptied(location: Location) -> None:
    """Take out all events, and all that follows from them, as nobody but a superuser can."""
    with psycopg.connect(location.dsn, autocommit=True) as connection:
        table = {name: sql.Identifier(location.schema, name) for name in ("events", "event_tags")}
        script = [
            part
            for each in table.values()
            for part in (
                sql.SQL("ALTER TABLE {} DISABLE TRIGGER immutable").format(each),
                sql.SQL("DELETE FROM {}").format(each),
                sql.SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER immutable").format(each),
            )
        ]
        for built in (location.projections, _then(location)):
            for (name,) in connection.execute(_FRAME["all_tables"], {"schema": built}).fetchall():
                command = "UPDATE {} SET position = 0" if name == "progress" else "DELETE FROM {}"
                script.append(sql.SQL(command).format(sql.Identifier(built, name)))
        script += [
            sql.SQL("DELETE FROM {}").format(sql.Identifier(location.schema, name))
            for name in ("producers", "failed_conditions")
        ]
        connection.execute(sql.SQL(";").join(script))


# Relations, columns, indexes, functions, triggers, rights, and the settings of roles.
_CATALOG = """
WITH schemas AS (
    SELECT oid, nspname, nspacl FROM pg_namespace
    WHERE nspname = %(schema)s OR starts_with(nspname, %(schema)s || '_')
), found (what) AS (
    SELECT (nspname, nspacl)::text FROM schemas
    UNION ALL
    SELECT (s.nspname, c.relname, c.relkind, c.relowner::regrole, c.relacl, array(
                SELECT (attname, atttypid::regtype)::text FROM pg_attribute
                WHERE attrelid = c.oid AND NOT attisdropped ORDER BY attnum))::text
    FROM pg_class c JOIN schemas s ON s.oid = c.relnamespace
    UNION ALL
    SELECT (s.nspname, proname, md5(prosrc), proacl)::text
    FROM pg_proc p JOIN schemas s ON s.oid = p.pronamespace
    UNION ALL
    SELECT (s.nspname, c.relname, t.tgname, t.tgenabled)::text FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid JOIN schemas s ON s.oid = c.relnamespace
    WHERE NOT t.tgisinternal
    UNION ALL
    SELECT (roleid::regrole, member::regrole)::text FROM pg_auth_members
    WHERE starts_with(roleid::regrole::text, %(schema)s || '_')
    UNION ALL
    SELECT (setrole::regrole, setconfig)::text FROM pg_db_role_setting
)
SELECT md5(string_agg(what, ',' ORDER BY what COLLATE "C")) FROM found
"""


def catalog(location: Location) -> list[object]:
    """All of a ledger but events and rows; to see whether a test has changed more than those."""
    own, built = sql.Identifier(location.schema), sql.Identifier(location.projections)
    rows = "SELECT a, m, p.fingerprint FROM {0}.about a, {0}.migrations m, {1}.progress p"
    with psycopg.connect(location.dsn, autocommit=True) as connection:
        found: list[object] = [*connection.execute(_CATALOG, {"schema": location.schema})]
        if connection.execute(_FRAME["exists"], {"schema": location.projections}).fetchone()[0]:
            found += sorted(connection.execute(sql.SQL(rows).format(own, built)))
    return found


def _then(location: Location) -> str:
    return f"{location.schema}_then"


def as_then(location: Location, connection: Connection, position: int) -> Connection:
    """Point the connection at projections of their own that end at a position."""
    then = _then(location)
    if connection.execute(_FRAME["exists"], {"schema": then}).fetchone() == (False,):
        build(connection, location, then, workers=0, upto=0)
    path = sql.SQL(", ").join(map(sql.Identifier, (then, location.schema)))
    connection.execute(sql.SQL("SET search_path = {}").format(path))
    with connection.transaction():
        take_in(connection, 0, position)
    return connection


def rows(connection: Connection, *projections: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every table of these projections (none: of all), the materialized ones included, in order."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for projection in registry.projections():
        if not projections or projection.name in projections:
            for name in _tables(projection):
                query = sql.SQL("SELECT {0}::text FROM {0} ORDER BY 1").format(sql.Identifier(name))
                found[name] = connection.execute(query).fetchall()
    return found


def view(as_of: int, on: datetime = NOW) -> View:
    """A view in the zone of these tests."""
    return View(as_of, on, ZONE)


def _tables(projection: registry.Projection) -> list[str]:
    lines = projection.sql["tables"].splitlines()
    return [line.split()[2] for line in lines if line.startswith("CREATE TABLE")]
