"""Changes dated ahead, as typed: listed wherever the owner is, cancelled, and in nobody's way."""

import json
from typing import Any

import pytest

from ledger.errors import Refused
from tests.commands.cli.conftest import Here, Run, event, jsonl

HIRED = [
    event(
        0, type="employee.hired", key=f"hr-{n}", client=None, occurred_at="2025-01-01",
        data={"employee": f"E-{n}", "name": f"Seller {n}", "unit": "U-1"},
    )
    for n in (1, 2, 3)
]  # fmt: skip
OWNED = [
    event(
        0, type="curator.assigned", key=f"crm-{n}", client=f"C-{n}", occurred_at="2025-01-02",
        data={"employee": "E-1"},
    )
    for n in (1, 2)
]  # fmt: skip
AHEAD = ("--effective", "2150-01-01", "--by", "E-9")
TO_E2 = ("client", "reassign", "C-1", "--to", "E-2", "--reason", "territory", *AHEAD)


@pytest.fixture
def planned(iledger: Run, here: Here) -> Here:
    """A ledger in UTC in which C-1 passes from E-1 to E-2 in the year 2150."""
    done = iledger("append", stdin=jsonl(*HIRED, *OWNED))
    assert done.returncode == 0, done.stderr
    done = here(*TO_E2)
    assert done.exit_code == 0, done.output
    return here


