"""Schemes of motivation: a TOML file, read wholly, or told what is wrong with it.

docs/motivation.md shows a whole one. Numbers are exact decimals; what a scheme does not say has one
stated default, and a field that nobody knows is an error, since it would be paid as if not there.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from ledger.errors import InvalidQuestion
from projections.attainment import metric_of
from projections.credit import COMPARISON, credit_of
from projections.scheme_file import Problem, Reading

Kind = Literal["process", "result"]
KINDS: tuple[Kind, ...] = ("process", "result")
FROM_TARGETS = "target"
_TOP = (
    "name", "version", "effective_from", "currency", "credit", "process_share", "bonus",
    "components", "curve", "reductions",
)  # fmt: skip
_COUNTED = ("count", "share")


class Component(NamedTuple):
    """A metric and what it weighs; target: a number, or None if it is the employee's own target.

    direction: whether `more` or `less` is better; floor, cap: bounds of its index.
    """

    metric: str
    kind: Kind
    weight: Decimal
    target: Decimal | None
    direction: str
    floor: Decimal
    cap: Decimal


class Point(NamedTuple):
    """At this score the bonus is multiplied by this factor."""

    score: Decimal
    factor: Decimal


class Reduction(NamedTuple):
    """A rule by which a bonus may shrink: so much for each one counted beyond those allowed.

    metric: one that counts; of a share, what is in its numerator. at_most: None is no bound.
    """

    rule: str
    metric: str
    amount: Decimal
    allowed: int
    at_most: Decimal | None


@dataclass(frozen=True)
class Scheme:
    """One version of a scheme. process_share: what the process score counts, the result the rest.

    bonus, by_position, by_employee: what a factor of 1 pays for a whole period; the most particular
    one counts, and who has none is not in the scheme. Amounts are in `currency`.
    """

    name: str
    version: int
    effective_from: date
    currency: str
    credit: str
    process_share: Decimal
    bonus: Decimal | None
    by_position: Mapping[str, Decimal]
    by_employee: Mapping[str, Decimal]
    components: tuple[Component, ...]
    curve: tuple[Point, ...]
    reductions: tuple[Reduction, ...]
    text: str

    @cached_property
    def sha256(self) -> str:
        """The digest of the file, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def metrics(self) -> list[str]:
        """All metrics it asks for, each once."""
        rules = (rule.metric for rule in self.reductions)
        return list(dict.fromkeys([*(each.metric for each in self.components), *rules]))

    def bonus_of(self, employee: str, position: str | None) -> tuple[Decimal, str] | None:
        """What a factor of 1 pays an employee, and by what; None if nothing is said of him."""
        if employee in self.by_employee:
            return self.by_employee[employee], "employee"
        if position is not None and position in self.by_position:
            return self.by_position[position], "position"
        return None if self.bonus is None else (self.bonus, "default")


def scheme_of(text: str) -> Scheme:
    """Read a scheme. Raises InvalidQuestion, which tells everything that is wrong with it."""
    found, problems = examined(text)
    if found is None:
        raise InvalidQuestion(f"the scheme is not valid: {' '.join(map(str, problems))}")
    return found


def examined(text: str) -> tuple[Scheme | None, list[Problem]]:
    """A scheme if the text is one, else all that is wrong with it."""
    try:
        whole = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        return None, [Problem("(file)", "", None, f"is not TOML: {error}", "Mend it there.")]
    reading = Reading(text)
    reading.only(whole, "", _TOP)
    bonus, positions, employees = _bonus(reading, whole)
    scheme = Scheme(
        name=reading.text(whole, "", "name"),
        version=reading.whole(whole, "", "version", least=1),
        effective_from=_day(reading, whole),
        currency=reading.text(whole, "", "currency", r"[A-Z]{3}", "Give a code, such as RUB."),
        credit=_credit(reading, whole),
        process_share=reading.number(whole, "", "process_share", most=Decimal(1)),
        bonus=bonus,
        by_position=positions,
        by_employee=employees,
        components=_components(reading, whole),
        curve=_curve(reading, whole),
        reductions=_reductions(reading, whole),
        text=text,
    )
    if not reading.problems:
        _weigh(reading, scheme)
    return (None if reading.problems else scheme), reading.problems


