"""The ledger as an `eventsourcing` DCB recorder: what is written for that interface runs on it.

This is the only file that imports the library. An event appended through it that `ledger.codec` did
not encode is wrapped, so that its type, tags and bytes are all under the hash; its version is 0.
"""

import base64
import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

import msgspec
from eventsourcing.dcb.api import (
    DCBAppendCondition,
    DCBEvent,
    DCBQuery,
    DCBReadResponse,
    DCBRecorder,
    DCBSequencedEvent,
    DCBSubscription,
)
from eventsourcing.persistence import IntegrityError, ProgrammingError
from psycopg_pool import ConnectionPool

from ledger import log
from ledger.database import SETTINGS, Connection, Location, connect, prepare, translated
from ledger.envelope import Encoded, Outcome, Row, TaggedRow
from ledger.errors import ConditionFailed, ServerUnavailable

T = TypeVar("T")
_CLIENT, _PERFORMER = "client:", "performed_by:"


class Store(DCBRecorder):
    """A DCB recorder on a ledger. Thread-safe; close it, or use it as a context manager.

    roles: as for `ledger.database.connect`, tried in order. If the connection is lost, all lost
    ones are made anew and the call is tried once more; appending twice is safe, since keys are
    recorded once.
    """

    def __init__(self, location: Location, *roles: str, max_connections: int = 8) -> None:
        self.location = location
        self.roles = roles or ("owner", "writer")
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            location.conninfo,
            kwargs=SETTINGS,
            configure=lambda connection: prepare(connection, location, self.roles),
            min_size=1,
            max_size=max_connections,
            timeout=10,
            open=True,
        )

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def record(
        self,
        batch: Sequence[Encoded],
        *,
        atomic: bool = True,
        condition: log.Condition | None = None,
        on_conflict_read: int = 0,
    ) -> list[Outcome]:
        """Record a batch in one transaction; see `ledger.log.append`."""
        return self._with_connection(
            lambda connection: log.append(
                connection,
                batch,
                atomic=atomic,
                condition=condition,
                on_conflict_read=on_conflict_read,
            )
        )

    def rows(
        self, query: log.Query = log.EVERYTHING, *, after: int = 0, upto: int | None = None
    ) -> Iterator[Row]:
        """Stream events as they stand; see `ledger.log.read`."""
        with translated(), self._pool.connection() as connection:
            yield from log.read(connection, query, after=after, upto=upto)

    def dependencies(self, query: log.Query, most: int) -> log.Dependencies:
        """Read what a decision depends on; see `ledger.log.standing`."""
        return self._with_connection(lambda connection: log.dependencies(connection, query, most))

    def head(self) -> int:
        """The position of the last event; 0 if there is none."""
        return self._with_connection(log.head)

    def position_of(self, event_id: uuid.UUID) -> int | None:
        """Where an event stands; None if it is not in the ledger."""
        return self._with_connection(lambda connection: log.position_of(connection, event_id))

    def read(
        self, query: DCBQuery | None = None, *, after: int | None = None, limit: int | None = None
    ) -> DCBReadResponse:
        """Read by types and tags, as the library defines it."""
        upto = self.head()
        rows = self._tagged(_query(query), after or 0, upto, limit)
        return _Response(rows, upto, limited=limit is not None)

    def append(
        self, events: Sequence[DCBEvent], condition: DCBAppendCondition | None = None
    ) -> int:
        """Append under a condition, as the library defines it; the last event's position.

        Raises IntegrityError if the condition fails.
        """
        if not events:
            raise ProgrammingError("there is nothing to append: give at least one event")
        wanted = None
        if condition is not None:
            query = _query(condition.fail_if_events_match)
            wanted = log.Condition(query, condition.after or 0)
        try:
            outcomes = self.record([_wrap(event) for event in events], condition=wanted)
        except ConditionFailed as error:
            raise IntegrityError(str(error)) from error
        return max(outcome.position or 0 for outcome in outcomes)

    def subscribe(
        self, query: DCBQuery | None = None, *, after: int | None = None
    ) -> DCBSubscription["Store"]:
        """Follow the ledger, as the library defines it."""
        return _Subscription(self, query, after)

    def _tagged(
        self, query: log.Query, after: int, upto: int, limit: int | None
    ) -> Iterator[DCBSequencedEvent]:
        left = upto if limit is None else limit
        while left > 0:
            page = min(left, log.PAGE)
            rows = self._with_connection(
                partial(log.tagged_page, query=query, after=after, upto=upto, page=page)
            )
            yield from map(_unwrap, rows)
            if len(rows) < page:
                return
            after, left = rows[-1].position, left - page

    def _with_connection(self, call: Callable[[Connection], T]) -> T:
        try:
            return self._once(call)
        except ServerUnavailable:
            # A server that was restarted has broken all of them, not only this one.
            self._pool.check()
            return self._once(call)

    def _once(self, call: Callable[[Connection], T]) -> T:
        with translated(), self._pool.connection() as connection:
            return call(connection)


class _Response(DCBReadResponse):
    def __init__(self, rows: Iterator[DCBSequencedEvent], upto: int, *, limited: bool) -> None:
        self._rows = rows
        self._head = None if limited or not upto else upto
        self._limited = limited

    @property
    def head(self) -> int | None:
        return self._head

    def __next__(self) -> DCBSequencedEvent:
        event = next(self._rows)
        if self._limited:
            self._head = event.position
        return event


class _Subscription(DCBSubscription[Store]):
    def __init__(self, recorder: Store, query: DCBQuery | None, after: int | None) -> None:
        super().__init__(recorder, query, after)
        self._connection = connect(recorder.location, *recorder.roles)
        self._rows = log.follow(
            self._connection,
            recorder.location.schema,
            _query(query),
            after=after or 0,
            stopped=lambda: self._has_been_stopped,
        )

    def __exit__(self, *args: object, **kwargs: Any) -> None:
        super().__exit__(*args, **kwargs)
        self._connection.close()

    def __next__(self) -> DCBSequencedEvent:
        row = next(self._rows)
        tagged = log.tagged_page(
            self._connection, log.EVERYTHING, row.position - 1, row.position, 1
        )
        return _unwrap(tagged[0])


def _query(query: DCBQuery | None) -> log.Query:
    items = query.items if query else ()
    return log.Query(tuple(log.Item(tuple(item.types), tuple(item.tags)) for item in items))


def _wrap(event: DCBEvent) -> Encoded:
    key = str(uuid.uuid4())
    body = {
        "type": event.type, "version": 0, "source": "dcb", "key": key, "tags": event.tags,
        "raw": base64.b64encode(event.data).decode(),
    }  # fmt: skip
    return Encoded(
        event.type, 0, "dcb", key, None, None, None, tuple(event.tags),
        msgspec.json.encode(body, order="sorted"),
    )  # fmt: skip


def _unwrap(row: TaggedRow) -> DCBSequencedEvent:
    data = row.body
    if row.version == 0:
        data = base64.b64decode(msgspec.json.decode(row.body)["raw"])
    return DCBSequencedEvent(DCBEvent(row.type, data, row.tags), row.position)
