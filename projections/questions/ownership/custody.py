"""Custody: who owned every client at every moment, and whether that chain has faults.

By construction the intervals follow from the events; here that is checked.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ledger.database import Connection
from ledger.sql import statements
from projections.view import View, ask

_SQL = statements("projections.questions.ownership", "custody.sql")


class Interval(NamedTuple):
    """From when to when (half-open) a client was whose; owner: None while it was in the pool.

    from_at: None where unknown; to_at: None without end; then the change that began it.
    """

    from_at: datetime | None
    from_precision: str | None
    to_at: datetime | None
    to_precision: str | None
    owner: str | None
    kind: str | None
    change: str
    from_employee: str | None
    reason: str | None
    recorded_by: str
    position: int
    event_id: UUID


class Breach(NamedTuple):
    """A fault in a chain of custody; owner: who had the client; named: whom the event names.

    positions, event_ids: the events to look at, in order of position.
    """

    client: str
    what: str
    from_at: datetime | None
    to_at: datetime | None
    owner: str | None
    named: str | None
    positions: list[int]
    event_ids: list[str]


def chain(connection: Connection, view: View, client: str) -> list[Interval]:
    """One client's chain of custody, in order of time."""
    return ask(connection, _SQL["chain"], view, Interval, client=client)


def breaches(connection: Connection, view: View, client: str | None = None) -> list[Breach]:
    """What is wrong with the chain of one client, or of any.

    what: `overlap`, `gap`, `reversed` (ends before it begins), `missing` (changes without an
    interval), `unknown owner` (no employee of that id was ever hired), `wrong giver` (taken from
    an employee who did not own it), `contradiction` (reserved although another had it), `without
    right` (let through by the access policy; named: who decided). owner: who had it; named: whom
    the event names; positions: the events to look at; event_ids: those of changes of owner.
    """
    return ask(connection, _SQL["breaches"], view, Breach, client=client)