def _day(reading: Reading, whole: Mapping[str, Any]) -> date:
    day = whole.get("effective_from")
    if isinstance(day, date) and not isinstance(day, datetime):
        return day
    reading.problem("effective_from", day, "is not a date", "Write 2026-07-01, without quotes.")
    return date.min


def _credit(reading: Reading, whole: Mapping[str, Any]) -> str:
    credit = reading.text(whole, "", "credit", default="owner-at-event")
    try:
        credit_of(credit)
    except InvalidQuestion as error:
        reading.problem("credit", credit, "is no mode of credit", f"{error}.")
    if credit == COMPARISON:
        reading.problem(
            "credit", credit, "moves the past with every reassignment", "Choose another mode."
        )
    return credit


def _bonus(
    reading: Reading, whole: Mapping[str, Any]
) -> tuple[Decimal | None, Mapping[str, Decimal], Mapping[str, Decimal]]:
    table = reading.table(whole, "", "bonus")
    reading.only(table, "bonus", ("default", "positions", "employees"))
    tables = [reading.table(table, "bonus", name) for name in ("positions", "employees")]
    positions, employees = (
        {name: reading.number(each, f"bonus.{kind}", name) for name in each}
        for kind, each in zip(("positions", "employees"), tables, strict=True)
    )
    default = reading.number(table, "bonus", "default") if "default" in table else None
    if default is None and not positions and not employees:
        reading.problem(
            "bonus", table, "says of nobody what he gets", "Give default, positions or employees."
        )
    return default, positions, employees


def _components(reading: Reading, whole: Mapping[str, Any]) -> tuple[Component, ...]:
    found: list[Component] = []
    for path, each in reading.tables(whole, "components"):
        reading.only(each, path, Component._fields)
        metric = _metric(reading, each, path)
        if metric in (other.metric for other in found):
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
    if table.get("target") == FROM_TARGETS:
        return None
    number = reading.number(table, path, "target")
    if not number:
        reading.problem(
            f"{path}.target", table.get("target"), "cannot be measured against",
            f'Give a number above 0, or "{FROM_TARGETS}" for the employee\'s own target.',
        )  # fmt: skip
    return number


def _curve(reading: Reading, whole: Mapping[str, Any]) -> tuple[Point, ...]:
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


def _reductions(reading: Reading, whole: Mapping[str, Any]) -> tuple[Reduction, ...]:
    found: list[Reduction] = []
    for path, each in reading.tables(whole, "reductions"):
        reading.only(each, path, Reduction._fields)
        metric = _metric(reading, each, path)
        if not reading.problems and metric_of(metric).figure not in _COUNTED:
            reading.problem(f"{path}.metric", metric, "counts nothing", "Take a count or a share.")
        rule = reading.text(each, path, "rule")
        if rule in (other.rule for other in found):
            reading.problem(f"{path}.rule", rule, "is there twice", "Name each rule once.")
        at_most = reading.number(each, path, "at_most") if "at_most" in each else None
        amount = reading.number(each, path, "amount")
        allowed = reading.whole(each, path, "allowed", default=0)
        found.append(Reduction(rule, metric, amount, allowed, at_most))
    return tuple(found)


def _weigh(reading: Reading, scheme: Scheme) -> None:
    """Both scores that count must be of something."""
    shares = (scheme.process_share, 1 - scheme.process_share)
    for kind, share in zip(KINDS, shares, strict=True):
        weight = sum((each.weight for each in scheme.components if each.kind == kind), Decimal(0))
        if share and not weight:
            reading.problem(
                "components", f"{weight:f}",
                f"of kind {kind} weigh nothing, but count {share:f} of the score",
                f"Give one a weight, or set process_share to {'0' if kind == 'process' else '1'}.",
            )  # fmt: skip
