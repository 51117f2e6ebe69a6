"""Roles are of a cluster and ledgers of a database: each ledger has roles of its own."""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

import ledger
from ledger import log, schema
from ledger.database import ROLES, Location, connect, role_names, role_statement
from ledger.errors import InvalidQuestion, NotAllowed
from projections.engine.catch_up import catch_up
from tests.ledger.schema.logins import login, role_of
from tests.ledger.store.samples import call, encoded
from tests.ledger.store.test_schema_and_migrations_give_the_same_database import made_in_version_4

LONG = "d" * 60  # a name of a database; PostgreSQL takes 63 bytes


@pytest.fixture
def second(any_location: Location) -> Iterator[Location]:
    """A ledger of the same schema in a second database of the cluster."""
    with other_database(any_location, "second_house") as location:
        schema.init(location)
        yield location


def other_database(location: Location, name: str) -> "_Database":
    return _Database(location, name)


class _Database:
    """A database that is there for as long as it is needed, without a ledger's roles after it."""

    def __init__(self, location: Location, name: str) -> None:
        self._admin, self._name = location.dsn or "", name
        self.location = location._replace(dsn=make_conninfo(self._admin, dbname=name))

    def __enter__(self) -> Location:
        with psycopg.connect(self._admin, autocommit=True) as admin:
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self._name)))
        return self.location

    def __exit__(self, *_: object) -> None:
        with closing(connect(self.location)) as connection:
            roles = role_names(connection, self.location).values()
        with psycopg.connect(self._admin, autocommit=True) as admin:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            admin.execute(drop.format(sql.Identifier(self._name)))
            for role in roles:
                admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


def test_an_auditor_of_one_reads_nothing_of_another(
    any_location: Location, second: Location
) -> None:
    for location in (any_location, second):
        with closing(connect(location, "owner")) as connection:
            log.append(connection, [encoded("a")])
            catch_up(connection, location)
    with login(any_location, "auditor", "keeper", "supervisor", "writer") as theirs:
        with closing(connect(theirs, "auditor")) as connection:
            assert [row.position for row in log.read(connection)] == [1]
        elsewhere = second._replace(
            dsn=make_conninfo(second.dsn or "", user=theirs.dsn and _user(theirs))
        )
        with pytest.raises(NotAllowed, match=role_of(second, "auditor")):
            ledger.Ledger(elsewhere)
        with closing(connect(elsewhere, *ROLES)) as connection:
            for place in (second.schema, second.projections):
                for table in ("events", "about", "progress", "entries"):
                    read = sql.SQL("SELECT * FROM {}").format(sql.Identifier(place, table))
                    with pytest.raises(psycopg.Error) as refused:
                        connection.execute(read)
                    assert refused.value.sqlstate in ("42501", "42P01")


def _user(location: Location) -> str:
    return str(psycopg.conninfo.conninfo_to_dict(location.dsn or "")["user"])


def test_their_names_and_comments_say_of_which_ledger_they_are(any_location: Location) -> None:
    with closing(connect(any_location)) as connection:
        database = connection.info.dbname
        for role, name in role_names(connection, any_location).items():
            assert name == f"{database}_{any_location.schema}_{role}"
            found = connection.execute(
                "SELECT shobj_description(to_regrole(quote_ident(%s)), 'pg_authid')", [name]
            )
            ((comment,),) = found.fetchall()
            assert comment == (
                f"Interaction Ledger: {role} of the ledger in schema {any_location.schema} "
                f"of the database {database}"
            )


@pytest.mark.parametrize("name", [LONG, "ж" * 30, f"{LONG[:40]}-X y"])
def test_long_names_are_cut_and_still_are_one_ledgers(any_location: Location, name: str) -> None:
    with other_database(any_location, name) as location:
        others = [location, location._replace(schema=f"{location.schema}_b")]
        names = [role_of(each, role) for each in others for role in ROLES]
        assert len(set(names)) == len(names)
        assert max(len(each.encode()) for each in names) <= 63
        for each in others:
            assert schema.init(each)
            with closing(connect(each, "keeper")) as connection:
                assert connection.execute("SELECT current_user::text").fetchone() == (
                    role_of(each, "keeper"),
                )
            with ledger.Ledger(each) as api:
                assert api.append(call("a")).position == 1


