"""What runs with the owner's rights uses no table, function or operator that its caller has made.

A caller who makes things of the same names, and puts them first in the search path, is alone in
using them: nothing of theirs ever runs as the owner.
"""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from psycopg import sql

from ledger import log
from ledger.database import Connection, Location, connect
from tests.ledger.schema.calls import attempt, routines
from tests.ledger.schema.logins import login, role_of
from tests.ledger.store.samples import encoded

# Types of which a caller makes operators; those of the ledger's columns, parameters and conditions.
TYPES = ("text", "bytea", "bigint", "integer", "smallint", "timestamptz", "jsonb", "uuid",
         "boolean", "text[]", "anyarray", "interval")  # fmt: skip
OPERATORS = ("=", "<>", "<", "<=", ">", ">=", "||", "@>", "&&", "+", "-", "->", "->>", "~", "?")


@pytest.fixture
def shadowed(any_location: Location) -> Iterator[tuple[Location, Connection, set[str]]]:
    """A login of every role but the owner's, with things of its own first in its path.

    And as whom these have run, as they say it themselves, even where it is rolled back.
    """
    ran: set[str] = set()
    with (
        login(any_location, "writer", "auditor", "supervisor", "keeper") as theirs,
        closing(connect(theirs)) as connection,
    ):
        connection.execute("CREATE SCHEMA theirs")  # which a keeper may
        connection.execute("GRANT ALL ON SCHEMA theirs TO PUBLIC")
        connection.execute(
            "CREATE FUNCTION theirs.note() RETURNS void LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE WARNING 'ran as %', current_user; END $$"
        )
        connection.add_notice_handler(lambda said: ran.add(str(said.message_primary)))
        _shadow_tables(connection, any_location)
        _shadow_functions(connection, any_location)
        _shadow_operators(connection)
        connection.execute(
            sql.SQL("SET search_path = theirs, pg_temp, pg_catalog, {}, {}").format(
                sql.Identifier(any_location.schema), sql.Identifier(any_location.projections)
            )
        )
        yield any_location, connection, ran


def _shadow_tables(connection: Connection, location: Location) -> None:
    found = connection.execute(
        "SELECT relname, string_agg(format('%%I %%s', attname, format_type(atttypid, NULL)), ', ') "
        "FROM pg_class c JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped "
        "WHERE relkind = 'r' AND relnamespace = to_regnamespace(%s) GROUP BY relname",
        [location.schema],
    ).fetchall()
    for name, columns in found:
        connection.execute(f'CREATE TEMP TABLE "{name}" ({columns})'.encode())


def _shadow_functions(connection: Connection, location: Location) -> None:
    """One of the same name and parameters for each of the ledger's, and for what those call."""
    for routine in routines(connection, location.schema):
        if not routine.returns:
            continue
        connection.execute(
            sql.SQL(
                "CREATE FUNCTION theirs.{}({}) RETURNS {} LANGUAGE plpgsql AS "
                "$$ BEGIN PERFORM theirs.note(); RETURN NULL; END $$"
            ).format(
                sql.Identifier(routine.name),
                sql.SQL(", ").join(sql.SQL(each) for each in routine.types),
                sql.SQL("text"),
            )
        )
    for name, types in (
        ("sha256", "bytea"),
        ("clock_timestamp", ""),
        ("convert_from", "bytea, name"),
        ("cardinality", "anyarray"),
        ("greatest", "timestamptz, timestamptz"),
        ("set_config", "text, text, boolean"),
        ("pg_notify", "text, text"),
        ("current_setting", "text"),
    ):
        connection.execute(
            f'CREATE FUNCTION theirs."{name}"({types}) RETURNS text LANGUAGE plpgsql AS '
            f"$$ BEGIN PERFORM theirs.note(); RETURN NULL; END $$".encode()
        )


def _shadow_operators(connection: Connection) -> None:
    for number, of in enumerate(TYPES):
        function = f"theirs.of_{number}"
        connection.execute(
            f"CREATE FUNCTION {function}({of}, {of}) RETURNS boolean LANGUAGE plpgsql AS "
            f"$$ BEGIN PERFORM theirs.note(); RETURN true; END $$".encode()
        )
        for operator in OPERATORS:
            connection.execute(
                f"CREATE OPERATOR theirs.{operator} "
                f"(FUNCTION = {function}, LEFTARG = {of}, RIGHTARG = {of})".encode()
            )


def test_its_shadows_are_real(shadowed: tuple[Location, Connection, set[str]]) -> None:
    """Without which the rest proves nothing: they come before the ledger's for the caller's own."""
    _, connection, ran = shadowed
    assert connection.execute("SELECT 'a'::text = 'b'::text").fetchone() == (True,)
    assert connection.execute("SELECT * FROM events").fetchall() == []
    connection.execute("SELECT head()")
    assert ran == {f"ran as {connection.info.user}"}


def test_nothing_of_it_runs_as_the_owner(shadowed: tuple[Location, Connection, set[str]]) -> None:
    location, connection, ran = shadowed
    assert role_of(location, "owner") != connection.info.user
    with closing(connect(location, "writer")) as writer:
        log.append(writer, [encoded("a", tags=("employee:E-1",))])
    for routine in routines(connection, location.schema):
        for _ in range(12):
            attempt(connection, location.schema, routine)
    assert ran <= {f"ran as {connection.info.user}"}
    with closing(connect(location, "auditor")) as auditor:
        first = auditor.execute("SELECT key FROM events ORDER BY position LIMIT 1").fetchone()
    assert first == ("a",)


def test_its_temporary_tables_are_not_what_is_read_or_written(
    shadowed: tuple[Location, Connection, set[str]],
) -> None:
    location, connection, _ = shadowed
    path = sql.SQL("SET search_path = pg_temp, {}").format(sql.Identifier(location.schema))
    connection.execute(path)
    outcomes = log.append(connection, [encoded("a"), encoded("b")])
    assert [each.position for each in outcomes] == [1, 2]
    assert log.head(connection) == 2
    assert connection.execute("SELECT * FROM pg_temp.events").fetchall() == []
    with closing(connect(location, "auditor")) as auditor:
        assert [row.position for row in log.read(auditor)] == [1, 2]


def test_whatever_runs_as_the_owner_has_a_path_of_its_own(any_location: Location) -> None:
    with closing(connect(any_location)) as connection:
        found = connection.execute(
            "SELECT proname::text, proconfig FROM pg_proc "
            "WHERE prosecdef AND pronamespace = to_regnamespace(%s)",
            [any_location.schema],
        ).fetchall()
    assert len(found) >= 3
    wanted = f"search_path={any_location.schema}, pg_temp"
    assert not [name for name, settings in found if wanted not in (settings or ())]


def test_nobody_else_may_call_what_is_not_theirs(any_location: Location) -> None:
    """A login without a role may call nothing; PUBLIC is granted nothing."""
    with login(any_location) as stranger, closing(connect(stranger)) as connection:
        for routine in routines(connection, any_location.schema):
            answer = attempt(connection, any_location.schema, routine)
            assert isinstance(answer, psycopg.errors.InsufficientPrivilege), routine
