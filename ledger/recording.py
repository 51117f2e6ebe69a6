"""Recording a batch: one call of the database, which answers when what it recorded is durable.

The call goes past psycopg's cursor, whose preparations cost as much as the server needs to record
an event: bodies and tags are packed as arrays in PostgreSQL's binary form, and the answer is read
from the row by hand. Source: `array_recv` of PostgreSQL reads this form.
"""

import struct
from collections.abc import Generator, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from weakref import WeakSet

import psycopg
from psycopg import generators
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult
from psycopg.types.json import Jsonb

from ledger.database import Connection, translated
from ledger.envelope import Encoded, Outcome
from ledger.sql import statements

_SQL = statements("ledger.sql", "statements.sql")
_HEAD = struct.Struct(">iiiii")  # dimensions, whether NULLs occur, element's type, length, first
_LENGTH = struct.Struct(">i")
_BIGINT = struct.Struct(">q")
_TEXT, _BYTEA = 25, 17  # the types' numbers
_FORMATS = [Format.BINARY] * 4
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_CALL, _NAME = _SQL["record"].encode(), b"iledger_record"
_prepared: WeakSet[Connection] = WeakSet()
# What the functions of appending.sql answer, where Python has another word for it.
_WORDS = {"known": "duplicate"}


def record(
    connection: Connection, batch: Sequence[Encoded], *, whole: bool, condition: bytes | None
) -> list[Outcome] | None:
    """Record a batch: an outcome for each event, or None if the condition does not hold.

    Within a transaction of the caller's it is durable once that is committed.

    - whole: all or nothing; condition: as JSON, see appending.sql

    Raises NotAllowed, ServerUnavailable, InvalidEvent where a body is no event.
    """
    alone = connection.autocommit and (
        connection.pgconn.transaction_status == TransactionStatus.IDLE
    )
    record_it = (_in_one if connection.pooled else _by_itself) if alone else _within
    with translated(appending=True):
        position, recorded_at, outcome, *each = record_it(connection, batch, whole, condition)
    if outcome == "failed":
        return None
    if outcome == "recorded":
        return [Outcome(position + n, recorded_at, "recorded", None) for n in range(len(batch))]
    return [
        Outcome(position, at, _WORDS.get(word, word), stored)
        for position, at, word, stored in zip(*each, strict=True)
    ]


def literal(elements: Iterable[str]) -> str:
    """Write texts as PostgreSQL writes an array of them."""
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in elements)
    return "{" + ",".join(f'"{text}"' for text in quoted) + "}"


def _by_itself(
    connection: Connection, batch: Sequence[Encoded], whole: bool, condition: bytes | None
) -> Sequence[Any]:
    parameters = [
        _array(_BYTEA, [event.body for event in batch]),
        _array(_TEXT, [literal(event.tags).encode() if event.tags else b"{}" for event in batch]),
        b"\x01" if whole else b"\x00",
        None if condition is None else b"\x01" + condition,
    ]
    with connection.lock:
        return connection.wait(_called(connection, parameters))


def _in_one(
    connection: Connection, batch: Sequence[Encoded], whole: bool, condition: bytes | None
) -> Sequence[Any]:
    """Append in a transaction, which a pooler needs for the connection's settings to hold."""
    with connection.transaction():
        return _within(connection, batch, whole, condition)


def _called(
    connection: Connection, parameters: Sequence[bytes | None]
) -> Generator[Any, Any, Sequence[Any]]:
    """Call `record`, prepared once a connection."""
    server = connection.pgconn
    if connection not in _prepared:
        server.send_prepare(_NAME, _CALL)
        _row(connection, (yield from generators.execute(server)))
        _prepared.add(connection)
    server.send_query_prepared(_NAME, parameters, _FORMATS, Format.BINARY)
    return _row(connection, (yield from generators.execute(server)))


def _row(connection: Connection, results: Sequence[PGresult]) -> Sequence[Any]:
    result = results[-1]
    if result.status == ExecStatus.FATAL_ERROR:
        raise psycopg.errors.error_from_result(result, connection.info.encoding)
    if not result.ntuples:
        return ()
    if result.get_value(0, 2) == b"judged":
        transformer = Transformer(connection)
        transformer.set_pgresult(result)
        return transformer.load_row(0, tuple) or ()
    position, at, word = (result.get_value(0, column) or b"" for column in range(3))
    since = timedelta(microseconds=_BIGINT.unpack(at)[0])
    return _BIGINT.unpack(position)[0], _EPOCH + since, word.decode()


def _within(
    connection: Connection, batch: Sequence[Encoded], whole: bool, condition: bytes | None
) -> Sequence[Any]:
    """Append within the caller's transaction, as part of which it is committed or taken back."""
    bodies = [event.body for event in batch]
    tags = [literal(event.tags) for event in batch]
    wanted = None if condition is None else Jsonb(condition, dumps=bytes)
    cursor = psycopg.RawCursor(connection)
    return cursor.execute(_SQL["append"], [bodies, tags, whole, wanted]).fetchone() or ()


def _array(element: int, values: Sequence[bytes]) -> bytes:
    parts = [_HEAD.pack(1, 0, element, len(values), 1)]
    for value in values:
        parts += (_LENGTH.pack(len(value)), value)
    return b"".join(parts)
