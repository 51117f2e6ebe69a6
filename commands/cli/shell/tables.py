"""Tables for people: aligned by the width of characters, and narrowed to the terminal.

A table that is too wide loses its charts first, then columns without any value, then its least
important columns in the order that the command declares; a long text is shortened before its column
is lost. The first column is never lost, nor the second of two. Then the texts that remain are
shortened, and what still does not fit is cut at the edge. Columns that were asked for by name are
shown whole, however wide.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import click

from commands.cli.shell.cells import Chart, Formatted
from projections.shown_text import one_line

FULL_WIDTH = 100  # columns of a page, where there is no terminal to fit
_UNKNOWN_WIDTH = 80  # of a terminal that reports 0 columns
# Columns that are dropped before all others, the first of these first.
LEAST_IMPORTANT = (
    "position",
    "version",
    "revision",
    "recorded_at",
    "source",
    "approved_by",
    "recorded_by",
    "sha256",
)
_GAP = "  "
_PADDED = 1_000  # no cell is filled up further: one long text would make every other row as long
_READABLE, _SHORTEST = 20, 8  # to which a text is shortened: before its column is lost, and at last

Row = Mapping[str, Any]
Show = Callable[[Row, str], str]


def room() -> int | None:
    """How many columns an answer may take, by COLUMNS or the terminal; None: any number."""
    asked = os.environ.get("COLUMNS", "")
    if asked.isdecimal() and int(asked):
        return int(asked)
    if not sys.stdout.isatty():
        return None
    return os.get_terminal_size().columns or _UNKNOWN_WIDTH


def print_table(
    names: Sequence[str],
    rows: Sequence[Row],
    show: Show,
    drop: Sequence[str] | None,
    keep: str | None = None,
    *,
    whole: bool = False,
) -> None:
    """Print rows below a header; a single row that is too wide, a line a column.

    - drop: the columns that may be lost where the room is too small, least important first; None:
      all but the first, from the right
    - keep: a column that is never lost, such as the one sorted by
    - whole: show everything, however wide
    """
    cells = {name: [one_line(name), *(show(row, name) for row in rows)] for name in names}
    widths = {name: max(map(width, column)) for name, column in cells.items()}
    limit = None if whole else room()
    if len(rows) == 1 and _across(widths) > (limit or FULL_WIDTH):
        wide = max(width(head) for head, _ in cells.values())
        _print_lines([f"{_fit(head, wide)}{_GAP}{cell}" for head, cell in cells.values()], limit)
        return
    shown = widths if limit is None else fitted(widths, rows, drop, limit, keep)
    _print_lines(_aligned(cells, rows, shown), limit)
    if limit is not None:
        seen = _within(shown, limit)
        _say_lost([each for each in names if each not in seen and not _is_chart(rows, each)], limit)


def _aligned(
    cells: Mapping[str, Sequence[str]], rows: Sequence[Row], shown: Mapping[str, int]
) -> Iterator[str]:
    """The lines of a table of these columns, each so wide at most: header, ruler and rows."""
    right = {name: _is_numeric(rows, name) for name in shown}
    padded = {name: min(wide, _PADDED) for name, wide in shown.items()}
    ruler = ["-" * wide for wide in padded.values()]
    head, *body = zip(*(cells[name] for name in shown), strict=True)
    for line in (head, ruler, *body):
        yield _GAP.join(
            _fit(cut(text, shown[name]), padded[name], right=right[name])
            for name, text in zip(shown, line, strict=True)
        ).rstrip()


def _say_lost(lost: Sequence[str], limit: int) -> None:
    if lost:
        named = one_line(", ".join(lost))
        click.echo(
            f"too wide for {limit} columns; left out: {named} "
            "(--columns NAME,NAME or --format csv shows them)",
            err=True,
        )


def fitted(
    widths: Mapping[str, int],
    rows: Sequence[Row],
    drop: Sequence[str] | None,
    limit: int,
    keep: str | None = None,
) -> dict[str, int]:
    """The columns that fit into so much room, and how wide each is then."""
    shown, others = dict(widths), [name for name in list(widths)[1:] if name != keep]
    if len(shown) == 2:
        return _shortened(shown, rows, limit)
    charts = [name for name in others if _is_chart(rows, name)]
    empty = [name for name in others if all(row[name] in (None, "") for row in rows)]
    declared = reversed(others) if drop is None else drop
    least = [name for name in LEAST_IMPORTANT if name not in (drop or ())]
    for name in dict.fromkeys((*charts, *(() if drop == () else (*empty, *least)), *declared)):
        excess = _across(shown) - limit
        if excess <= 0:
            break
        if name in others:
            short = max(_READABLE, width(name))
            if name not in empty and _is_text(rows, name) and shown[name] - excess >= short:
                shown[name] -= excess
            else:
                del shown[name]
    return _shortened(shown, rows, limit)


def _shortened(widths: Mapping[str, int], rows: Sequence[Row], limit: int) -> dict[str, int]:
    """The widths with the widest texts shortened as far as it is needed, the first one last."""
    first, *others = widths
    texts = [name for name in others if _is_text(rows, name)]
    shown = {name: min(wide, limit) if name in texts else wide for name, wide in widths.items()}
    if _across(widths) <= limit:
        return dict(widths)
    last = [first] if _is_text(rows, first) else []
    for least, among in ((_READABLE, texts), (_SHORTEST, texts), (_SHORTEST, [*texts, *last])):
        while _across(shown) > limit:
            long = [name for name in among if shown[name] > max(least, width(name))]
            if not long:
                break
            shown[max(long, key=shown.__getitem__)] -= 1
    return shown


def _within(widths: Mapping[str, int], limit: int) -> list[str]:
    """The columns that begin before the edge."""
    names = list(widths)
    starts = [_across({each: widths[each] for each in names[:n]}) for n in range(len(names))]
    return [name for name, at in zip(names, starts, strict=True) if at + len(_GAP) < limit]


def width(text: str) -> int:
    """How many columns of a terminal a text takes: two a wide character, none a combining one."""
    if text.isascii():
        return len(text)
    # 5 ms, and a question imports nothing of rich unless its answer is not ASCII.
    from rich.cells import cell_len

    return cell_len(text)


def cut(text: str, limit: int) -> str:
    """The beginning of a text that fits, with an ellipsis where something is missing."""
    if width(text) <= limit:
        return text
    # 5 ms, as above.
    from rich.cells import set_cell_size

    return set_cell_size(text, limit - 1).rstrip() + "…"


def _across(widths: Mapping[str, int]) -> int:
    return sum(widths.values()) + len(_GAP) * (len(widths) - 1)


def _print_lines(lines: Iterable[str], limit: int | None) -> None:
    for line in lines:
        click.echo(line if limit is None else cut(line, limit))


def _fit(text: str, wanted: int, *, right: bool = False) -> str:
    padding = " " * (wanted - width(text))
    return padding + text if right else text + padding


def _is_chart(rows: Sequence[Row], name: str) -> bool:
    return any(isinstance(row[name], Chart) for row in rows)


def _is_text(rows: Sequence[Row], name: str) -> bool:
    """Whether a column holds texts that may be shortened: neither figures nor times."""
    values = [row[name] for row in rows if row[name] is not None]
    return not values or any(
        isinstance(value, (str, list, tuple, dict)) and not isinstance(value, (Formatted, Chart))
        for value in values
    )


def _is_numeric(rows: Sequence[Row], name: str) -> bool:
    values = [row[name] for row in rows if row[name] is not None]
    return bool(values) and all(
        isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) for value in values
    )
