"""Reading by client, employee, type, tag and time, on both axes, gives what was recorded."""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ledger
from ledger import codec, log
from ledger.api import Ledger, question
from ledger.database import Connection, Location, connect, translated
from ledger.envelope import Recorded, Row
from ledger.errors import InvalidQuestion, LedgerError
from ledger.events.contacts import NoteShared
from ledger.events.ownership import ClientReassigned
from ledger.log import Item, Query
from tests.ledger.store.samples import call, encoded
from tests.surroundings.groups import examples

MARCH = datetime(2026, 3, 1, tzinfo=ZoneInfo("Europe/Moscow"))  # in the zone of the ledger
NOTE = NoteShared(text="Просил перезвонить")
MOVED = ClientReassigned(from_employee="E-1", to_employee="E-2", reason="departure")


@pytest.fixture
def opened(any_location: Location) -> Iterator[Ledger]:
    with Ledger(any_location) as opened:
        opened.append_all(
            [
                call("1", occurred_at="2026-02-27T10:00:00Z"),
                call("2", client="C-2", occurred_at="2026-03-01"),
                call("3", data=NOTE, performed_by="E-2", occurred_at="unknown"),
                call("4", data=MOVED, performed_by="E-9", occurred_at="2026-03-05T10:00Z"),
                call("5", client=None, performed_by=None, occurred_at="2026-03"),
            ]
        )
        yield opened


ASKED: dict[str, tuple[dict[str, Any], list[int]]] = {
    "everything": ({}, [1, 2, 3, 4, 5]),
    "a client": ({"client": "C-1"}, [1, 3, 4]),
    "an empty client": ({"client": ""}, []),
    "what an employee did and what concerns him": ({"employee": "E-2"}, [3, 4]),
    "an empty employee": ({"employee": ""}, []),
    "a type": ({"types": ["call.logged"]}, [1, 2, 5]),
    "a type as plain text": ({"types": "call.logged"}, [1, 2, 5]),
    "types, one of them twice": (
        {"types": ["note.shared", "call.logged", "note.shared"]},
        [1, 2, 3, 5],
    ),
    "a type and a client": ({"types": ["call.logged"], "client": "C-1"}, [1]),
    "a tag": ({"tags": ["employee:E-1"]}, [4]),
    "an employee at a client by type": (
        {"employee": "E-1", "client": "C-1", "types": ["client.reassigned"]},
        [4],
    ),
    "since": ({"since": MARCH}, [2, 4, 5]),
    "until": ({"until": MARCH}, [1]),
    "a half-open interval": (
        {"since": MARCH, "until": datetime(2026, 3, 5, 10, tzinfo=UTC)},
        [2, 5],
    ),
    "after": ({"after": 3}, [4, 5]),
    "as of a position": ({"as_of": 3, "client": "C-1"}, [1, 3]),
    "as of nothing": ({"as_of": 0}, []),
    "as of long ago": ({"as_of": datetime(2000, 1, 1, tzinfo=UTC)}, []),
    "as of tomorrow": ({"as_of": datetime.now(UTC) + timedelta(days=1)}, [1, 2, 3, 4, 5]),
}


@pytest.mark.parametrize(("asked", "expected"), ASKED.values(), ids=ASKED.keys())
def test_the_answer_is(opened: Ledger, asked: dict[str, Any], expected: list[int]) -> None:
    assert [found.position for found in opened.read(**asked)] == expected


