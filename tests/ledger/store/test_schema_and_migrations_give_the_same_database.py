"""A ledger made today and one that was migrated step by step are the same database."""

import hashlib
from contextlib import closing
from typing import Any

import pytest
from psycopg import sql

from ledger import schema
from ledger.database import Connection, Location, connect
from ledger.errors import SchemaMismatch
from ledger.sql import script

# Every statement answers the same lines for the same schema, whatever its name.
QUESTIONS = {
    "columns": """
        SELECT c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
               a.attgenerated, pg_get_expr(d.adbin, d.adrelid), c.reloptions, c.relkind, c.relacl
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = current_schema()::regnamespace ORDER BY 1, 2
    """,
    "indexes": """
        SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1
    """,
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = current_schema()::regnamespace ORDER BY 1, 2
    """,
    "triggers": """
        SELECT tgrelid::regclass::text, tgname, tgenabled, pg_get_triggerdef(t.oid)
        FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
        WHERE c.relnamespace = current_schema()::regnamespace AND NOT tgisinternal ORDER BY 1, 2
    """,
    "functions": """
        SELECT proname, pg_get_function_identity_arguments(oid), pg_get_functiondef(oid), proacl
        FROM pg_proc WHERE pronamespace = current_schema()::regnamespace ORDER BY 1, 2
    """,
    "comments": """
        SELECT objsubid, description FROM pg_description d JOIN pg_class c ON c.oid = d.objoid
        WHERE c.relnamespace = current_schema()::regnamespace ORDER BY 1, 2
    """,
}


def described(location: Location) -> dict[str, list[str]]:
    """All that the catalogue says of a ledger's schema, with the schema's name taken out."""
    with closing(connect(location)) as connection:
        connection.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(location.schema)))
        return {
            name: [_nameless(row, location) for row in connection.execute(question.encode())]
            for name, question in QUESTIONS.items()
        }


def _nameless(row: tuple[Any, ...], location: Location) -> str:
    return repr(row).replace(location.schema, "LEDGER")


def made_in_version_4(connection: Connection, location: Location) -> None:
    """The ledger as it was made first, with roles that are named after its schema alone."""
    name = sql.Identifier(location.schema)
    connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(name))
    for role in ("owner", "writer", "auditor", "supervisor"):
        former = sql.Identifier(f"{location.schema}_{role}")
        connection.execute(sql.SQL("CREATE ROLE {}").format(former))
    owner = sql.Identifier(f"{location.schema}_owner")
    database = sql.Identifier(connection.info.dbname)
    create = sql.SQL("GRANT CREATE ON DATABASE {} TO {}")
    connection.execute(create.format(database, owner))
    connection.execute(sql.SQL("CREATE SCHEMA {} AUTHORIZATION {}").format(name, owner))
    connection.execute(sql.SQL("SET ROLE {}").format(owner))
    connection.execute(sql.SQL("SET search_path = {}").format(name))
    connection.execute(script("ledger.sql", "migrations/0004_schema.sql").encode())
    connection.execute("INSERT INTO about (zone) VALUES ('Europe/Moscow')")
    connection.execute("INSERT INTO migrations VALUES (4, '0004_schema')")
    connection.execute("RESET ROLE")


def test_they_do(any_location: Location) -> None:
    made = described(any_location)
    with closing(connect(any_location)) as connection:
        made_in_version_4(connection, any_location)
    schema.migrate(any_location)
    migrated = described(any_location)
    for name, lines in made.items():
        assert lines == migrated[name], name
    assert len(made["functions"]) >= 8
    assert len(made["triggers"]) == 3


def test_a_later_change_is_made_by_migrating(
    any_location: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a ledger of this version, and a program that knows one change more
    later = schema.Migration(schema.migrations()[-1].version + 1, "later")
    known = [*schema.migrations(), later]
    change = "ALTER TABLE about ADD COLUMN motto text"
    monkeypatch.setattr(schema, "migrations", lambda: known)
    monkeypatch.setattr(schema, "script", lambda *_: change)
    with closing(connect(any_location)) as connection:
        with pytest.raises(SchemaMismatch, match="--migrate"):
            schema.check(connection)
        # When it migrates
        assert schema.migrate(any_location) == ["later"]
        # Then the change is made, once
        assert connection.execute("SELECT motto FROM about").fetchall() == [(None,)]
        assert schema.check(connection).version == later.version
    assert schema.migrate(any_location) == []


def test_the_migrations_are_numbered_without_gaps() -> None:
    first = schema.migrations()[0].version
    assert [change.version for change in schema.migrations()] == list(
        range(first, first + len(schema.migrations()))
    )


def test_what_a_migration_does_is_never_another() -> None:
    """A new digest here is a change for which databases of that version get no migration."""
    text = script("ledger.sql", "migrations/0005_schema.sql")
    lines = [
        line for line in text.splitlines() if not line.strip().startswith("--") and line.strip()
    ]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    assert digest == "e1bd8c60cdfe6fb1870e9a40065fabcb84173ffc2eb26c22df1c2074fb28d2a1"
