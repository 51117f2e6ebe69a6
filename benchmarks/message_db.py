"""message-db, a side of the comparison at the door; see `peers`. Its SQL is in a package of npm.

A stream of its own for each client; it has no tags, and decides by a stream's version alone.
"""

import uuid
from collections.abc import Sequence
from pathlib import Path

import psycopg

from benchmarks.peers import Place
from ledger.database import Location
from ledger.envelope import Encoded

_FILES = ("schema/message-store", "tables/messages", "types/message")
_FUNCTIONS = (
    "message-store-version",
    "hash-64",
    "acquire-lock",
    "category",
    "is-category",
    "id",
    "cardinal-id",
    "stream-version",
    "write-message",
)
_INDEXES = ("messages-id", "messages-stream", "messages-category")
_WRITE = "SELECT write_message(%b, %b, %b, %b::text::jsonb)"
_PATH = "SET search_path = message_store"


class MessageDb:
    """message-db, by its function."""

    def __init__(self, place: Place) -> None:
        self._connection = psycopg.connect(place.location.conninfo(), autocommit=True)
        self._connection.execute(_PATH)

    @staticmethod
    def make(location: Location, package: Path) -> None:
        """Make its schema by the files of the unpacked package. It needs no extension here."""
        functions = (f"functions/{name}" for name in _FUNCTIONS)
        indexes = (f"indexes/{name}" for name in _INDEXES)
        with psycopg.connect(location.conninfo(), autocommit=True) as connection:
            for name in (*_FILES, *functions, *indexes):
                script = (package / "database" / f"{name}.sql").read_text("utf-8")
                connection.execute(script.encode())
                connection.execute(_PATH)

    def ready(self, batch: Sequence[Encoded]) -> Sequence[tuple[str, str, str, str]]:
        return [
            (str(uuid.uuid4()), f"call-{one.client}", one.type, one.body.decode()) for one in batch
        ]

    def each(self, ready: Sequence[tuple[str, str, str, str]]) -> None:
        for one in ready:
            self._connection.execute(_WRITE, one, prepare=True)

    def whole(self, ready: Sequence[tuple[str, str, str, str]]) -> None:
        with self._connection.transaction(), self._connection.pipeline():
            self.each(ready)

    def close(self) -> None:
        self._connection.close()