def test_only_what_lies_near_the_interval_is_decoded(
    opened: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded = []
    decode = codec.decode

    def noting(row: Row) -> Recorded:
        decoded.append(row.position)
        return decode(row)

    monkeypatch.setattr(codec, "decode", noting)
    until = datetime(2026, 3, 2, tzinfo=UTC)
    assert [found.position for found in opened.read(since=MARCH, until=until)] == [2, 5]
    assert decoded == [2, 5]
    everything = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    assert len(list(opened.read(since=everything[0], until=everything[1]))) == 4


def test_what_comes_out_is_what_went_in(opened: Ledger) -> None:
    found = next(opened.read(types=["note.shared"]))
    assert found.data == NOTE
    assert (found.client, found.performed_by, found.recorded_by) == ("C-1", "E-2", "pbx-gateway")
    assert (found.occurred_at, found.precision) == (None, "unknown")
    assert found.recorded_at <= datetime.now(UTC) + timedelta(minutes=1)


@pytest.mark.parametrize(
    "asked",
    [
        {"as_of": 6},
        {"as_of": -1},
        {"as_of": datetime(2026, 3, 1)},  # noqa: DTZ001
        {"since": datetime(2026, 3, 1)},  # noqa: DTZ001
        {"until": datetime(2026, 3, 1)},  # noqa: DTZ001
        {"client": "C\0"},
        {"employee": "E\0"},
        {"types": ["a\0"]},
        {"tags": ["deal:\0"]},
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(
    opened: Ledger, asked: dict[str, Any]
) -> None:
    with pytest.raises(InvalidQuestion):
        list(opened.read(**asked))


def test_an_event_that_carries_a_tag_twice_over_is_read_once(any_location: Location) -> None:
    twice = [encoded(str(n), tags=("client:C-1", "client:C-1")) for n in range(7)]
    with closing(connect(any_location, "owner")) as connection:
        log.append(connection, twice)
        for page in (1, 2, 3, 100):
            query = Query((Item((), ("client:C-1",)), Item(("call.logged",))))
            found = [row.position for row in log.read(connection, query, page=page)]
            assert found == list(range(1, 8))


@pytest.mark.parametrize("page", [1, 2, 3, 10, 11])
def test_pages_meet_without_seam(any_location: Location, page: int) -> None:
    with closing(connect(any_location, "owner")) as connection:
        log.append(connection, [encoded(str(n), tags=("deal:D",)) for n in range(10)])
        for item in (
            Item(),
            Item(("call.logged",)),
            Item((), ("client:C-1",)),
            Item((), ("performed_by:E-1",)),
            Item((), ("deal:D",)),
        ):
            rows = log.read(connection, Query((item,)), page=page)
            assert [row.position for row in rows] == list(range(1, 11))


def test_who_follows_from_ahead_of_the_head_is_told_that_he_would_miss_events(
    opened: Ledger,
) -> None:
    head = opened.store.head()
    with pytest.raises(InvalidQuestion, match=f"ahead of the head, which is {head}"):
        next(opened.follow(after=head + 1))


def test_a_dsn_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(InvalidQuestion, match="the DSN cannot be read"):
        ledger.open("nonsense")


def test_an_answer_is_a_prefix_even_while_others_append(opened: Ledger) -> None:
    reading = opened.read()
    next(reading)
    opened.append(call("late"))
    assert [found.position for found in reading] == [2, 3, 4, 5]


def position_by_hand(connection: Connection, moment: datetime) -> int:
    return max((r.position for r in log.read(connection) if r.recorded_at <= moment), default=0)


@settings(max_examples=examples(), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sizes=st.lists(st.integers(1, 3), max_size=3),
    pick=st.integers(0, 999),
    apart=st.integers(-2, 2).map(lambda n: timedelta(microseconds=n)),
)
def test_a_time_of_recording_names_the_last_position_recorded_by_then(
    any_location: Location, sizes: list[int], pick: int, apart: timedelta
) -> None:
    with closing(connect(any_location, "owner")) as connection:
        start = log.head(connection)
        for n, size in enumerate(sizes):
            log.append(connection, [encoded(f"{start}-{n}-{k}") for k in range(size)])
        times = [row.recorded_at for row in log.read(connection)] or [MARCH]
        moment = times[pick % len(times)] + apart
        assert log.position_at(connection, moment) == position_by_hand(connection, moment)


def test_a_long_session_keeps_to_the_indexes(any_location: Location) -> None:
    """Its plans were made while the ledger was tiny; nothing may scan the ledger once it is not."""
    item = Query((Item(("call.logged",), ("client:C-1",)),))
    with (
        closing(connect(any_location)) as admin,
        closing(connect(any_location, "owner")) as session,
    ):
        owned = [
            f"ALTER TABLE {t} SET (autovacuum_enabled = off)" for t in ("events", "event_tags")
        ]
        for statement in owned:
            admin.execute(statement.encode())
        log.append(session, [encoded(f"first-{n}") for n in range(60)])
        admin.execute("ANALYZE events")
        for n in range(12):
            use_everything(session, item, n)
        log.append(session, [encoded(str(n), client=f"C-{n}") for n in range(20_000)])
        before = scanned(admin, session)
        use_everything(session, item, 99)
        assert scanned(admin, session) - before < 1_000


def use_everything(session: Connection, query: Query, n: int) -> None:
    condition = log.Condition(query, log.head(session))
    assert log.append(session, [encoded(f"n{n}")], condition=condition)[0].outcome == "recorded"
    repeats = [encoded(f"first-{k}") for k in range(10)]
    assert {o.outcome for o in log.append(session, repeats)} == {"duplicate"}
    log.append(session, [encoded(f"{n}-{k}", tags=("deal:D",)) for k in range(20)])
    assert len(list(log.read(session, query, upto=60, page=20))) == 60
    assert len(list(log.read(session, upto=60, page=20))) == 60
    assert log.tagged_page(session, query, 0, 60, 5)
    assert log.position_of(session, encoded("first-1").event_id) == 2


def scanned(admin: Connection, session: Connection) -> int:
    """How many rows sequential scans have read, and index scans have found, in this ledger."""
    session.execute("SELECT pg_stat_force_next_flush()")
    admin.execute("SELECT pg_stat_clear_snapshot()")
    row = admin.execute(
        """
        SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE schemaname = s)
             + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE schemaname = s)
        FROM (SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = 'events'::regclass)
            AS ledger(s)
        """
    ).fetchone()
    assert row is not None
    return int(row[0])


def test_a_single_text_is_one_tag() -> None:
    assert question(tags="client:C-1") == question(tags=["client:C-1"]) == question(client="C-1")


def test_what_is_closed_or_not_a_position_is_named(any_location: Location) -> None:
    opened = Ledger(any_location)
    with opened, pytest.raises(InvalidQuestion, match="-1 is not a position; give 0 to 0"):
        list(opened.read(as_of=-1))
    with pytest.raises(LedgerError, match="this ledger was closed"):
        list(opened.read())


def test_what_is_too_large_is_said_of_an_event_only_where_one_is_recorded(
    owner: Connection,
) -> None:
    long = "".join(hashlib.sha256(bytes([n])).hexdigest() for n in range(200))
    with pytest.raises(InvalidQuestion, match="tag or type is too long"):
        log.append(owner, [encoded("1", tags=(f"deal:{long}",))])
    wrong = pytest.raises(LedgerError, match="cannot compute this: integer out of range")
    with wrong as caught, translated():
        owner.execute("SELECT 2147483647 + 1")
    assert caught.type is LedgerError
