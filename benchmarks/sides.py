"""Measuring several ways of doing one thing in turns: a noisy machine disturbs all alike."""

import time
from collections.abc import Callable
from typing import NamedTuple


class Line(NamedTuple):
    """One line of the table: rates (or, for `unit` ms, times) of ours, the limit and the peer."""

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
            f"{_number(self.ours)} {self.unit}",
            _beside(self.ours, self.limit, self.limit_is),
            _beside(self.ours, self.peer, self.peer_is),
            self.goal,
        ]


def in_turns(rounds: int, **ways: Callable[[int], int]) -> dict[str, float]:
    """Call every way once a round with the round's number; what it returns was done then.

    The result is the rate of each, per second.
    """
    spent = dict.fromkeys(ways, 0.0)
    done = dict.fromkeys(ways, 0)
    names = list(ways)
    for number in range(rounds):
        names.append(names.pop(0))
        for name in names:
            started = time.perf_counter()
            done[name] += ways[name](number)
            spent[name] += time.perf_counter() - started
    return {name: done[name] / spent[name] for name in ways}


def _beside(ours: float, other: float | None, name: str) -> str:
    return "" if other is None else f"**{ours / other:.2f}** of {name} ({_number(other)})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.2f}"
