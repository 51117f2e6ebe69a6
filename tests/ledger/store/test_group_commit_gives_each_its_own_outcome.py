"""Threads that append at the same moment share transactions, and nothing else."""

import ctypes
import json
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

import ledger
from ledger import log
from ledger.api import Ledger
from ledger.database import Location
from ledger.envelope import Encoded, Outcome
from ledger.errors import InvalidEvent, KeyConflict, ServerUnavailable
from ledger.store import Store
from ledger.writer import Writer
from tests.ledger.store.samples import call, encoded

THREADS = 64


@pytest.fixture
def opened(any_location: Location) -> Iterator[Ledger]:
    with Ledger(any_location) as opened:
        yield opened


class Gate:
    """A store whose first transaction waits until all others have arrived."""

    def __init__(self, store: Store, arrived: Callable[[], bool]) -> None:
        self.batches: list[int] = []
        self._store, self._arrived = store, arrived

    def record(self, batch: list[Encoded], *, atomic: bool) -> list[Outcome]:
        while not self.batches and not self._arrived():
            threading.Event().wait(0.005)
        self.batches.append(len(batch))
        return self._store.record(batch, atomic=atomic)


def at_once(jobs: list[Callable[[], object]]) -> list[object]:
    """What each job returned or raised."""

    def run(job: Callable[[], object]) -> object:
        try:
            return job()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def gated(opened: Ledger, waiting: int) -> Gate:
    """Make the opened's first transaction wait until this many events stand behind it."""
    writer = opened._writer
    gate = Gate(opened.store, lambda: len(writer._waiting) >= waiting)
    writer._store = gate  # type: ignore[assignment]
    return gate


def test_all_who_came_meanwhile_share_one_transaction(opened: Ledger) -> None:
    gate = gated(opened, THREADS - 1)
    receipts = at_once([lambda n=n: opened.append(call(f"k{n}")) for n in range(THREADS)])
    assert sorted(receipt.position for receipt in receipts) == list(range(1, THREADS + 1))
    assert sum(gate.batches) == THREADS
    assert len(gate.batches) == 2


def test_one_bad_key_and_one_event_of_the_future_fail_alone(opened: Ledger) -> None:
    opened.append(call("taken"))
    soon = datetime.now(UTC) + timedelta(days=1)
    gated(opened, THREADS + 2)
    jobs = [lambda n=n: opened.append(call(f"k{n}")) for n in range(THREADS)]
    jobs.append(lambda: opened.append(call("taken", client="C-2")))
    jobs.append(lambda: opened.append(call("early", occurred_at=soon)))
    jobs.append(lambda: opened.append(call("taken")))
    *good, conflict, early, again = at_once(jobs)
    assert sorted(receipt.position for receipt in good) == list(range(2, THREADS + 2))
    assert all(receipt.recorded for receipt in good)
    assert isinstance(conflict, KeyConflict)
    assert isinstance(early, InvalidEvent)
    assert early.field == "occurred_at"
    assert isinstance(again, ledger.Receipt)
    assert (again.position, again.recorded) == (1, False)


def test_the_same_event_from_many_threads_is_recorded_once(opened: Ledger) -> None:
    gated(opened, THREADS - 1)
    receipts = at_once([lambda: opened.append(call("same"))] * THREADS)
    assert {receipt.position for receipt in receipts} == {1}
    assert sum(receipt.recorded for receipt in receipts) == 1


class Failing:
    """A store that fails with one error, the first time once the others have arrived."""

    def __init__(self, error: BaseException, arrived: Callable[[], bool]) -> None:
        self.error, self.arrived = error, arrived
        self.batches: list[int] = []

    def record(self, batch: list[Encoded], *, atomic: bool) -> list[Outcome]:
        while not self.batches and not self.arrived():
            threading.Event().wait(0.005)
        self.batches.append(len(batch))
        raise self.error


def test_an_error_of_the_shared_transaction_reaches_all() -> None:
    error = ServerUnavailable("gone")
    store = Failing(error, lambda: len(writer._waiting) >= THREADS - 1)
    writer = Writer(store)  # type: ignore[arg-type]
    results = at_once([lambda n=n: writer.record(encoded(f"k{n}")) for n in range(THREADS)])
    # The first was alone; all others shared the second transaction.
    assert store.batches == [1, THREADS - 1]
    assert all(result is error for result in results)


