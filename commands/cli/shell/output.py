"""How answers are printed: a table for people, JSON or CSV for programs.

Data goes to stdout, remarks to stderr. Rows have the same columns each. Times are shown in one
zone: in full (ISO 8601 with offset) in JSON and CSV, to the minute in a table.
"""

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Literal, NamedTuple, Protocol
from zoneinfo import ZoneInfo

import click

from commands.cli.shell.cells import cell_of, field_of, harmless, json_of, value_of
from commands.cli.shell.parts import chosen_part
from commands.cli.shell.selection import WHOLE, Selection
from commands.cli.shell.tables import print_table
from ledger.errors import InvalidQuestion
from projections.shown_text import one_line, visible

Format = Literal["table", "json", "csv"]
FORMATS: tuple[Format, ...] = ("table", "json", "csv")
_LONGEST, _KEPT = 255, 200  # bytes of a file's name, and of one that is cut
RAW = "commands.cli.shell.raw"  # in a command's context: CSV as it is


class TypedRow(Protocol):
    """A row of a class, as `projections.view.ask` returns them: a NamedTuple."""

    def _asdict(self) -> dict[str, Any]: ...


Rows = Sequence[Mapping[str, Any] | TypedRow]


class _Answer(NamedTuple):
    """One answer. drop: the columns that a table may lose where it is too wide."""

    rows: list[Mapping[str, Any]]
    title: str | None
    names: list[str]
    drop: Sequence[str] | None


def remark(text: str) -> None:
    """Write something about the answer, which is not part of it, to stderr."""
    click.echo(visible(text), err=True)


def file_name(name: str, suffix: str) -> str:
    """A file's name, as long as file systems take: what is too long is cut, and told apart."""
    if len(f"{name}{suffix}".encode(errors="surrogateescape")) > _LONGEST:
        digest = sha256(name.encode(errors="surrogateescape")).hexdigest()[:16]
        name = f"{name.encode(errors='surrogateescape')[:_KEPT].decode(errors='ignore')}~{digest}"
    return f"{name}{suffix}"


def write_whole(content: bytes, place: Path) -> None:
    """Write a file that only its owner may read: the whole of it or, on an error, nothing."""
    to = place.resolve()
    if to.exists() and not to.is_file():
        raise InvalidQuestion(f"{place} is not a file that can be replaced; name another")
    try:
        with NamedTemporaryFile(dir=to.parent, prefix=".iledger-", delete=False) as file:
            try:
                file.write(content)
                file.close()
                Path(file.name).replace(to)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:  # which names the temporary file
        wrong = place if place.parent.is_dir() else place.parent
        raise OSError(error.errno, error.strerror, str(wrong)) from None


