"""What happened: events, the append-only store, and the server it lives on.

open, Ledger        the API on one page (ledger/book.py)
Event, Recorded     an event going in, and coming out (ledger/envelope.py)
events/             the facts, one file per stream
codec, catalogue    events to bytes and back; which types there are
moments             times as exactly as they are known
explanation         what is wrong with an event, in words
log, store, writer  appending and reading; the DCB recorder; group commit
arrays              columns of a batch as PostgreSQL takes them
intake, rejects     JSON Lines into the ledger; what could not be taken in
schema, database    creating a ledger; connections and roles
embedded            the private PostgreSQL that is used when there is no DSN
suggestions         the nearest names to a misspelt one
errors              everything that can be refused
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ledger.api import Ledger as Ledger
    from ledger.api import open as open  # noqa: A004
    from ledger.envelope import Event as Event
    from ledger.envelope import Receipt as Receipt
    from ledger.envelope import Recorded as Recorded
    from ledger.moments import Moment as Moment

_HOMES = {
    "Ledger": "ledger.api",
    "open": "ledger.api",
    "Event": "ledger.envelope",
    "Receipt": "ledger.envelope",
    "Recorded": "ledger.envelope",
    "Moment": "ledger.moments",
}


def __getattr__(name: str) -> Any:
    """Import on first use: a question asked on the command line needs none of the event classes."""
    if name not in _HOMES:
        raise AttributeError(f"module 'ledger' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
