"""Who keeps, asks, reads or appends cannot disable a trigger, drop, alter or truncate."""

import ast
import importlib
import pkgutil
from contextlib import closing
from types import ModuleType

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

import commands
import ledger
import projections
from ledger import log
from ledger.database import ROLES, Location, connect
from ledger.sql import statements
from projections.engine.catch_up import catch_up
from projections.engine.rebuild import rebuild
from projections.engine.verify import verify
from tests.ledger.schema.logins import login, role_of
from tests.ledger.store.samples import call, encoded
from tests.sources import OURS, named, nodes

OTHERS = tuple(role for role in ROLES if role != "owner")
ATTEMPTS = (
    "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "ALTER TABLE {table} DISABLE TRIGGER immutable",
    "ALTER TABLE {table} ENABLE TRIGGER immutable",
    "DROP TRIGGER immutable ON {table}",
    "CREATE TRIGGER mine BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()",
    "CREATE RULE mine AS ON INSERT TO {table} DO INSTEAD NOTHING",
    "ALTER TABLE {table} ADD COLUMN mine int",
    "ALTER TABLE {table} OWNER TO CURRENT_USER",
    "ALTER TABLE {table} RENAME TO mine",
    "ALTER TABLE {table} SET SCHEMA public",
    "CREATE INDEX mine ON {table} ((1))",
    "CREATE POLICY mine ON {table}",
    "DROP TABLE {table} CASCADE",
    "TRUNCATE {table} CASCADE",
    "DELETE FROM {table}",
    "INSERT INTO {table} DEFAULT VALUES",
    "COPY {table} FROM STDIN",
    "LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE",
    "LOCK TABLE {table} IN EXCLUSIVE MODE",
    "SELECT FROM {table} FOR UPDATE",
    "CREATE OR REPLACE FUNCTION {schema}.refuse() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
    "DROP FUNCTION {schema}.refuse() CASCADE",
    "CREATE FUNCTION {schema}.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE TABLE {schema}.mine (n int)",
    "ALTER SCHEMA {schema} RENAME TO mine",
    "DROP SCHEMA {schema} CASCADE",
    "SET session_replication_role = replica",
    "SET ROLE {owner}",
    "GRANT {owner} TO CURRENT_USER",
    "ALTER ROLE {owner} LOGIN",
)


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("options", ["INHERIT", "NOINHERIT"])
def test_a_login_that_has_one_cannot(any_location: Location, role: str, options: str) -> None:
    with closing(connect(any_location, "owner")) as connection:
        log.append(connection, [encoded("a")])
        catch_up(connection, any_location)
    owner = role_of(any_location, "owner")
    with login(any_location, role, options=options) as theirs:
        for roles in ((role,), ()):  # acting as the role, and as itself
            with closing(connect(theirs, *roles)) as connection:
                for attempt in ATTEMPTS:
                    for table in _tables(any_location, role):
                        refused(connection, attempt, any_location.schema, table, owner)
    with closing(connect(any_location, "owner")) as connection:
        assert [row.position for row in log.read(connection)] == [1]


def _tables(location: Location, role: str) -> list[str]:
    """All but the one that a keeper is to lock."""
    with closing(connect(location)) as connection:
        found = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' "
            "AND relnamespace = to_regnamespace(%s)",
            [location.schema],
        ).fetchall()
    names = {name for (name,) in found}
    assert {"events", "event_tags", "about", "migrations", "keeping"} <= names
    return sorted(names - {"keeping"} if role == "keeper" else names)


def refused(
    connection: psycopg.Connection, attempt: str, place: str, table: str, owner: str
) -> None:
    """The database refuses the statement for lack of a right."""
    statement = sql.SQL(attempt).format(
        table=sql.Identifier(place, table),
        schema=sql.Identifier(place),
        owner=sql.Identifier(owner),
    )
    with pytest.raises(psycopg.Error) as caught, connection.transaction():
        connection.execute(statement)
    lacking = {"42501"} if table == "events" else {"42501", "42704"}  # 42704: has no such trigger
    assert caught.value.sqlstate in lacking, (attempt, table, caught.value)


