"""The log itself: appending to and reading from the events table, on one connection.

Nothing here knows event classes; what goes in is `Encoded`, what comes out is `Row`.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from psycopg.sql import SQL, Identifier
from psycopg.types.json import Jsonb

from ledger import recording
from ledger.database import Connection, on_replica, translated
from ledger.envelope import Encoded, Outcome, Row, TaggedRow
from ledger.errors import ConditionFailed, InvalidQuestion
from ledger.sql import statements

PAGE = 2_000
POLL = 0.2  # seconds between two looks at the head, where nothing tells of new events
_SQL = statements("ledger.sql", "statements.sql")


class Item(NamedTuple):
    """One alternative of a query: any of the types (none: all types) and all of the tags.

    after: only events after this position.
    """

    types: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    after: int = 0


class Query(NamedTuple):
    """What to read, or what a decision depends on; without items: every event."""

    items: tuple[Item, ...] = ()


EVERYTHING = Query()


class Condition(NamedTuple):
    """Append only if nothing after this position matches."""

    query: Query
    after: int = 0


def append(
    connection: Connection,
    batch: Sequence[Encoded],
    *,
    atomic: bool = True,
    condition: Condition | None = None,
    on_conflict_read: int = 0,
) -> list[Outcome]:
    """Record a batch in one transaction; one outcome an event, in order.

    atomic: all or nothing. on_conflict_read: if the condition fails, read at once at most this many
    of the events that match it, into ConditionFailed.dependencies. Raises ConditionFailed,
    NotAllowed, ServerUnavailable.
    """
    if not batch:
        return []
    asked = condition and msgspec.json.encode(
        {"query": _json(condition.query), "after": condition.after}
    )
    outcomes = recording.record(connection, batch, whole=atomic, condition=asked)
    if outcomes is not None:
        return outcomes
    found = None
    if condition is not None and on_conflict_read:
        found = dependencies(connection, condition.query, on_conflict_read)
    raise ConditionFailed(
        "something that the decision depended on, or part of what it records, has been recorded "
        "since; read again and decide again",
        dependencies=found,
    )


def login(connection: Connection) -> str:
    """Who is connected, whatever role they have taken: what is recorded with what they append."""
    with translated():
        row = connection.execute(_SQL["login"]).fetchone()
    return str(row[0]) if row else ""


def head(connection: Connection) -> int:
    """The position of the last event; 0 if there is none."""
    with translated():
        row = connection.execute(_SQL["head"]).fetchone()
    return int(row[0]) if row else 0


def sources(connection: Connection, upto: int) -> list[str]:
    """The sources of all events up to a position. Reads all of them."""
    with translated():
        return [row[0] for row in connection.execute(_SQL["sources"], {"upto": upto})]


def position_at(connection: Connection, moment: datetime) -> int:
    """The last position recorded at or before a moment; 0 if there is none.

    Raises InvalidQuestion on a read replica that may still lack some of what was recorded by then.
    """
    if on_replica(connection):
        _refuse_unsettled(connection, moment)
    with translated():
        row = connection.execute(_SQL["position_at"], {"moment": moment}).fetchone()
    return int(row[0]) if row else 0


def _refuse_unsettled(connection: Connection, moment: datetime) -> None:
    with translated():
        ((last, at),) = connection.execute(_SQL["head"]).fetchall()
    if at is None or moment >= at:
        raise InvalidQuestion(
            f"what was recorded by {moment:%Y-%m-%d %H:%M:%S %Z} is not settled on this read "
            f"replica, which is at position {last}; ask as of that position, or ask the primary"
        )


def read(
    connection: Connection,
    query: Query = EVERYTHING,
    *,
    after: int = 0,
    upto: int | None = None,
    page: int = PAGE,
) -> Iterator[Row]:
    """Stream events in order of position, in pages, so that memory does not grow with the ledger.

    The head is taken once at the start (or `upto`), so the answer is a prefix of the ledger even
    while others append.
    """
    # Reading everything is not prepared: a plan made while the table was small would scan and sort
    # all of it once it has grown. `found` and `standing` see to that themselves.
    upto = head(connection) if upto is None else upto
    name = "matching_page" if query.items else "page"
    wanted = _jsonb(_json(query))
    while after < upto:
        with translated(), connection.cursor(binary=True) as cursor:
            cursor.execute(
                _SQL[name],
                {"query": wanted, "after": after, "upto": upto, "page": page},
                prepare=bool(query.items),
            )
            rows = cursor.fetchall()
        yield from map(Row._make, rows)
        if len(rows) < page:
            return
        after = rows[-1][0]


def tagged_page(
    connection: Connection, query: Query, after: int, upto: int, page: int
) -> list[TaggedRow]:
    """Read one page of events with their tags."""
    with translated(), connection.cursor(binary=True) as cursor:
        parameters = {"query": _jsonb(_json(query)), "after": after, "upto": upto, "page": page}
        cursor.execute(_SQL["tagged_page"], parameters, prepare=True)
        return [TaggedRow(Row(*row[:8]), row[8]) for row in cursor]


class Dependencies(NamedTuple):
    """What a decision depends on: the head, and matching events, each with whether it counts."""

    head: int
    rows: list[tuple[Row, bool]]


def dependencies(connection: Connection, query: Query, most: int) -> Dependencies:
    """Read the first `most` events that match, those that were annulled included."""
    parameters = {"query": _jsonb(_json(query)), "page": most}
    with translated(), connection.cursor(binary=True) as cursor:
        cursor.execute(_SQL["standing"], parameters, prepare=True)
        rows = cursor.fetchall()
    return Dependencies(
        rows[0][0], [(Row(*row[1:9]), row[9]) for row in rows if row[1] is not None]
    )


def follow(
    connection: Connection,
    schema: str,
    query: Query = EVERYTHING,
    *,
    after: int = 0,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Row]:
    """Stream events, waiting at the head for new ones, until `stopped()`.

    It checks `stopped` at least once a second. Raises ServerUnavailable if the connection is lost:
    continue from the last position seen. Raises InvalidQuestion if there is no such position, as
    in a ledger restored from an older backup.
    """
    listening = _listens(connection, schema)
    if after > (last := head(connection)):
        raise InvalidQuestion(
            f"position {after} is ahead of the head, which is {last}: whatever is recorded up to "
            "it would be skipped. Follow from where what you have seen agrees with the ledger"
        )
    while not stopped():
        upto = head(connection)
        for row in read(connection, query, after=after, upto=upto):
            yield row
            if stopped():
                return
        after = max(after, upto)
        if not listening:
            time.sleep(POLL)
            continue
        with translated():
            for _ in connection.notifies(timeout=1, stop_after=1):
                pass


def _listens(connection: Connection, schema: str) -> bool:
    """Listen for new events, except behind a pooler and on a replica, which have to be asked."""
    if connection.pooled or on_replica(connection):
        return False
    with translated():
        connection.execute(SQL("LISTEN {}").format(Identifier(f"{schema}_events")))
    return True


def position_of(connection: Connection, event_id: UUID) -> int | None:
    """The position of an event; None if it is not in the ledger."""
    with translated():
        parameters = {"event_id": event_id}
        row = connection.execute(_SQL["position_of"], parameters, prepare=False).fetchone()
    return row[0] if row else None


def _json(query: Query) -> list[dict[str, Any]]:
    return [item._asdict() for item in query.items]


def _jsonb(content: Any) -> Jsonb:
    return Jsonb(content, dumps=msgspec.json.encode)
