"""Every list with --unit takes the units below it in, as the tree stood on the day asked for."""

import json
from typing import Any

import click
import pytest

from commands.cli.admin.reference import commands
from commands.cli.shell.ids import UNIT
from tests.commands.cli.conftest import Here, Run, event, jsonl


def fact(number: int, type_: str, at: str, client: str | None = None, **data: Any) -> Any:
    return event(number, type=type_, occurred_at=at, client=client, data=data)


def unit(number: int, name: str, parent: str | None, at: str = "2025-01-01") -> Any:
    data = {"unit": name, "name": name, "kind": "team"} | ({"parent": parent} if parent else {})
    return fact(number, "org_unit.defined", at, **data)


# TOP, with MID below it and LOW below that; OTHER beside. LOW moves to OTHER in June 2026.
EVENTS = (
    unit(1, "TOP", None), unit(2, "MID", "TOP"), unit(3, "LOW", "MID"), unit(4, "OTHER", None),
    unit(5, "LOW", "OTHER", "2026-06-01"),
    *(
        fact(10 + n, type_, "2025-02-01", client, **data)
        for n, where in enumerate(("TOP", "MID", "LOW", "OTHER"))
        for client, type_, data in (
            (None, "employee.hired", {"employee": f"E-{where}", "name": where, "unit": where}),
        )
    ),
    *(
        fact(100 * k + n, type_, "2025-03-01", f"C-{where}", **data)
        for n, where in enumerate(("TOP", "MID", "LOW", "OTHER"))
        for k, (type_, data) in enumerate((
            ("client.registered", {"kind": "company", "name": where}),
            ("curator.assigned", {"employee": f"E-{where}"}),
            ("case.opened", {"case": f"S-{where}"}),
            ("case.assigned", {"case": f"S-{where}", "unit": where}),
            ("target.set", {
                "target": f"T-{where}", "scope": "unit", "scope_id": where, "metric": "deals_won",
                "period": "2026-Q1", "value": "1", "direction": "more", "method": "given",
            }),
        ), start=1)
    ),
)  # fmt: skip
LISTS = {
    "case list": "case",
    "clients": "client",
    "employee list": "employee",
    "target list": "target",
}


@pytest.fixture
def asked(iledger: Run, here: Here) -> Here:
    done = iledger("append", stdin=jsonl(*EVENTS))
    assert done.returncode == 0, done.stderr
    return here


def test_every_list_with_a_unit_is_among_those_tried() -> None:
    having = {
        path.removeprefix("iledger ")
        for path, command in commands()
        if not isinstance(command, click.Group)
        if any(each.type is UNIT for each in command.params)
        if not any(each.name == "by" for each in command.params)  # a decision is about one unit
    }
    assert having == set(LISTS)


@pytest.mark.parametrize("question", LISTS)
def test_the_units_below_count_as_of_the_day(asked: Here, question: str) -> None:
    def found(unit: str, *on: str) -> set[str]:
        done = asked(*question.split(), "--unit", unit, "--format", "json", *on)
        assert done.exit_code == 0, done.stderr
        return {row[LISTS[question]].partition("-")[2] for row in json.loads(done.stdout)}

    before, after = ("--on", "2026-05-31"), ("--on", "2026-06-01")
    assert found("TOP", *before) == {"TOP", "MID", "LOW"}
    assert found("TOP", *after) == {"TOP", "MID"}
    assert found("OTHER", *before) == {"OTHER"}
    assert found("OTHER", *after) == {"OTHER", "LOW"}
    assert found("LOW", *before) == found("LOW", *after) == {"LOW"}
    assert found("TOP", *after, "--as-of", "4") == set(), "before anything was recorded of it"
