"""How answers are printed: a table for people, JSON or CSV for programs.

Data goes to stdout, remarks to stderr. Rows are dicts with the same keys. Times are shown in one
zone: in full (ISO 8601 with offset) in JSON and CSV, to the minute in a table. Where a row has a
`precision`, its time is shown only as exactly as known; `hired_precision` is for `hired_at`.
"""

import csv
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

import click

from ledger.errors import InvalidQuestion
from projections.moments import date_in, local, shown_in

Format = Literal["table", "json", "csv"]
_Mappings = Sequence[Mapping[str, Any]]
FORMATS: tuple[Format, ...] = ("table", "json", "csv")
FULL_WIDTH = 100  # columns of a page, where there is no terminal to fit
_GAP = "  "


class TypedRow(Protocol):
    """A row of a class, as `projections.view.ask` returns them: a NamedTuple."""

    def _asdict(self) -> dict[str, Any]: ...


Rows = Sequence[Mapping[str, Any] | TypedRow]


class Picture(str):
    """A cell that shows what another tells. Where a table is too wide, its pictures are left out,
    if that makes it fit the terminal.
    """

    __slots__ = ()


def remark(text: str) -> None:
    """Say something about the answer that is not part of it, on stderr."""
    click.echo(text, err=True)


def write_whole(content: bytes, place: Path) -> None:
    """Put a file in its place, for its owner to read: the whole of it or, on an error, nothing."""
    from tempfile import NamedTemporaryFile

    to = place.resolve()
    if to.exists() and not to.is_file():
        raise InvalidQuestion(f"{place} is no file that could be written anew; name another")
    with NamedTemporaryFile(dir=to.parent, prefix=f".{to.name}.", delete=False) as file:
        try:
            file.write(content)
            file.close()
            Path(file.name).replace(to)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


class Printer:
    """Prints answers in one format and zone. Close it (or use `with`) after the last answer.

    Several answers of one command are told apart by titles: a heading in a table, a key of one
    JSON object; in CSV a blank line parts them.
    """

    def __init__(self, form: Format = "table", zone: str = "UTC") -> None:
        self._form, self._zone = form, ZoneInfo(zone)
        self._printed = False
        self._titled: dict[str, list[dict[str, Any]]] = {}

    def __enter__(self) -> "Printer":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # A command that leaves with an exit code of its own has answered.
        if kind is None or issubclass(kind, click.exceptions.Exit):
            self.close()

    @property
    def form(self) -> Format:
        """The format asked for."""
        return self._form

    def close(self) -> None:
        """Print what could not be printed before everything was known."""
        if self._titled:
            click.echo(_json(self._titled))
            self._titled = {}

    def show(self, given: Rows, title: str | None = None, columns: Sequence[str] = ()) -> None:
        """Print one answer. columns: the header of an answer without rows."""
        if not given:
            remark(f"{title}: none" if title else "nothing found")
        rows = [row if isinstance(row, Mapping) else row._asdict() for row in given]
        names = list(rows[0]) if rows else list(columns)
        if self._form == "json":
            self._show_json([self._plain(row) for row in rows], title)
        elif self._form == "csv":
            if self._printed and names:
                click.echo()
            _print_csv(names, (self._plain(row) for row in rows))
        elif rows or columns:
            if self._printed:
                click.echo()
            if title:
                click.echo(title)
            _print_table(names, rows, self._cell)
        self._printed = self._printed or bool(names)

    def _show_json(self, rows: list[dict[str, Any]], title: str | None) -> None:
        if title:
            self._titled[title] = rows
            return
        lines = ",\n".join(map(_json, rows))
        click.echo(f"[\n{lines}\n]" if rows else "[]")

    def _plain(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The row as JSON can hold it."""
        return {name: self._value(row, name) for name in row}

    def _value(self, row: Mapping[str, Any], name: str) -> Any:
        value = row[name]
        if not isinstance(value, datetime):
            return value
        return date_in(row, name) or local(value, self._zone).isoformat()

    def _cell(self, row: Mapping[str, Any], name: str) -> str:
        value = row[name]
        if (text := shown_in(row, name, self._zone)) is not None:
            return text
        if isinstance(value, timedelta):
            return _span(value)
        if isinstance(value, Decimal) and value.is_finite() and value != round(value, 6):
            value = round(value, 2)  # a quotient: more places than anybody reads
        return one_line(_text(value))


def _span(value: timedelta) -> str:
    minutes, days = int(abs(value).total_seconds() // 60) % 1440, abs(value).days
    hours = f"{minutes // 60}:{minutes % 60:02}"
    return ("-" if value < timedelta() else "") + (f"{days} d {hours}" if days else hours)


def _text(value: Any) -> str:
    """A value in a table or a CSV field; None is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return _json(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_text, value))
    return str(value)


