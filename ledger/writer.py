"""Group commit: threads that append at the same moment share one transaction.

While one thread commits, the others queue. When it is done, the first of them commits for all that
have queued up meanwhile. Each event has its own outcome: one caller's bad key does not fail others.
"""

import threading
from collections import deque
from itertools import islice

from ledger.envelope import Encoded, Outcome
from ledger.store import Store

MOST = 1_000


class _Ticket:
    __slots__ = ("encoded", "error", "gone", "outcome", "turn")

    def __init__(self, encoded: Encoded) -> None:
        self.encoded = encoded
        self.outcome: Outcome | None = None
        self.error: BaseException | None = None
        self.gone = False  # no thread waits for it any longer
        # Set when the event is settled, or when it is this thread's turn to commit.
        self.turn = threading.Event()

    @property
    def settled(self) -> bool:
        return self.outcome is not None or self.error is not None


class Writer:
    """Records single events for many threads, batching whatever has queued up meanwhile."""

    def __init__(self, store: Store) -> None:
        self._store = store
        # Under the mutex: the waiting threads, the one whose turn it is, and the group it commits.
        self._mutex = threading.Lock()
        self._waiting: deque[_Ticket] = deque()
        self._leader: _Ticket | None = None
        self._group: list[_Ticket] = []

    def record(self, encoded: Encoded) -> Outcome:
        """Record one event durably. Raises what the shared transaction raised."""
        ticket = _Ticket(encoded)
        try:
            with self._mutex:
                self._waiting.append(ticket)
                if self._leader is None:
                    self._pass_on()
            ticket.turn.wait()
            if self._leader is ticket:
                self._commit()
        except BaseException:
            self._give_up(ticket)
            raise
        if ticket.error is not None:
            raise ticket.error
        assert ticket.outcome is not None  # noqa: S101 - narrows the type
        return ticket.outcome

    def _commit(self) -> None:
        """Commit the queue (the caller's own event is its first) and pass the turn on."""
        with self._mutex:
            self._group = group = list(islice(self._waiting, MOST))
            for _ in group:
                self._waiting.popleft()
        try:
            outcomes = self._store.record([ticket.encoded for ticket in group], atomic=False)
            for ticket, outcome in zip(group, outcomes, strict=True):
                ticket.outcome = outcome
        except Exception as error:
            for ticket in group:
                ticket.error = error
        with self._mutex:
            for ticket in group:
                ticket.turn.set()
            self._pass_on()

    def _pass_on(self) -> None:
        """Give the turn to the first waiting thread, if any. Call it under the mutex."""
        self._leader = self._waiting[0] if self._waiting else None
        if self._leader is not None:
            self._leader.turn.set()

    def _give_up(self, ticket: _Ticket) -> None:
        """Leave the queue: this thread was interrupted, but not the waiting ones."""
        with self._mutex:
            ticket.gone = True
            if ticket in self._waiting:
                self._waiting.remove(ticket)
            if self._leader is not ticket:
                return
            unsettled = []
            for other in self._group:
                if other.settled:
                    other.turn.set()
                elif not other.gone and other not in self._waiting:
                    unsettled.append(other)
            self._waiting.extendleft(reversed(unsettled))
            self._pass_on()
