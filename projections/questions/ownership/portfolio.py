"""Portfolios: which clients there are, whose they are, and which are left without their owner."""

from ledger.database import Connection
from ledger.errors import NotFound
from ledger.sql import statements
from ledger.suggestions import did_you_mean
from projections.tables.clients.clients import folded
from projections.view import Answer, View, ask

_SQL = statements("projections.questions.ownership", "portfolio.sql")


def clients(
    connection: Connection,
    view: View,
    *,
    owner: str | None = None,
    unit: str | None = None,
    search: str | None = None,
) -> Answer:
    """Every client that anything is recorded about, by name: whose it is and when last heard of.

    owner: only this employee's; unit: only those of owners in it or below; search: part of a name,
    in any case, or an id. Raises NotFound for an employee or a unit that nobody has heard of.
    """
    rows = ask(
        connection,
        _SQL["clients"],
        view,
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


def portfolio(connection: Connection, view: View, employee: str) -> Answer:
    """The clients that an employee owned, by name: kind, since when, last contact by anybody.

    Ids that are part of another client are left out.
    Raises NotFound for an employee that nobody has heard of.
    """
    # A plan for any employee at any position would be one for all of them.
    rows = ask(connection, _SQL["portfolio"], view, prepare=False, employee=employee)
    if not rows:
        check_known(connection, view, "employee", employee)
    return rows


def orphans(connection: Connection, view: View) -> Answer:
    """Clients whose owner had departed by `on`, the longest orphaned first; days: whole ones."""
    return ask(connection, _SQL["orphans"], view)


def departures(connection: Connection, view: View) -> Answer:
    """Everybody who had departed by `on`, and what became of his clients; latest first.

    clients: those that were his then or came back to him since, without ids that are part of
    another client; they are placed (with another), in the pool or orphans. hours: of a client
    without its owner, from the departure (or its coming back) to its placement or `on`; None if the
    time of departure is unknown.
    """
    return ask(connection, _SQL["departures"], view)


def check_known(connection: Connection, view: View, what: str, id_: str) -> None:
    """Raise NotFound, naming the nearest ids, unless an `employee` or `unit` of this id exists."""
    ids = [row["id"] for row in ask(connection, _SQL[f"{what}s"], view)]
    if id_ in ids:
        return
    hint = did_you_mean(id_, ids, most=3) or f"The ledger knows {len(ids)} of them."
    raise NotFound(f"no {what} {id_!r} is known as of position {view.as_of}. {hint}")
