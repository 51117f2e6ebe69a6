"""The ledger behind a pool of connections, for a process that appends and reads all day."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Self, TypeVar

from psycopg_pool import ConnectionPool

from ledger import following, log
from ledger.database import SETTINGS, Connection, Location, inherits, prepare, translated
from ledger.envelope import Encoded, Outcome, Row, TaggedRow
from ledger.errors import LedgerError, ServerUnavailable

T = TypeVar("T")
Pool = ConnectionPool[Connection]
PATIENCE = 60.0  # seconds that a follower waits for a lost server


def _pool(location: Location, roles: Sequence[str], most: int) -> Pool:
    return ConnectionPool(
        location.conninfo,
        connection_class=Connection,
        kwargs=SETTINGS,
        configure=lambda connection: prepare(connection, location, roles),
        min_size=1,
        max_size=most,
        timeout=10,
        open=True,
    )


class Store:
    """A ledger behind a pool of connections. Thread-safe; close it, or use it as a context manager.

    - roles: as for `ledger.database.connect`, tried in order
    - appending: those to append as, if it is not the same

    After a lost connection, all lost connections are replaced and the call is repeated once.
    Appending twice is safe, because each key is recorded once.
    """

    def __init__(
        self,
        location: Location,
        *roles: str,
        appending: Sequence[str] = (),
        max_connections: int = 8,
    ) -> None:
        self.location = location
        self.roles = roles or ("owner", "writer")
        self._pool = _pool(location, self.roles, max_connections)
        self._appending = _pool(location, appending, max_connections) if appending else self._pool

    @classmethod
    def of_a_program(cls, connection: Connection, location: Location) -> Self:
        """The store of a program that may do all that its login may, by this connection.

        A login that is not an owner acts as itself: it may be both writer and auditor. If it does
        not inherit these roles, it takes one to read and the other to append.
        """
        if inherits(connection, location):
            return cls(location, "owner")
        # After these, any role sees the ledger, and is told what it may not do.
        reading = ("owner", "auditor", "supervisor", "writer")
        return cls(location, *reading, appending=("owner", "writer", *reading))

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()
        self._appending.close()

    def record(
        self,
        batch: Sequence[Encoded],
        *,
        atomic: bool = True,
        condition: log.Condition | None = None,
        on_conflict_read: int = 0,
    ) -> list[Outcome]:
        """Record a batch in one transaction; see `ledger.log.append`.

        What matches a condition is not read at once by a role that may only append.
        """
        most = on_conflict_read if self._appending is self._pool else 0
        return self._with_connection(
            lambda connection: log.append(
                connection,
                batch,
                atomic=atomic,
                condition=condition,
                on_conflict_read=most,
            ),
            self._appending,
        )

    def rows(
        self, query: log.Query = log.EVERYTHING, *, after: int = 0, upto: int | None = None
    ) -> Iterator[Row]:
        """Stream recorded events; see `ledger.log.read`."""
        self._refuse_closed()
        with translated(), self._pool.connection() as connection:
            yield from log.read(connection, query, after=after, upto=upto)

    def dependencies(self, query: log.Query, most: int) -> log.Dependencies:
        """Read what a decision depends on; see `ledger.log.dependencies`."""
        return self._with_connection(lambda connection: log.dependencies(connection, query, most))

    def head(self) -> int:
        """The position of the last event; 0 if there is none."""
        return self._with_connection(log.head)

    def position_of(self, event_id: uuid.UUID) -> int | None:
        """The position of an event; None if it is not in the ledger."""
        return self._with_connection(lambda connection: log.position_of(connection, event_id))

    def tagged_page(self, query: log.Query, after: int, upto: int, page: int) -> list[TaggedRow]:
        """Read one page of events with their tags."""
        return self._with_connection(
            lambda connection: log.tagged_page(connection, query, after, upto, page)
        )

    def follow(
        self,
        query: log.Query = log.EVERYTHING,
        *,
        after: int = 0,
        patience: float = PATIENCE,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Iterator[Row]:
        """Stream events without end, on a connection of its own; see `ledger.following.follow`."""
        outages = following.Outages(patience)
        return following.follow(
            self.location, self.roles, query, after=after, outages=outages, stopped=stopped
        )

    def _with_connection(self, call: Callable[[Connection], T], pool: Pool | None = None) -> T:
        used = pool or self._pool
        try:
            return self._once(call, used)
        except ServerUnavailable:
            # A server that was restarted has broken all of them, not only this one.
            used.check()
            try:
                return self._once(call, used)
            except ServerUnavailable as error:
                raise self.location.outage(error) from error

    def _once(self, call: Callable[[Connection], T], pool: Pool) -> T:
        self._refuse_closed()
        with translated(), pool.connection() as connection:
            return call(connection)

    def _refuse_closed(self) -> None:
        if self._pool.closed:
            raise LedgerError("this ledger was closed; open it again with ledger.open()")
