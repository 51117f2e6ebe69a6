"""The place of a day or month in time: after what was recorded before it about the same thing.

What is known as a day begins with that day. If something about the same thing was recorded before
it, at a time of that day, it comes after that: within the day, the order of recording decides. So
it is given that time. A month likewise. Both stay what they are known as: `precision` says so.
"""

from collections.abc import Mapping
from typing import NamedTuple

from psycopg.sql import SQL, Composable, Identifier

from ledger.database import Connection
from ledger.sql import statements

_SQL = statements("projections.engine", "placing.sql")


class Placed(NamedTuple):
    """The rows of a table that take their place after others.

    - key, within: the columns that name the thing; within may be NULL. None: the key is enough
    - at: the column with the time
    - openings: values of `change` that begin a thing. They come after their like alone: an opening
      recorded late does not begin the thing anew
    """

    table: str
    key: str
    within: str | None = None
    at: str = "occurred_at"
    openings: tuple[str, ...] = ()
    after: str | None = None
    after_at: str | None = None


def by_owner(table: str) -> Placed:
    """Rows about a client, which are credited to its owner: after the changes of its owner.

    To be named before the table's own: whatever it is added with, a row meets the others in place.
    """
    return Placed(table, "client", after="ownership_changes", after_at="effective_at")


def place(connection: Connection, table: Placed, after: int, upto: int) -> None:
    """Give their place to the rows of the events in (after, upto]."""
    named: Mapping[str, Composable] = {
        "table": Identifier(table.table),
        "key": Identifier(table.key),
        "within": Identifier(table.within or table.key),
        "at": Identifier(table.at),
        "other": Identifier(table.after or table.table),
        "other_at": Identifier(table.after_at or table.at),
        "if_opening": SQL(_SQL["if_opening"] if table.openings else _SQL["always"]),
    }
    span = {"after": after, "upto": upto, "openings": [*table.openings]}
    connection.execute(SQL(_SQL["place"]).format(**named), span)


def dated(connection: Connection, after: int, upto: int) -> bool:
    """Whether any event in (after, upto] is known as a day or month."""
    found = connection.execute(_SQL["dated"], {"after": after, "upto": upto}).fetchone()
    return bool(found and found[0])
