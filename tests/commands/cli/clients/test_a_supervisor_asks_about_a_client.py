"""`iledger card`, `timeline`, `owner`, `clients`, `client diff`, `employee orphans`, as typed."""

import csv
import io
import json

import pytest

from tests.commands.cli.conftest import Run, event, jsonl, one_message

HIRED = event(
    0, type="employee.hired", key="hr-1", client=None,
    occurred_at="2026-02-01", data={"employee": "E-7", "name": "Пётр"},
)  # fmt: skip
FOUND = event(
    0, type="client.registered", key="crm-1", client="C-1", occurred_at="2026-02-01",
    data={"kind": "company", "name": "ООО Ёлка"},
)  # fmt: skip
OWNED = event(
    0, type="curator.assigned", key="crm-2", client="C-1", occurred_at="2026-02-02",
    data={"employee": "E-7"},
)  # fmt: skip
GONE = event(
    0, type="employee.departed", key="hr-2", client=None, occurred_at="2026-04-01",
    data={"employee": "E-7"},
)  # fmt: skip


@pytest.fixture
def asked(iledger: Run) -> Run:
    done = iledger("append", stdin=jsonl(HIRED, FOUND, OWNED, event(1), GONE))
    assert done.returncode == 0, done.stderr
    return iledger


def test_the_card_in_three_formats(asked: Run) -> None:
    whole = json.loads(asked("card", "C-1", "--format", "json").stdout)
    assert whole["identity"][0] == {
        "name": "name", "value": "ООО Ёлка", "since": "2026-02-01", "precision": "day",
        "position": 2,
    }  # fmt: skip
    assert whole["owner"][0]["departed"] is True
    flat = asked("card", "C-1", "--format", "csv").stdout.decode()
    rows = list(csv.DictReader(io.StringIO(flat)))
    assert [row["position"] for row in rows if row["name"] == "last contact"] == ["4"]
    table = asked("card", "C-1").stdout.decode()
    assert "2026-02-01" in table
    assert "last two-way contact" in table


def test_the_other_questions_answer_in_rows(asked: Run) -> None:
    def rows(*question: str) -> list[dict[str, object]]:
        done = asked(*question, "--format", "json")
        assert done.returncode == 0, done.stderr
        found: list[dict[str, object]] = json.loads(done.stdout)
        return found

    calls = rows("timeline", "C-1", "--since", "2026-02-15", "--until", "2026-03-01")
    assert [(each["position"], each["owner"]) for each in calls] == [(4, "E-7")]
    assert [each["client"] for each in rows("employee", "orphans")] == ["C-1"]
    assert rows("employee", "orphans", "--on", "2026-03-31") == []
    assert [each["client"] for each in rows("clients", "--search", "ёлка")] == ["C-1"]
    assert [each["employee"] for each in rows("employee", "list")] == ["E-7"]
    changed = rows("client", "diff", "C-1", "--from", "2026-02-28", "--axis", "true")
    assert {each["section"] for each in changed} >= {"contacts", "owner"}
    assert rows("client", "diff", "C-1", "--from", "5") == []


def test_the_owner_and_how_it_came_to_that(asked: Run) -> None:
    found = json.loads(asked("owner", "C-1", "--format", "json").stdout)
    assert [each["owner"] for each in found["owner"]] == ["E-7"]
    assert [each["change"] for each in found["history"]] == ["assigned"]


@pytest.mark.parametrize(
    ("question", "code", "remedy"),
    [
        (("card", "C-9"), 3, "iledger clients --search"),
        (("timeline", "C-9"), 3, "iledger clients --search"),
        (("owner", "C-9"), 3, "iledger clients --search"),
        (("clients", "--owner", "E-77"), 3, "Did you mean 'E-7'?"),
        (("employee", "list", "--unit", "U-1"), 3, "no unit 'U-1'"),
        (("client", "diff", "C-1", "--from", "6"), 2, "is 5; --from takes positions up to it"),
        (("client", "diff", "C-1", "--from", "1", "--to", "abc"), 2, "--to 'abc' is not a time"),
        (
            ("client", "diff", "C-1", "--from", "2150-01-01"),
            2,
            "--from 2150-01-01 is in the future",
        ),
        (("client", "diff", "C-1", "--from", "4", "--as-of", "3"), 2, "leave --as-of out"),
    ],
)
def test_what_is_not_known_is_said_in_one_message(
    asked: Run, question: tuple[str, ...], code: int, remedy: str
) -> None:
    done = asked(*question)
    assert done.returncode == code
    assert remedy in done.stderr.decode()
    if "--as-of" not in question:
        one_message(done)


@pytest.mark.parametrize(
    ("question", "instead"),
    [
        (("card", "C-1", "--as-of"), "--on 2020-01-01"),
        (("client", "diff", "C-1", "--from"), "--axis true"),
        (("replay", "--as-of"), "--until 2020-01-01"),
    ],
)
def test_before_the_ledger_began_an_option_of_the_same_command_is_named(
    asked: Run, question: tuple[str, ...], instead: str
) -> None:
    said = asked(*question, "2020-01-01").stderr.decode()
    assert f"nothing had been recorded by 2020-01-01 yet; {instead} asks" in said
