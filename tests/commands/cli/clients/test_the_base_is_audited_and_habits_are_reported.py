"""`iledger audit base` and `iledger report adoption`, as typed."""

import json
from typing import Any

import pytest

from tests.commands.cli.conftest import Run, event, jsonl


def happened(number: int, type_: str, at: str, client: str | None, **data: Any) -> dict[str, Any]:
    told = event(number, type=type_, occurred_at=at, data=data)
    return told | {"client": client} if client else {k: v for k, v in told.items() if k != "client"}


@pytest.fixture
def ledger(iledger: Run) -> Run:
    """A lost, a reactivated, a new and an orphaned client, and an employee who records nothing."""
    done = iledger(
        "append",
        stdin=jsonl(
            happened(1, "employee.hired", "2024-01-01", None, employee="E-7", name="Анна"),
            happened(2, "employee.hired", "2024-01-01", None, employee="E-8", name="Boris"),
            happened(3, "purchase.recorded", "2024-10-10", "C-1", purchase="P-1", amount="1"),
            happened(4, "purchase.recorded", "2024-01-10", "C-2", purchase="P-2", amount="1"),
            happened(5, "purchase.recorded", "2025-10-12", "C-2", purchase="P-3", amount="1"),
            happened(6, "call.logged", "2025-10-20", "C-3", direction="inbound", outcome="reached"),
            happened(7, "curator.assigned", "2025-01-01", "C-2", employee="E-7"),
            happened(8, "curator.assigned", "2025-01-01", "C-3", employee="E-8"),
            happened(9, "employee.departed", "2025-10-25", None, employee="E-8"),
        ),
    )
    assert done.returncode == 0, done.stderr
    return iledger


def rows(iledger: Run, *command: str) -> list[dict[str, Any]]:
    done = iledger(*command, "--format", "json")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_the_base_of_a_month_is_the_same_for_ever_and_signed_once(ledger: Run) -> None:
    (before,) = rows(ledger, "audit", "base", "--month", "2025-10")
    assert {name: before[name] for name in before if name not in ("month", "sha256")} == {
        "as_of": 9, "clients": 3, "new": 0, "lost": 1, "reactivated": 1, "without_owner": 2,
        "stale": 2,
    }  # fmt: skip
    late = happened(10, "client.registered", "2025-10-02", "C-4", kind="company", name="Late")
    assert ledger("append", stdin=jsonl(late)).returncode == 0
    (after,) = rows(ledger, "audit", "base", "--month", "2025-10")
    assert (after["clients"], after["new"]) == (4, 1)
    (again,) = rows(ledger, "audit", "base", "--month", "2025-10", "--as-of", "9")
    assert again == before
    signing = ("audit", "base", "--month", "2025-10", "--as-of", "9", "--sign", "--by", "E-2")
    assert b"signed at position 11" in ledger(*signing).stderr
    assert b"already signed" in ledger(*signing).stderr
    future = ledger("audit", "base", "--month", "2150-01", "--sign")
    assert future.returncode == 2
    assert b"is not over" in future.stderr
    assert ledger("audit", "base", "--month", "2025").returncode == 2


def test_an_audit_signed_again_under_its_key_is_recorded_once(ledger: Run) -> None:
    signing = ("audit", "base", "--month", "2025-10", "--sign", "--by", "E-2", "--key", "K-1")
    first = ledger(*signing, "--format", "json")
    late = happened(10, "client.registered", "2025-10-02", "C-4", kind="company", name="Late")
    assert ledger("append", stdin=jsonl(late)).returncode == 0
    again = ledger(*signing, "--format", "json")
    assert (again.returncode, again.stdout) == (0, first.stdout)
    assert b"recorded before, with the key K-1" in again.stderr
    assert b"signed at position 10" in again.stderr
    assert ledger(*signing, "--stale-days", "30").returncode == 8, "the key names another request"
    assert ledger(*signing[:4], "--key", "K-1").returncode == 2, "it is about what --sign records"


def test_who_records_nothing_comes_first(ledger: Run) -> None:
    hired = happened(11, "employee.hired", "2025-01-01", None, employee="E-9", name="Viktor")
    assert ledger("append", stdin=jsonl(hired)).returncode == 0
    found = rows(ledger, "report", "adoption", "--last", "30d")
    told = [(row["employee"], row["silent"], row["events"], row["late"]) for row in found]
    assert told == [("E-9", True, 0, 0), ("E-7", False, 10, 10)]
    assert b"silent" in ledger("report", "adoption").stdout
    assert ledger("report", "adoption", "--last", "0d").returncode == 2
    assert ledger("report", "adoption", "--last", "3d", "--since", "2026-01").returncode == 2