def test_a_keeper_builds_follows_rebuilds_and_verifies(any_location: Location) -> None:
    with login(any_location, "keeper") as theirs:
        with closing(connect(any_location, "writer")) as connection:
            log.append(connection, [encoded("a")])
        with closing(connect(theirs, "keeper")) as connection:
            assert catch_up(connection, theirs).position == 1
        with closing(connect(any_location, "writer")) as connection:
            log.append(connection, [encoded("b")])
        with closing(connect(theirs)) as connection:  # as itself
            assert catch_up(connection, theirs).position == 2
        assert rebuild(theirs) == 2
        assert all(table.equal for table in verify(theirs).tables)
        with closing(connect(any_location)) as connection:
            ((owner,),) = connection.execute(
                "SELECT pg_get_userbyid(nspowner)::text FROM pg_namespace WHERE nspname = %s",
                [any_location.projections],
            ).fetchall()
    assert owner == role_of(any_location, "keeper")


def test_an_owner_may_do_all_that_the_others_may(any_location: Location) -> None:
    with login(any_location, "owner") as theirs:
        for role in ROLES:
            with closing(connect(theirs, role)) as connection:
                taken = connection.execute("SELECT current_user::text").fetchone()
                assert taken == (role_of(any_location, role),)
        with closing(connect(theirs)) as connection:
            log.append(connection, [encoded("a")])
            assert catch_up(connection, theirs).position == 1
        assert rebuild(theirs) == 1


def test_whoever_may_not_keep_them_cannot_stop_a_question(any_location: Location) -> None:
    """The locks that questions wait for are not to be had by others, whatever they take."""
    with (
        login(any_location) as stranger,
        closing(connect(stranger, autocommit=False)) as connection,
        closing(connect(any_location, "keeper")) as asking,
    ):
        for key in _advisory_keys(any_location):
            connection.execute("SELECT pg_advisory_lock(%s::bigint)", [key])
        asking.execute("SET lock_timeout = '2s'")
        assert catch_up(asking, any_location).position == 0
        rebuild(any_location)


def test_nobody_can_keep_a_ledger_from_being_opened(any_location: Location) -> None:
    """Also by the lock under which ledgers are made."""
    with (
        login(any_location) as stranger,
        closing(connect(stranger, autocommit=False)) as connection,
    ):
        connection.execute(statements("ledger.sql", "init.sql")["lock"])
        dsn = make_conninfo(any_location.dsn or "", options="-c lock_timeout=2s")
        with ledger.open(dsn, schema_name=any_location.schema) as api:
            assert api.append(call("a")).position == 1


def _advisory_keys(location: Location) -> list[int]:
    """Those that were once taken to keep the tables, and to rebuild them."""
    with closing(connect(location)) as connection:
        ((keep, build),) = connection.execute(
            "SELECT (1230718030::bigint << 32) | %s::regclass::oid::bigint, "
            "hashtextextended(%s, 0)",
            [f"{location.schema}.events", f"{location.projections}_next"],
        ).fetchall()
    return [keep, build]


def _modules(package: ModuleType) -> list[ModuleType]:
    found = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    return [importlib.import_module(each.name) for each in found if "__main__" not in each.name]


def test_whatever_asks_or_keeps_takes_no_more() -> None:
    """No module of questions or commands names the owner as a role to connect as.

    But the doctor, when an owner tells it that the server's clock is right.
    """
    lists = {
        f"{module.__name__}.{name}": value
        for package in (projections, commands)
        for module in _modules(package)
        for name, value in vars(module).items()
        if name.endswith("ROLES") and isinstance(value, tuple) and set(value) <= set(ROLES)
    }
    assert len(lists) >= 4
    assert not [name for name, value in lists.items() if "owner" in value]
    calls = [
        (named(path), ast.unparse(node))
        for path in OURS
        if named(path).startswith(("projections", "commands"))
        for node in nodes(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("connect", "Store")
    ]
    assert len(calls) >= 10
    assert [call for call in calls if "owner" in call[1]] == [
        ("commands/cli/admin/doctor.py", "connect(chosen(), 'owner')")
    ]