def test_an_interrupt_of_the_one_who_commits_reaches_him_alone(opened: Ledger) -> None:
    store = Failing(KeyboardInterrupt(), lambda: len(writer._waiting) >= 2)
    writer = Writer(store)  # type: ignore[arg-type]
    caught: list[BaseException] = []

    def first() -> None:
        try:
            writer.record(encoded("first"))
        except KeyboardInterrupt as error:
            writer._store = opened.store
            caught.append(error)

    leader = threading.Thread(target=first)
    leader.start()
    with ThreadPoolExecutor(2) as pool:
        others = list(pool.map(writer.record, [encoded("second"), encoded("third")]))
    leader.join()
    assert len(caught) == 1
    assert {outcome.outcome for outcome in others} == {"recorded"}


class Held:
    """A store whose transactions wait until they are released."""

    def __init__(self, store: Store) -> None:
        self.begun, self.release, self._store = threading.Event(), threading.Event(), store

    def record(self, batch: list[Encoded], *, atomic: bool) -> list[Outcome]:
        self.begun.set()
        assert self.release.wait(30)
        return self._store.record(batch, atomic=atomic)


def started(writer: Writer, key: str, queued: int) -> threading.Thread:
    """A thread that records an event, once so many wait."""
    thread = threading.Thread(target=writer.record, args=[encoded(key)], daemon=True)
    thread.start()
    wait_for(writer, queued)
    return thread


def wait_for(writer: Writer, queued: int) -> None:
    while len(writer._waiting) < queued:
        threading.Event().wait(0.005)


def keys(opened: Ledger) -> set[str]:
    return {json.loads(row.body)["key"] for row in opened.store.rows(log.Query())}


def test_who_is_interrupted_while_he_waits_leaves_the_queue(opened: Ledger) -> None:
    store = Held(opened.store)
    writer = Writer(store)  # type: ignore[arg-type]
    leader, others = started(writer, "first", 0), []

    def interrupt() -> None:
        wait_for(writer, 1)
        others.append(started(writer, "third", 2))
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)

    def raising(*_: object) -> None:
        raise KeyboardInterrupt

    assert store.begun.wait(30)
    before = signal.signal(signal.SIGUSR1, raising)
    try:
        threading.Thread(target=interrupt, daemon=True).start()
        with pytest.raises(KeyboardInterrupt):
            writer.record(encoded("second"))
    finally:
        signal.signal(signal.SIGUSR1, before)
    store.release.set()
    for thread in (leader, *others, started(writer, "fourth", 0)):
        thread.join(10)
        assert not thread.is_alive()
    assert keys(opened) == {"first", "third", "fourth"}


def test_who_is_interrupted_when_it_is_his_turn_passes_it_on(opened: Ledger) -> None:
    store, caught = Held(opened.store), []
    writer = Writer(store)  # type: ignore[arg-type]
    leader = started(writer, "first", 0)
    assert store.begun.wait(30)

    def interrupted() -> None:
        try:
            writer.record(encoded("second"))
        except KeyboardInterrupt as error:
            caught.append(error)

    second = threading.Thread(target=interrupted, daemon=True)
    second.start()
    wait_for(writer, 1)
    third = started(writer, "third", 2)
    # It is raised when he wakes, and he wakes when the turn is his.
    told = ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(second.ident or 0), ctypes.py_object(KeyboardInterrupt)
    )
    assert told == 1
    store.release.set()
    for thread in (leader, second, third, started(writer, "fourth", 0)):
        thread.join(10)
        assert not thread.is_alive()
    assert len(caught) == 1
    assert keys(opened) == {"first", "third", "fourth"}


class Interrupted(Gate):
    """The same, but the second transaction is interrupted."""

    def record(self, batch: list[Encoded], *, atomic: bool) -> list[Outcome]:
        if len(self.batches) == 1:
            self.batches.append(len(batch))
            raise KeyboardInterrupt
        return super().record(batch, atomic=atomic)


def test_an_interrupt_of_who_commits_for_others_lets_another_of_them_commit(
    opened: Ledger,
) -> None:
    store = Interrupted(opened.store, lambda: len(writer._waiting) >= 3)
    writer, caught = Writer(store), []  # type: ignore[arg-type]

    def record(key: str) -> None:
        try:
            writer.record(encoded(key))
        except KeyboardInterrupt:
            caught.append(key)

    threads = [threading.Thread(target=record, args=[f"k{n}"], daemon=True) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    assert store.batches == [1, 3, 2]
    assert keys(opened) == {f"k{n}" for n in range(4)} - {*caught}
    assert len(caught) == 1
