"""Measuring several ways of doing one thing in turns: a noisy machine disturbs all alike."""

import statistics
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

Way = Callable[[int], tuple[int, float]]


class Line(NamedTuple):
    """One line about asking: rates (or, for `unit` ms, times) of ours, the limit and the peer."""

    what: str
    unit: str
    ours: float
    limit: float | None = None
    limit_is: str = ""
    peer: float | None = None
    peer_is: str = ""
    goal: str = ""

    def cells(self) -> list[str]:
        """The line's cells for a Markdown table."""
        return [
            self.what,
            f"{number(self.ours)} {self.unit}",
            _beside(self.ours, self.limit, self.limit_is),
            _beside(self.ours, self.peer, self.peer_is),
            self.goal,
        ]


class Compared(NamedTuple):
    """One line about the door: rates per second by side, and what ours is divided by each other."""

    what: str
    rates: Mapping[str, float]
    ratios: Mapping[str, float]
    goals: Mapping[str, float]

    def cells(self, sides: tuple[str, ...]) -> list[str]:
        """The line's cells: ours, then each side's rate, our ratio to it, and what it must be."""
        return [self.what, number(self.rates["ours"]), *(self._cell(side) for side in sides)]

    def _cell(self, side: str) -> str:
        if side not in self.rates:
            return ""
        ratio, goal = self.ratios[side], self.goals.get(side)
        missed = goal is not None and ratio < goal
        shown = f"**×{ratio:.2f}**" if missed else f"×{ratio:.2f}"
        return f"{number(self.rates[side])}, {shown}{f' (≥ {goal:g})' if goal is not None else ''}"


def compared(
    what: str,
    rounds: int,
    ways: Mapping[str, Way],
    goals: Mapping[str, float] | None = None,
    *,
    rotate: bool = True,
) -> Compared:
    """Go every way once a round, after a round that does not count.

    - ways: by side, `ours` among them: from the round's number to how much was done, in how many
      seconds
    - goals: the least ratio of ours to a side
    - rotate: begin each round with another side

    Rates and ratios are medians, the latter of the ratios within a round.
    """
    names = list(ways)
    rates: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(-1, rounds):
        for name in names:
            done, seconds = ways[name](turn)
            if turn >= 0:
                rates[name].append(done / seconds)
        if rotate:
            names.append(names.pop(0))
    ratios = {
        name: statistics.median(a / b for a, b in zip(rates["ours"], each, strict=True))
        for name, each in rates.items()
        if name != "ours"
    }
    medians = {name: statistics.median(each) for name, each in rates.items()}
    return Compared(what, medians, ratios, goals or {})


def timed(count: int, work: Callable[[], object]) -> tuple[int, float]:
    """Do the work, which is `count` of something: that number, and the seconds it took."""
    started = time.perf_counter()
    work()
    return count, time.perf_counter() - started


def number(value: float) -> str:
    """A figure of the table."""
    return f"{value:,.0f}" if value >= 100 else f"{value:,.2f}"


def _beside(ours: float, other: float | None, name: str) -> str:
    return "" if other is None else f"**{ours / other:.2f}** of {name} ({number(other)})"
