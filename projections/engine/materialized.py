"""Tables kept ready: what a function makes of a projection's rows, for all keys at once."""

from typing import Any, NamedTuple

from psycopg.sql import SQL, Identifier

from ledger.database import Connection
from ledger.sql import statements

_SQL = statements("projections.engine", "materialized.sql")


class Ready(NamedTuple):
    """One such table: the rows that the function `<table>_of` gives as of the last position.

    source: the table whose new rows say for which keys to make them anew; key: a column of both.
    """

    table: str
    key: str
    source: str


def fill(connection: Connection, ready: Ready) -> None:
    """Fill a table from nothing."""
    _run(connection, "fill", ready)


def touch(connection: Connection, ready: Ready, changed: dict[str, Any]) -> None:
    """Make the rows anew of every key that events in (after, upto] or those annulled concern."""
    _run(connection, "touch", ready, changed)


def _run(
    connection: Connection, name: str, ready: Ready, parameters: dict[str, Any] | None = None
) -> None:
    named = {field: Identifier(value) for field, value in ready._asdict().items()}
    named["made_by"] = Identifier(f"{ready.table}_of")
    connection.execute(SQL(_SQL[name]).format(**named), parameters)
