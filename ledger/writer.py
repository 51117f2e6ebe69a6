"""Group commit: threads that append at the same moment share one transaction.

While one thread commits, the others queue; when it is done, the first of them commits for all that
have come by then. Each event has its own outcome: one caller's bad key does not fail the others.
"""

import threading
from collections import deque

from ledger.envelope import Encoded
from ledger.log import Outcome
from ledger.store import Store

MOST = 1_000


class _Ticket:
    __slots__ = ("encoded", "error", "outcome", "turn")

    def __init__(self, encoded: Encoded) -> None:
        self.encoded = encoded
        self.outcome: Outcome | None = None
        self.error: BaseException | None = None
        # Set when the event is settled, or when it is this thread's turn to commit.
        self.turn = threading.Event()


class Writer:
    """Records single events for many threads, in as few transactions as their haste allows."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._mutex = threading.Lock()
        self._waiting: deque[_Ticket] = deque()
        self._committing = False

    def record(self, encoded: Encoded) -> Outcome:
        """Record one event durably. Raises what the shared transaction raised."""
        ticket = _Ticket(encoded)
        with self._mutex:
            self._waiting.append(ticket)
            first = not self._committing
            self._committing = True
        if not first:
            ticket.turn.wait()
        if ticket.outcome is None and ticket.error is None:
            self._commit()
        if ticket.error is not None:
            raise ticket.error
        assert ticket.outcome is not None  # noqa: S101 - narrows the type
        return ticket.outcome

    def _commit(self) -> None:
        """Commit what waits (the caller's own event is the first of it) and pass the turn on."""
        with self._mutex:
            group = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST))]
        try:
            outcomes = self._store.record([ticket.encoded for ticket in group], whole=False)
            for ticket, outcome in zip(group, outcomes, strict=True):
                ticket.outcome = outcome
        except Exception as error:
            for ticket in group:
                ticket.error = error
        except BaseException:
            # The one who commits was interrupted, not those who wait: another commits for them.
            with self._mutex:
                self._waiting.extendleft(reversed(group[1:]))
            group.clear()
            raise
        finally:
            self._pass_on(group)

    def _pass_on(self, settled: list[_Ticket]) -> None:
        """Wake those whose events are settled, and the first of those who wait, to commit."""
        with self._mutex:
            self._committing = bool(self._waiting)
            following = self._waiting[0] if self._waiting else None
        for ticket in (*settled, *((following,) if following else ())):
            ticket.turn.set()
