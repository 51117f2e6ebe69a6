"""Whatever a writer calls, only whole events under its own sources are recorded, nothing is read.

Every routine and table of the schema is tried, as the catalog lists them, with hostile arguments.
"""

import json
import random
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from psycopg import sql

from ledger import codec, log
from ledger.database import Connection, Location, connect
from ledger.envelope import event_id
from ledger.events.access import ProducerRegistered
from ledger.moments import Moment
from projections.engine.catch_up import catch_up
from tests.ledger.schema.calls import attempt, routines
from tests.ledger.schema.logins import login
from tests.ledger.store.samples import call, encoded
from tests.surroundings.groups import examples, sampling, seed

SECRET = "grey-heron-4711"
CALLS = 60  # of a routine
# Of a table a writer reads nothing but what a ledger is, and which changes were made to its schema.
OPEN = {"about", "migrations"}


@pytest.fixture
def kept(any_location: Location) -> Iterator[Location]:
    """A ledger with an event of another login, under a source that is registered for that login."""
    with login(any_location, "owner", "writer") as theirs:
        with closing(connect(theirs, "writer")) as connection:
            user = connection.info.user
            registered = call(
                "registered",
                data=ProducerRegistered(source="bank", logins=[user]),
                client=None,
                performed_by=None,
                source="console",
            )
            secret = codec.encode(call("first", client=SECRET, source="bank"))
            log.append(connection, [codec.encode(registered), secret])
        yield any_location


def hostile_bodies() -> list[bytes]:
    """Bodies that are events but for one thing, and those of other logins' keys and sources."""
    whole = json.loads(encoded("k1").body)
    changes: list[dict[str, Any]] = [
        {"type": "event.annulled"}, {"type": ""}, {"type": None}, {"type": 7}, {"type": ["x"]},
        {"version": 0}, {"version": "1"}, {"version": 99_999}, {"version": -1}, {"version": 1.5},
        {"source": "bank"}, {"source": ""}, {"source": None}, {"source": {"a": 1}},
        {"key": ""}, {"key": None}, {"key": 3}, {"key": "x" * 9_000},
        {"client": ""}, {"client": 7}, {"client": ["C-1"]}, {"performed_by": {}},
        {"occurred_at": "soon"}, {"occurred_at": "9999-99-99"}, {"occurred_at": 5},
        {"occurred_at": "infinity"}, {"recorded_by": None}, {"data": None}, {"data": "x"},
        {"data": []}, {"position": 1}, {"login": "root"}, {"recorded_at": "1999-01-01T00:00:00Z"},
        {"source": "bank", "key": "first"}, {"source": "bank", "key": "first", "client": SECRET},
        {"type": "producer.registered", "data": {"source": "pbx", "logins": ["nobody"]}},
        {"type": "access_policy.published", "data": {"mode": "enforce"}},
        {"type": "login.linked", "data": {"login": "root", "employee": "E-1"}},
    ]  # fmt: skip
    # Each with a key of its own, or all but the first would be duplicates.
    made = [whole | {"key": f"h{n}"} | change for n, change in enumerate(changes)]
    made += [
        {k: v for k, v in (whole | {"key": f"without {left}"}).items() if k != left}
        for left in whole
    ]
    bodies = [json.dumps(each, ensure_ascii=False).encode() for each in made]
    text = json.dumps(whole).encode()
    twice = b'{"source":"bank",' + text[1:]  # which of the two is it?
    whole_ones = [encoded(f"k{n}").body for n in range(2, 40)]  # so that some are recorded
    return [*whole_ones, *bodies, text, twice, b" " + text, text + b"\n", text[:-1]]


@sampling
def test_no_call_records_anything_else_or_shows_anything(kept: Location) -> None:
    chance = random.Random(seed())
    bodies = hostile_bodies()
    texts = [
        "bank",
        "first",
        SECRET,
        f"client:{SECRET}",
        f'{{"client:{SECRET}"}}',
        "producer.registered",
    ]
    with login(kept, "writer") as theirs, closing(connect(theirs)) as connection:
        user = connection.info.user
        for routine in routines(connection, kept.schema):
            for _ in range(examples(CALLS)):
                answer = attempt(
                    connection, kept.schema, routine, bodies=bodies, texts=texts, chance=chance
                )
                assert not shows(answer), (routine, answer)
            for body in bodies:
                one = attempt(connection, kept.schema, routine, bodies=[body], plain=True)
                assert not shows(one), (routine, body, one)
    recorded = whole_events(kept)
    with closing(connect(kept, "keeper")) as connection:
        assert catch_up(connection, kept) == (len(recorded), 0, True)  # it stops no question
    assert {source for source, _ in recorded[2:]} <= {"pbx"}
    assert {who for _, who in recorded[2:]} == {user}  # something is