class Printer:
    """Prints answers in one format and zone. Close it (or use `with`) after the last answer.

    Several answers of one command have titles: a heading in a table, a key of one JSON object. One
    of them may be chosen (`shell.parts`); CSV, which holds one table, has the first. A selection
    acts on each of those that have its columns.
    """

    def __init__(
        self, form: Format = "table", zone: str = "UTC", selection: Selection = WHOLE
    ) -> None:
        self._form, self._zone, self._selection = form, ZoneInfo(zone), selection
        self._part, self._printed = chosen_part(), False
        self._waiting: list[_Answer] = []
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

    def named(self, *names: str) -> bool:
        """Whether one of these columns was asked for by name; without names, whether any was."""
        return bool((self._selection.names and not names) or {*self._selection.names} & {*names})

    def by_row(self, rows: Sequence[str], table: Sequence[str]) -> bool:
        """Whether an answer that people see in a table of another shape is shown by row.

        It is in JSON and CSV, and in a table if the columns asked for are those of the rows; and
        the other way round. rows, table: the columns of either. Raises InvalidQuestion if neither
        has all columns asked for.
        """
        names, table_asked = {*self._selection.names}, self._form == "table"
        usual, other = (table, rows) if table_asked else (rows, table)
        if not names <= {*usual} and names <= {*other}:
            return table_asked
        for name in self._selection.names:
            if name in other and name not in usual:
                forms = ("a table", "JSON and CSV")
                here, there = forms if table_asked else forms[::-1]
                raise InvalidQuestion(
                    f"no column {name!r} beside the others in {here} of this answer, but in "
                    f"{there}. There are: {', '.join(usual)}; or: {', '.join(other)}"
                )
        return not table_asked

    def close(self) -> None:
        """Print what could not be printed before everything was known."""
        waiting, self._waiting = self._waiting, []
        if self._part is not None:
            if any(each.title is None for each in waiting):
                raise InvalidQuestion("this answer is one table; leave --part out")
            waiting = [each for each in waiting if (each.title or "").lower() == self._part]
            if not waiting:
                remark(f"{self._part}: none")
        self._selection.check(name for answer in waiting for name in answer.names)
        shown = [
            each
            for each in waiting
            if not self._selection.columns or self._selection.header(each.names)
        ]
        if self._form == "csv" and shown[1:]:
            others = ", ".join((each.title or "").lower() for each in shown[1:])
            remark(f"CSV holds one table, {shown[0].title}; --part shows another: {others}")
            shown = shown[:1]
        for answer in shown:
            self._print(answer if self._part is None else answer._replace(title=None))
        if self._titled:
            click.echo(json_of(self._titled))
            self._titled = {}

    def show(
        self,
        given: Rows,
        title: str | None = None,
        columns: Sequence[str] = (),
        drop: Sequence[str] | None = None,
    ) -> None:
        """Print one answer.

        - columns: the header of an answer without rows.
        - drop: the columns that a table may lose where it is too wide, least important first; of
          those not named it loses none. Default: all but the first, from the right.

        Raises InvalidQuestion if the selection names columns that there are not.
        """
        rows = [row if isinstance(row, Mapping) else row._asdict() for row in given]
        answer = _Answer(rows, title, list(rows[0]) if rows else list(columns), drop)
        if self._part is not None or (
            title is not None and (self._selection.names or self._form == "csv")
        ):
            self._waiting.append(answer)
            return
        self._selection.check(answer.names)
        self._print(answer)

    def _print(self, answer: _Answer) -> None:
        rows, names = self._selection.rows(answer.rows), self._selection.header(answer.names)
        self._remark_on(answer, len(rows))
        if self._form == "json":
            self._print_json([self._plain(row, names) for row in rows], answer.title)
        elif self._form == "csv":
            _print_csv(names, (self._plain(row, names) for row in rows))
        elif names:
            if self._printed:
                click.echo()
            if answer.title:
                click.echo(one_line(answer.title))
            self._print_table(names, rows, answer.drop)
        self._printed = self._printed or bool(names)

    def _remark_on(self, answer: _Answer, shown: int) -> None:
        if not answer.rows:
            remark(f"{answer.title}: none" if answer.title else "nothing found")
        elif shown < len(answer.rows):
            of = f"{answer.title}: " if answer.title else ""
            remark(f"{of}{shown:,} of {len(answer.rows):,} rows shown")

    def _print_json(self, rows: list[dict[str, Any]], title: str | None) -> None:
        if title:
            self._titled[title] = rows
            return
        lines = ",\n".join(map(json_of, rows))
        click.echo(f"[\n{lines}\n]" if rows else "[]")

    def _print_table(
        self, names: Sequence[str], rows: Sequence[Mapping[str, Any]], drop: Sequence[str] | None
    ) -> None:
        # The form of a time shows its precision, which needs no column unless it was asked for.
        if not self._selection.columns:
            names = [name for name in names if not name.endswith("precision")]
        print_table(
            names,
            rows,
            lambda row, name: cell_of(row, name, self._zone),
            drop,
            self._selection.sort,
            whole=bool(self._selection.columns),
        )

    def _plain(self, row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
        """The row as JSON can hold it."""
        return {name: value_of(row, name, self._zone) for name in names}


def _print_csv(names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    if not names:
        return
    context = click.get_current_context(silent=True)
    shown = str if context and context.meta.get(RAW) else harmless
    writer = csv.writer(sys.stdout, lineterminator="\r\n")
    writer.writerow(map(shown, names))
    for row in rows:
        writer.writerow([shown(field_of(row[name])) for name in names])
