"""The parts of a scheme that there are several of: components, points of the curve, reductions."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from ledger.errors import InvalidQuestion
from projections.metrics.definitions import metric_of
from projections.motivation.scheme_file import Reading

Kind = Literal["process", "result"]
KINDS: tuple[Kind, ...] = ("process", "result")
OWN = "employee"
FROM_TARGETS = {"target": OWN, "unit": "unit", "company": "company"}
_COMPONENT = ("metric", "kind", "weight", "target", "direction", "floor", "cap")
_COUNTED = ("count", "share")


class Component(NamedTuple):
    """A metric and what it weighs; target: a number, or None if it is taken from the targets.

    direction: whether `more` or `less` is better; floor, cap: bounds of its index; of: whose figure
    and target it is, the employee's own, his unit's or the company's.
    """

    metric: str
    kind: Kind
    weight: Decimal
    target: Decimal | None
    direction: str
    floor: Decimal
    cap: Decimal
    of: str = OWN

    @property
    def name(self) -> str:
        """What tells it from the others: the metric, and whose it is unless his own."""
        return self.metric if self.of == OWN else f"{self.metric}/{self.of}"


class Point(NamedTuple):
    """At this score the bonus is multiplied by this factor."""

    score: Decimal
    factor: Decimal


class Reduction(NamedTuple):
    """A rule by which a bonus may shrink: so much for each one counted beyond those allowed.

    metric: one that counts; of a share, what is in its numerator. norm: instead of a metric, one
    whose breaches are counted. at_most: None is no bound.
    """

    rule: str
    metric: str | None
    amount: Decimal
    allowed: int
    at_most: Decimal | None
    norm: str | None = None


def components(reading: Reading, whole: Mapping[str, Any]) -> tuple[Component, ...]:
    """The components, each metric once for whosever it is."""
    found: list[Component] = []
    for path, each in reading.tables(whole, "components"):
        reading.only(each, path, _COMPONENT)
        metric, target = _metric(reading, each, path), each.get("target")
        of = FROM_TARGETS.get(target, OWN) if isinstance(target, str) else OWN
        if (metric, of) in ((other.metric, other.of) for other in found):
            reading.problem(f"{path}.metric", metric, "is there twice", "Give it one weight.")
        found.append(
            Component(
                metric=metric,
                kind=reading.choice(each, path, "kind", KINDS),
                weight=reading.number(each, path, "weight"),
                target=_target(reading, each, path),
                direction=reading.choice(each, path, "direction", ("more", "less"), "more"),
                floor=reading.number(each, path, "floor", default=Decimal(0)),
                cap=reading.number(each, path, "cap"),
                of=of,
            )
        )
        if found[-1].cap < found[-1].floor:
            reading.problem(
                f"{path}.cap", found[-1].cap, f"is below the floor, {found[-1].floor:f}",
                "Raise the cap or lower the floor.",
            )  # fmt: skip
    if not found:
        reading.problem("components", None, "is missing", "Add [[components]], one a metric.")
    return tuple(found)


def _metric(reading: Reading, table: Mapping[str, Any], path: str) -> str:
    name = reading.text(table, path, "metric")
    try:
        metric_of(name)
    except InvalidQuestion as error:
        if name:
            reading.problem(f"{path}.metric", name, "is no metric", f"{error}.")
    return name


def _target(reading: Reading, table: Mapping[str, Any], path: str) -> Decimal | None:
    target = table.get("target")
    if isinstance(target, str) and target in FROM_TARGETS:
        return None
    number = reading.number(table, path, "target")
    if not number:
        reading.problem(
            f"{path}.target", target, "cannot be measured against",
            'Give a number above 0, or "target" for the employee\'s own, "unit" or "company".',
        )  # fmt: skip
    return number


def curve(reading: Reading, whole: Mapping[str, Any]) -> tuple[Point, ...]:
    """The curve, its points in order of the score."""
    points = [
        Point(reading.number(each, path, "score"), reading.number(each, path, "factor"))
        for path, each in reading.tables(whole, "curve")
    ]
    for n, (before, point) in enumerate(pairwise(points), 1):
        if point.score <= before.score:
            reading.problem(
                f"curve[{n}].score", point.score, f"does not rise above {before.score:f}",
                "Put the points in order of their score.",
            )  # fmt: skip
    if not points:
        reading.problem("curve", None, "is missing", "Add [[curve]] with score and factor.")
    return tuple(points)


def reductions(reading: Reading, whole: Mapping[str, Any]) -> tuple[Reduction, ...]:
    """The rules of reduction, each by a metric or by a norm."""
    found: list[Reduction] = []
    for path, each in reading.tables(whole, "reductions"):
        reading.only(each, path, Reduction._fields)
        norm = reading.text(each, path, "norm") if "norm" in each else None
        wrong = len(reading.problems)
        metric = _metric(reading, each, path) if norm is None else None
        known = metric if wrong == len(reading.problems) else None
        if "norm" in each and "metric" in each:
            remedy = "Leave one of the two out."
            reading.problem(f"{path}.metric", each["metric"], "is there besides a norm", remedy)
        if known and metric_of(known).figure not in _COUNTED:
            reading.problem(f"{path}.metric", metric, "counts nothing", "Take a count or a share.")
        rule = reading.text(each, path, "rule")
        if rule in (other.rule for other in found):
            reading.problem(f"{path}.rule", rule, "is there twice", "Name each rule once.")
        at_most = reading.number(each, path, "at_most") if "at_most" in each else None
        amount = reading.number(each, path, "amount")
        allowed = reading.whole(each, path, "allowed", default=0)
        found.append(Reduction(rule, metric, amount, allowed, at_most, norm))
    return tuple(found)
