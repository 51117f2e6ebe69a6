"""Bars and lines in tables: to scale, aligned, giving way to figures, and absent without data."""

import json
import os
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from commands.cli.shell.charts import bars, line, with_bars
from commands.cli.shell.figures import courses, pivoted
from commands.cli.shell.output import Printer
from commands.cli.shell.tables import room, width
from projections.metrics.definitions import METRICS
from projections.metrics.rows import MetricRow
from tests.commands.cli.conftest import Here, jsonl
from tests.commands.cli.quarter import EVENTS

ROWS: list[dict[str, Any]] = [
    {"name": "Ромашка", "share": "50 %", "end": "|"},
    {"name": "日本", "share": "no data", "end": "|"},
    {"name": "e\u0301a", "share": "100 %", "end": "|"},
]
SHARES = [Decimal("0.5"), None, 1.0]


def test_a_bar_is_as_long_as_its_share_and_there_is_none_without_data() -> None:
    assert bars([0.5, None, 0, 1]) == ("to 100 %", ["█████", "", "", "██████████"])
    assert bars([2, 0.25]) == ("to 200 %", ["██████████", "█▎"])
    assert bars([]) == ("to 100 %", [])


def test_a_line_has_a_gap_where_there_are_no_data() -> None:
    assert line([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█"
    assert line([None, 0, Decimal(10), None]) == "·▁█·"
    assert line([5, 5]) == "██"
    assert line([-1, 0, 1]) == "▁▅█"
    assert line([None, None]) == "··"
    assert line([0, 0]) == "▁▁"


def test_columns_stay_aligned_whatever_stands_before_the_bars(capsys: Any) -> None:
    with Printer() as printer:
        printer.show(with_bars(ROWS, SHARES, "share"))
    head, _, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["name", "share", "to", "100", "%", "end"]
    assert len({width(each[: each.index("|")]) for each in lines}) == 1


@pytest.mark.parametrize(("columns", "header"), [
    (80, "name share to 100 % end"),
    (33, "name share to 100 % end"),
    (32, "name share end"),
    (21, "name share end"),
    (20, "name share"),
])  # fmt: skip
def test_charts_give_way_where_that_makes_the_figures_fit(
    capsys: Any, monkeypatch: pytest.MonkeyPatch, columns: int, header: str
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(os, "get_terminal_size", lambda *_: os.terminal_size((columns, 24)))
    with Printer() as printer:
        printer.show(with_bars(ROWS, SHARES, "share"))
    lines = capsys.readouterr().out.splitlines()
    assert " ".join(lines[0].split()) == header
    assert max(map(width, lines)) <= columns


def test_a_course_has_every_period_and_a_sum_of_nothing_is_0_in_each_currency() -> None:
    def row(period: str, value: Any, unit: str, group: str = "E-1") -> MetricRow:
        return MetricRow(group, period, "m", value, None, None, unit)

    found = [
        row("2025-01", 2, "RUB"), row("2025-01", 7, "EUR"), row("2025-02", 0, "currency"),
        row("2025-04", 4, "RUB"), row("unknown", 9, "RUB"), row("2025-03", None, "count", "E-2"),
    ]  # fmt: skip
    assert courses(found, "employee") == [
        {"employee": "E-1", "m": "▅▁·█; █▁··"}, {"employee": "E-2", "m": "····"},
    ]  # fmt: skip
    assert courses(found[:2], "employee") == []


def test_a_group_without_a_figure_has_no_data_and_0_events_only() -> None:
    def row(group: str, metric: str, value: Any, unit: str) -> MetricRow:
        return MetricRow(group, "2025", metric, value, value and 1, value and 1, unit)

    found = [
        row("C-1", "win_rate", 1.0, "ratio"),
        row("C-2", "won_value", 5, "RUB"),
        row("C-2", "deals_won", 1, "count"),
        row("C-2", "cycle_won_median", 3.0, "days"),
    ]
    one, two = pivoted(found, "client")
    assert list(one) == list(two)
    assert list(one)[1:] == sorted(list(one)[1:], key=list(METRICS).index), "as they are declared"
    nothing = {"client": "C-1", "won_value": "0", "deals_won": "0", "cycle_won_median": "no data"}
    assert one == nothing | {"win_rate": "100 % (1/1)"}
    assert two["win_rate"] == "no data"


def test_a_terminal_of_unknown_width_has_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(os, "get_terminal_size", lambda *_: os.terminal_size((0, 0)))
    assert room() == 80


def test_programs_get_figures_and_no_charts(here: Here, tmp_path: Path) -> None:
    (tmp_path / "events").write_bytes(jsonl(*EVENTS))
    assert here("append", str(tmp_path / "events")).exit_code == 0
    for command in (
        "target attainment --period 2025-Q3",
        "funnel --period 2025-Q3",
        "metrics --every month --metric interactions --period 2025-Q3",
    ):
        table = here(*command.split()).stdout
        assert set(table) & set("▁▂▃▄▅▆▇█▏▎▍▌▋▊▉"), command
        for form in ("json", "csv"):
            answer = here(*command.split(), "--format", form).stdout
            assert not set(answer) & set("▁▂▃▄▅▆▇█▏▎▍▌▋▊▉·"), command
            assert form == "csv" or isinstance(json.loads(answer), list)
    # Of what there is no data, no bar
    table = here("target", "attainment", "--period", "2025-Q3", "--by", "whole").stdout
    (overdue,) = (each for each in table.splitlines() if "overdue_share" in each)
    assert "no data" in overdue
    assert "█" not in overdue
