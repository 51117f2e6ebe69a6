"""Questions in another zone than the ledger's, in which every date is a day of that other zone.

The tables hold a day or month as its beginning in the ledger's zone. In a schema beside theirs a
view of the same name stands for each of them, in which it begins in the zone asked for; what is
materialized is computed there. `projections.view` puts that schema first for such a question, and
for one as of a position since which a date has got another place (`engine.placing`).
"""

from psycopg import sql

from ledger.database import Connection
from ledger.sql import statements
from projections.engine import registry
from projections.engine.placing import expression

_SQL = statements("projections.engine", "zones.sql")
_DATED = ("occurred_at", "effective_at")


def beside(schema: str) -> str:
    """The schema of the views that stand for the tables of a schema of projections."""
    return f"{schema}_z"


def create_own(connection: Connection) -> None:
    """Create the functions that name the zone of the tables in the first schema of the path."""
    ((zone,),) = connection.execute(_SQL["own"]).fetchall()
    connection.execute(sql.SQL(_SQL["create_own"]).format(zone=sql.Literal(zone)))


def create(connection: Connection, schema: str) -> None:
    """Create the views of a schema's tables."""
    views = sql.Identifier(beside(schema))
    connection.execute(sql.SQL(_SQL["create"]).format(views=views))
    made = {each.materialized.table for each in registry.projections() if each.materialized}
    for table, columns in connection.execute(_SQL["tables"], {"schema": schema}).fetchall():
        if table in made:
            chosen: sql.Composable = sql.SQL("*")
            source = sql.SQL("{}({})").format(
                sql.Identifier(schema, f"{table}_of"), sql.Literal(9223372036854775806)
            )
        else:
            chosen = sql.SQL(", ").join(_column(schema, table, name, columns) for name in columns)
            source = sql.SQL("{} n").format(sql.Identifier(schema, table))
        connection.execute(
            sql.SQL("CREATE VIEW {} AS SELECT {} FROM {}").format(
                sql.Identifier(beside(schema), table), chosen, source
            )
        )


def _column(schema: str, table: str, name: str, columns: list[str]) -> sql.Composable:
    """A column of a table `n`, as it is seen in the zone and as of the position asked for."""
    column = sql.Identifier("n", name)
    if name not in _DATED or "precision" not in columns:
        return column
    views = sql.Identifier(beside(schema))
    as_of, zone = (sql.SQL("{}.{}()").format(views, sql.SQL(each))
                   for each in ("as_of_asked", "zone_asked"))  # fmt: skip
    for each in registry.placed():
        if (each.table, each.at) == (table, name):
            place = expression(each, schema, as_of, zone)
            return sql.SQL("{} AS {}").format(place, sql.Identifier(name))
    return sql.SQL("begun({}, n.precision) AS {}").format(column, sql.Identifier(name))


def discard(connection: Connection, schema: str) -> None:
    """Drop the views of a schema's tables, one by one, as `rebuild.discard` does with tables."""
    views = sql.Identifier(beside(schema))
    for (name,) in connection.execute(_SQL["all"], {"views": beside(schema)}).fetchall():
        connection.execute(sql.SQL("DROP VIEW {}").format(sql.Identifier(beside(schema), name)))
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(views))