def one_line(text: str) -> str:
    """Text that keeps to its line and cannot steer the terminal."""
    if text.isprintable():
        return text
    spaced = " ".join(text.split())
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in spaced)


def _json(value: Any) -> str:
    import msgspec

    encoder = msgspec.json.Encoder(decimal_format="number")
    return encoder.encode(value).decode()


def _print_csv(names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    if not names:
        return
    writer = csv.writer(sys.stdout, lineterminator="\r\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_field(row[name]) for name in names])


def _field(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, timedelta):
        return str(json.loads(_json(value)))
    return _json(value) if isinstance(value, (list, tuple)) else _text(value)


def _print_table(
    names: Sequence[str], rows: _Mappings, cell: Callable[[Mapping[str, Any], str], str]
) -> None:
    # What the time's own form says already needs no column.
    shown = [name for name in names if not name.endswith("precision")]
    room = os.get_terminal_size().columns if sys.stdout.isatty() else None
    if room is not None:
        shown = _fitting(shown, rows, cell, room)
    cells = [[cell(row, name) for name in shown] for row in rows]
    numeric = [
        any(row[name] is not None for row in rows)
        and all(row[name] is None or _is_number(row[name]) for row in rows)
        for name in shown
    ]
    widths = _widths(shown, cells)
    if len(rows) == 1 and _across(widths) > (room or FULL_WIDTH):
        wide = max(map(width, shown))
        lines = [
            f"{_fit(name, wide)}{_GAP}{text}" for name, text in zip(shown, cells[0], strict=True)
        ]
        _print_lines(lines, room)
        return
    ruler = ["-" * each for each in widths]
    lines = [
        _GAP.join(
            _fit(text, each, right=right)
            for text, each, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in (shown, ruler, *cells)
    ]
    _print_lines(lines, room)


def _fitting(
    names: list[str], rows: _Mappings, cell: Callable[[Mapping[str, Any], str], str], room: int
) -> list[str]:
    """The columns to show in so much room: all, or those without pictures if these alone fit."""
    figures = [name for name in names if not any(isinstance(row[name], Picture) for row in rows)]
    all_of, without = (
        _across(_widths(some, [[cell(row, name) for name in some] for row in rows]))
        for some in (names, figures)
    )
    return figures if without <= room < all_of else names


def _across(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _print_lines(lines: Iterable[str], room: int | None) -> None:
    for line in lines:
        click.echo(line if room is None or width(line) <= room else cut(line, room))


def _widths(names: Sequence[str], cells: Sequence[Sequence[str]]) -> list[int]:
    columns = zip(names, *cells, strict=True)
    return [max(map(width, column)) for column in columns]


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _fit(text: str, wanted: int, *, right: bool = False) -> str:
    padding = " " * (wanted - width(text))
    return padding + text if right else text + padding


def width(text: str) -> int:
    """How many columns of a terminal a text takes: two a wide character, none a combining one."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def cut(text: str, room: int) -> str:
    """The beginning of a text that fits, with an ellipsis where something is missing."""
    from rich.cells import set_cell_size

    return text if width(text) <= room else set_cell_size(text, room - 1).rstrip() + "…"
