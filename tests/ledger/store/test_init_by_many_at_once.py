"""Any number of processes may create the same ledger at once; ledgers do not meet one another."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

import ledger
from ledger import log, schema
from ledger.database import ROLES, Location, connect
from ledger.errors import InvalidQuestion, NotAllowed, NotInitialised, SchemaMismatch
from tests.ledger.store.samples import call, encoded

CREATE = """
import sys
from ledger import schema
from ledger.database import Location
sys.stdin.readline()
print(schema.init(Location(dsn=sys.argv[1], schema=sys.argv[2])))
"""
PROCESSES = 6


@pytest.fixture
def nothing(any_dsn: str) -> Iterator[Location]:
    """A place where no ledger is yet."""
    location = Location(dsn=any_dsn, schema="made_at_once")
    yield location
    with psycopg.connect(any_dsn) as connection:
        connection.execute("DROP SCHEMA IF EXISTS made_at_once CASCADE")


def test_exactly_one_creates_it_and_all_find_it(nothing: Location) -> None:
    command = [sys.executable, "-c", CREATE, str(nothing.dsn), nothing.schema]
    started = [
        subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(PROCESSES)
    ]
    for process in started:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    said = sorted(process.communicate()[0].strip() for process in started)
    assert said == ["False"] * (PROCESSES - 1) + ["True"]
    with closing(connect(nothing)) as connection:
        assert schema.check(connection).version == schema.migrations()[-1].version


def test_several_ledgers_in_one_database_do_not_meet(
    any_location: Location, nothing: Location
) -> None:
    with (
        ledger.open(any_location.dsn, schema_name=any_location.schema) as first,
        ledger.open(nothing.dsn, schema_name=nothing.schema) as second,
    ):
        assert first.about.ledger_id != second.about.ledger_id
        for n in range(3):
            assert first.append(call(f"k{n}")).position == n + 1
        assert second.append(call("k0", client="C-9")).position == 1
        assert [found.client for found in second.read()] == ["C-9"]
    with closing(connect(any_location, "writer")) as connection:
        foreign = sql.SQL("SELECT * FROM {}").format(sql.Identifier(nothing.schema, "head"))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(foreign + sql.SQL("()"))


def test_two_ledgers_do_not_wait_for_one_another(any_location: Location, nothing: Location) -> None:
    schema.init(nothing)
    with closing(connect(any_location, "writer", autocommit=False)) as first:
        log.append(first, [encoded("a")])
        with closing(connect(nothing, "writer")) as second:
            second.execute("SET statement_timeout = '20s'")
            assert log.append(second, [encoded("a")])[0].outcome == "recorded"


@pytest.mark.parametrize(("apart", "remedy"), [(-1, "--migrate"), (1, "Install a newer")])
def test_a_ledger_of_another_version_is_refused_with_the_remedy(
    any_location: Location, monkeypatch: pytest.MonkeyPatch, apart: int, remedy: str
) -> None:
    last = schema.migrations()[-1].version
    if apart < 0:
        known = [*schema.migrations(), schema.Migration(last + 1, "later")]
        monkeypatch.setattr(schema, "migrations", lambda: known)
    else:
        with closing(connect(any_location, "owner")) as connection:
            connection.execute("INSERT INTO migrations VALUES (%s, 'later')", [last + 1])
    with pytest.raises(SchemaMismatch, match=remedy):
        ledger.Ledger(any_location)
    with pytest.raises(SchemaMismatch, match=remedy):
        schema.init(any_location)
    if apart > 0:
        with pytest.raises(SchemaMismatch, match=remedy):
            schema.migrate(any_location)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_ledger_of_an_unreleased_version_cannot_be_migrated(
    any_location: Location, version: int
) -> None:
    with closing(connect(any_location, "owner")) as connection:
        connection.execute("DELETE FROM migrations")
        connection.execute("INSERT INTO migrations VALUES (%s, 'unreleased')", [version])
    for attempt in (ledger.Ledger, schema.init, schema.migrate):
        with pytest.raises(SchemaMismatch, match=r"unreleased version .* cannot be migrated"):
            attempt(any_location)


def test_a_ledger_that_is_up_to_date_has_nothing_to_migrate(any_location: Location) -> None:
    assert schema.migrate(any_location) == []


def test_where_there_is_none_the_message_says_how_to_make_one(nothing: Location) -> None:
    with pytest.raises(NotInitialised, match="iledger init"):
        ledger.Ledger(nothing)
    with pytest.raises(NotInitialised, match="iledger init"):
        schema.migrate(nothing)


def test_a_schema_of_somebody_elses_is_left_alone(nothing: Location) -> None:
    with psycopg.connect(str(nothing.dsn)) as connection:
        connection.execute("CREATE SCHEMA made_at_once")
    with pytest.raises(InvalidQuestion, match="holds no ledger"):
        schema.init(nothing)


@pytest.mark.parametrize("name", ["", "Ledger", "a-b", "a b", "1a", "a" * 42, "a;drop", "жук"])
def test_a_name_that_would_need_quoting_is_refused(nothing: Location, name: str) -> None:
    with pytest.raises(InvalidQuestion, match="cannot name a ledger's schema"):
        schema.init(nothing._replace(schema=name))


def test_an_unknown_zone_is_refused(nothing: Location) -> None:
    with pytest.raises(InvalidQuestion, match="unknown time zone"):
        schema.init(nothing, "Mars/Olympus")


@pytest.fixture
def ordinary(any_dsn: str) -> Iterator[Location]:
    """A database of its own, kept by a login that is no superuser."""
    with psycopg.connect(any_dsn, autocommit=True) as connection:
        connection.execute("CREATE ROLE householder LOGIN CREATEROLE")
        connection.execute("CREATE DATABASE kept OWNER householder")
        yield Location(make_conninfo(any_dsn, user="householder", dbname="kept"), schema="kept")
        connection.execute("DROP DATABASE kept WITH (FORCE)")
        for role in ROLES:
            connection.execute(f"DROP ROLE IF EXISTS kept_kept_{role}".encode())
        connection.execute("DROP ROLE householder")


def test_no_superuser_is_needed(ordinary: Location) -> None:
    assert schema.init(ordinary)
    assert not schema.init(ordinary)
    with ledger.open(ordinary.dsn, schema_name=ordinary.schema) as opened:
        assert opened.append(call("k")).position == 1


def test_a_login_without_the_right_is_told_so(ordinary: Location) -> None:
    with psycopg.connect(str(ordinary.dsn), autocommit=True) as connection:
        connection.execute("CREATE ROLE kept_guest LOGIN")
        guest = ordinary._replace(dsn=make_conninfo(str(ordinary.dsn), user="kept_guest"))
        with pytest.raises(NotAllowed, match="the database refuses"):
            schema.init(guest)
        connection.execute("DROP ROLE kept_guest")
