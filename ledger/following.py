"""Following a ledger through outages of the server: every row once, in order."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

from ledger import log
from ledger.database import Location, connect
from ledger.envelope import Row
from ledger.errors import ServerUnavailable
from ledger.log import EVERYTHING, Query

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
