"""Whoever types the example of a question on the demo's ledger gets an answer, at any width."""

import json
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import pytest

from commands.cli.admin.reference import commands
from commands.cli.shell.output import Printer, Rows
from commands.cli.shell.tables import LEAST_IMPORTANT
from commands.demo import events
from commands.demo.__main__ import SETTLING
from commands.demo.motivation import late_events
from ledger.errors import InvalidQuestion
from tests.commands.cli.conftest import Here, jsonl

FILES = (".toml", ".json")  # that the reader has
SLOW = ("projections verify", "projections rebuild")
EMPTY_IN_THE_DEMO = {
    "client conflict list",
    "client planned",
    "client duplicates",
    "reservation policy show",
}


class Shown(list[tuple[str, Sequence[str], list[str]]]):
    """The answers by command, with what each declares as least important, and its columns."""

    command = ""


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    found, show = Shown(), Printer.show

    def noted(
        self: Printer,
        given: Rows,
        title: str | None = None,
        columns: Sequence[str] = (),
        drop: Sequence[str] | None = None,
    ) -> None:
        rows: list[Any] = [row if isinstance(row, dict) else row._asdict() for row in given]
        found.append((found.command, drop or (), list(rows[0]) if rows else list(columns)))
        show(self, given, title, columns, drop)

    monkeypatch.setattr(Printer, "show", noted)
    return found


def examples() -> Iterator[tuple[str, list[str]]]:
    """The examples of all questions that are answered from the ledger alone."""
    for name, command in commands():
        if isinstance(command, click.Group) or not any(
            "--columns" in each.opts for each in command.params
        ):
            continue
        for example in (command.epilog or "").removeprefix("Example: ").split(" && "):
            if not any(word in example for word in (*FILES, *SLOW)):
                yield name.removeprefix("iledger "), shlex.split(example)[1:]


@pytest.fixture
def demo(here: Here, tmp_path: Path) -> Here:
    """The demo's year, its third quarter closed, and what became known after that."""
    stream = tmp_path / "stream"
    stream.write_bytes(jsonl(*events()))
    assert here("append", str(stream)).exit_code == 0
    for _, command in SETTLING:
        assert here(*shlex.split(command)).exit_code == 0, command
    stream.write_bytes(jsonl(*late_events()))
    assert here("append", str(stream)).exit_code == 0
    return here


def test_every_question_is_answered_and_declares_columns_that_it_has(
    demo: Here, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown.clear()
    ran = list(examples())
    for name, words in ran:
        shown.command = name
        done = demo(*words)
        assert done.exit_code == 0, (words, done.stderr)
        if "--format" in words:
            at = words.index("--format")
            assert demo(*words[:at], *words[at + 2 :]).exit_code == 0, words
    assert len(ran) > 50
    for name, drop, columns in shown:
        known = {*columns, *LEAST_IMPORTANT, "name", "client"}
        assert name in EMPTY_IN_THE_DEMO or not drop or columns, f"no rows: {name}"
        assert not columns or set(drop) <= known, name
    columns_are_taken_in_every_format(demo)
    narrow_tables_keep_what_matters(demo, monkeypatch)


def columns_are_taken_in_every_format(here: Here) -> None:
    for question in (
        "card C-0112 --columns section,name",
        "card C-0112 --columns section,name --format json",
        "funnel --columns pipeline,step",
        "metrics --period 2025-Q3 --columns group,metric,value",
        "kpi --employee E-09 --period 2025-Q3 --columns employee,total",
        "bonus statement show 2025-Q3/E-09 --columns total --format json",
    ):
        assert here(*shlex.split(question)).exit_code == 0, question
    for question in (
        "bonus scheme show sales@1 --columns nosuch",
        "bonus statement show 2025-Q3/E-09 --columns nosuch --format json",
        "reservation policy show --columns nosuch",
    ):
        with pytest.raises(InvalidQuestion, match="no column 'nosuch'"):
            here(*shlex.split(question))


def narrow_tables_keep_what_matters(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    attained = here("metrics", "--period", "2025-Q3")
    assert "interactions" in attained.stdout, "a figure is left in the narrowest table"
    monkeypatch.setenv("COLUMNS", "80")
    header = here("kpi", "--period", "2025-Q3").stdout.splitlines()[0].split()
    assert {"employee", "score", "gross", "total"} <= set(header)
    (line, *_) = json.loads(here("kpi", "--period", "2025-Q3", "--format", "json").stdout)
    assert set(header) <= {*line, "name"}
