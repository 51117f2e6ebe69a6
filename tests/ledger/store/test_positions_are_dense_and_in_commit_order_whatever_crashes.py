"""Order torture: writers stall and are killed, the server is killed, and followers miss nothing."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

from ledger import embedded, log, schema
from ledger.api import Ledger
from ledger.database import Location, connect
from ledger.dcb import Recorder
from ledger.envelope import Row
from ledger.errors import LedgerError
from ledger.store import Store
from tests.ledger.embedded.conftest import leave_nothing, until
from tests.ledger.store.samples import call, encoded
from tests.surroundings.groups import examples, sampling, seed

WRITERS = 8
SECONDS = 16.0
KILLS_OF_THE_SERVER = 3
KILLS_IN_THE_WINDOW = 12  # ten to a hundred times more in the group `exhaustive`

Seen = list[tuple[int, str]]


@pytest.fixture
def crashing() -> Iterator[Location]:
    """An empty ledger on a server of its own, which may be killed."""
    with tempfile.TemporaryDirectory(prefix="iledger-") as name:
        location = Location(folder=Path(name) / "data")
        schema.init(location)
        yield location
        assert location.folder
        # The watchdog too must be gone: it opens its locks anew while the folder is removed.
        leave_nothing(location.folder)


class Writers:
    """Processes that append; one that is killed is replaced by another with a new name."""

    def __init__(self, location: Location, notes: Path, *how: str) -> None:
        self._target, self._notes, self._count, self._how = location, notes, 0, how
        self.running = [self._start() for _ in range(WRITERS)]

    def _start(self) -> "subprocess.Popen[bytes]":
        self._count += 1
        name = f"w{self._count}"
        arguments = [str(self._target.folder), self._target.schema, name, str(self._notes / name)]
        torture = [sys.executable, "-m", "tests.ledger.store.order_torture"]
        return subprocess.Popen([*torture, *arguments, *self._how])

    def kill_one(self, chance: random.Random) -> None:
        self.running.append(self._start())
        victim = self.running.pop(chance.randrange(WRITERS))
        victim.kill()
        victim.wait()

    def end(self) -> None:
        for process in self.running:
            process.kill()
            process.wait()

    def acknowledged(self) -> Iterator[tuple[int, str]]:
        for path in self._notes.iterdir():
            for line in path.read_text().splitlines(keepends=True):
                if line.endswith("\n"):
                    position, key = line.split()
                    yield int(position), key


class Follower(threading.Thread):
    """Reads on and on; after a crash it goes on from the last position that it saw."""

    def __init__(self, read: Callable[[int], Iterator[tuple[int, str]]]) -> None:
        super().__init__()
        self._read, self.seen, self.until = read, Seen(), float("inf")

    def run(self) -> None:
        while not self.finished():
            with suppress(LedgerError, psycopg.Error):
                for found in self._read(self.seen[-1][0] if self.seen else 0):
                    self.seen.append(found)
                    if self.finished():
                        break

    def finished(self) -> bool:
        return bool(self.seen) and self.seen[-1][0] >= self.until


def key_of(body: bytes) -> str:
    return body.decode().split('"key":"')[1].split('"')[0]


def followers(location: Location) -> list[Follower]:
    def by_follow(after: int) -> Iterator[tuple[int, str]]:
        with closing(connect(location, "auditor")) as connection:
            for row in log.follow(connection, location.schema, after=after):
                yield row.position, key_of(row.body)

    def by_subscription(after: int) -> Iterator[tuple[int, str]]:
        with Store(location) as store, Recorder(store).subscribe(after=after) as subscription:
            for found in subscription:
                yield found.position, key_of(found.event.data)

    return [Follower(by_follow), Follower(by_follow), Follower(by_subscription)]


def torture(location: Location, writers: Writers) -> None:
    chance = random.Random(7)
    assert location.folder
    started = time.monotonic()
    crashes = [SECONDS * (n + 1) / (KILLS_OF_THE_SERVER + 1) for n in range(KILLS_OF_THE_SERVER)]
    while (passed := time.monotonic() - started) < SECONDS:
        time.sleep(chance.uniform(0.2, 0.8))
        if crashes and passed > crashes[0]:
            crashes.pop(0)
            kill(location.folder)
        else:
            writers.kill_one(chance)
    assert not crashes


def kill(folder: Path) -> None:
    """Kill the server, which takes with it what it has not written down, and start it again."""
    if server := embedded.find(folder):
        os.kill(server.pid, signal.SIGKILL)
    embedded.ensure_running(folder)


def end(location: Location, watching: list[Follower]) -> list[Row]:
    """All events, once every follower has seen what had been recorded when the writers had ended.

    What a writer sent before it was killed may still be recorded after that.
    """
    with closing(connect(location, "owner")) as connection:
        until = log.head(connection)
        for follower in watching:
            follower.until = until
        log.append(connection, [encoded("the end")])  # wakes who waits at the head
        for follower in watching:
            follower.join()
        return list(log.read(connection))


def test_nothing_is_skipped_doubled_or_reordered(crashing: Location, tmp_path: Path) -> None:
    writers = Writers(crashing, tmp_path)
    watching = followers(crashing)
    for follower in watching:
        follower.start()
    try:
        # A busy machine may take longer to start them than the torture lasts.
        until(lambda: len(list(writers.acknowledged())) > 20, "the writers to append")
        begun = len(list(writers.acknowledged()))
        torture(crashing, writers)
    finally:
        writers.end()
        rows = end(crashing, watching)
    acknowledged = hold(rows, watching, writers)
    assert len(acknowledged) > begun + 20  # however slow the machine


@sampling
def test_kills_in_the_flush_window_take_back_nothing_that_was_answered_or_shown(
    crashing: Location, tmp_path: Path
) -> None:
    """Others always wait for the turn, so it is freed before the flush; then the server is killed.

    In the group `exhaustive` thousands of times.
    """
    chance, folder = random.Random(seed()), crashing.folder
    assert folder
    writers = Writers(crashing, tmp_path, "busy")
    watching = followers(crashing)
    for follower in watching:
        follower.start()
    try:
        until(lambda: len(list(writers.acknowledged())) > 20, "the writers to append")
        for _ in range(examples(KILLS_IN_THE_WINDOW)):
            before = sum(path.stat().st_size for path in tmp_path.iterdir())
            until(
                lambda: sum(path.stat().st_size for path in tmp_path.iterdir()) > before,  # noqa: B023
                "the writers to go on",
            )
            time.sleep(chance.uniform(0, 0.05))
            kill(folder)
    finally:
        writers.end()
        rows = end(crashing, watching)
    hold(rows, watching, writers)


def hold(rows: list[Row], watching: list[Follower], writers: Writers) -> list[tuple[int, str]]:
    """What was acknowledged; everything that the first promise says holds."""
    head = len(rows)
    recorded = [(row.position, key_of(row.body)) for row in rows]
    assert [position for position, _ in recorded] == list(range(1, head + 1))
    assert len({key for _, key in recorded}) == head
    assert all(row.recorded_at <= later.recorded_at for row, later in pairwise(rows))
    for follower in watching:
        assert follower.seen == recorded[: len(follower.seen)]
        assert follower.finished()
    acknowledged = list(writers.acknowledged())
    assert set(acknowledged) <= set(recorded)
    return acknowledged


def test_the_books_follow_goes_on_through_a_crash_of_the_server(crashing: Location) -> None:
    assert crashing.folder
    with Ledger(crashing) as opened:
        seen = opened.follow()
        opened.append(call("a"))
        assert next(seen).position == 1
        server = embedded.find(crashing.folder)
        assert server is not None
        os.kill(server.pid, signal.SIGKILL)
        opened.append(call("b"))
        assert next(seen).position == 2
        seen.close()
