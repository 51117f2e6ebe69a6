"""Answers are printed so that columns align and programs can read them back exactly."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from commands.cli.shell.output import Format, Printer
from commands.cli.shell.tables import cut, width

ROWS: list[dict[str, Any]] = [
    {"client": "C-1", "name": "Ромашка", "amount": Decimal("1250.50"), "n": 3, "left": None},
    {"client": "日本", "name": "e\u0301a", "amount": None, "n": 12, "left": timedelta(hours=30)},
    {"client": "C-3", "name": 'a "b",\nc\x1b[31m', "amount": Decimal("0.10"), "n": 0, "left": None},
]


def printed(capsys: Any, rows: list[dict[str, Any]], form: Format, **given: Any) -> str:
    with Printer(form, "Europe/Moscow") as printer:
        printer.show(rows, **given)
    out: str = capsys.readouterr().out
    return out


def test_columns_start_where_they_should(capsys: Any) -> None:
    rows = [row | {"end": "|"} for row in ROWS]
    _, _, *lines = printed(capsys, rows, "table").splitlines()
    assert len({width(line[: line.index("|")]) for line in lines}) == 1
    assert len({line.index("|") for line in lines}) > 1  # counting characters would not do


def test_numbers_stand_on_the_right(capsys: Any) -> None:
    _, _, first, _, third = printed(capsys, ROWS, "table").splitlines()
    assert first.index("1250.50") + len("1250.50") == third.index("0.10") + len("0.10")


def test_nothing_in_a_value_steers_the_terminal(capsys: Any) -> None:
    out = printed(capsys, ROWS, "table")
    assert "\x1b" not in out
    assert len(out.splitlines()) == 5


def test_json_reads_back(capsys: Any) -> None:
    out = printed(capsys, ROWS, "json")
    assert "Ромашка" in out
    assert '"amount":1250.50' in out
    assert json.loads(out)[0]["left"] is None
    assert json.loads(out)[2]["name"] == ROWS[2]["name"]


def test_csv_reads_back(capsys: Any) -> None:
    out = printed(capsys, ROWS, "csv")
    assert out.startswith("client,name,amount,n,left\r\n")
    back = list(csv.DictReader(io.StringIO(out, newline="")))
    assert [row["name"] for row in back] == [row["name"] for row in ROWS]
    assert back[1]["amount"] == ""


def test_times_are_as_exact_as_they_are_known(capsys: Any) -> None:
    at = datetime(2025, 6, 30, 22, 15, tzinfo=UTC)
    midnight = at.replace(hour=0, minute=0)
    rows = [
        {"occurred_at": at, "precision": "instant", "recorded_at": at},
        {"occurred_at": midnight, "precision": "day", "recorded_at": at},
        {"occurred_at": midnight.replace(day=1), "precision": "month", "recorded_at": at},
        {"occurred_at": None, "precision": "unknown", "recorded_at": at},
    ]
    whole = json.loads(printed(capsys, rows, "json"))
    assert [row["occurred_at"] for row in whole] == [
        "2025-07-01T01:15:00+03:00", "2025-06-30", "2025-06", None,
    ]  # fmt: skip
    table = printed(capsys, rows, "table")
    assert "precision" not in table
    assert [line.split("  ")[0].strip() for line in table.splitlines()[2:]] == [
        "2025-07-01 01:15", "2025-06-30", "2025-06", "",
    ]  # fmt: skip


def test_several_answers_are_one_json_document(capsys: Any) -> None:
    with Printer("json") as printer:
        printer.show([{"a": 1}], "First")
        printer.show([], "Second")
    assert json.loads(capsys.readouterr().out) == {"First": [{"a": 1}], "Second": []}


@pytest.mark.parametrize(("form", "out"), [("table", "a  b\n-  -\n"), ("json", "[]\n"),
                                           ("csv", "a,b\r\n")])  # fmt: skip
def test_an_empty_answer_has_its_header_and_a_remark(capsys: Any, form: Format, out: str) -> None:
    with Printer(form) as printer:
        printer.show([], columns=("a", "b"))
    answer = capsys.readouterr()
    assert answer.out == out
    assert "nothing found" in answer.err


def test_one_long_row_stands_upright(capsys: Any) -> None:
    lines = printed(capsys, [{"first": "x" * 80, "second": "y" * 80}], "table").splitlines()
    assert lines == [f"first   {'x' * 80}", f"second  {'y' * 80}"]


def test_cutting_counts_columns_not_characters() -> None:
    assert cut("日本語", 5) == "日本…"
    assert cut("日本語", 4) == "日…"
    assert width("日本語") == 6
    assert width("e\u0301") == 1
