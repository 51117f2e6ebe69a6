"""Reading a scheme's file field by field: every problem is noted with its line, none ends it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

C = TypeVar("C", bound=str)
LARGEST = Decimal(10) ** 12
_PLACES = 6


class Problem(NamedTuple):
    """What is wrong with one field; line: None where it is not in the file."""

    field: str
    value: str
    line: int | None
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = f" (line {self.line})" if self.line else ""
        found = f" (found {self.value})" if self.value else ""
        return f"{self.field}{where}: {self.problem}{found}. {self.remedy}"


class Reading:
    """One file being read. Where a field is wrong, what is returned stands in for it.

    path: that of the table, such as components[1], counted from 0 as in JSON; empty at the top.
    """

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self.problems: list[Problem] = []

    def problem(self, field: str, value: Any, problem: str, remedy: str) -> None:
        """Note what is wrong with a field."""
        shown = "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)
        self.problems.append(Problem(field, shown[:80], self._line(field), problem, remedy))

    def only(self, table: Mapping[str, Any], path: str, names: Sequence[str]) -> None:
        """Note fields that nobody knows."""
        for name in table:
            if name not in names:
                self.problem(
                    _under(path, name), None, "is not known", f"There are {', '.join(names)}."
                )

    def text(
        self,
        table: Mapping[str, Any],
        path: str,
        name: str,
        pattern: str = r"\S(.{0,198}\S)?",
        remedy: str = "Give a text of one line.",
        default: str | None = None,
    ) -> str:
        """A text that matches wholly."""
        value = table.get(name, default)
        if isinstance(value, str) and re.fullmatch(pattern, value) and value.isprintable():
            return value
        self.problem(_under(path, name), value, "is missing or not such a text", remedy)
        return ""

    def choice(
        self,
        table: Mapping[str, Any],
        path: str,
        name: str,
        among: Sequence[C],
        default: C | None = None,
    ) -> C:
        """One of these texts."""
        value = table.get(name, default)
        for each in among:
            if each == value:
                return each
        self.problem(_under(path, name), value, "is none of them", f"Give {' or '.join(among)}.")
        return among[0]

    def number(
        self,
        table: Mapping[str, Any],
        path: str,
        name: str,
        *,
        most: Decimal = LARGEST,
        default: Decimal | None = None,
    ) -> Decimal:
        """A number from 0 on, with at most six places."""
        value = table.get(name, default)
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            exact = Decimal(value)
            if exact.is_finite() and 0 <= exact <= most and exact == round(exact, _PLACES):
                return exact
        self.problem(
            _under(path, name), value, "is missing or out of reach",
            f"Give a number from 0 to {most:f} with at most {_PLACES} places.",
        )  # fmt: skip
        return Decimal(0)

    def whole(
        self,
        table: Mapping[str, Any],
        path: str,
        name: str,
        least: int = 0,
        default: int | None = None,
    ) -> int:
        """A whole number."""
        value = table.get(name, default)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= LARGEST:
            return value
        remedy = f"Give a whole number from {least} on."
        self.problem(_under(path, name), value, "is missing or no such number", remedy)
        return least

    def table(self, table: Mapping[str, Any], path: str, name: str) -> Mapping[str, Any]:
        """A table; an empty one if there is none."""
        value = table.get(name, {})
        if isinstance(value, dict):
            return value
        where = _under(path, name)
        self.problem(where, value, "is not a table", f"Begin it with [{where}].")
        return {}

    def tables(self, table: Mapping[str, Any], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The tables of a list at the top, with their paths."""
        value = table.get(name, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self.problem(name, None, "is not a list of tables", f"Begin each with [[{name}]].")
            return
        yield from ((f"{name}[{n}]", each) for n, each in enumerate(value))

    def _line(self, field: str) -> int | None:
        """Where the field stands; or else its table; None if neither is found as it is written."""
        path, _, name = field.rpartition(".")
        index = re.search(r"\[(\d+)\]\Z", path)
        heading, nth = (path[: index.start()], int(index[1])) if index else (path, 0)
        start = 0
        if heading:
            written = f"[[{heading}]]" if index else f"[{heading}]"
            heads = [n for n, line in enumerate(self._lines, 1) if line.strip() == written]
            if len(heads) <= nth:
                return None
            start = heads[nth]
        for n, line in enumerate(self._lines[start:], start + 1):
            if line.lstrip().startswith("["):
                break
            if line.partition("=")[0].strip().strip("\"'") == name and "=" in line:
                return n
        return start or None


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