def shows(answer: list[tuple[Any, ...]] | psycopg.Error) -> bool:
    """Whether what was answered has something of the other login's event."""
    if isinstance(answer, psycopg.Error):
        said = f"{answer} {answer.diag.message_detail} {answer.diag.message_hint}"
        return SECRET in said and "duration_s" in said
    return any(SECRET.encode() in _bytes(value) for row in answer for value in row)


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes) else str(value).encode()


def whole_events(location: Location) -> list[tuple[str, str]]:
    """The source and login of all events, each of which is what its body says, in every column."""
    with closing(connect(location, "auditor")) as connection:
        found = connection.execute(
            "SELECT position, event_id, type, version, client, performed_by, source, key, tags, "
            "login, occurred_at, body FROM events ORDER BY position"
        ).fetchall()
        tags = connection.execute("SELECT position, tag FROM event_tags").fetchall()
    assert [row[0] for row in found] == list(range(1, len(found) + 1))
    for row in found:
        _, identity, type_, version, client, performer, source, key, of_event, _, at, body = row
        said = json.loads(body)
        assert (type_, version, source, key) == (
            said["type"], said["version"], said["source"], said["key"],
        )  # fmt: skip
        assert (client, performer) == (said.get("client"), said.get("performed_by"))
        assert identity == event_id(source, key)
        assert isinstance(said["data"], dict)
        assert isinstance(said["recorded_by"], str)
        if "occurred_at" in said:
            assert at == Moment.parse(said["occurred_at"]).at
        assert {tag for position, tag in tags if position == row[0]} == set(of_event)
        assert all(tag.partition(":")[2] in body.decode() for tag in of_event)
    return [(row[6], row[9]) for row in found]


@pytest.mark.parametrize("roles", [("writer",), ()])
def test_no_table_is_written_or_read(kept: Location, roles: tuple[str, ...]) -> None:
    with login(kept, "writer") as theirs, closing(connect(theirs, *roles)) as connection:
        for table in tables(connection, kept.schema):
            name = sql.Identifier(kept.schema, table)
            for statement in (
                "INSERT INTO {} DEFAULT VALUES",
                "INSERT INTO {0} SELECT * FROM {0}",
                "COPY {} FROM STDIN",
                "DELETE FROM {}",
                "TRUNCATE {}",
                "LOCK TABLE {} IN EXCLUSIVE MODE",
                "SELECT FROM {} FOR UPDATE",
                "CREATE INDEX ON {} ((1))",
                *(
                    ("SELECT * FROM {}", "COPY {} TO STDOUT", "TABLE {}")
                    if table not in OPEN
                    else ()
                ),
            ):
                with (
                    pytest.raises(psycopg.errors.InsufficientPrivilege),
                    connection.transaction(),
                ):
                    connection.execute(sql.SQL(statement).format(name))


def tables(connection: Connection, schema: str) -> list[str]:
    found = connection.execute(
        "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f') "
        "AND relnamespace = to_regnamespace(%s)",
        [schema],
    ).fetchall()
    assert {"events", "event_tags", "about"} <= {name for (name,) in found}
    return [name for (name,) in found]


def test_poison_in_the_log_would_be_found(kept: Location) -> None:
    """The comparison with the body is one that can fail."""
    whole_events(kept)
    with closing(connect(kept)) as connection:
        connection.execute("ALTER TABLE events DISABLE TRIGGER immutable")
        connection.execute("UPDATE events SET client = 'C-9' WHERE position = 2")
        connection.execute("ALTER TABLE events ENABLE ALWAYS TRIGGER immutable")
    with pytest.raises(AssertionError):
        whole_events(kept)
