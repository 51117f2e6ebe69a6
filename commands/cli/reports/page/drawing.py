"""Where the lines of the page's charts run, in the units of their SVG view boxes."""

from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate, groupby, pairwise
from math import ceil, log10
from typing import NamedTuple
from zoneinfo import ZoneInfo

from projections.shown_times import local

Values = Sequence[float | None]

WIDTH, HEIGHT = 720, 280  # of a chart
SPARK_WIDTH, SPARK_HEIGHT = 120, 28
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 36, 12, 48
_APART, _FAR_APART = 46, 130  # of two dates, and where letters are large
_RULES = 5
_DOT = 2.5


class Tick(NamedTuple):
    """A mark of an axis; minor ones give way where letters are large."""

    at: float
    text: str
    minor: bool = False


class Chart(NamedTuple):
    """layers: outlines of areas, the lowest first, in the order given; x, y: the axes' marks."""

    layers: list[str]
    x: list[Tick]
    y: list[Tick]
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    bottom: float = HEIGHT - _BOTTOM


class Spark(NamedTuple):
    """A line for each run of values that are known; dots: the last value, and those that are
    alone. Where nothing is known, nothing is drawn.
    """

    lines: list[str]
    dots: list[tuple[float, float]]


def stacked(times: Sequence[datetime], layers: Sequence[Sequence[int]], zone: str) -> Chart | None:
    """Areas over time, one on the other; None if there are less than two moments to draw.

    times: in order; layers: a number for each of the moments, the lowest layer first.
    """
    if len(times) < 2:
        return None
    sums = [[0] * len(times), *accumulate(layers, lambda a, b: [*map(sum, zip(a, b, strict=True))])]
    step = _step(max(sums[-1]))
    top = step * max(1, ceil(max(sums[-1]) / step))
    whole = (times[-1] - times[0]).total_seconds()
    room = WIDTH - _LEFT - _RIGHT
    xs = [_LEFT + room * (at - times[0]).total_seconds() / whole for at in times]
    drawn = [[_height(value, top) for value in line] for line in sums]
    texts = [local(at, ZoneInfo(zone)).strftime("%m-%d") for at in times]
    kept = _spaced(xs, range(len(xs)), _APART)
    major = _spaced(xs, kept, _FAR_APART)
    return Chart(
        [
            f"M{_path(xs, upper)}L{_path(xs[::-1], lower[::-1])}Z"
            for lower, upper in pairwise(drawn)
        ],
        [Tick(round(xs[n], 1), texts[n], n not in major) for n in kept],
        [Tick(_height(value, top), _count(value)) for value in range(0, top + 1, step)],
    )


def spark(values: Values) -> Spark:
    """A line through the values, from 0 (or the lowest, if that is below) to the highest."""
    known = [value for value in values if value is not None]
    low, high = min([0, *known]), max([0, *known])
    span, wide = (high - low) or 1, max(1, len(values) - 1)

    def point(n: int, value: float) -> tuple[float, float]:
        x = _DOT + (SPARK_WIDTH - 2 * _DOT) * n / wide
        y = SPARK_HEIGHT - _DOT - (SPARK_HEIGHT - 2 * _DOT) * (value - low) / span
        return round(x, 1), round(y, 1)

    points = [None if value is None else point(n, value) for n, value in enumerate(values)]
    runs = [
        [each for each in run if each]
        for is_known, run in groupby(points, lambda each: each is not None)
        if is_known
    ]
    lines = [" ".join(f"{x},{y}" for x, y in run) for run in runs if len(run) > 1]
    alone = [run[0] for run in runs if len(run) == 1]
    return Spark(lines, sorted({*alone, *(runs[-1][-1:] if runs else [])}))


def _step(greatest: float) -> int:
    """The distance of two rules: 1, 2 or 5 times a power of ten, so that there are few of them."""
    power = int(10 ** int(log10(max(1, greatest / _RULES))))
    return next(power * n for n in (1, 2, 5, 10) if power * n * _RULES >= greatest)


def _height(value: float, top: float) -> float:
    return round(HEIGHT - _BOTTOM - (HEIGHT - _BOTTOM - _TOP) * value / top, 1)


def _path(xs: Sequence[float], ys: Sequence[float]) -> str:
    return "L".join(f"{x:.1f} {y:.1f}" for x, y in zip(xs, ys, strict=True))


def _spaced(xs: Sequence[float], among: Sequence[int], gap: float) -> list[int]:
    """The first and the last, and those between them that have room."""
    kept, last = [among[0]], among[-1]
    for n in among[1:-1]:
        if xs[n] - xs[kept[-1]] >= gap and xs[last] - xs[n] >= gap:
            kept.append(n)
    return [*kept, last]


def _count(value: int) -> str:
    return f"{value // 1000}k" if value >= 10_000 else str(value)
