"""--columns, --sort and --limit act on every list alike; a narrow table keeps what matters most."""

import csv
import io
import json
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import pytest

from commands.cli.admin.reference import commands
from commands.cli.shell.cells import Chart, Formatted
from commands.cli.shell.names import with_names
from commands.cli.shell.output import Format, Printer
from commands.cli.shell.selection import Selection, selected
from commands.cli.shell.tables import fitted, width
from ledger.errors import InvalidQuestion
from tests.commands.cli.conftest import Here, Run, jsonl, one_message
from tests.commands.cli.quarter import EVENTS

ROWS: list[dict[str, Any]] = [
    {"client": "C-1", "amount": Decimal("10.5"), "since": date(2025, 3, 1), "won": "b"},
    {"client": "C-2", "amount": None, "since": None, "won": ""},
    {"client": "C-3", "amount": Decimal(9), "since": date(2024, 3, 1), "won": "A"},
    {"client": "C-4", "amount": Decimal("10.5"), "since": date(2026, 3, 1), "won": "c"},
]


def order(sort: str, rows: list[dict[str, Any]] = ROWS) -> list[str]:
    return [str(row["client"]) for row in selected(None, sort, None).rows(rows)]


def test_rows_are_sorted_by_value_and_those_without_one_come_last() -> None:
    assert order("amount") == ["C-3", "C-1", "C-4", "C-2"]
    assert order("amount:asc") == order("amount")
    assert order("amount:desc") == ["C-1", "C-4", "C-3", "C-2"], "equal ones keep their order"
    assert order("since:desc") == ["C-4", "C-1", "C-3", "C-2"]
    assert order("won") == ["C-3", "C-1", "C-4", "C-2"]
    at = datetime(2025, 3, 1, tzinfo=UTC)
    mixed = [{"client": "text", "x": "2"}, {"client": "time", "x": at}, {"client": "one", "x": 1}]
    assert order("x", mixed) == ["one", "time", "text"]


def test_a_formatted_figure_is_sorted_by_its_value() -> None:
    cells = {
        "a": Formatted("9 %", 0.09),
        "b": Formatted("no data", None),
        "c": Formatted("80 %", 0.8),
    }
    rows = [{"client": name, "share": cell} for name, cell in cells.items()]
    assert order("share:desc", rows) == ["c", "a", "b"]


def test_amounts_of_different_currencies_are_sorted_apart() -> None:
    amounts = [
        ("a", 90, "RUB"), ("b", 5, "EUR"), ("c", 7, None), ("d", 100, "RUB"), ("e", 6, "EUR"),
        ("f", 0, "RUB"),
    ]  # fmt: skip
    rows = [{"client": c, "amount": Decimal(n), "currency": of, "n": n} for c, n, of in amounts]
    assert order("amount", rows) == ["f", "c", "b", "e", "a", "d"]
    assert order("amount:desc", rows) == ["d", "a", "e", "b", "c", "f"]
    assert order("n", rows) == ["f", "b", "e", "c", "a", "d"], "what is no amount is compared"
    told = [{"client": c, "sum": Formatted(f"{n}", n, of or "no currency")} for c, n, of in amounts]
    assert order("sum", told) == ["f", "b", "e", "a", "d", "c"]
    one = [{"client": c, "sum": Formatted(f"{n}", n, "RUB" if n else "")} for c, n, _ in amounts]
    assert order("sum:desc", one) == ["d", "a", "c", "e", "b", "f"], "nothing is 0 in the only one"
    figures = [{"client": c, "metric": "x", "value": n, "unit": of} for c, n, of in amounts]
    assert order("value", figures) == order("amount", rows)
    people = [{"client": c, "n": Decimal(n), "unit": of} for c, n, of in amounts]
    assert order("n", people) == order("n", rows), "a unit of people is no measure"


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_all_formats_show_the_same_part(capsys: Any, form: Format) -> None:
    with Printer(form, selection=selected("won, client", "amount:desc", 2)) as printer:
        printer.show(ROWS)
    answer = capsys.readouterr()
    assert "2 of 4 rows shown" in answer.err
    if form == "json":
        told = [tuple(row.items()) for row in json.loads(answer.out)]
        assert told == [(("won", "b"), ("client", "C-1")), (("won", "c"), ("client", "C-4"))]
    elif form == "csv":
        assert list(csv.reader(io.StringIO(answer.out))) == [
            ["won", "client"], ["b", "C-1"], ["c", "C-4"],
        ]  # fmt: skip
    else:
        assert answer.out.splitlines() == ["won  client", "---  ------", "b    C-1", "c    C-4"]


