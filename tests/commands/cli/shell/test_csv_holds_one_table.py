"""Whatever an answer consists of, CSV is one table; --part chooses which, in every format."""

import ast
import csv
import io
import json
from itertools import chain
from pathlib import Path
from typing import Any

import click
import pytest

from commands import cli
from commands.cli.admin.reference import commands
from tests.commands.cli.conftest import Here, Run, event, jsonl

CURATOR = event(2, type="curator.assigned", client="C-1", data={"employee": "E-7"})
MOVED = {"from_employee": "E-7", "to_employee": "E-8", "reason": "workload", "batch": "B-1"}
BATCH = {"batch": "B-1", "from_employee": "E-7", "rule": "one", "planned": 1, "approved_by": "E-2"}
EVENTS = (
    *(
        event(10 + n, type="employee.hired", client=None, occurred_at="2026-01-01",
              data={"employee": f"E-{n}", "name": "N", "unit": "U"})
        for n in (7, 8)
    ),
    event(1, type="client.registered", client="C-1", data={"kind": "company", "name": "A"}),
    CURATOR,
    event(3, type="transfer_batch.started", client=None,
          data={**BATCH, "reason": "workload", "plan_sha256": "0" * 64}),
    event(4, type="client.reassigned", client="C-1", data=MOVED),
)  # fmt: skip
PARTS = {
    "owner C-1": ("owner", "history"),
    "audit custody --client C-1": ("chain", "breaches", "orphans"),
    "transfer status B-1": ("batch", "successors"),
    "status": ("ledger", "projections", "check", "tables"),
}


@pytest.fixture
def asked(iledger: Run, here: Here) -> Here:
    done = iledger("append", stdin=jsonl(*EVENTS))
    assert done.returncode == 0, done.stderr
    here("clients")  # builds the projections
    return here


def table(text: str) -> list[dict[str, Any]]:
    found = list(csv.reader(io.StringIO(text, newline="")))
    assert all(len(row) == len(found[0]) for row in found), text
    return [dict(zip(found[0], row, strict=True)) for row in found[1:]]


@pytest.mark.parametrize("question", PARTS)
def test_csv_is_the_first_part_and_every_part_can_be_chosen(asked: Here, question: str) -> None:
    words, parts = question.split(), PARTS[question]
    whole = asked(*words, "--format", "csv")
    assert ", ".join(parts[1:]) in whole.stderr
    assert table(whole.stdout) == table(asked(*words, "--format", "csv", "--part", parts[0]).stdout)
    answer = {key.lower(): rows for key, rows in _json(asked, words).items()}
    assert [key for key, rows in answer.items() if rows or key in parts] == list(parts)
    for part in parts:
        rows = _json(asked, [*words, "--part", part])
        assert rows == answer[part]
        lines = table(asked(*words, "--format", "csv", "--part", part).stdout or "\r\n")
        assert len(lines) == len(rows)
        shown = asked(*words, "--part", part).stdout
        assert not any(shown.startswith(f"{each}\n") for each in parts), "no heading"


def test_the_columns_asked_for_choose_the_part(asked: Here) -> None:
    done = asked("status", "--columns", "dsn", "--format", "csv")
    assert [*table(done.stdout)[0]] == ["dsn"]
    done = asked("status", "--columns", "bytes", "--format", "csv")
    assert [*table(done.stdout)[0]] == ["bytes"]


def test_a_wrong_part_is_refused_with_those_there_are(asked: Here) -> None:
    done = asked("owner", "C-1", "--part", "histroy")
    assert done.exit_code == 2
    assert "'owner', 'history'" in done.stderr


def test_whatever_has_several_parts_takes_the_option() -> None:
    having = {
        path for path, command in commands() for each in command.params if each.name == "part"
    }
    assert {f"iledger {question.partition(' C')[0]}" for question in ("owner C-1",)} <= having
    assert {"iledger transfer apply", "iledger bonus statement show"} <= having


def test_every_part_that_is_shown_can_be_chosen() -> None:
    for path in Path(cli.__path__[0]).rglob("*.py"):
        calls = [each for each in ast.walk(ast.parse(path.read_text("utf-8")))
                 if isinstance(each, ast.Call)]  # fmt: skip
        chosen = [_texts(each.args) for each in calls if _name(each) == "parted"]
        shown = {title for each in calls if _name(each) == "show" for title in _titles(each)}
        if chosen:
            assert {title.lower() for title in shown} <= set(chain(*chosen)), path


def _name(call: ast.Call) -> str | None:
    return getattr(call.func, "attr", getattr(call.func, "id", None))


def _titles(call: ast.Call) -> list[str]:
    named = [each.value for each in call.keywords if each.arg == "title"]
    return _texts([*call.args[1:2], *named])


def _texts(nodes: list[ast.expr]) -> list[str]:
    return [str(each.value) for each in nodes if isinstance(each, ast.Constant) and each.value]


def test_only_what_asks_for_confirmation_takes_yes() -> None:
    having = {
        path
        for path, command in commands()
        if not isinstance(command, click.Group)
        if any("--yes" in each.opts for each in command.params)
    }
    assert having == {
        "iledger norm record",
        "iledger reservation expire",
        "iledger transfer apply",
        "iledger transfer reverse",
    }


def test_figures_may_be_asked_for_in_the_columns_of_the_table(asked: Here, iledger: Run) -> None:
    won = {"deal": "D-1", "amount": "1000.5", "currency": "RUB"}
    opened = event(5, type="deal.opened", client="C-1", data={"deal": "D-1", "holder": "E-8"})
    assert iledger(
        "append", stdin=jsonl(opened, event(6, type="deal.won", client="C-1", data=won))
    ).returncode == 0  # fmt: skip
    told = ("metrics", "--credit", "performer", "--columns", "employee,won_value,win_rate")
    done = asked(*told, "--format", "csv")
    first, *_ = table(done.stdout)
    assert first == {"employee": "E-7", "won_value": "1000.5", "win_rate": "1.0"}
    assert "won_value: RUB" in done.stderr
    first, *_ = _json(asked, told)
    assert first == {"employee": "E-7", "won_value": 1000.5, "win_rate": 1}
    monthly = asked(*told[:-1], "period,employee,won_value", "--every", "month", "--format", "csv")
    by_month = {(row["period"], row["employee"]): row["won_value"] for row in table(monthly.stdout)}
    assert by_month["2026-03", "E-7"] == "1000.5"
    euro = event(7, type="deal.opened", client="C-1", data={"deal": "D-2", "holder": "E-8"})
    more = won | {"deal": "D-2", "currency": "EUR"}
    assert iledger(
        "append", stdin=jsonl(euro, event(8, type="deal.won", client="C-1", data=more))
    ).returncode == 0  # fmt: skip
    done = iledger(*told, "--format", "csv")
    assert done.returncode == 2
    assert b"won_value is in EUR, RUB" in done.stderr


def _json(asked: Here, words: Any) -> Any:
    done = asked(*words, "--format", "json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)
