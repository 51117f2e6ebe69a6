"""Portfolios: which clients there are, whose they are, and which have lost their owner."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from ledger.database import Connection
from ledger.sql import statements
from projections.questions.integrity.ids import check_known
from projections.tables.clients.clients import folded
from projections.view import View, ask

_SQL = statements("projections.questions.ownership", "portfolio.sql")


class Client(NamedTuple):
    """A client: since when it is one (or a prospect: status), whose, and when last heard of.

    contacts: how many there were, under all its ids; planned_at: when the next change of its owner
    that is dated ahead takes effect, to planned_owner or (None) to the pool.
    """

    client: str
    name: str | None
    kind: str | None
    status: str | None
    since: datetime | None
    since_precision: str | None
    owner: str | None
    owner_name: str | None
    owner_unit: str | None
    owner_kind: str | None
    owner_since: datetime | None
    owner_since_precision: str | None
    last_contact_at: datetime | None
    last_contact_precision: str | None
    last_two_way_at: datetime | None
    last_two_way_precision: str | None
    contacts: int
    planned_owner: str | None
    planned_at: datetime | None


class OwnedClient(NamedTuple):
    """A client of an employee; since: when it became theirs; last contact: by anybody.

    planned_owner, planned_at: as of a Client.
    """

    client: str
    name: str | None
    kind: str
    since: datetime | None
    precision: str
    last_contact_at: datetime | None
    last_contact_precision: str | None
    position: int
    planned_owner: str | None
    planned_at: datetime | None


class Orphan(NamedTuple):
    """A client whose owner has left; days: whole ones since then, None if that time is unknown."""

    client: str
    name: str | None
    former_owner: str
    former_owner_name: str | None
    unit: str | None
    since: datetime | None
    precision: str | None
    days: int | None
    last_contact_at: datetime | None
    last_contact_precision: str | None


class Departure(NamedTuple):
    """An employee who has left, how many of their clients became what, and their open work.

    orphan_hours, mean_hours, longest_hours: hours of the clock that the clients were without owner.
    """

    employee: str
    name: str | None
    unit: str | None
    departed_at: datetime | None
    departed_precision: str | None
    clients: int
    placed: int
    pool: int
    orphans: int
    orphan_hours: Decimal | None
    mean_hours: Decimal | None
    longest_hours: Decimal | None
    open_deals: list[str]
    open_tasks: list[str]
    open_cases: list[str]


def clients(
    connection: Connection,
    view: View,
    *,
    owner: str | None = None,
    unit: str | None = None,
    search: str | None = None,
) -> list[Client]:
    """Every client that anything is recorded about, by name.

    owner: only this employee's; unit: only those of owners in it or below; search: part of a name,
    in any case, or an id. Raises NotFound for an unknown employee or unit.
    """
    rows = ask(
        connection,
        _SQL["clients"],
        view,
        Client,
        owner=owner,
        unit=unit,
        search=None if search is None else folded(search),
        search_id=search,
    )
    if not rows and owner is not None:
        check_known(connection, view, "employee", owner)
    if not rows and unit is not None:
        check_known(connection, view, "unit", unit)
    return rows


def portfolio(connection: Connection, view: View, employee: str) -> list[OwnedClient]:
    """The clients that an employee owned, by name: kind, since when, last contact by anybody.

    Ids that are part of another client are left out.
    Raises NotFound for an unknown employee.
    """
    # A plan for any employee at any position would be one for all of them.
    rows = ask(connection, _SQL["portfolio"], view, OwnedClient, prepare=False, employee=employee)
    if not rows:
        check_known(connection, view, "employee", employee)
    return rows


def orphans(connection: Connection, view: View) -> list[Orphan]:
    """Clients whose owner had departed by `on`, the longest orphaned first; days: whole ones."""
    return ask(connection, _SQL["orphans"], view, Orphan)


def departures(connection: Connection, view: View) -> list[Departure]:
    """Everybody who had departed by `on`, and what became of their clients; latest first.

    clients: those that were theirs then or came back to them since, without ids that are part of
    another client; they are placed (with another), in the pool or orphans. hours: of a client
    without its owner, from the departure (or its coming back) to its placement or `on`; None if the
    time of departure is unknown.
    """
    return ask(connection, _SQL["departures"], view, Departure)