def rows(here: Here, *question: str) -> Any:
    done = here(*question, "--format", "json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_it_is_listed_wherever_the_owner_is(planned: Here) -> None:
    (change,) = rows(planned, "client", "planned")
    assert (change["client"], change["from_employee"], change["to_employee"]) == (
        "C-1", "E-1", "E-2",
    )  # fmt: skip
    assert change["effective_at"].startswith("2150-01-01")
    for arguments in (("C-1",), ("--employee", "E-2"), ("--employee", "E-1")):
        assert rows(planned, "client", "planned", *arguments) == [change]
    assert rows(planned, "client", "planned", "--employee", "E-3") == []
    owner = rows(planned, "owner", "C-1")
    assert (owner["owner"][0]["owner"], owner["planned"]) == ("E-1", [change])
    assert rows(planned, "owner", "C-2")["planned"] == []
    for question in (("clients",), ("employee", "portfolio", "E-1")):
        found = {row["client"]: row for row in rows(planned, *question)}
        assert found["C-1"]["planned_owner"] == "E-2"
        assert found["C-1"]["planned_at"].startswith("2150-01-01")
        assert found["C-2"]["planned_at"] is None
    coming = planned("employee", "portfolio", "E-2")
    assert "1 more is planned to come: `iledger client planned --employee E-2`" in coming.stderr
    (handover,) = rows(planned, "handover", "list", "--open")
    assert (handover["client"], handover["employee"], handover["waited"]) == ("C-1", "E-2", None)
    assert handover["passed_at"].startswith("2150-01-01")
    card = {line["value"]: line["name"] for line in rows(planned, "card", "C-1")["owner"]}
    assert card == {"curator": "E-1", "planned": "E-2"}
    timeline = planned("timeline", "C-1")
    assert "reassigned from E-1 to E-2, territory, from 2150-01-01 00:00" in timeline.stdout


def test_a_batch_dated_ahead_says_so(planned: Here, tmp_path: Any) -> None:
    plan = str(tmp_path / "plan.json")
    drawn = ("transfer", "plan", "E-1", "--rule", "round-robin", "--to", "E-3", "--batch", "B-1",
             "--effective", "2149-01-01", "--out", plan)  # fmt: skip
    assert planned(*drawn).exit_code == 0
    applied = planned("transfer", "apply", plan, "--yes", "--by", "E-9")
    assert applied.exit_code == 0, applied.output
    (batch,) = rows(planned, "transfer", "status")
    assert (batch["batch"], batch["ahead"]) == ("B-1", 2)
    assert batch["effective_at"].startswith("2149-01-01")
    ahead = rows(planned, "transfer", "status", "B-1")["planned"]
    assert [change["client"] for change in ahead] == ["C-1", "C-2"]


def test_it_stands_in_the_way_of_nothing_before_it(planned: Here) -> None:
    today = ("client", "reassign", "C-1", "--to", "E-3", "--reason", "conflict", "--by", "E-9")
    assert planned(*today).exit_code == 0
    assert rows(planned, "owner", "C-1")["owner"][0]["owner"] == "E-3"
    assert planned("client", "release", "C-1", "--reason", "x", "--by", "E-9").exit_code == 0
    assert planned(*today).exit_code == 0
    then = rows(planned, "owner", "C-1", "--on", "2150-01-02")["owner"][0]["owner"]
    assert then == "E-2"
    assert planned("audit", "custody", "--on", "2150-01-02").exit_code == 0


def test_it_is_cancelled_by_a_command(planned: Here) -> None:
    cancel = ("client", "cancel", "C-1", "--reason", "the territory stays", "--by", "E-9")
    assert "event.annulled" in planned(*cancel, "--dry-run").stdout
    with pytest.raises(Refused, match="no change of position 1 is dated ahead"):
        planned(*cancel, "--position", "1")
    assert planned(*cancel).exit_code == 0
    assert rows(planned, "client", "planned") == []
    assert rows(planned, "owner", "C-1", "--on", "2150-01-02")["owner"][0]["owner"] == "E-1"
    with pytest.raises(Refused, match="no change is dated ahead; `iledger client planned` lists"):
        planned(*cancel)


def test_a_departure_dated_ahead_is_listed_and_cancelled(planned: Here) -> None:
    depart = ("employee", "depart", "E-2", *AHEAD)
    assert planned(*depart).exit_code == 0
    assert "E-2 leaves on 2150-01-01 00:00" in planned("employee", "departures").stderr
    found = {row["employee"]: row for row in rows(planned, "employee", "list")}
    assert (found["E-2"]["planned"], found["E-2"]["departed"]) == ("departed", False)
    assert found["E-2"]["planned_at"].startswith("2150-01-01")
    assert found["E-1"]["planned"] is None
    done = planned("employee", "cancel", "E-2", "--reason", "stays")
    assert done.exit_code == 0
    assert "still planned: 1 change of owner from or to E-2" in done.stderr
    assert all(row["planned"] is None for row in rows(planned, "employee", "list"))
    with pytest.raises(Refused, match="nothing about employee E-2 is dated ahead"):
        planned("employee", "cancel", "E-2", "--reason", "stays")


def test_of_an_id_merged_away_it_is_cancelled_under_that_id(planned: Here) -> None:
    assert planned("client", "merge", "C-2", "C-1", "--evidence", "same").exit_code == 0
    assert [row["client"] for row in rows(planned, "client", "planned", "C-2")] == ["C-1"]
    with pytest.raises(Refused, match="`iledger client cancel C-1` cancels it"):
        planned("client", "cancel", "C-2", "--reason", "stays")
    assert planned("client", "cancel", "C-1", "--reason", "stays").exit_code == 0
    assert rows(planned, "client", "planned", "C-2") == []


def test_who_leaves_is_told_of_clients_that_are_still_to_come(planned: Here) -> None:
    done = planned("employee", "depart", "E-2", "--effective", "2149-01-01")
    assert "1 client will still pass to E-2 after that" in done.stderr
    with pytest.raises(Refused, match=r"E-2 leaves on 2149-01-01.*`iledger employee cancel E-2"):
        planned("employee", "depart", "E-2", "--effective", "2149-02-01")
    with pytest.raises(Refused, match="E-2 leaves on 2149-01-01 00:00"):
        planned("client", "reassign", "C-2", "--to", "E-2", "--reason", "workload", *AHEAD)


def test_what_was_decided_at_an_unknown_time_is_listed(iledger: Run, here: Here) -> None:
    moved = event(
        0, type="client.reassigned", key="m", client="C-2", occurred_at="unknown",
        data={"to_employee": "E-2", "reason": "workload", "effective_at": "2150-01-01T00:00:00Z"},
    )  # fmt: skip
    left = event(
        0, type="employee.departed", key="d", client=None, occurred_at="unknown",
        data={"employee": "E-3", "effective_at": "2150-01-01T00:00:00Z"},
    )  # fmt: skip
    done = iledger("append", stdin=jsonl(*HIRED, *OWNED, moved, left))
    assert done.returncode == 0, done.stderr
    assert [row["client"] for row in rows(here, "client", "planned")] == ["C-2"]
    found = {row["employee"]: row["planned"] for row in rows(here, "employee", "list")}
    assert found == {"E-1": None, "E-2": None, "E-3": "departed"}


def test_who_leaves_earlier_than_planned_has_left_then(planned: Here) -> None:
    assert planned("employee", "depart", "E-1", *AHEAD).exit_code == 0
    assert planned("employee", "depart", "E-1", "--by", "E-9").exit_code == 0
    found = {
        row["employee"]: row for row in rows(planned, "employee", "list", "--on", "2150-02-01")
    }
    assert not found["E-1"]["departed_at"].startswith("2150")
