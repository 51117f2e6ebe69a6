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
from typing import Any

from ledger.errors import InvalidQuestion
from projections.metrics.credit import COMPARISON, credit_of
from projections.motivation.scheme_file import Problem, Reading
from projections.motivation.scheme_parts import (
    KINDS,
    Component,
    Point,
    Reduction,
    components,
    curve,
    reductions,
)

_TOP = (
    "name", "version", "effective_from", "currency", "credit", "calendar", "process_share",
    "bonus", "components", "curve", "reductions",
)  # fmt: skip


@dataclass(frozen=True)
class Scheme:
    """One version of a scheme. process_share: what the process score counts, the result the rest.

    bonus, by_position, by_employee: what a factor of 1 pays for a whole period; the most particular
    one counts, and who has none is not in the scheme. Amounts are in `currency`. calendar: by which
    business hours are counted, None for the ledger's default.
    """

    name: str
    version: int
    effective_from: date
    currency: str
    credit: str
    calendar: str | None
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
        rules = (rule.metric for rule in self.reductions if rule.metric)
        return list(dict.fromkeys([*(each.metric for each in self.components), *rules]))

    def component(self, name: str) -> Component | None:
        """The component of this name; or else the first of this metric."""
        named = [each for each in self.components if name in (each.name, each.metric)]
        return next((each for each in named if each.name == name), named[0] if named else None)

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
    except (ValueError, RecursionError) as error:  # also of numbers too long, lists too deep
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
        calendar=reading.text(whole, "", "calendar") if "calendar" in whole else None,
        process_share=reading.number(whole, "", "process_share", most=Decimal(1)),
        bonus=bonus,
        by_position=positions,
        by_employee=employees,
        components=components(reading, whole),
        curve=curve(reading, whole),
        reductions=reductions(reading, whole),
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
