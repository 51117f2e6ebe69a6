"""`iledger handover`, as typed: packs, acceptances, and who has not accepted yet."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from ledger.envelope import event_id
from tests.commands.cli.conftest import Run, event, jsonl, one_message


def fact(key: str, type_: str, at: str, client: str | None = "C-1", **data: Any) -> dict[str, Any]:
    return event(0, type=type_, key=key, client=client, occurred_at=at, data=data)


STORY = [
    fact("1", "employee.hired", "2026-01-01", None, employee="E-1", name="Анна"),
    fact("2", "employee.hired", "2026-01-01", None, employee="E-2", name="Иван"),
    fact("3", "client.registered", "2026-01-02", kind="company", name="Ёлка"),
    fact("4", "client.registered", "2026-01-02", "Ц/2", kind="person", name="Пётр"),
    fact("5", "curator.assigned", "2026-01-03", employee="E-1"),
    fact("6", "curator.assigned", "2026-01-03", "Ц/2", employee="E-1"),
]
PASSED = [
    fact(f"7 {client}", "client.reassigned", "2026-02-01", client, from_employee="E-1",
         to_employee="E-2", reason="departure", batch="B-1")
    for client in ("C-1", "Ц/2")
]  # fmt: skip


@pytest.fixture
def told(iledger: Run) -> Run:
    done = iledger("append", stdin=jsonl(*STORY))
    assert done.returncode == 0, done.stderr
    return iledger


def rows(iledger: Run, *question: str) -> list[dict[str, Any]]:
    done = iledger(*question, "--format", "json")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_from_pack_to_acceptance(told: Run, tmp_path: Path) -> None:
    given = ("handover", "pack", "C-1", "--to", "E-2")
    done = told(*given, "--out", "pack.md", "--issue", "--by", "E-1")
    assert done.returncode == 0, done.stderr
    assert "issued to E-2: position 7" in done.stderr.decode()
    told("append", stdin=jsonl(*PASSED))
    assert {each["client"] for each in rows(told, "handover", "list", "--open")} == {"C-1", "Ц/2"}
    assert (tmp_path / "pack.md").stat().st_mode & 0o777 == 0o600, "it holds personal data"

    again = told(*given, "--as-of", "6", TZ="Asia/Tokyo", LC_ALL="ru_RU.UTF-8")
    assert again.stdout == (tmp_path / "pack.md").read_bytes()
    as_json = told(*given, "--as-of", "6", "--form", "json").stdout
    (line,) = rows(told, "handover", "list", "--employee", "E-2", "--as-of", "7")
    assert (line["pack_as_of"], line["sha256"]) == (6, hashlib.sha256(as_json).hexdigest())

    assert told("handover", "accept", "C-1", "--by", "E-2").returncode == 0
    twice = told("handover", "accept", "C-1", "--by", "E-2")
    assert "nothing to do" in twice.stderr.decode()
    assert [each["client"] for each in rows(told, "handover", "list", "--open")] == ["Ц/2"]
    first = next(each for each in rows(told, "handover", "list") if each["client"] == "C-1")
    assert first["accepted_position"] == 10
    assert first["waited"].startswith("P"), "a duration"


def test_a_dry_run_neither_records_nor_writes(told: Run, tmp_path: Path) -> None:
    given = ("handover", "pack", "C-1", "--to", "E-2", "--out", "pack.md")
    tried = told(*given, "--issue", "--dry-run")
    assert tried.returncode == 0, tried.stderr
    assert not (tmp_path / "pack.md").exists()
    assert rows(told, "handover", "list") == []
    done = told(*given, "--issue")
    (digest,) = {each.stderr.decode().split("SHA-256 ")[1].split()[0] for each in (tried, done)}
    assert rows(told, "handover", "list")[0]["sha256"] == digest
    assert told(*given, "--dry-run").returncode == 2, "it is about what --issue records"


def test_a_pack_asked_for_again_under_its_key_is_the_same_and_issued_once(told: Run) -> None:
    given = ("handover", "pack", "C-1", "--to", "E-2", "--issue", "--by", "E-1", "--key", "K-1")
    first = told(*given)
    assert first.returncode == 0, first.stderr
    told("append", stdin=jsonl(*PASSED))
    again = told(*given)
    assert (again.returncode, again.stdout) == (0, first.stdout)
    assert "recorded before, with the key K-1" in again.stderr.decode()
    assert len(rows(told, "handover", "list", "--employee", "E-2")) == 2, "C-1 once, and another"
    assert told(*given[:4], "E-1", *given[5:]).returncode == 8, "the key names another request"
    assert told(*given[:5], "--key", "K-1").returncode == 2, "it is about what --issue records"


def test_packs_of_a_whole_batch(told: Run, tmp_path: Path) -> None:
    told("append", stdin=jsonl(*PASSED))
    done = told("handover", "pack", "--batch", "B-1", "--out", "packs", "--form", "json", "--issue")
    assert done.returncode == 0, done.stderr
    names = {path.name for path in (tmp_path / "packs").iterdir()}
    assert names == {"C-1.json", "%D0%A6%2F2.json"}
    issued = rows(told, "handover", "list", "--open")
    assert [each["pack_as_of"] for each in issued] == [8, 8], "all of one position"
    assert "run it again with --as-of 8" in done.stderr.decode()
    assert told("handover", "accept", "Ц/2", "--by", "E-2").returncode == 0


def test_who_has_not_got_the_client_gets_no_pack(told: Run, tmp_path: Path) -> None:
    wrong = fact("8", "client.reassigned", "2026-02-01", "C-3", from_employee="E-1",
                 to_employee="E-2", reason="departure", batch="B-1")  # fmt: skip
    back = fact("9", "client.reassigned", "2026-02-02", from_employee="E-2", to_employee="E-1",
                reason="batch_reversed", batch="B-1")  # fmt: skip
    done = told("append", stdin=jsonl(*PASSED, wrong, back))
    assert done.returncode == 0, done.stderr
    annulled = {"event": str(event_id(wrong["source"], wrong["key"])), "reason": "a slip"}
    annulled["annulled_type"] = wrong["type"]
    done = told("append", stdin=jsonl(fact("10", "event.annulled", "2026-02-03", None, **annulled)))
    assert done.returncode == 0, done.stderr
    done = told("handover", "pack", "--batch", "B-1", "--out", "packs")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "packs").iterdir()] == ["%D0%A6%2F2.md"]


REFUSALS = [
    ("pack C-1 --to E-2 --as-of 99", 2, "ahead of the head"),
    ("pack C-1 --to E-2 --as-of 0", 3, "as of position 0"),
    ("pack C-9 --to E-2", 3, "iledger clients --search"),
    ("pack C-1 --to E-22", 3, "Did you mean 'E-2'"),
    ("pack --batch B-9 --out packs", 3, "iledger transfer status"),
    ("accept C-1 --by E-2", 8, "iledger client reassign C-1 --to E-2"),
    ("accept C-1 --by E-1", 8, "iledger handover pack C-1 --to E-1 --issue"),
    ("accept C-9 --by E-1", 3, "iledger clients --search"),
    ("accept C-1", 2, "--by EMPLOYEE"),
    ("list --employee E-22", 3, "Did you mean 'E-2'"),
]


def test_what_cannot_be_is_said_in_one_message(told: Run) -> None:
    for typed, code, remedy in REFUSALS:
        done = told("handover", *typed.split())
        assert (typed, done.returncode) == (typed, code)
        assert remedy in one_message(done)


@pytest.mark.parametrize("typed", ["pack C-1", "pack --batch B-1", "pack C-1 --batch B-1 --out x"])
def test_half_a_question_is_a_usage_error(iledger: Run, typed: str) -> None:
    assert iledger("handover", *typed.split()).returncode == 2


def test_a_pack_for_somebody_else_than_the_owner_to_be_is_warned_of(told: Run) -> None:
    def said(to: str, *more: str) -> str:
        done = told("handover", "pack", "C-1", "--to", to, *more)
        assert done.returncode == 0
        return done.stderr.decode()

    warning = "no recorded decision gives it to E-2"
    assert f"client C-1 is owned by E-1 (position 5), and {warning}" in said("E-2")
    assert "warning" not in said("E-1")
    ahead = ("client", "reassign", "C-1", "--to", "E-2", "--reason", "workload")
    assert told(*ahead, "--effective", "2099-01-01").returncode == 0
    assert "warning" not in said("E-2") + said("E-1")
    third = fact("e3", "employee.hired", "2026-01-01", None, employee="E-3", name="Ольга")
    assert told("append", stdin=jsonl(third)).returncode == 0
    told_of = "is owned by E-1 (position 5) and passes to E-2 (position 7), and no recorded"
    for more in ((), ("--issue", "--dry-run"), ("--as-of", "6")):
        assert told_of in said("E-3", *more)


def test_a_pack_of_a_batch_for_who_has_lost_the_client_since_is_warned_of(told: Run) -> None:
    told("append", stdin=jsonl(*PASSED))
    back = ("client", "reassign", "C-1", "--to", "E-1", "--reason", "workload")
    assert told(*back).returncode == 0
    done = told("handover", "pack", "--batch", "B-1", "--out", "packs")
    assert done.stderr.decode().count("warning") == 1
    assert "client C-1 is owned by E-1 (position 9)" in done.stderr.decode()
