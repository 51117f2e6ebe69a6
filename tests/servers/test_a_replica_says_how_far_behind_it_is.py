"""A read replica answers as of what it has and says what that is; what writes is refused."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import NamedTuple

import psycopg
import pytest

import ledger
from ledger import log, schema
from ledger.api import Ledger
from ledger.database import Location, connect
from ledger.errors import InvalidQuestion, ServerUnavailable
from ledger.events.clients import ClientRegistered
from projections.engine.catch_up import catch_up
from tests.projections.stories import told
from tests.surroundings import servers


class Pair(NamedTuple):
    primary: Location
    replica: Location

    def append(self, name: str) -> int:
        """Append on the primary; return the position once the replica has it."""
        event = told(ClientRegistered(kind="company", name=name), "2026-02-01", client=f"C-{name}")
        with Ledger(self.primary) as there:
            position = there.append(event).position
        with closing(connect(self.replica, "owner")) as connection:
            while log.head(connection) < position:
                time.sleep(0.02)
        return position


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    programs = servers.found()["15"]
    with servers.running(programs, "wal_level=replica") as dsn:
        primary = Location(dsn=dsn)
        schema.init(primary, "Europe/Moscow")
        with servers.replica(programs, dsn) as standby:
            yield Pair(primary, Location(dsn=standby))


def test_a_question_is_answered_as_of_what_the_primary_has_kept(pair: Pair) -> None:
    kept = pair.append("Oak")
    with closing(connect(pair.primary, "owner")) as connection:
        catch_up(connection, pair.primary)
    position = pair.append("Elm")
    _wait_for_projections(pair, kept)
    done = _iledger(pair.replica, "card", "C-Oak")
    assert done.returncode == 0, done.stderr
    assert f"this is a read replica, at position {position}" in done.stderr
    assert f"answers are as of position {kept}, 1 event behind the head" in done.stderr
    assert "s ago" in done.stderr


def test_it_reads_and_follows_but_records_nothing(pair: Pair) -> None:
    position = pair.append("Ash")
    with ledger.open(pair.replica.dsn) as api:
        assert [each.position for each in api.read()] == [*range(1, position + 1)]
        followed = api.follow(after=position)
        assert next(followed_after(pair, followed)) == position + 1
        with pytest.raises(ServerUnavailable, match="Write to the primary"):
            api.append(told(ClientRegistered(kind="company", name="No"), "2026-02-01", client="C"))
    done = _iledger(pair.replica, "client", "assign", "C-Ash", "E-1", "--by", "E-1", "--yes")
    assert done.returncode != 0


def test_a_time_is_answered_only_if_it_is_settled(pair: Pair) -> None:
    pair.append("Fir")
    pair.append("Yew")
    with ledger.open(pair.replica.dsn) as api:
        events = list(api.read())
        last = events[-1].recorded_at
        assert last is not None
        settled = list(api.read(as_of=last - timedelta(microseconds=1)))
        assert [each.position for each in settled] == [each.position for each in events[:-1]]
        with pytest.raises(InvalidQuestion, match="not settled on this read replica"):
            list(api.read(as_of=last))


def test_doctor_says_what_it_is(pair: Pair) -> None:
    done = _iledger(pair.replica, "doctor", "--format", "json")
    found = {each["check"]: each for each in json.loads(done.stdout)}
    assert found["replica"]["result"] == "ok"
    assert "at position" in found["replica"]["found"]
    assert not [each for each in found.values() if "cannot execute" in each["found"]]


def test_projections_are_neither_rebuilt_nor_verified_there(pair: Pair) -> None:
    done = _iledger(pair.replica, "projections", "rebuild")
    assert done.returncode == 7, done.stderr
    assert "Write to the primary" in done.stderr


def followed_after(pair: Pair, followed: Iterator[ledger.Recorded]) -> Iterator[int]:
    pair.append(f"F{time.monotonic_ns()}")
    yield next(followed).position


def _wait_for_projections(pair: Pair, position: int) -> None:
    with psycopg.connect(pair.replica.dsn or "", autocommit=True) as connection:
        while connection.execute("SELECT position FROM ledger_projections.progress").fetchone() != (
            position,
        ):
            time.sleep(0.02)


def _iledger(location: Location, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "commands.cli.main", "--dsn", location.dsn or "", *words]
    return subprocess.run(command, capture_output=True, text=True)