@pytest.mark.parametrize(("asked", "meant"), [
    (("clinet", None), "no column 'clinet'. Did you mean 'client'?"),
    ((None, "amuont:desc"), "Did you mean 'amount'?"),
    ((None, "xyz"), "no column 'xyz'. There are: client, amount, since, won"),
])  # fmt: skip
def test_a_wrong_column_proposes_the_right_one(
    capsys: Any, asked: tuple[str | None, str | None], meant: str
) -> None:
    with pytest.raises(InvalidQuestion) as refused, Printer(selection=selected(*asked, None)) as it:
        it.show(ROWS)
    assert meant in str(refused.value)
    assert capsys.readouterr().out == "", "nothing is printed before"
    with pytest.raises(InvalidQuestion, match="COLUMN:desc"):
        selected(None, "client:down", None)


def test_each_of_several_answers_has_what_it_has_of_it(capsys: Any) -> None:
    chosen = Selection(columns=("client", "why"))
    with Printer("json", selection=chosen) as printer:
        printer.show(ROWS[:1], "clients")
        printer.show([{"why": 1, "else": 2}], "reasons")
        printer.show([{"else": 2}], "others")
    told = json.loads(capsys.readouterr().out)
    assert told == {"clients": [{"client": "C-1"}], "reasons": [{"why": 1}]}
    other = Printer("json", selection=Selection(columns=("other",)))
    other.show(ROWS[:1], "clients")
    with pytest.raises(InvalidQuestion, match="no column 'other'"):
        other.close()


def test_a_table_loses_its_columns_in_the_declared_order_and_never_the_first() -> None:
    rows = [{"id": "x", "name": "y", "bar": Chart("█"), "note": None, "position": 1, "sum": 2}]
    widths = {"id": 10, "name": 10, "bar": 10, "note": 10, "position": 10, "sum": 10}
    lost = []
    for limit in range(70, 0, -1):
        shown = fitted(widths, rows, ("name",), limit)
        lost += [name for name in widths if name not in (*shown, *lost)]
    assert lost == ["bar", "note", "position", "name"], "and `sum` is cut, not lost"
    assert list(fitted(widths, rows, None, 10)) == ["id"]
    assert list(fitted(widths, rows, None, 10, keep="note")) == ["id", "note"], "it is sorted by"
    assert list(fitted(widths, rows, (), 58)) == ["id", "name", "note", "position", "sum"]
    assert "position" in fitted(widths, rows, ("sum", "position"), 40), "declared, so later"


