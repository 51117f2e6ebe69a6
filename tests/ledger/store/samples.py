"""Events to append, in both shapes: as a producer hands them in, and encoded."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql

import ledger
from ledger import log
from ledger.canonical import canonical
from ledger.database import Connection, Location
from ledger.envelope import Encoded
from ledger.events.contacts import CallLogged
from ledger.moments import Moment

CALL = CallLogged(direction="outbound", outcome="reached", duration_s=184)
LONG_AGO = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)


def call(key: str, **changes: Any) -> ledger.Event:
    """A call with client C-1 by employee E-1."""
    fields: dict[str, Any] = {
        "data": CALL,
        "source": "pbx",
        "key": key,
        "client": "C-1",
        "performed_by": "E-1",
        "recorded_by": "pbx-gateway",
        "occurred_at": LONG_AGO,
    }
    return ledger.Event(**fields | changes)


def encoded(
    key: str,
    content: str = "",
    *,
    type_: str = "call.logged",
    client: str | None = "C-1",
    tags: tuple[str, ...] = (),
    at: datetime | None = LONG_AGO,
    source: str = "pbx",
) -> Encoded:
    """An event that says only what the database looks at; for tests of the log alone."""
    said = {
        "type": type_,
        "version": 1,
        "source": source,
        "key": key,
        "performed_by": "E-1",
        "recorded_by": "pbx-gateway",
        "occurred_at": "unknown" if at is None else str(Moment.exactly(at)),
        "data": {"content": content, "about": [tag.partition(":")[2] for tag in tags]},
    }
    body = canonical(said | ({} if client is None else {"client": client}))
    return Encoded(type_, 1, source, key, client, "E-1", at, tags, body)


def stored_before(connection: Connection, *records: dict[str, Any]) -> None:
    """Store events as an older version of the program did, whose rules were others."""
    slip_in(
        connection,
        [
            Encoded(
                record["type"],
                record.get("version", 1),
                record["source"],
                record["key"],
                record.get("client"),
                record.get("performed_by"),
                Moment.parse(record["occurred_at"]).at,
                (),
                canonical({"version": 1} | record),
            )
            for record in records
        ],
    )


def slip_in(connection: Connection, batch: Sequence[Encoded]) -> None:
    """Store events past `append`, as an owner of the database can, whatever they say."""
    head = log.head(connection)
    cursor = connection.cursor()
    for position, each in enumerate(batch, head + 1):
        cursor.execute(
            "INSERT INTO events (position, event_id, type, version, source, key, client, "
            "performed_by, occurred_at, recorded_at, tags, login, body) VALUES "
            "(%s, %s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp(), %s, 'unknown', %s)",
            (position, each.event_id, *each[:7], list(each.tags), each.body),
        )
        for tag in {*each.tags}:
            cursor.execute("INSERT INTO event_tags VALUES (%s, %s)", (tag, position))


def tampered(location: Location, statement: str) -> None:
    """Change what is recorded, as nobody but a superuser or an owner can."""
    with psycopg.connect(location.dsn or "") as connection:
        connection.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(location.schema)))
        connection.execute("ALTER TABLE events DISABLE TRIGGER immutable")
        connection.execute(statement.encode())
        connection.execute("ALTER TABLE events ENABLE ALWAYS TRIGGER immutable")
