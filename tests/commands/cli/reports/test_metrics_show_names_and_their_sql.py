"""`iledger metrics` shows names beside ids, and the SQL that it would run."""

import json
from typing import Any

import pytest

from tests.commands.cli.conftest import Run, event, jsonl


@pytest.fixture
def asked(iledger: Run) -> Run:
    """Calls of two employees, one of whom has no name on record, with two clients."""
    unit = {"unit": "T-1", "name": "Team One", "kind": "team", "manager": "E-7"}
    done = iledger(
        "append",
        stdin=jsonl(
            event(101, type="org_unit.defined", data=unit),
            event(
                102,
                type="employee.hired",
                data={"employee": "E-7", "name": "Анна", "unit": "T-1"},
            ),
            event(
                103,
                type="client.registered",
                client="C-1",
                data={"name": "ООО «Ёлка»", "kind": "company"},
            ),
            event(
                104,
                type="client_fact.recorded",
                client="C-1",
                data={"field": "region", "value": "North"},
            ),
            event(1, client="C-1", performed_by="E-7"),
            event(2, client="C-2", performed_by="E-8"),
        ),
    )
    assert done.returncode == 0, done.stderr
    return iledger


def rows(asked: Run, *options: str) -> list[dict[str, Any]]:
    done = asked("metrics", "--credit", "performer", *options, "--format", "json")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


NAMES: dict[str, dict[str, str | None]] = {
    "employee": {"E-7": "Анна", "E-8": None},
    "team": {"E-7": "Анна", "(none)": None},
    "unit": {"T-1": "Team One", "(none)": None},
    "client": {"C-1": "ООО «Ёлка»", "C-2": None},
}


def test_names_stand_beside_ids(asked: Run) -> None:
    for by, names in NAMES.items():
        found = rows(asked, "--by", by, "--metric", "interactions")
        assert {row["group"]: row["name"] for row in found} == names
    found = rows(asked, "--metric", "interactions", "--explain")
    assert {row["group"]: row["name"] for row in found} == NAMES["employee"]
    assert list(found[0])[:2] == ["group", "name"]
    for by in ("product", "fact:region"):  # no ids
        assert "name" not in rows(asked, "--by", by, "--metric", "interactions")[0]


def test_a_table_has_them_too(asked: Run) -> None:
    shown = ("metrics", "--credit", "performer", "--metric", "interactions")
    _, head, _, *lines = asked(*shown).stdout.decode().splitlines()
    assert head.split() == ["employee", "name", "interactions"]
    assert [line.split() for line in lines] == [["E-7", "Анна", "1"], ["E-8", "1"]]
    alone = asked(*shown, "--group", "E-7").stdout.decode().splitlines()
    assert alone[1].split() == ["metric", "E-7", "Анна"]


def test_the_sql_is_shown_and_not_run(asked: Run) -> None:
    done = asked("metrics", "--by", "team", "--metric", "win_rate", "--show-sql")
    script = done.stdout.decode()
    assert done.returncode == 0
    assert script.startswith("-- Statement 1 of 1")
    assert "--   by = 'team'" in script.splitlines()
    assert script.rstrip().endswith("COMMIT;")
    assert "%(" not in script
    explained = ("metrics", "--metric", "interactions", "--explain", "--show-sql")
    assert "ORDER BY coalesce(u.occurred_at, g.at)" not in script
    assert "ORDER BY coalesce(u.occurred_at, g.at)" in asked(*explained).stdout.decode()
    every = asked("metrics", "--format", "json", "--show-sql").stdout.decode()
    assert every.count("BEGIN READ ONLY;") == every.count("-- Statement ") > 3
    refused = asked("metrics", "--explain", "--show-sql")
    assert refused.returncode == 2
    assert b"--explain explains one metric" in refused.stderr
