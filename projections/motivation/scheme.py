"""Motivation schemes: a TOML file that is valid as a whole, or refused with every error in it.

docs/motivation.md shows a complete one. Numbers are exact decimals. Every optional field has one
default, and an unknown field is an error, because it would be ignored in the payout. Pydantic
checks each field; constraints between fields are checked here.
"""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator
from pydantic_core import ErrorDetails

from ledger.errors import InvalidQuestion
from ledger.suggestions import did_you_mean
from projections.motivation.scheme_checks import between_fields
from projections.motivation.scheme_file import (
    FROM_TARGETS,
    NORM,
    OWN,
    CountedMetric,
    Credit,
    Currency,
    Day,
    Finding,
    Goal,
    Measured,
    Number,
    Problem,
    Share,
    Text,
    Version,
    Whole,
    problem_of,
    written,
)
from projections.tables.motivation.settlement import PublishedScheme

Kind = Literal["process", "result"]
KINDS: tuple[Kind, ...] = ("process", "result")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Component(_Table):
    """A metric and its weight.

    - floor, cap: limits of its index; direction: whether more or less is better
    - goal: the target as in the file: a number, or one of target, unit and company
    - norm: of one that measures how a norm was kept: its share of the months, quarters or years in
      which it applied; metric is then norm:NORM
    """

    metric: Measured
    kind: Kind
    weight: Number
    goal: Goal = Field(alias="target")
    direction: Literal["more", "less"] = "more"
    floor: Number = Decimal(0)
    cap: Number
    norm: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_norm(cls, given: Any) -> Any:
        if isinstance(given, dict) and "norm" in given and "metric" not in given:
            return {**given, "metric": f"{NORM}{given['norm']}"}
        return given

    @cached_property
    def target(self) -> Decimal | None:
        """The target, if the scheme states a number; None if it refers to recorded targets."""
        return self.goal if isinstance(self.goal, Decimal) else None

    @cached_property
    def of(self) -> str:
        """Whose figure and target it is: employee, unit or company."""
        return OWN if isinstance(self.goal, Decimal) else FROM_TARGETS[self.goal]

    @cached_property
    def name(self) -> str:
        """The component's name: the metric, and whose it is unless the employee's own."""
        return self.metric if self.of == OWN else f"{self.metric}/{self.of}"


class Point(_Table):
    """A point of the curve: the factor at a score."""

    score: Number
    factor: Number


class ReductionRule(_Table):
    """A rule that may reduce a bonus: an amount for each counted item beyond those allowed.

    - metric: a metric that counts; of a share, its numerator; or norm: a norm whose breaches count
    - at_most: the largest reduction; None = no limit
    """

    rule: Text
    metric: CountedMetric | None = None
    amount: Number
    allowed: Whole = 0
    at_most: Number | None = None
    norm: Text | None = None


class Bonus(_Table):
    """The payout for a factor of 1 and a whole period; the most specific amount applies."""

    default: Number | None = None
    positions: dict[str, Number] = {}
    employees: dict[str, Number] = {}


class Scheme(_Table):
    """One version of a scheme. Amounts are in `currency`.

    - process_share: the weight of the process score; the result score has the rest
    - calendar: of business hours; None = the ledger's default

    An employee without a bonus does not take part in it.
    """

    name: Text
    version: Version
    effective_from: Day
    currency: Currency
    credit: Credit = "owner-at-event"
    calendar: Text | None = None
    process_share: Share
    bonus: Bonus = Bonus()
    components: tuple[Component, ...] = ()
    curve: tuple[Point, ...] = ()
    reductions: tuple[ReductionRule, ...] = ()
    _text: str = PrivateAttr("")

    def model_post_init(self, context: Any, /) -> None:
        """Keep the text of the file, which is the context of validation."""
        self._text = str(context or "")

    @cached_property
    def sha256(self) -> str:
        """The digest of the file, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def text(self) -> str:
        """The text of the file."""
        return self._text

    @property
    def metrics(self) -> list[str]:
        """All metrics that the scheme uses, each once."""
        rules = (rule.metric for rule in self.reductions if rule.metric)
        measured = (each.metric for each in self.components if not each.norm)
        return list(dict.fromkeys([*measured, *rules]))

    def component(self, name: str) -> Component | None:
        """The component with this name, otherwise the first with this metric."""
        named = [each for each in self.components if name in (each.name, each.metric)]
        return next((each for each in named if each.name == name), named[0] if named else None)

    def bonus_of(self, employee: str, position: str | None) -> tuple[Decimal, str] | None:
        """An employee's payout for a factor of 1, and its source; None without a bonus."""
        bonus = self.bonus
        if employee in bonus.employees:
            return bonus.employees[employee], "employee"
        if position is not None and position in bonus.positions:
            return bonus.positions[position], "position"
        return None if bonus.default is None else (bonus.default, "default")


