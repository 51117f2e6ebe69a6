"""`iledger dispute` and `iledger client conflict`, as typed."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ledger.envelope import event_id
from tests.commands.cli.conftest import Run, event, jsonl, one_message
from tests.commands.cli.ownership.test_clients_are_handed_over_with_packs import STORY, fact, rows

PLACED = [
    fact("u1", "org_unit.defined", "2026-01-01", None, unit="U-1", name="Юг", kind="branch"),
    fact("u2", "employee.moved", "2026-01-01", None, employee="E-2", to_unit="U-1"),
    fact("u3", "employee.moved", "2026-02-20", None, employee="E-2", to_unit="U-2"),
]
APPROACHES = [
    event(0, type="offer.sent", key="o1", client="C-1", performed_by="E-2",
          occurred_at="2026-02-01", data={"offer": "O-1"}),
    fact("b1", "approach.blocked", "2026-02-02", employee="E-2", owner="E-1",
         attempted="offer.sent", rule="curated"),
]  # fmt: skip
OPEN = ("dispute", "open", "C-1", "--claimant", "E-2", "--respondent", "E-1", "--claim", "моё")
RESOLVE = ("dispute", "resolve", "D-1", "--decision", "claimant", "--grounds", "предложение")


@pytest.fixture
def told(iledger: Run) -> Run:
    done = iledger("append", stdin=jsonl(*STORY, *PLACED, *APPROACHES))
    assert done.returncode == 0, done.stderr
    return iledger


def test_a_dispute_from_claim_to_file(told: Run, tmp_path: Path) -> None:
    assert told(*OPEN, "--id", "D-1", "--by", "E-1").returncode == 0
    card = json.loads(told("card", "C-1", "--format", "json").stdout)
    assert [line["name"] for line in card["open_disputes"]] == ["D-1"]

    evidence = str(event_id("pbx", "o1"))
    done = told(*RESOLVE, "--evidence", evidence, "--by", "E-1")
    assert done.returncode == 0, done.stderr
    assert "iledger client reassign C-1 --to E-2 --reason dispute" in done.stderr.decode()
    (line,) = rows(told, "dispute", "list")
    assert (line["decision"], line["evidence"]) == ("claimant", [evidence])
    assert rows(told, "dispute", "list", "--open") == []
    owned = json.loads(told("owner", "C-1", "--format", "json").stdout)
    assert owned["owner"][0]["owner"] == "E-1"

    again = told(*RESOLVE)
    assert again.returncode == 8
    assert "resolved already" in one_message(again)

    assert told("dispute", "file", "D-1", "--out", "one.zip").returncode == 0
    told("append", stdin=jsonl(event(1, client="C-1")))
    assert told("dispute", "file", "D-1", "--out", "two.zip", "--as-of", "13").returncode == 0
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert (tmp_path / "one.zip").stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        archive.extractall(tmp_path / "read")
    checked = subprocess.run([sys.executable, "-I", "check.py"], cwd=tmp_path / "read")
    assert checked.returncode == 0


def test_a_conflict_and_the_list_of_conflicts(told: Run) -> None:
    report = ("client", "conflict", "report", "C-1", "--employee", "E-1", "--severity", "high")
    assert told(*report, "--account", "кричит", "--by", "E-2").returncode == 0
    assert "nothing to do" in told(*report, "--account", "кричит").stderr.decode()
    card = json.loads(told("card", "C-1", "--format", "json").stdout)
    assert [line["value"] for line in card["open_conflicts"]] == ["high"]

    listed = rows(told, "client", "conflict", "list")
    assert [(line["kind"], line["employee"], line["unit"], line["owner"]) for line in listed] == [
        ("breach", "E-2", "U-1", "E-1"), ("blocked", "E-2", "U-1", "E-1"),
        ("conflict", "E-1", None, None),
    ]  # fmt: skip
    branches = rows(told, "client", "conflict", "list", "--by", "branch")
    assert [(line["group"], line["breaches"], line["blocked"]) for line in branches] == [
        ("U-1", 1, 1), ("(none)", 0, 0),
    ]  # fmt: skip
    assert rows(told, "client", "conflict", "list", "--by", "client")[0]["incidents"] == 3
    assert [
        line["kind"] for line in rows(told, "client", "conflict", "list", "--until", "2026-02-01")
    ] == ["breach"]
    assert rows(told, "client", "conflict", "list", "--since", "2026-02-02", "--until", "2026-02",
                "--by",
                "employee")[0]["blocked"] == 1  # fmt: skip

    settle = ("client", "conflict", "resolve", "C-1", "--employee", "E-1", "--outcome")
    assert "iledger client reassign C-1" in one_message(told(*settle, "reassigned"))
    assert told(*settle, "reconciled").returncode == 0
    done = told(*settle, "reconciled")
    assert done.returncode == 8
    assert "iledger client conflict report" in one_message(done)


REFUSALS = [
    ("dispute open C-1 --claimant E-1 --respondent E-1 --claim x", 8, "--respondent"),
    ("dispute open C-9 --claimant E-2 --respondent E-1 --claim x", 3, "clients --search"),
    ("dispute open C-1 --claimant E-9 --respondent E-1 --claim x", 3, "iledger employee list"),
    ("dispute resolve D-9 --decision neither --grounds x", 3, "iledger dispute list"),
    ("dispute file D-9 --out x.zip", 3, "iledger dispute list"),
    ("dispute file D-9 --out x.zip --as-of 99", 2, "ahead of the head"),
    ("client conflict report C-9 --employee E-1", 3, "clients --search"),
    ("client conflict report C-1 --employee E-9", 3, "iledger employee list"),
    ("client conflict list --since yesterday", 2, "2025-06-30"),
]


def test_what_cannot_be_is_said_in_one_message(told: Run) -> None:
    for typed, code, remedy in REFUSALS:
        done = told(*typed.split())
        assert (typed, done.returncode) == (typed, code)
        assert remedy in one_message(done)


def test_evidence_must_be_in_the_ledger(told: Run) -> None:
    told(*OPEN, "--id", "D-1")
    for evidence, code in (("nonsense", 2), ("0d4a2c86-5f0e-4a8b-9d53-1a9c6f6c2b71", 3)):
        done = told(*RESOLVE, "--evidence", evidence)
        assert done.returncode == code
        assert "iledger replay" in one_message(done)
