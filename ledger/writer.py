"""Group commit: threads that append at the same moment share one transaction.

The first to arrive commits for all who came while the one before was committing. Each event has its
own outcome: one caller's bad key does not fail the others.
"""

import threading
from collections import deque

from ledger.envelope import Encoded
from ledger.log import Outcome
from ledger.store import Store

MOST = 1_000


class _Ticket:
    __slots__ = ("encoded", "error", "outcome")

    def __init__(self, encoded: Encoded) -> None:
        self.encoded = encoded
        self.outcome: Outcome | None = None
        self.error: BaseException | None = None


class Writer:
    """Records single events for many threads, as few transactions as their haste allows."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: deque[_Ticket] = deque()
        self._committing = threading.Lock()

    def record(self, encoded: Encoded) -> Outcome:
        """Record one event durably. Raises what the shared transaction raised."""
        ticket = _Ticket(encoded)
        self._waiting.append(ticket)
        with self._committing:
            while ticket.outcome is None and ticket.error is None:
                self._commit()
        if ticket.error is not None:
            raise ticket.error
        assert ticket.outcome is not None  # noqa: S101 - narrows the type
        return ticket.outcome

    def _commit(self) -> None:
        group = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST))]
        try:
            outcomes = self._store.record([ticket.encoded for ticket in group], whole=False)
        except Exception as error:
            for ticket in group:
                ticket.error = error
            return
        except BaseException:
            # The one who commits was interrupted, not those who wait: another commits for them.
            self._waiting.extendleft(reversed(group))
            raise
        for ticket, outcome in zip(group, outcomes, strict=True):
            ticket.outcome = outcome