_TABLES: Mapping[str, type[BaseModel]] = {
    "bonus": Bonus,
    "components": Component,
    "curve": Point,
    "reductions": ReductionRule,
}


def scheme_of(text: str) -> Scheme:
    """Read a scheme. Raises InvalidQuestion, which lists every error in it."""
    found, problems = examined(text)
    if found is None:
        raise InvalidQuestion(f"the scheme is not valid: {' '.join(map(str, problems))}")
    return found


def recorded_scheme(row: PublishedScheme) -> Scheme:
    """A scheme as published. Raises InvalidQuestion: any service may have recorded it."""
    try:
        return scheme_of(row.toml)
    except InvalidQuestion as error:
        where = f"scheme {row.scheme}@{row.version}, recorded at position {row.position}"
        raise InvalidQuestion(
            f"{where}, cannot be read: {error} Annul it (event.annulled), or publish it anew under "
            "another version"
        ) from None


def examined(text: str) -> tuple[Scheme | None, list[Problem]]:
    """The scheme, or every error in it, in the order of the file."""
    try:
        whole = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:  # also of numbers too long, lists too deep
        return None, [Problem("(file)", "", None, f"is not TOML: {error}", "Correct that line.")]
    scheme, errors = _validated(whole, text)
    wrong = {error["loc"] for error in errors}
    found = [*map(_of_field, errors), *between_fields(whole, wrong, Bonus.model_fields)]
    if scheme and not found:
        found = list(_weights(scheme))
    lines = text.splitlines()
    problems = [problem_of(lines, *each) for each in found]
    problems.sort(key=lambda each: (each.line is None, each.line or 0))
    return (None if problems else scheme), problems


def _validated(whole: dict[str, Any], text: str) -> tuple[Scheme | None, list[ErrorDetails]]:
    """The scheme, or pydantic's errors. Missing fields are checked as None, for their remedy."""
    errors: list[ErrorDetails] = []
    for _ in range(2):
        try:
            return Scheme.model_validate(whole, context=text), []
        except ValidationError as error:
            errors = error.errors(include_url=False)
        for each in errors:
            if each["type"] == "missing":
                each["input"][each["loc"][-1]] = None
    return None, errors


def _of_field(error: ErrorDetails) -> Finding:
    path, value, context = error["loc"], error["input"], error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            model = _TABLES[str(path[0])] if path[1:] else Scheme
            names = [field.alias or name for name, field in model.model_fields.items()]
            near = did_you_mean(str(path[-1]), names)
            return path, None, "is not known", f"{near} There are {', '.join(names)}.".strip()
        case "literal_error":
            problem, remedy = "is not one of them", f"Give {context['expected']}."
        case "tuple_type":
            problem, remedy = "is not a list of tables", f"Begin each with [[{path[0]}]]."
        case "model_type" if path[1:]:
            problem, remedy = "is not a table", f"Begin it with [[{path[0]}]]."
        case "model_type" | "dict_type":
            problem, remedy = "is not a table", f"Begin it with [{written(path)}]."
        case _:
            problem, remedy = context["problem"], context["remedy"]
    return path, value, "is missing" if value is None else problem, remedy


def _weights(scheme: Scheme) -> Iterator[Finding]:
    """The error if a score that counts has no component."""
    shares = (scheme.process_share, 1 - scheme.process_share)
    for kind, share in zip(KINDS, shares, strict=True):
        if share and not any(each.weight for each in scheme.components if each.kind == kind):
            problem = f"of kind {kind} weigh nothing, but count {share:f} of the score"
            alone = "0" if kind == "process" else "1"
            remedy = f"Give one a weight, or set process_share to {alone}."
            yield ("components",), None, problem, remedy
