"""`iledger metrics --credit …` and `iledger handover outcomes`, as typed."""

import json
from typing import Any

import pytest

from ledger.database import Connection
from tests.commands.cli.conftest import Run, event, jsonl
from tests.ledger.store.samples import stored_before


def owned(number: int, at: str, **data: str) -> dict[str, Any]:
    type_ = "client.reassigned" if "to_employee" in data else "curator.assigned"
    return event(number, type=type_, client="C-1", occurred_at=at, data=data)


@pytest.fixture
def asked(iledger: Run) -> Run:
    """One client, passed on between two calls."""
    done = iledger(
        "append",
        stdin=jsonl(
            owned(101, "2026-02-01", employee="E-7"),
            event(1, client="C-1", occurred_at="2026-02-20T10:00:00+03:00"),
            owned(102, "2026-02-25", from_employee="E-7", to_employee="E-8", reason="workload"),
            event(11, client="C-1"),
        ),
    )
    assert done.returncode == 0, done.stderr
    return iledger


def test_credit_is_split_and_explained(asked: Run) -> None:
    split = ("metrics", "--credit", "split:30:0.25", "--metric", "interactions")
    rows = json.loads(asked(*split, "--format", "json").stdout)
    assert {row["group"]: row["value"] for row in rows} == {"E-7": 1.25, "E-8": 0.75}
    assert b"1.25" in asked(*split).stdout
    rows = json.loads(asked(*split, "--explain", "--format", "json").stdout)
    parts = [(row["position"], row["employee"], row["weight"]) for row in rows]
    assert parts == [(2, "E-7", 1), (4, "E-7", 0.25), (4, "E-8", 0.75)]


def test_credit_to_the_current_owner_comes_with_a_remark(asked: Run) -> None:
    done = asked("metrics", "--credit", "current-owner", "--format", "json")
    assert b"current-owner is for comparison only" in done.stderr
    counted = (row for row in json.loads(done.stdout) if row["metric"] == "interactions")
    assert {row["group"] for row in counted if row["value"]} == {"E-8"}
    assert b"comparison" not in asked("metrics", "--credit", "first-claimant").stderr
    assert b"for comparison only" in asked("metrics", "--help").stdout


def test_outcomes_of_hand_overs(asked: Run) -> None:
    table = asked("handover", "outcomes", "--days", "20").stdout.decode()
    assert "1 → 1" in table
    assert "100 % (1/1)" in table
    (row,) = json.loads(
        asked("handover", "outcomes", "--on", "2026-03-05", "--format", "json").stdout
    )
    assert (row["handovers"], row["unfinished"], row["retained_share"]) == (1, 1, None)
    assert "no data" in asked("handover", "outcomes", "--on", "2026-03-05").stdout.decode()
    refused = asked("handover", "outcomes", "--days", "0")
    assert refused.returncode == 2
    assert b"from 1 to 3660" in refused.stderr


def test_one_wrong_date_long_ago_does_not_keep_a_table_waiting(
    owner: Connection, iledger: Run
) -> None:
    opened = {"type": "deal.opened", "data": {"deal": "D-1"}}
    stored_before(owner, event(1, occurred_at="0001-01-01", **opened))
    done = iledger("metrics", "--every", "month", "--metric", "deals_open")
    assert done.returncode == 0
    assert done.stdout.count(b"\nmetric") > 2000 * 12
