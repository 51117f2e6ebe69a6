"""What was known at a time stays the same, and no clock that jumped is believed for ever."""

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import psycopg
import pytest

from ledger import log
from ledger.database import Connection, Location, connect
from ledger.errors import ServerUnavailable
from tests.ledger.schema.logins import login
from tests.ledger.store.samples import encoded, tampered


@pytest.fixture
def connection(any_location: Location) -> Iterator[Connection]:
    with closing(connect(any_location, "owner")) as opened:
        yield opened


def test_an_answer_waits_for_who_has_drawn_an_earlier_time(
    any_location: Location, connection: Connection
) -> None:
    # Given one who has appended and not committed yet
    log.append(connection, [encoded("a")])
    with closing(connect(any_location, "writer", autocommit=False)) as slow:
        log.append(slow, [encoded("b")])
        # When somebody asks for what is known now
        ((now,),) = connection.execute("SELECT clock_timestamp()").fetchall()
        answers: list[int] = []
        asking = threading.Thread(target=lambda: answers.append(ask(any_location, now)))
        asking.start()
        asking.join(0.2)
        assert not answers
        slow.commit()
        asking.join()
    # Then the answer has what was on its way, and stays so
    assert answers == [2]
    log.append(connection, [encoded("c")])
    assert ask(any_location, now) == 2


def ask(location: Location, moment: object) -> int:
    with closing(connect(location, "supervisor")) as connection:
        return log.position_at(connection, moment)  # type: ignore[arg-type]  # from the database


def test_what_is_past_waits_for_nobody(any_location: Location, connection: Connection) -> None:
    log.append(connection, [encoded("a")])
    ((then,),) = connection.execute("SELECT recorded_at FROM events").fetchall()
    log.append(connection, [encoded("b")])
    with closing(connect(any_location, "writer", autocommit=False)) as slow:
        log.append(slow, [encoded("c")])
        assert ask(any_location, then) == 1
        slow.rollback()


def test_asking_holds_nobody_up(any_location: Location, connection: Connection) -> None:
    log.append(connection, [encoded("a")])
    with closing(connect(any_location, "supervisor", autocommit=False)) as asking:
        ((now,),) = asking.execute("SELECT clock_timestamp()").fetchall()
        assert log.position_at(asking, now) == 1
        log.append(connection, [encoded("b")])  # although that transaction is open


def test_a_clock_that_is_a_month_ahead_is_not_believed(
    location: Location, owner: Connection
) -> None:
    # Given a ledger whose last event is forty days old by this clock
    log.append(owner, [encoded("a")])
    tampered(location, "UPDATE events SET recorded_at = recorded_at - interval '40 days'")
    # When something is appended, then it is refused with the remedy, and nothing is recorded
    with pytest.raises(ServerUnavailable, match="doctor --clock-is-right"):
        log.append(owner, [encoded("b")])
    assert log.head(owner) == 1
    # Until an owner says that the clock is right
    with (
        login(location, "auditor") as theirs,
        closing(connect(theirs, "auditor")) as auditor,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        auditor.execute("SELECT trust_clock()")
    owner.execute("SELECT trust_clock()")
    assert log.append(owner, [encoded("b")])[0].position == 2


def test_a_clock_that_was_ahead_once_makes_no_later_event_lie_in_the_future(
    location: Location, owner: Connection
) -> None:
    """The rule goes by the clock as it is now, and time of recording never goes back."""
    log.append(owner, [encoded("a")])
    tampered(location, "UPDATE events SET recorded_at = recorded_at + interval '20 days'")
    ((now, last),) = owner.execute("SELECT clock_timestamp(), recorded_at FROM events").fetchall()
    (ahead,) = log.append(owner, [encoded("b", at=now + timedelta(days=10))], atomic=False)
    assert ahead.outcome == "future"
    (present,) = log.append(owner, [encoded("c", at=now)])
    assert (present.outcome, present.recorded_at) == ("recorded", last)


@pytest.mark.parametrize("rights", ["", "writer"])
def test_no_login_holds_the_door_by_a_lock(
    any_location: Location, connection: Connection, rights: str
) -> None:
    key = "(1230718029::bigint << 32) | to_regclass(%s)::oid::bigint"
    with (
        login(any_location, *filter(None, [rights])) as theirs,
        psycopg.connect(theirs.dsn or "", autocommit=True) as held,
    ):
        events = f"{any_location.schema}.events"
        if rights:  # whoever may not look into the schema cannot even name it
            held.execute(f"SELECT pg_advisory_lock({key})".encode(), [events])
        held.execute("SELECT pg_advisory_lock(1230718029)")
        for table in ("turn", "events"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                held.execute(f'SELECT FROM "{any_location.schema}".{table} FOR UPDATE'.encode())
        assert log.append(connection, [encoded("a")])[0].position == 1
