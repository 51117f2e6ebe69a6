"""Questions in another zone than the ledger's, in which every date is a day of that other zone.

The tables hold a day or month as its beginning in the ledger's zone. In a schema beside theirs a
view of the same name stands for each of them, in which it begins in the zone asked for; what is
materialized is computed there. `projections.view` puts that schema first for such a question.
"""

from psycopg import sql

from ledger.database import Connection
from ledger.sql import statements
from projections.engine import registry

_SQL = statements("projections.engine", "zones.sql")


def beside(schema: str) -> str:
    """The schema of the views that stand for the tables of a schema of projections."""
    return f"{schema}_z"


def create_own(connection: Connection) -> None:
    """Create the function that names the zone of the tables in the first schema of the path."""
    ((zone,),) = connection.execute(_SQL["own"]).fetchall()
    connection.execute(sql.SQL(_SQL["create_own"]).format(zone=sql.Literal(zone)))


def create(connection: Connection, schema: str) -> None:
    """Create the views of a schema's tables."""
    ((zone,),) = connection.execute(_SQL["own"]).fetchall()
    views = sql.Identifier(beside(schema))
    connection.execute(sql.SQL(_SQL["create"]).format(views=views, zone=sql.Literal(zone)))
    made = [each.materialized.table for each in registry.projections() if each.materialized]
    known = {"schema": schema, "views": beside(schema), "made": made}
    for (view,) in connection.execute(_SQL["views"], known).fetchall():
        connection.execute(view)


def discard(connection: Connection, schema: str) -> None:
    """Drop the views of a schema's tables, one by one, as `rebuild.discard` does with tables."""
    views = sql.Identifier(beside(schema))
    for (name,) in connection.execute(_SQL["all"], {"views": beside(schema)}).fetchall():
        connection.execute(sql.SQL("DROP VIEW {}").format(sql.Identifier(beside(schema), name)))
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(views))
