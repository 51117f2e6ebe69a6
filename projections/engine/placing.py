"""The place of a day or month in time: after what was recorded before it about the same thing.

What is known as a day begins with that day. If something about the same thing was recorded before
it, at a time of that day, it comes after that: within the day, the order of recording decides. So
it has that time. A month likewise. Both stay what they are known as: `precision` says so.

The tables hold the places that follow from what counts now, in the ledger's zone. The views of
`engine.zones` compute them for other zones, and as of positions at which something counted that
gave a place and was annulled since (`displaced`).
"""

from collections.abc import Sequence
from typing import NamedTuple

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from ledger.database import Connection
from ledger.sql import statements

_SQL = statements("projections.engine", "placing.sql")
_NOW = SQL("9223372036854775806")  # as of the last position


class Placed(NamedTuple):
    """The rows of a table that take their place after others.

    - key, within: the columns that name the thing; within may be NULL
    - at: the column with the time
    - openings: values of `change` that begin a thing. The first comes after nothing: recorded late,
      it does not begin the thing anew, as the next does
    - beside: another table about the same things, by key, that they come after
    """

    table: str
    key: str
    within: str | None = None
    at: str = "occurred_at"
    openings: tuple[str, ...] = ()
    beside: str | None = None


def place(connection: Connection, table: Placed, after: int, upto: int) -> None:
    """Give their place to the rows of the events in (after, upto]."""
    _update(connection, table, SQL(_SQL["new"]), {"after": after, "upto": upto})


def replace(connection: Connection, table: Placed, annulled: Sequence[int]) -> None:
    """Give rows that came after annulled events their place anew; note it for earlier answers."""
    for other in _others(table):
        which = SQL(_SQL["after_them"]).format(**_names(table), **other)
        _update(connection, table, which, {"annulled": annulled})
    note_displaced(connection, table, annulled)


def note_displaced(
    connection: Connection, table: Placed, annulled: Sequence[int] | None = None
) -> None:
    """Note up to which position answers differ because what gave a place was annulled since.

    - annulled: positions of the annulled events that are looked at; None for all
    """
    for other in _others(table):
        statement = SQL(_SQL["displacing"]).format(**_names(table), **other)
        connection.execute(statement, {"annulled": annulled})


def dated(connection: Connection, after: int, upto: int) -> bool:
    """Whether any event in (after, upto] is known as a day or month."""
    found = connection.execute(_SQL["dated"], {"after": after, "upto": upto}).fetchone()
    return bool(found and found[0])


def expression(table: Placed, schema: str, as_of: Composable, zone: Composable) -> Composed:
    """The place of a row `n` of a table in this schema, as SQL.

    - as_of, zone: expressions
    """
    shared = {**_names(table), "as_of": as_of, "zone": zone, "schema": Identifier(schema)}
    first = SQL(_SQL["is_first"] if table.openings else "false").format(**shared)
    others = [
        SQL(_SQL["last_before"]).format(**shared, **other, first=first) for other in _others(table)
    ]
    return SQL(_SQL["placed"]).format(**_names(table), others=SQL(", ").join(others))


def _update(
    connection: Connection, table: Placed, which: Composable, parameters: dict[str, object]
) -> None:
    (schema,) = connection.execute(_SQL["schema"]).fetchone() or ("",)
    to = expression(table, schema, _NOW, SQL("zone_asked()"))
    statement = SQL(_SQL["update"]).format(**_names(table), which=which, place=to)
    connection.execute(statement, parameters)


def _names(table: Placed) -> dict[str, Composable]:
    return {
        "table": Identifier(table.table),
        "key": Identifier(table.key),
        "within": Identifier(table.within or table.key),
        "at": Identifier(table.at),
        "openings": Literal([*table.openings]),
    }


def _others(table: Placed) -> list[dict[str, Composable]]:
    """What its rows come after, as names in statements: others of the thing, and what is beside.

    - unless: which of them the first opening of a thing does not come after
    - begins: of which the annulment makes another opening the first
    """
    names = _names(table)
    own: dict[str, Composable] = {
        "other": Identifier(table.table),
        "other_at": Identifier(table.at),
        "same": SQL(_SQL["same"]).format(**names),
        "unless": SQL("o.change = n.change" if table.openings else "true"),
        "begins": SQL(_SQL["begins"] if table.openings else "false").format(**names),
    }
    if table.beside is None:
        return [own]
    no = SQL("false")
    return [own, own | {"other": Identifier(table.beside), "unless": no, "begins": no}]
