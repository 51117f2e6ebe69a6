"""`iledger client merge`, `unmerge`, `duplicates`, `iledger role`, as typed."""

import json
from typing import Any

import pytest

from tests.commands.cli.conftest import Here, Run, event, jsonl


def registered(client: str, name: str) -> dict[str, Any]:
    return event(
        0, type="client.registered", key=f"crm-{client}", client=client,
        occurred_at="2026-02-01", data={"kind": "company", "name": name},
    )  # fmt: skip


HIRED = event(
    0, type="employee.hired", key="hr-1", client=None,
    occurred_at="2026-02-01", data={"employee": "E-7", "name": "Пётр", "unit": "U-1"},
)  # fmt: skip


@pytest.fixture
def asked(iledger: Run, here: Here) -> Here:
    lines = (HIRED, registered("C-1", "ООО Ёлка"), registered("C-2", "Ooo «ЕЛКА»"), event(2))
    done = iledger("append", stdin=jsonl(*lines))
    assert done.returncode == 0, done.stderr
    return here


def rows(done: Any) -> Any:
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_duplicates_are_merged_into_one_card_and_separated_again(asked: Here) -> None:
    (alike,) = rows(asked("client", "duplicates", "--format", "json"))
    assert (alike["same"], alike["clients"]) == ("name", ["C-1", "C-2"])
    before = rows(asked("card", "C-2", "--format", "json"))

    merge = (
        "client",
        "merge",
        "C-1",
        "C-2",
        "--evidence",
        "same INN",
        "--by",
        "E-7",
        "--format",
        "json",
    )
    assert [line["position"] for line in rows(asked(*merge, "--dry-run"))] == [None]
    assert [line["type"] for line in rows(asked(*merge))] == ["client.merged"]
    assert rows(asked("client", "duplicates", "--format", "json")) == []
    assert [row["client"] for row in rows(asked("clients", "--format", "json"))] == ["C-1"]

    shown = asked("card", "C-2", "--format", "json")
    assert "C-2 was merged into C-1" in shown.stderr
    card = rows(shown)
    assert card == rows(asked("card", "C-1", "--format", "json"))
    assert [line["name"] for line in card["merged"]] == ["C-2"]
    calls = rows(asked("timeline", "C-2", "--kind", "call", "--format", "json"))
    assert [line["client"] for line in calls] == ["C-2"]
    assert "C-2" in asked("card", "C-1", "--format", "csv").stdout

    assert asked("client", "unmerge", "C-1", "C-2", "--reason", "two branches").exit_code == 0
    assert rows(asked("card", "C-2", "--format", "json")) == before


def test_a_role_is_granted_shown_and_revoked(asked: Here) -> None:
    grant = (
        "access",
        "role",
        "grant",
        "E-7",
        "supervisor",
        "--scope",
        "U-1",
        "--until",
        "2150-01-01",
    )
    assert asked(*grant).exit_code == 0
    assert "already in that state" in asked(*grant).stderr
    (held,) = rows(asked("access", "role", "list", "--role", "supervisor", "--format", "json"))
    assert (held["employee"], held["units"]) == ("E-7", ["U-1"])
    assert rows(asked("access", "role", "list", "--on", "2026-01-01", "--format", "json")) == []
    assert asked("access", "role", "revoke", "E-7", "supervisor", "--scope", "U-1").exit_code == 0
    assert rows(asked("access", "role", "list", "--format", "json")) == []


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        (("client", "merge", "C-1", "c-2", "--evidence", "x"), 3, "Did you mean 'C-2'?"),
        (
            ("client", "merge", "C-1", "C\N{NO-BREAK SPACE}-2", "--evidence", "x"),
            3,
            "Did you mean 'C-2'?",
        ),
        (("client", "merge", "C-1", "C-1", "--evidence", "x"), 8, "with itself"),
        (("client", "unmerge", "C-1", "C-2", "--reason", "x"), 8, "it is a separate client"),
        (("access", "role", "grant", "E-8", "supervisor"), 3, "no employee 'E-8'"),
        (("access", "role", "grant", "E-7", "super\N{NO-BREAK SPACE}visor"), 1, "cannot be seen"),
        (("access", "role", "list", "--employee", "E-77"), 3, "Did you mean 'E-7'?"),
    ],
)
def test_what_is_refused_says_why(
    asked: Here, iledger: Run, typed: tuple[str, ...], code: int, said: str
) -> None:
    done = iledger(*typed)
    assert done.returncode == code
    assert said in done.stderr.decode()
    assert done.stderr.decode().count("\n") == 1
