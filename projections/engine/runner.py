"""Bringing the projections up to date: read, unfold, copy in, move the checkpoint.

All four steps are one transaction, so no row is lost or duplicated, and a reader sees the tables as
of one position.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from psycopg import sql

from ledger import log
from ledger.database import Connection, Location, translated
from ledger.envelope import Row
from ledger.sql import statements
from projections.engine import registry
from projections.engine.materialized import touch

CHUNK = 5_000
Rows = dict[type[NamedTuple], list[NamedTuple]]
Report = Callable[[int, int], None]
_FRAME = statements("projections.engine", "frame.sql")


class Progress(NamedTuple):
    """The projections' position; behind: number of newer events; fresh: built by this source."""

    position: int
    behind: int
    fresh: bool


def progress(connection: Connection, location: Location) -> Progress | None:
    """The progress of the projections; None if they have never been built."""
    head = log.head(connection)
    with translated():
        found = connection.execute(_FRAME["exists"], {"schema": location.projections}).fetchone()
        if found is None or not found[0]:
            return None
        row = connection.execute(_FRAME["progress"]).fetchone()
    if row is None:
        return None
    return Progress(row[0], head - row[0], row[1] == registry.fingerprint())


def follow_up(connection: Connection, report: Report | None = None) -> None:
    """Add the events after the checkpoint, one chunk per transaction."""
    start: int | None = None
    while True:
        with translated(), connection.transaction():
            connection.execute(_FRAME["lock"])
            row = connection.execute(_FRAME["progress"]).fetchone()
            after = row[0] if row else 0
            start = after if start is None else start
            head = log.head(connection)
            upto = min(after + CHUNK, head)
            if upto > after:
                take_in(connection, after, upto)
        if report:
            report(upto - start, head - start)
        if upto >= head:
            return


def take_in(connection: Connection, after: int, upto: int) -> None:
    """Add the events in (after, upto] to tables at position `after`, in this transaction."""
    copy_in(connection, unfold(log.read(connection, after=after, upto=upto)))
    parameters: dict[str, object] = {"after": after, "upto": upto}
    parameters["annulled"] = mark_annulled(connection, after, upto)
    for projection in registry.projections():
        if projection.materialized:
            touch(connection, projection.materialized, parameters)
    connection.execute(_FRAME["advance"], {"position": upto})


def unfold(rows: Iterable[Row]) -> Rows:
    """Unfold events into rows, by row type; pure apart from reading `rows`."""
    from ledger.codec import decode  # takes 65 ms: it imports every event class

    found: Rows = defaultdict(list)
    unfolds = registry.unfolds()
    for row in rows:
        functions = unfolds.get(row.type)
        if functions and row.version:
            event = decode(row)
            for function in functions:
                for made in function(event):
                    found[type(made)].append(made)
    return found


def copy_in(connection: Connection, rows: Rows) -> None:
    """Copy rows into their tables, in binary: text would cost more than making the rows."""
    for kind, made in rows.items():
        table, columns = registry.tables()[kind], sql.SQL(", ").join(_columns(kind))
        statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
            sql.Identifier(table), columns
        )
        types = _column_types(connection, table)
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types([types[name] for name in kind._fields])
            for row in made:
                copy.write_row(row)


_types: dict[str, dict[str, str]] = {}


def _column_types(connection: Connection, table: str) -> dict[str, str]:
    """The types of a table's columns by name; cached, because the source fixes them."""
    if table not in _types:
        found = connection.execute(_FRAME["column_types"], {"table": table}).fetchall()
        _types[table] = dict(found)
    return _types[table]


def mark_annulled(connection: Connection, after: int, upto: int) -> list[int]:
    """Mark the rows of events annulled in (after, upto]. Returns these events' positions."""
    named = statements("projections.engine", "annulments.sql")
    span = {"after": after, "upto": upto}
    targets = [row[0] for row in connection.execute(named["resolve"], span)]
    if targets:
        for table in registry.tables().values():
            mark = sql.SQL(named["mark"]).format(table=sql.Identifier(table))
            connection.execute(mark, span)
    return targets


def _columns(kind: type[NamedTuple]) -> list[sql.Identifier]:
    return [sql.Identifier(name) for name in kind._fields]
