"""Text is stored as UTF-8 or not at all: a database of another encoding takes no ledger."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ledger import schema
from ledger.database import Location
from ledger.errors import InvalidQuestion


@pytest.fixture(params=["SQL_ASCII", "LATIN1", "WIN1251"])
def foreign(request: pytest.FixtureRequest, any_dsn: str) -> Iterator[tuple[str, str]]:
    """The connection string of an empty database in another encoding, and the encoding."""
    name = sql.Identifier(f"in_{request.param.lower()}")
    create = sql.SQL("CREATE DATABASE {} ENCODING {} LOCALE 'C' TEMPLATE template0")
    with psycopg.connect(any_dsn, autocommit=True) as server:
        server.execute(create.format(name, sql.Literal(request.param)))
        yield make_conninfo(any_dsn, dbname=name.as_string().strip('"')), request.param
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def test_a_database_of_another_encoding_is_refused_and_left_as_it_was(
    foreign: tuple[str, str],
) -> None:
    dsn, encoding = foreign
    with pytest.raises(InvalidQuestion, match=f"stores text as {encoding}.*createdb"):
        schema.init(Location(dsn=dsn))
    with psycopg.connect(dsn) as connection:
        found = connection.execute("SELECT to_regnamespace('ledger')").fetchone()
    assert found == (None,)
