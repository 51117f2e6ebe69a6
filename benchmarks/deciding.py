"""Deciding: first offers to clients, from one process, from eight, and from pairs of rivals.

Of two rivals who approach a client one reserves it; the other is refused and put on record. Each
side reads what it must know by the client's tag and appends under a condition.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.crowd import MANY, Crowd, approach_all
from benchmarks.peers import BLOCKED, OFFERED, RESERVED, Decider, Ours, Place
from benchmarks.sides import Compared, Way, compared, timed
from ledger.api import Ledger
from ledger.database import Location
from ledger.envelope import Event
from ledger.events.people import EmployeeHired
from ledger.log import EVERYTHING

ALONE = 100
OF_EACH = 40
BETWEEN_RIVALS = 60


def measure(
    crowd: Crowd, sides: Mapping[str, Decider], kinds: Mapping[str, type[Any]], rounds: int
) -> Iterator[Compared]:
    """Yield the lines about decisions; raises AssertionError if a client was reserved twice."""
    yield compared(
        "decide, 1 process",
        rounds,
        {name: partial(_alone, sides[name]) for name in kinds},
        {"UmaDB": 1.2, "stock": 2},
    )
    yield compared(
        f"decide, {MANY} processes without rivals",
        rounds,
        _ways(lambda kind, turn: crowd.all(kind, turn, OF_EACH, rivals=1), kinds),
        {"UmaDB": 1, "stock": 3},
    )
    yield compared(
        f"decide, pairs of rivals, {MANY} processes",
        rounds,
        _ways(lambda kind, turn: crowd.all(kind, turn, BETWEEN_RIVALS, rivals=2), kinds),
        {"stock": 2},
    )
    expected = (rounds + 1) * (ALONE + MANY * OF_EACH + MANY // 2 * BETWEEN_RIVALS)
    for name in kinds:
        owners = sides[name].owners()
        assert len(owners) == expected, (name, len(owners), expected)
        assert set(owners.values()) == {1}, (name, owners.most_common(3))


def _alone(side: Decider, turn: int) -> tuple[int, float]:
    clients = [f"C-{turn}-{nth}" for nth in range(ALONE)]
    return timed(ALONE, partial(approach_all, side, 0, clients))


def _ways(
    every: Callable[[type[Any], int], tuple[int, float]], kinds: Mapping[str, type[Any]]
) -> dict[str, Way]:
    return {name: partial(every, kind) for name, kind in kinds.items()}


def race(location: Location, pairs: int) -> None:
    """Let rivals of eight processes approach this many clients, and check what stands after it.

    Raises AssertionError unless each client has one owner, and each loser is on record.
    """
    hire(location)
    crowd = Crowd(Place(location, location, "", Path()))
    try:
        crowd.all(Ours, 0, pairs // (MANY // 2), rivals=2)
    finally:
        crowd.close()
    with Ledger(location) as ledger:
        told = Counter(
            (row.type, msgspec.json.decode(row.body).get("client"))
            for row in ledger.store.rows(EVERYTHING)
        )
    for kind in (OFFERED, RESERVED, BLOCKED):
        found = [times for (of, _), times in told.items() if of == kind]
        assert found == [1] * pairs, (kind, told)


def hire(location: Location) -> None:
    """Hire those who approach clients."""
    with Ledger(location) as ledger:
        ledger.append_all([_hired(f"E-{number}") for number in range(MANY)])


def _hired(employee: str) -> Event:
    return Event(
        data=EmployeeHired(employee=employee, name="Анна", unit="north"),
        source="hr",
        key=employee,
        recorded_by="hr",
        occurred_at="2026-01-01",
    )
