"""Bringing the projections up to date: read, unfold, copy in, move the checkpoint.

All four steps are one transaction, so no row is lost or duplicated, and a reader sees the tables as
of one position.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple, cast
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from ledger import log
from ledger.database import Connection, Location, translated
from ledger.envelope import Row, localized
from ledger.errors import NotAllowed, NotDecoded, brief
from ledger.sql import statements
from projections.engine import registry
from projections.engine.materialized import touch
from projections.engine.not_understood import Listed, PassedOver, listed, passed_over
from projections.engine.placing import dated, place, replace

CHUNK = 5_000
Rows = dict[type[NamedTuple], list[NamedTuple]]
Report = Callable[[int, int], None]
_FRAME = statements("projections.engine", "frame.sql")
# What copying raises where a row does not fit its table.
_UNFIT = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.ProgrammingError,
    ArithmeticError,
    TypeError,
    ValueError,
)
# A missing table or column, or right: of the database, and so of every event.
_NOT_THE_ROWS = "42"


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
    add(connection, after, upto)
    parameters: dict[str, object] = {"after": after, "upto": upto}
    annulled = mark_annulled(connection, after, upto)
    parameters["annulled"] = annulled
    new = dated(connection, after, upto)
    for table in registry.placed():
        if new:
            place(connection, table, after, upto)
        if annulled:
            replace(connection, table, annulled)
    for projection in registry.projections():
        if projection.materialized:
            touch(connection, projection.materialized, parameters)
    connection.execute(_FRAME["advance"], {"position": upto})


def zone_of(connection: Connection) -> ZoneInfo:
    """The ledger's zone, in which the tables take a day or month to begin."""
    row = connection.execute(_FRAME["zone"]).fetchone()
    return ZoneInfo(row[0] if row else "UTC")


def add(connection: Connection, after: int, upto: int) -> None:
    """Copy in what the events in (after, upto] unfold into, in this transaction.

    If an event has a row that its table cannot hold, halves are tried, until that event is alone.
    """
    zone = zone_of(connection)
    try:
        with connection.transaction():
            rows = unfold(log.read(connection, after=after, upto=upto), zone)
            copy_in(connection, rows)
    except _UNFIT as error:
        if isinstance(error, psycopg.Error) and (error.sqlstate or "").startswith(_NOT_THE_ROWS):
            raise
        if upto - after > 1:
            middle = (after + upto) // 2
            add(connection, after, middle)
            add(connection, middle, upto)
            return
        (row,) = log.read(connection, after=after, upto=upto)
        reason = f"a table cannot hold it: {brief(error)}"
        rows = {PassedOver: [passed_over(row, reason, zone)]}
        copy_in(connection, rows)
    if PassedOver in rows:
        for projection in registry.projections():
            if found := projection.sql.get("not_understood"):
                connection.execute(found, {"after": after, "upto": upto})


def unfold(rows: Iterable[Row], zone: ZoneInfo) -> Rows:
    """Unfold events into rows, by row type; pure apart from reading `rows`.

    An event that cannot be understood becomes a row of PassedOver alone. The library's own
    events, whose version is 0, are not the ledger's to understand, unless their type is.

    - zone: in which a day or month begins
    """
    from ledger.codec import decode  # takes 65 ms: it imports every event class

    found: Rows = defaultdict(list)
    unfolds = registry.unfolds()
    for row in rows:
        if not row.version:
            if row.type in unfolds:
                unknown = passed_over(row, "it has version 0, as no event of its type has", zone)
                found[type(unknown)].append(unknown)
            continue
        made: list[NamedTuple]
        try:
            event = localized(decode(row), zone)
            made = [each for function in unfolds.get(row.type, ()) for each in function(event)]
        except NotDecoded as error:
            made = [passed_over(row, str(error), zone)]
        except Exception as error:  # whatever a projection could not do with it
            reason = f"{type(error).__name__} in a projection: {brief(error)}"
            made = [passed_over(row, reason, zone)]
        for each in made:
            found[type(each)].append(each)
    return found


def not_understood(connection: Connection, at: Progress | None) -> list[Listed]:
    """The events that cannot be understood and were not annulled; builds nothing.

    at: the progress of the projections. After it, one chunk is read, if this role may.
    """
    found = [] if at is None else listed(connection)
    after = 0 if at is None else at.position
    try:
        upto = min(after + CHUNK, log.head(connection))
        ahead = unfold(log.read(connection, after=after, upto=upto), zone_of(connection))
    except NotAllowed:
        return found
    passed = cast("list[PassedOver]", ahead.get(PassedOver, []))
    return found + [Listed(each.position, each.type, each.reason) for each in passed]


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