def test_what_is_left_out_is_said(capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    with Printer() as printer:
        printer.show(ROWS, drop=("won", "amount"))
    answer = capsys.readouterr()
    assert answer.out.splitlines()[0].split() == ["client", "since"]
    assert all(width(line) <= 20 for line in answer.out.splitlines())
    assert "too wide for 20 columns; left out: amount, won (--columns" in answer.err
    assert "--format csv" in answer.err
    with Printer(selection=Selection(columns=("client", "amount", "won"))) as printer:
        printer.show(ROWS)
    answer = capsys.readouterr()
    assert answer.out.splitlines()[0] == "client  amount  won", "columns asked for are kept"
    assert answer.err == ""


def test_a_text_is_shortened_before_its_column_is_lost(
    capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    rows = [
        {"check": "disk", "found": "70 GiB free for " + "x" * 40, "advice": "", "digest": "f" * 64},
        {"check": "time", "found": "apart", "advice": "synchronise it " * 4, "digest": "0" * 64},
    ]
    with Printer() as printer:
        printer.show(rows, drop=("digest",))
    told = capsys.readouterr()
    assert told.out.splitlines()[0].split() == ["check", "found", "advice"]
    assert [line.count("…") for line in told.out.splitlines()] == [0, 0, 1, 1]
    assert "left out: digest (" in told.err
    with Printer() as printer:
        printer.show([{name: row[name] for name in ("check", "digest")} for row in rows])
    told = capsys.readouterr()
    assert told.out.splitlines()[2] == "disk   " + "f" * 42 + "…"
    assert told.err == "", "nothing is left out"


def test_of_two_columns_neither_is_lost(capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    with Printer() as printer:
        printer.show(
            [{"name": "address", "value": "Moscow, Tverskaya 1"}, {"name": "", "value": ""}]
        )
    told = capsys.readouterr()
    assert told.out.splitlines()[2] == "address  Moscow, Tv…"
    assert told.err == ""


def test_columns_asked_for_by_name_are_shown_whole(
    capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    for count in (1, 2):
        with Printer(selection=selected("b,a", None, None)) as printer:
            printer.show([{"a": "x" * 30, "b": "y" * 30}] * count)
        told = capsys.readouterr()
        assert "x" * 30 in told.out
        assert "y" * 30 in told.out
        assert told.err == ""


def test_a_column_beyond_the_edge_is_named(capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    with Printer() as printer:
        printer.show([{"a": 10**14, "b": 10**14, "c": 1}] * 2, drop=())
    assert "left out: c (" in capsys.readouterr().err


@pytest.mark.parametrize(("form", "columns", "by_row"), [
    ("table", None, False), ("json", None, True), ("csv", None, True),
    ("table", "employee,won", False), ("table", "group,value", True), ("table", "name", False),
    ("csv", "name,value", True), ("csv", "employee,won", False), ("json", "won", False),
])  # fmt: skip
def test_a_table_of_another_shape_is_shown_by_row_for_columns_of_the_rows(
    form: Format, columns: str | None, *, by_row: bool
) -> None:
    printer = Printer(form, selection=selected(columns, None, None))
    assert printer.by_row(("group", "name", "value"), ("employee", "name", "won")) is by_row


@pytest.mark.parametrize(("form", "columns", "told"), [
    ("csv", "employee,value", "no column 'employee' beside the others in JSON and CSV"),
    ("table", "employee,value", "no column 'value' beside the others in a table"),
])  # fmt: skip
def test_a_column_of_the_other_shape_is_refused_with_the_form_that_has_it(
    form: Format, columns: str, told: str
) -> None:
    printer = Printer(form, selection=selected(columns, None, None))
    with pytest.raises(InvalidQuestion, match=told):
        printer.by_row(("group", "name", "value"), ("employee", "name", "won"))


def test_a_name_stands_beside_its_id_and_is_empty_where_there_is_none() -> None:
    rows = [{"deal": "D-1", "holder": "E-1", "sum": 1}, {"deal": "D-2", "holder": None, "sum": 2}]
    told = with_names(rows, {"E-1": "Анна"}, "holder", "holder_name")
    assert [tuple(row.items()) for row in told] == [
        (("deal", "D-1"), ("holder", "E-1"), ("holder_name", "Анна"), ("sum", 1)),
        (("deal", "D-2"), ("holder", None), ("holder_name", None), ("sum", 2)),
    ]


def test_where_there_is_no_terminal_nothing_is_left_out(
    capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False, raising=False)
    rows = [{f"column_{n}": "x" * 30 for n in range(9)}] * 2
    with Printer() as printer:
        printer.show(rows)
    assert width(capsys.readouterr().out.splitlines()[0]) > 200


def test_every_list_has_the_options() -> None:
    for name, command in commands():
        options = {option for each in command.params for option in each.opts}
        records = "--dry-run" in options
        if (
            "--format" in options
            and not records
            and name not in ("iledger append", "iledger replay")
        ):
            assert {"--columns", "--sort", "--limit"} <= options, name
        if name.split()[-1] == "list":
            assert "--sort" in options, name
        assert isinstance(command, click.Command)


def test_lists_as_typed(iledger: Run, here: Here, tmp_path: Path) -> None:
    (tmp_path / "events").write_bytes(jsonl(*EVENTS))
    assert here("append", str(tmp_path / "events")).exit_code == 0
    by_name = ("employee", "list", "--sort", "name:desc", "--limit", "2", "--columns", "name")
    told = json.loads(here(*by_name, "--format", "json").stdout)
    assert len(told) == 2
    assert told[0]["name"] > told[1]["name"]
    assert "2 of 13 rows shown" in here(*by_name).stderr
    figures = ("target", "attainment", "--period", "2025-Q3", "--sort", "attained:desc")
    shares = [row["attained"] for row in json.loads(here(*figures, "--format", "json").stdout)]
    known = [share for share in shares if share is not None]
    assert known == sorted(known, reverse=True)
    assert shares[: len(known)] == known
    shown = [line for line in here(*figures).stdout.splitlines()[2:] if "no data" not in line]
    assert len(shown) >= len(known) > 1
    wrong = iledger("employee", "list", "--sort", "nmae")
    assert wrong.returncode == 2
    assert "Did you mean 'name'?" in one_message(wrong)
