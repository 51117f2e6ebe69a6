"""Events that could not be understood: every table passes over them, and this one lists them.

An event is listed if this program does not know its type or its version, cannot read its body, or
cannot make rows of it that the tables can hold. A program that can is another program to
`registry.fingerprint`: its first question rebuilds the tables, and the event takes its place.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ledger.database import Connection, translated
from ledger.envelope import Row, stated_precision, texts_of
from ledger.moments import FLOATING, begins
from ledger.sql import statements
from projections.engine.registry import Tables, Unfolds
from projections.view import View, ask

_SQL = statements("projections.engine", "not_understood.sql")


class PassedOver(NamedTuple):
    """An event that was passed over, and why; its client and performer follow from the ledger.

    recorded_by: ? if its body does not say.
    """

    position: int
    occurred_at: datetime | None
    precision: str
    type: str
    version: int
    reason: str
    recorded_by: str


TABLES: Tables = {PassedOver: "not_understood"}
UNFOLD: Unfolds = {}


class Listed(NamedTuple):
    """An event that was passed over, as it is listed."""

    position: int
    type: str
    reason: str


def passed_over(row: Row, reason: str, zone: ZoneInfo) -> PassedOver:
    """The entry of an event that was passed over.

    - zone: in which a day or month begins
    """
    at, precision = row.occurred_at, stated_precision(row)
    if at is not None and precision in FLOATING:
        at = begins(at, zone)
    who = texts_of(row.body).get("recorded_by", "?").replace("\0", "")
    return PassedOver(row.position, at, precision, row.type, row.version, reason, who)


def concerning(connection: Connection, view: View, clients: Sequence[str] | None) -> list[Listed]:
    """The events passed over that an answer could depend on.

    - clients: the ids that the answer is about; None: any
    """
    if not _exists(connection):
        return []
    ids = None if clients is None else list(clients)
    return ask(connection, _SQL["concerning"], view, Listed, clients=ids)


def listed(connection: Connection) -> list[Listed]:
    """All events passed over that were not annulled."""
    if not _exists(connection):
        return []
    with translated():
        return [Listed(*row) for row in connection.execute(_SQL["listed"])]


def _exists(connection: Connection) -> bool:
    with translated():
        row = connection.execute(_SQL["exists"]).fetchone()
    return bool(row and row[0])
