"""Merges: which ids are one client, and which look as if they were.

Events are never rewritten: each stays with the id that it was recorded under, and a question about
a client is answered from all ids that are one with it in the view. The latest event about an
absorbed id holds. The surviving id alone determines the owner.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple, TypeVar

from ledger.database import Connection
from ledger.envelope import Recorded
from ledger.sql import statements
from projections.engine.placing import Placed
from projections.engine.registry import Tables, Unfolds
from projections.view import View, ask

R = TypeVar("R", bound=NamedTuple)
_SQL = statements("projections.tables.clients", "merges.sql")
LINKED, MEMBERS = _SQL["linked"], _SQL["members"]


class Merge(NamedTuple):
    """Two ids were declared one client (merged) or two again (unmerged); reason: the evidence."""

    position: int
    occurred_at: datetime | None
    precision: str
    survivor: str
    absorbed: str
    change: str
    reason: str
    approved_by: str | None
    recorded_by: str


TABLES: Tables = {Merge: "merges"}
PLACED = (Placed("merges", "absorbed"),)


def _link(event: Recorded, change: str, reason: str) -> Iterator[Merge]:
    d = event.data
    yield Merge(
        event.position,
        event.occurred_at,
        event.precision,
        d.survivor,
        d.absorbed,
        change,
        reason,
        d.approved_by,
        event.recorded_by,
    )


UNFOLD: Unfolds = {
    "client.merged": lambda event: _link(event, "merged", event.data.evidence),
    "client.unmerged": lambda event: _link(event, "unmerged", event.data.reason),
}


class Link(NamedTuple):
    """That a client was ever merged with any."""

    survivor: str


class MergedId(NamedTuple):
    """A line of the card: an absorbed id (name), the evidence (value), and what it is a part of.

    survivor: the client that all ids are; client: the id that it was merged into.
    """

    name: str
    value: str
    since: datetime | None
    precision: str
    position: int
    approved_by: str | None
    recorded_by: str
    survivor: str
    client: str


class Likeness(NamedTuple):
    """Clients that are probably one; same: what they share (name, inn, phone or email).

    - value: as it is compared: without case, spaces and punctuation, letters that look alike being
      taken for one.
    - clients: their ids; names: in the order of the ids.
    """

    same: str
    value: str
    count: int  # type: ignore[assignment]  # of a tuple, a method
    clients: list[str]
    names: list[str | None]


def members(connection: Connection, view: View, client: str) -> list[str]:
    """The ids that are one client with this one, the surviving one first; often it alone."""
    links = ask(connection, MEMBERS, view, MergedId, client=client)
    return [links[0].survivor, *(link.name for link in links)] if links else [client]


def filtering(connection: Connection, view: View, client: str | None) -> list[str] | None:
    """The ids to filter a list by, those that are one client with this one; None: do not filter."""
    return None if client is None else members(connection, view, client)


def told_apart(rows: list[R], clients: list[str]) -> list[R]:
    """The rows with the id that each is from as `client`; None there if there is but one id."""
    if len(clients) > 1 or not rows or "client" not in rows[0]._fields:
        return rows
    at, make = rows[0]._fields.index("client"), rows[0]._make
    return [make((*row[:at], None, *row[at + 1 :])) for row in rows]  # half the time of _replace


def shown(rows: Iterable[NamedTuple]) -> list[dict[str, object]]:
    """The rows as they are shown: without `client` where it is None in all, as of one id alone."""
    found = [row._asdict() for row in rows]
    if all(row.get("client") is None for row in found):
        for row in found:
            row.pop("client", None)
    return found


def duplicates(connection: Connection, view: View) -> list[Likeness]:
    """Clients that are probably one, a row for each likeness, the most clients first.

    Merged ones count as one. A client that was declared different from all the others of its row
    is left out.
    """
    return ask(connection, _SQL["duplicates"], view, Likeness)
