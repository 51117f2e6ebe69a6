"""Materialized tables: the results of a function of a projection's rows, for all keys."""

from collections.abc import Mapping
from typing import NamedTuple

from psycopg.sql import SQL, Identifier

from ledger.database import Connection
from ledger.sql import statements

_SQL = statements("projections.engine", "materialized.sql")


class Materialized(NamedTuple):
    """A table with the rows that the function `<table>_of` returns as of the last position.

    - source: the table whose new rows determine the keys to recompute
    - key: a column of both tables
    """

    table: str
    key: str
    source: str


def fill(connection: Connection, table: Materialized) -> None:
    """Fill an empty table."""
    _run(connection, "fill", table)


def touch(connection: Connection, table: Materialized, changed: Mapping[str, object]) -> None:
    """Recompute the rows of every key touched by events in (after, upto], or by annulled ones."""
    _run(connection, "touch", table, changed)


def _run(
    connection: Connection,
    name: str,
    table: Materialized,
    parameters: Mapping[str, object] | None = None,
) -> None:
    named = {field: Identifier(value) for field, value in table._asdict().items()}
    named["made_by"] = Identifier(f"{table.table}_of")
    connection.execute(SQL(_SQL[name]).format(**named), parameters)
