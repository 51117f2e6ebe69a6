"""The options --columns, --sort and --limit: which part of a list is shown, and in which order."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from commands.cli.shell.cells import Formatted, json_of
from ledger.errors import InvalidQuestion
from ledger.suggestions import did_you_mean

Row = Mapping[str, Any]


class Selection(NamedTuple):
    """What was asked for; nothing asked for is the whole list, as it comes.

    columns: in the order in which to show them; sort: a column; limit: how many rows.
    """

    columns: tuple[str, ...] = ()
    sort: str | None = None
    descending: bool = False
    limit: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that it names."""
        return self.columns if self.sort is None else (*self.columns, self.sort)

    def check(self, known: Iterable[str]) -> None:
        """Refuse columns that the list does not have, and propose those meant."""
        names = list(dict.fromkeys(known))
        for name in self.names:
            if names and name not in names:
                parts = (f"no column {name!r}.", did_you_mean(name, names), "There are:")
                raise InvalidQuestion(f"{' '.join(filter(None, parts))} {', '.join(names)}")

    def header(self, names: Sequence[str]) -> list[str]:
        """The columns to show of those that a list has."""
        return [name for name in self.columns if name in names] if self.columns else list(names)

    def rows(self, rows: Sequence[Row]) -> list[Row]:
        """The rows to show, in order; those without a value to sort by come last, either way.

        Amounts of different currencies are not compared: they are sorted apart.
        """
        found = list(rows)
        if self.sort is not None and found and self.sort in found[0]:
            units = _units(found, self.sort)
            ranked = [
                (_rank(row[self.sort], unit), row) for row, unit in zip(found, units, strict=True)
            ]
            with_value = [each for each in ranked if each[0] is not None]
            with_value.sort(key=lambda each: each[0] or (), reverse=self.descending)
            found = [row for _, row in with_value]
            found += [row for rank, row in ranked if rank is None]
        return found if self.limit is None else found[: self.limit]


WHOLE = Selection()


def selected(columns: str | None, sort: str | None, limit: int | None) -> Selection:
    """The selection that the options mean. Raises InvalidQuestion."""
    for option, text in (("--columns", columns), ("--sort", sort)):
        if text is not None and not text.partition(":")[0].strip(" ,"):
            raise InvalidQuestion(f"{option} {text!r} names no column; name one, or leave it out")
    names = tuple(name.strip() for name in (columns or "").split(",") if name.strip())
    column, _, direction = (sort or "").partition(":")
    if direction not in ("", "asc", "desc"):
        raise InvalidQuestion(f"--sort {sort!r} ends in {direction!r}; use COLUMN or COLUMN:desc")
    return Selection(names, column.strip() or None, direction == "desc", limit)


def _units(rows: Sequence[Row], column: str) -> list[str]:
    """What the value of each row is measured in, if that differs; else nothing for all."""
    units = [_unit(row, column) for row in rows]
    return units if len({*units} - {""}) > 1 else [""] * len(units)


def _unit(row: Row, column: str) -> str:
    """The unit of a value: its own, or what its row says. Nothing is the same in all."""
    value, unit = row[column], None
    if isinstance(value, Formatted):
        value, unit = value.value, value.unit
    elif "currency" in row and isinstance(value, Decimal):
        unit = row["currency"]
    elif "metric" in row and "currency" not in row:
        unit = row.get("unit")
    return unit or "" if value else ""


def _rank(value: Any, unit: str = "") -> tuple[int, str, Any] | None:
    """What to sort a value by: units, numbers, times and texts apart; None where there is none."""
    if isinstance(value, Formatted):
        return _rank(value.value, unit)
    if value is None or value in ("", (), []) or value != value:  # the last is not a number
        return None
    if isinstance(value, (bool, int, float, Decimal)):
        return 0, unit, value
    if isinstance(value, datetime):
        return 1, "", value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
    if isinstance(value, date):
        return 1, "", value.isoformat()
    if isinstance(value, timedelta):
        return 2, "", value
    return 3, "", value.casefold() if isinstance(value, str) else json_of(value)
