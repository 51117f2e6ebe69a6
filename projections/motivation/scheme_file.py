"""A scheme's file, field by field: what each kind of field accepts, and where errors are.

Values come from a TOML file: integers, exact decimals, texts, dates; None stands for a missing one.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Annotated, NamedTuple

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

from ledger.errors import InvalidQuestion
from projections.metrics.credit import COMPARISON, credit_of
from projections.metrics.definitions import metric_of
from projections.motivation.rounding import PLACES

Path = tuple[str | int, ...]  # such as ("components", 1, "weight")
Finding = tuple[Path, object, str, str]  # path, value, problem, remedy
OWN = "employee"
FROM_TARGETS = {"target": OWN, "unit": "unit", "company": "company"}  # whose figure it is, by goal
NORM = "norm:"  # before the name of a norm, where a component measures how it was kept
LARGEST = 10**12
_LINE = r"\S(.{0,198}\S)?"


def _wrong(problem: str, remedy: str) -> PydanticCustomError:
    return PydanticCustomError("scheme", "{problem}", {"problem": problem, "remedy": remedy})


def _text(value: object, pattern: str = _LINE, remedy: str = "Give a text of one line.") -> str:
    if isinstance(value, str) and re.fullmatch(pattern, value) and value.isprintable():
        return value
    raise _wrong("must be text in the expected form", remedy)


def _number(value: object, most: int = LARGEST) -> Decimal:
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        exact = Decimal(value)
        if exact.is_finite() and 0 <= exact <= most and exact == round(exact, PLACES):
            return exact
    remedy = f"Give a number from 0 to {most} with at most {PLACES} places."
    raise _wrong("is outside the supported range", remedy)


def _whole(value: object, least: int = 0) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= LARGEST:
        return value
    raise _wrong("must be a whole number", f"Give {least} or more.")


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise _wrong("is not a date", "Write 2026-07-01, without quotes.")


def _credit(value: object) -> str:
    try:
        credit_of(_text(value))
    except InvalidQuestion as error:
        raise _wrong("is not a mode of credit", f"{error}.") from None
    if value == COMPARISON:
        raise _wrong("moves the past with every reassignment", "Choose another mode.")
    return str(value)


def _metric(value: object, figures: Sequence[str] = ()) -> str:
    try:
        metric = metric_of(_text(value))
    except InvalidQuestion as error:
        raise _wrong("is not a metric", f"{error}.") from None
    if figures and metric.figure not in figures:
        raise _wrong("counts nothing", f"Take a {' or a '.join(figures)}.")
    return str(value)


def _measured(value: object) -> str:
    if isinstance(value, str) and value.startswith(NORM):
        return f"{NORM}{_text(value.removeprefix(NORM))}"
    return _metric(value)


def _goal(value: object) -> Decimal | str:
    if isinstance(value, str) and value in FROM_TARGETS:
        return value
    remedy = 'Give a number above 0, or "target" for the employee\'s own, "unit" or "company".'
    try:
        number = _number(value)
    except PydanticCustomError:
        raise _wrong("is outside the supported range", remedy) from None
    if not number:
        raise _wrong("cannot be measured against", remedy)
    return number


Text = Annotated[str, PlainValidator(_text)]
Currency = Annotated[
    str, PlainValidator(partial(_text, pattern="[A-Z]{3}", remedy="Give a code, such as RUB."))
]
Number = Annotated[Decimal, PlainValidator(_number)]
Share = Annotated[Decimal, PlainValidator(partial(_number, most=1))]
Whole = Annotated[int, PlainValidator(_whole)]
Version = Annotated[int, PlainValidator(partial(_whole, least=1))]
Day = Annotated[date, PlainValidator(_day)]
Credit = Annotated[str, PlainValidator(_credit)]
Metric = Annotated[str, PlainValidator(_metric)]
CountedMetric = Annotated[str, PlainValidator(partial(_metric, figures=("count", "share")))]
Measured = Annotated[str, PlainValidator(_measured)]
Goal = Annotated[Decimal | str, PlainValidator(_goal)]


class Problem(NamedTuple):
    """An error in one field; line: None if the field is not in the file."""

    field: str
    value: str
    line: int | None
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = f" (line {self.line})" if self.line else ""
        found = f" (found {self.value})" if self.value else ""
        return f"{self.field}{where}: {self.problem}{found}. {self.remedy}"


def problem_of(
    lines: Sequence[str], path: Path, value: object, problem: str, remedy: str
) -> Problem:
    """An error with its line in the file."""
    text = "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)
    return Problem(written(path), text[:80], _line(lines, path), problem, remedy)


def written(path: Path) -> str:
    """A path as text, such as components[1].weight, counted from 0 as in JSON."""
    parts = (f"[{each}]" if isinstance(each, int) else f".{each}" for each in path)
    return "".join(parts).removeprefix(".")


def _line(lines: Sequence[str], path: Path) -> int | None:
    """The line of a field, otherwise of its table; None if neither is found."""
    if not path:
        return None
    *table, name = path
    start = _heading(lines, tuple(table)) if table else 0
    if start is not None and isinstance(name, str):
        for n, line in enumerate(lines[start:], start + 1):
            if line.lstrip().startswith("["):
                break
            if "=" in line and line.partition("=")[0].strip().strip("\"'") == name:
                return n
    return _heading(lines, path) or start or _line(lines, tuple(table))


def _heading(lines: Sequence[str], path: Path) -> int | None:
    """The line of a table's heading: [bonus.positions], or the nth [[components]]."""
    nth = path[-1] if isinstance(path[-1], int) else 0
    head = f"[[{path[0]}]]" if isinstance(path[-1], int) else f"[{written(path)}]"
    heads = (n for n, line in enumerate(lines, 1) if line.partition("#")[0].strip() == head)
    return next(islice(heads, nth, None), None)
