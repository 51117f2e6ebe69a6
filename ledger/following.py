"""Following a ledger through outages of the server: every row once, in order.

A read replica is a server that follows another one: how far it has come is said here, too.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from typing import NamedTuple

from ledger import log
from ledger.database import Connection, Location, connect, on_replica, translated
from ledger.envelope import Row
from ledger.errors import ServerUnavailable
from ledger.log import EVERYTHING, Query
from ledger.sql import statements

_SQL = statements("ledger.sql", "statements.sql")
PAUSE = 0.2  # seconds between two attempts to connect


class Outages:
    """How a follower handles outages. This one waits up to `patience` seconds for each.

    - patience: seconds; None = without limit
    """

    def __init__(self, patience: float | None = None) -> None:
        self._patience = patience
        self._lost_at: float | None = None

    def began(self, error: ServerUnavailable) -> None:
        """Called once an outage, when the connection is lost."""

    def ended(self) -> None:
        """Called when the ledger is being followed again."""

    def lost(self, error: ServerUnavailable) -> None:
        """Wait a little. Raises the error once the outage has lasted too long."""
        if self._lost_at is None:
            self._lost_at = time.monotonic()
            self.began(error)
        if self._patience is not None and time.monotonic() - self._lost_at > self._patience:
            raise error
        time.sleep(PAUSE)

    def listening(self) -> None:
        """Note that there is no outage, or that it is over."""
        if self._lost_at is not None:
            self._lost_at = None
            self.ended()


def follow(
    location: Location,
    roles: Sequence[str],
    query: Query = EVERYTHING,
    *,
    after: int = 0,
    outages: Outages | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Row]:
    """Stream events, waiting for new ones, until `stopped()`; each once, in order.

    A lost server is waited for, and started again where it is our own. Raises ServerUnavailable
    when `outages` (of endless patience by default) says so, InvalidQuestion if `after` is ahead.
    """
    outages = outages or Outages()

    def ends() -> bool:
        outages.listening()
        return stopped()

    while not stopped():
        try:
            with closing(connect(location, *roles)) as connection:
                for row in log.follow(
                    connection, location.schema, query, after=after, stopped=ends
                ):
                    after = row.position
                    yield row
        except ServerUnavailable as error:
            outages.lost(error)


class Replica(NamedTuple):
    """How far a replica has come.

    - position: of the last event that it has; 0 if it has none
    - replayed_at: when the primary committed the last transaction that the replica has, and
      `seconds` how long ago that was; None if it has replayed nothing since its start
    """

    position: int
    replayed_at: datetime | None
    seconds: float | None

    def __str__(self) -> str:
        if self.replayed_at is None:
            return f"at position {self.position}; nothing was replayed since it was started"
        return (
            f"at position {self.position}; the last transaction that it has replayed was committed "
            f"{self.seconds:.1f} s ago, {self.replayed_at:%Y-%m-%d %H:%M:%S} UTC"
        )


def replica(connection: Connection) -> Replica | None:
    """How far the server has come if it is a read replica, otherwise None."""
    if not on_replica(connection):
        return None
    position = log.head(connection)
    with translated():
        ((replayed_at, seconds),) = connection.execute(_SQL["replayed"]).fetchall()
    return Replica(position, replayed_at, seconds)
