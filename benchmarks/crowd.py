"""Eight processes that do the same at the same moment, on whichever side they are told."""

import time
from collections.abc import Callable, Sequence
from functools import cache, partial
from multiprocessing import get_context
from typing import Any, NamedTuple

from benchmarks import company
from benchmarks.peers import Decider, Place

MANY = 8
PATIENCE = 120.0


class Task(NamedTuple):
    """What one of them does, the `number`-th: append `count` events, or approach so many clients.

    rivals: how many of them approach the same clients; 0 to append.
    """

    side: type[Any]
    turn: int
    number: int
    count: int
    rivals: int

    def clients(self) -> list[str]:
        """Whom it approaches: the same as its rivals."""
        group = self.number // self.rivals
        return [f"C-{self.rivals}-{self.turn}-{group}-{nth}" for nth in range(self.count)]


class Crowd:
    """The processes. Each opens a side when it first needs it; close the crowd when done."""

    def __init__(self, place: Place) -> None:
        context = get_context("spawn")
        self._pool = context.Pool(MANY, _begin, (place, context.Barrier(MANY)))

    def all(self, side: type[Any], turn: int, count: int, *, rivals: int = 0) -> tuple[int, float]:
        """Let each do `count`: how much was done in all, and in how many seconds."""
        tasks = [Task(side, turn, number, count, rivals) for number in range(MANY)]
        spans = self._pool.map(_do, tasks, chunksize=1)
        return MANY * count, max(end for _, end in spans) - min(start for start, _ in spans)

    def close(self) -> None:
        """End the processes."""
        self._pool.terminate()
        self._pool.join()


_given: dict[str, Any] = {}


def _begin(place: Place, barrier: Any) -> None:
    _given.update(place=place, barrier=barrier)


@cache
def _opened(side: type[Any]) -> Any:
    return side(_given["place"])


def _do(task: Task) -> tuple[float, float]:
    work = _prepared(task, _opened(task.side))
    _given["barrier"].wait(PATIENCE)
    started = time.perf_counter()
    work()
    return started, time.perf_counter()


def _prepared(task: Task, side: Any) -> Callable[[], None]:
    if task.rivals:
        return partial(approach_all, side, task.number, task.clients())
    calls = company.calls(f"crowd-{task.side.__name__}-{task.turn}-{task.number}", task.count)
    return partial(side.each, side.ready(calls))


def approach_all(side: Decider, employee: int, clients: Sequence[str]) -> None:
    """Approach all of them, one after the other."""
    for client in clients:
        side.approach(employee, client)
