"""What happened: events, the append-only store, and the server it lives on.

open, Ledger        the API on one page (ledger/api.py)
Event, Recorded     an event to append, and one read back (ledger/envelope.py)
events/             the facts, one file per subject
codec, catalogue    events to bytes and back; the event types
plain_lines         the same for lines that need not be taken apart
moments             times with their precision
keys, canonical     keys made of other keys; JSON whose bytes are hashed
validation_messages what is wrong with an event, in words
log, store, writer  appending and reading; a pool of connections; group commit
receipts, following answers to producers; events as they come, through outages
arrays              columns of a batch as PostgreSQL takes them
intake              importing JSON Lines, from files and live pipes; the reject file
schema, database    creating a ledger; connections and roles
dcb                 the door of the eventsourcing library
embedded            the private PostgreSQL that is used when there is no DSN
suggestions         the nearest names to a misspelt one
errors              all errors, with their exit codes
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ledger.api import Ledger, open  # noqa: A004 - as in api.py
    from ledger.envelope import Event, Receipt, Recorded
    from ledger.moments import Moment

__all__ = ["Event", "Ledger", "Moment", "Receipt", "Recorded", "open"]

_HOMES = {
    "Event": "ledger.envelope",
    "Ledger": "ledger.api",
    "Moment": "ledger.moments",
    "Receipt": "ledger.envelope",
    "Recorded": "ledger.envelope",
    "open": "ledger.api",
}


def __getattr__(name: str) -> Any:
    """Import on first use: a question asked on the command line needs none of the event classes."""
    if name not in _HOMES:
        raise AttributeError(f"module 'ledger' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The API, the modules that are loaded, and what every module has."""
    own = {name for name, value in globals().items() if isinstance(value, ModuleType)}
    return sorted({*__all__, *own, *(name for name in globals() if name.startswith("__"))})