def test_a_role_of_that_name_that_is_another_ledgers_is_refused(any_location: Location) -> None:
    location = any_location._replace(schema=f"{any_location.schema}_2")
    name = role_of(location, "auditor")
    with psycopg.connect(any_location.dsn or "", autocommit=True) as admin:
        admin.execute(f'CREATE ROLE "{name}"'.encode())
        other = "Interaction Ledger: auditor of the ledger in schema 2 of the database x_t1"
        admin.execute(f"COMMENT ON ROLE \"{name}\" IS '{other}'".encode())
        with pytest.raises(InvalidQuestion, match=r"is another ledger's .*--schema"):
            schema.init(location)
        assert admin.execute("SELECT to_regnamespace(%s)", [location.schema]).fetchone() == (None,)
        admin.execute(f'COMMENT ON ROLE "{name}" IS NULL'.encode())
    assert schema.init(location)


def test_after_a_migration_old_logins_have_their_rights(any_location: Location) -> None:
    # Given a ledger whose roles are named after the schema alone, and logins that have them
    with closing(connect(any_location)) as connection:
        made_in_version_4(connection, any_location)
        members = {}
        for role in ("owner", "writer", "auditor", "supervisor"):
            members[role] = f"{any_location.schema}_old_{role}"
            granted = f"{any_location.schema}_{role}"
            connection.execute(f"CREATE ROLE {members[role]} LOGIN IN ROLE {granted}".encode())
        former = list(members)
    # When it is migrated
    schema.migrate(any_location)
    # Then the new roles have those logins, and the former ones are gone
    as_login = {
        role: any_location._replace(dsn=make_conninfo(any_location.dsn or "", user=name))
        for role, name in members.items()
    }
    with closing(connect(as_login["writer"], "writer")) as connection:
        assert log.append(connection, [encoded("a")])[0].position == 1
    with closing(connect(as_login["owner"], "keeper")) as connection:
        assert catch_up(connection, as_login["owner"]).position == 1
    with closing(connect(as_login["auditor"], "auditor")) as connection:
        assert [row.position for row in log.read(connection)] == [1]
    with closing(connect(as_login["supervisor"], "supervisor")) as connection:
        assert connection.execute("SELECT position FROM progress").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM events")
    with closing(connect(any_location)) as connection:
        for role in former:
            gone = f"{any_location.schema}_{role}"
            found = connection.execute("SELECT to_regrole(%s)", [gone]).fetchone()
            assert found == (None,)
            connection.execute(f"DROP ROLE {members[role]}".encode())


def test_former_roles_that_another_database_uses_stay_and_lose_their_rights_here(
    any_location: Location,
) -> None:
    former = f"{any_location.schema}_auditor"
    with other_database(any_location, "neighbours") as neighbours:
        with closing(connect(any_location)) as connection:
            made_in_version_4(connection, any_location)
        with psycopg.connect(neighbours.dsn or "", autocommit=True) as connection:
            connection.execute("CREATE TABLE theirs (n int)")
            connection.execute(f"GRANT SELECT ON theirs TO {former}".encode())
        schema.migrate(any_location)
        with psycopg.connect(neighbours.dsn or "", autocommit=True) as connection:
            asked = "SELECT has_table_privilege(%s, 'theirs', 'SELECT')"
            assert connection.execute(asked, [former]).fetchone() == (True,)
        with closing(connect(any_location)) as connection:
            asked = "SELECT has_table_privilege(%s, 'events', 'SELECT')"
            assert connection.execute(asked, [former]).fetchone() == (False,)
    with closing(connect(any_location)) as connection:
        connection.execute(f"DROP ROLE {former}".encode())


def test_one_place_names_them(any_location: Location) -> None:
    """What a connection takes is what the list of names has."""
    with closing(connect(any_location)) as connection:
        listed = connection.execute(*role_statement("names", any_location)).fetchall()
        for role, name, _ in listed:
            with closing(connect(any_location, role)) as taken:
                assert taken.execute("SELECT current_user::text").fetchone() == (name,)
