"""Nothing recorded is ever changed: by grants for every role, by triggers for the owner."""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from psycopg import sql

from ledger import log
from ledger.database import Connection, Location, connect
from tests.ledger.store.samples import encoded

TABLES = ("events", "event_tags", "about")
KEYS = {"events": "position", "event_tags": "position", "about": "zone"}
CHANGES = {
    "update": "UPDATE {table} SET {key} = {key}",
    "update of no row": "UPDATE {table} SET {key} = {key} WHERE false",
    "delete": "DELETE FROM {table}",
    "delete of no row": "DELETE FROM {table} WHERE false",
    "truncate": "TRUNCATE {table}",
    "truncate cascade": "TRUNCATE {table} CASCADE",
    "merge update": "MERGE INTO {table} t USING (SELECT 1) s ON true "
    "WHEN MATCHED THEN UPDATE SET {key} = t.{key}",
    "merge delete": "MERGE INTO {table} t USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
    "writable CTE": "WITH gone AS (DELETE FROM {table} RETURNING *) SELECT count(*) FROM gone",
}
ADDITIONS = {
    "insert": "INSERT INTO {table} ({key}) SELECT {key} FROM {table}",
    "copy": "COPY {table} FROM STDIN",
    "merge insert": "MERGE INTO {table} t USING (SELECT 1) s ON false "
    "WHEN NOT MATCHED THEN INSERT DEFAULT VALUES",
}


@pytest.fixture
def filled(any_location: Location) -> Iterator[Location]:
    with closing(connect(any_location, "owner")) as connection:
        log.append(connection, [encoded("k1", tags=("employee:E-1",)), encoded("k2")])
        before = contents(connection)
        yield any_location
        assert contents(connection) == before


def contents(connection: Connection) -> list[object]:
    return [
        connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name))).fetchall()
        for name in TABLES
    ]


def refused(connection: Connection, statement: str, table: str) -> str:
    """The SQLSTATE with which the statement is refused."""
    filled_in = statement.format(table=table, key=KEYS[table])
    with pytest.raises(psycopg.Error) as caught, connection.transaction():
        connection.execute(filled_in.encode())
    return caught.value.sqlstate or ""


@pytest.mark.parametrize("change", CHANGES)
def test_the_owner_meets_the_trigger(filled: Location, change: str) -> None:
    with closing(connect(filled, "owner")) as connection:
        for table in TABLES:
            assert refused(connection, CHANGES[change], table) == "IL002"


@pytest.mark.parametrize("change", CHANGES)
def test_so_does_a_superuser_even_as_a_replica(filled: Location, change: str) -> None:
    with closing(connect(filled)) as connection:
        for setting in ("origin", "local", "replica"):
            connection.execute(f"SET session_replication_role = {setting}".encode())
            for table in TABLES:
                assert refused(connection, CHANGES[change], table) == "IL002"


def test_an_upsert_is_refused_as_the_update_that_it_hides(filled: Location) -> None:
    upsert = "INSERT INTO events SELECT * FROM events ON CONFLICT (position) DO UPDATE SET key = ''"
    columns = (
        "position, event_id, type, version, client, performed_by, occurred_at, recorded_at, "
        "source, key, tags, body"
    )
    upsert = upsert.replace("events SELECT *", f"events ({columns}) SELECT {columns}")
    with closing(connect(filled, "owner")) as connection:
        assert refused(connection, upsert, "events") == "IL002"


@pytest.mark.parametrize("role", ["writer", "auditor", "supervisor"])
@pytest.mark.parametrize("statement", [*CHANGES, *ADDITIONS])
def test_every_other_role_has_no_right_to_try(filled: Location, role: str, statement: str) -> None:
    with closing(connect(filled, role)) as connection:
        for table in TABLES:
            assert refused(connection, (CHANGES | ADDITIONS)[statement], table) == "42501"


def test_the_triggers_cannot_be_switched_off_but_by_the_owner(filled: Location) -> None:
    for role in ("writer", "auditor", "supervisor"):
        with closing(connect(filled, role)) as connection:
            switch = "ALTER TABLE {table} DISABLE TRIGGER immutable"
            assert refused(connection, switch, "events") == "42501"
            assert refused(connection, "DROP TABLE {table} CASCADE", "events") == "42501"


def test_the_writer_may_only_append(filled: Location) -> None:
    with closing(connect(filled, "writer")) as connection:
        assert log.append(connection, [encoded("k2")])[0].outcome == "duplicate"
        assert log.head(connection) == 2
        for table in ("events", "event_tags"):
            assert refused(connection, "SELECT * FROM {table}", table) == "42501"
        for call in ("matching('[]', 0, 9, 9)", "matching_item('{{}}', '{{}}', 0, 9, 9)"):
            assert refused(connection, f"SELECT {call}", "events") == "42501"


def test_the_auditor_may_only_read(filled: Location) -> None:
    with closing(connect(filled, "auditor")) as connection:
        assert [row.position for row in log.read(connection)] == [1, 2]
        with pytest.raises(Exception, match="permission denied") as caught:
            log.append(connection, [encoded("k3")])
        assert type(caught.value).__name__ == "NotAllowed"


def test_the_supervisor_sees_no_events(filled: Location) -> None:
    with closing(connect(filled, "supervisor")) as connection:
        assert log.head(connection) == 2
        for table in ("events", "event_tags"):
            assert refused(connection, "SELECT * FROM {table}", table) == "42501"


@pytest.mark.parametrize("role", ["writer", "auditor", "supervisor"])
def test_no_role_may_create_anything_in_the_ledgers_schema(filled: Location, role: str) -> None:
    with closing(connect(filled, role)) as connection:
        made = f"CREATE TABLE {filled.schema}.mine (n int)"
        assert refused(connection, made, "events") == "42501"
