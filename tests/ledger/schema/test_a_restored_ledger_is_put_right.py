"""`iledger init` gives a ledger restored from a dump to its own roles, and says what it did."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

import ledger
from ledger import embedded, log, schema
from ledger.database import ROLES, Location, connect
from ledger.embedded.programs import client_program
from ledger.errors import LedgerError
from projections.engine.catch_up import catch_up
from projections.engine.rebuild import rebuild
from projections.engine.verify import verify
from tests.ledger.embedded.conftest import leave_nothing
from tests.ledger.schema.logins import login, role_of
from tests.ledger.schema.test_roles_are_of_one_ledger import other_database
from tests.ledger.store.samples import call, encoded
from tests.surroundings import groups, servers

WAYS = {
    "as it was": [],
    "without owners": ["--no-owner"],
    "without owners and rights": ["--no-owner", "--no-privileges"],
}


@pytest.fixture
def original(any_location: Location) -> Location:
    """A ledger with events and projections."""
    with closing(connect(any_location, "owner")) as connection:
        log.append(connection, [encoded("a"), encoded("b")])
        catch_up(connection, any_location)
    return any_location


def program(location: Location, name: str) -> Path:
    """PostgreSQL's program of the version of the server."""
    if groups.chosen() != "servers":
        return client_program(name)
    with closing(connect(location)) as connection:
        return servers.found()[str(connection.info.server_version // 10_000)] / name


def restored(original: Location, copy: Location, options: list[str]) -> None:
    """Dump and restore, as an administrator does who heeds no warnings."""
    dump = [program(original, "pg_dump"), "--format=custom", "--dbname", original.dsn]
    for place in (original.schema, f"{original.projections}*"):
        dump += ["--schema", place]
    content = subprocess.run(dump, capture_output=True, check=True).stdout
    restore = [program(original, "pg_restore"), *options, "--dbname", copy.dsn or ""]
    subprocess.run(restore, input=content, capture_output=True)
    with psycopg.connect(copy.dsn or "") as connection:
        count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(copy.schema, "events"))
        assert connection.execute(count).fetchone() == (2,)


@contextmanager
def another_cluster(original: Location, folder: Path) -> Iterator[Location]:
    """A database of the same name in another cluster of that version, which has no roles yet."""
    if groups.chosen() == "servers":
        with servers.running(program(original, "initdb").parent) as dsn:
            yield original._replace(dsn=dsn)
        return
    yield original._replace(dsn=embedded.ensure_running(folder))
    leave_nothing(folder)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("place", ["another database", "another cluster"])
def test_it_is(original: Location, tmp_path: Path, way: str, place: str) -> None:
    with ExitStack() as stack:
        if place == "another database":
            copy = stack.enter_context(other_database(original, "restored_here"))
        else:
            copy = stack.enter_context(another_cluster(original, tmp_path / "other"))
        restored(original, copy, WAYS[way])
        # When the ledger is made, which is there
        mended: list[str] = []
        assert not schema.init(copy, mended=mended)
        # Then it says what was not right, and is right
        assert mended
        assert f"schema {copy.schema}: " in "\n".join(mended)
        works(copy)
        again: list[str] = []
        assert not schema.init(copy, mended=again)
        assert again == []
        if place == "another database":
            reads_nothing(copy, of=original)


def works(copy: Location) -> None:
    """Each role may do what it may do in any ledger, and no more."""
    for role in ROLES:
        with login(copy, role) as theirs, closing(connect(theirs, role)) as connection:
            assert log.head(connection)
            with pytest.raises(psycopg.Error, match="events"):
                connection.execute("DELETE FROM events")
            if role in ("writer", "owner"):
                assert log.append(connection, [encoded(f"by the {role}")])[0].outcome == "recorded"
            if role in ("auditor", "owner", "keeper"):
                assert len(list(log.read(connection))) >= 2
            else:
                with pytest.raises(LedgerError):
                    list(log.read(connection))
            if role == "keeper":
                assert not catch_up(connection, theirs).behind
                rebuild(theirs)
                assert all(table.equal for table in verify(theirs).tables)


def reads_nothing(copy: Location, *, of: Location) -> None:
    """A login with the roles of the original does not read the copy."""
    with login(of, "auditor", "supervisor", "keeper") as theirs:
        user = str(conninfo_to_dict(theirs.dsn or "")["user"])
        dsn = make_conninfo(copy.dsn or "", user=user)
        with closing(connect(copy._replace(dsn=dsn))) as connection:
            for table in ((copy.schema, "events"), (copy.projections, "entries")):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(sql.SQL("TABLE {}").format(sql.Identifier(*table)))


def test_opening_it_puts_nothing_right(original: Location) -> None:
    with other_database(original, "restored_here") as copy:
        restored(original, copy, WAYS["without owners and rights"])
        with ledger.open(copy.dsn, schema_name=copy.schema):
            pass
        with closing(connect(copy)) as connection:
            name = role_of(copy, "owner")
            assert connection.execute("SELECT to_regrole(%s)", [name]).fetchone() == (None,)


def test_what_others_have_put_into_the_schema_is_not_amiss(original: Location) -> None:
    with login(original) as others, closing(connect(original)) as connection:
        user = str(conninfo_to_dict(others.dsn or "")["user"])
        place = original.schema
        for statement in (
            f"CREATE VIEW {place}.of_bi AS SELECT count(*) FROM {place}.events",
            f"ALTER VIEW {place}.of_bi OWNER TO {user}",
            f"CREATE FUNCTION {place}.of_bi() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            f"GRANT USAGE ON SCHEMA {place} TO {user}",
            f"GRANT SELECT ON {place}.events TO {user}",
        ):
            connection.execute(statement.encode())
        mended: list[str] = []
        assert not schema.init(original, mended=mended)
        assert mended == []
        with closing(connect(others)) as reading:
            assert reading.execute("SELECT count(*) FROM events").fetchone() == (2,)
            assert reading.execute("SELECT of_bi()").fetchone() == (1,)
        connection.execute(f"DROP VIEW {place}.of_bi; DROP FUNCTION {place}.of_bi".encode())


def test_a_single_thing_that_is_not_right_is_named(original: Location) -> None:
    with closing(connect(original)) as connection:
        auditor, writer = role_of(original, "auditor"), role_of(original, "writer")
        for change, said in (
            (f"REVOKE SELECT ON events FROM {auditor}", f"table {original.schema}.events: of "),
            ("ALTER FUNCTION head RESET search_path", f"routine {original.schema}.head"),
            (f"GRANT EXECUTE ON FUNCTION matching TO {writer}", "matching"),
            ("GRANT EXECUTE ON FUNCTION head TO PUBLIC", f"routine {original.schema}.head"),
            (f"COMMENT ON ROLE {auditor} IS NULL", f"role {auditor}: is there, now "),
            (f"REVOKE {auditor} FROM {role_of(original, 'keeper')}", f"the members of {auditor}"),
        ):
            connection.execute(change.encode())
            mended: list[str] = []
            assert not schema.init(original, mended=mended)
            assert len(mended) == 1, mended
            assert said in mended[0]


def test_in_a_database_of_another_name_members_stay(any_location: Location) -> None:
    with ExitStack() as stack:
        house = stack.enter_context(other_database(any_location, "old_name"))
        schema.init(house)
        theirs = stack.enter_context(login(house, "auditor"))
        with ledger.Ledger(house) as api:
            api.append(call("a"))
        with psycopg.connect(any_location.dsn or "", autocommit=True) as admin:
            rename(admin, "old_name", "new_name")
            renamed = house._replace(dsn=make_conninfo(house.dsn or "", dbname="new_name"))
            mended: list[str] = []
            schema.init(renamed, mended=mended)
            assert any("old_name" in line for line in mended)
            dsn = make_conninfo(theirs.dsn or "", dbname="new_name")
            with closing(connect(renamed._replace(dsn=dsn), "auditor")) as connection:
                assert len(list(log.read(connection))) == 1
                assert connection.execute("SELECT current_user::text").fetchone() == (
                    role_of(renamed, "auditor"),
                )
            names = [role_of(renamed, role) for role in ROLES]
            rename(admin, "new_name", "old_name")
    with psycopg.connect(any_location.dsn or "", autocommit=True) as admin:
        for name in names:
            admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def rename(admin: psycopg.Connection, name: str, to: str) -> None:
    """Give a database another name, once nobody is connected, closing what is about to end."""
    admin.execute(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s", [name]
    )
    command = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    admin.execute(command.format(sql.Identifier(name), sql.Identifier(to)))
