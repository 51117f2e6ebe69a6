"""From the departure to the last client placed, and back, on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import Refused
from tests.commands.cli.conftest import Here, Run, event, jsonl, one_message

PLAN = ("transfer", "plan", "E-7")


def fact(type_: str, key: str, client: str | None = None, /, **data: Any) -> dict[str, Any]:
    return event(
        0, type=type_, key=key, client=client, data=data, source="hr", performed_by=None,
        occurred_at="2026-01-10T09:00:00+03:00",
    )  # fmt: skip


def company() -> bytes:
    """E-7 has four clients; E-8 and E-9 are of his unit, E-2 is elsewhere, E-3 has left."""
    return jsonl(
        *(
            fact("employee.hired", each, employee=each, name=each, unit=unit)
            for each, unit in (
                ("E-7", "U-1"), ("E-8", "U-1"), ("E-9", "U-11"), ("E-2", "U-2"), ("E-3", "U-1"),
            )
        ),
        fact("org_unit.defined", "U-11", unit="U-11", name="Sub", kind="team", parent="U-1"),
        fact("employee.departed", "left", employee="E-3"),
        fact("employee_skill.noted", "skill", employee="E-2", field="segment", value="retail"),
        *(fact("client.registered", f"r{n}", f"C-{n}", kind="company", name=n) for n in "1234"),
        *(fact("curator.assigned", f"a{n}", f"C-{n}", employee="E-7") for n in "1234"),
        fact("client_fact.recorded", "f1", "C-1", field="segment", value="retail"),
        fact("client_fact.recorded", "f2", "C-2", field="segment", value="horeca"),
        fact("contact.barred", "bar", "C-3", employee="E-8", reason="quarrel"),
    )  # fmt: skip


def told(here: Here, *arguments: str) -> Any:
    done = here(*arguments, "--format", "json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def events(tried: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What a dry run said would be recorded, taken out of its answer."""
    said = tried.pop("events")
    return [(each["type"], each["client"], each["content"]) for each in said]


def recorded(here: Here, count: int) -> list[tuple[Any, ...]]:
    """The last events, as they are recorded."""
    lines = here("replay", "--format", "jsonl").stdout.splitlines()[-count:]
    found = map(json.loads, lines)
    return [(each["type"], each.get("client"), each["data"]) for each in found]


def test_from_the_departure_to_the_last_client_placed_and_back(
    iledger: Run, here: Here, tmp_path: Path
) -> None:
    assert iledger("append", stdin=company()).returncode == 0
    left = ("--reason", "moved", "--effective", "2026-02-01T10:00", "--by", "E-2")
    done = here("employee", "depart", "E-7", *left)
    assert "4 clients of E-7 are orphans now. Next: iledger transfer plan E-7" in done.stderr
    assert len(told(here, "employee", "orphans")) == 4
    (before,) = [row for row in told(here, "employee", "departures") if row["employee"] == "E-7"]
    assert (before["clients"], before["placed"], before["orphans"]) == (4, 0, 4)
    then = told(here, "employee", "departures", "--on", "2026-02-02T10:00")[0]
    assert (then["orphan_hours"], then["mean_hours"], then["longest_hours"]) == (96, 24, 24)

    path = str(tmp_path / "plan.json")
    shown = told(here, *PLAN, "--rule", "same-unit", "--out", path)
    assert shown["successors"] == [
        {"to_employee": "E-8", "clients": 0, "planned": 2},
        {"to_employee": "E-9", "clients": 0, "planned": 2},
    ]
    assert len(told(here, "transfer", "status")) == 0
    tried = told(here, "transfer", "apply", path, "--dry-run", "--by", "E-2")
    would = events(tried)
    assert told(here, "transfer", "apply", path, "--yes", "--by", "E-2") == tried
    assert would == recorded(here, 4 + 2)
    (batch,) = tried["batch"]
    assert (batch["planned"], batch["moved"], batch["skipped"]) == (4, 4, 0)
    assert not told(here, "employee", "orphans")
    (after,) = [row for row in told(here, "employee", "departures") if row["employee"] == "E-7"]
    assert (after["clients"], after["placed"], after["pool"], after["orphans"]) == (4, 4, 0, 0)
    history = told(here, "owner", "C-3")["history"][-1]
    assert (history["to_employee"], history["approved_by"]) == ("E-9", "E-2")
    there_and_back(here, batch["batch"], path)


def test_the_next_step_names_the_zone_in_which_it_was_typed(iledger: Run, here: Here) -> None:
    assert iledger("append", stdin=company()).returncode == 0
    ahead = ("--effective", "2099-02-01T10:00", "--by", "E-2")
    done = here("employee", "depart", "E-7", *ahead, "--zone", "Asia/Tokyo")
    assert "--effective 2099-02-01T10:00 --zone Asia/Tokyo --out plan.json" in done.stderr


def there_and_back(here: Here, batch: str, path: str) -> None:
    undo = ("transfer", "reverse", batch, "--reason", "wrong unit", "--yes")
    tried = told(here, *undo, "--by", "E-2", "--dry-run")
    would = events(tried)
    back = told(here, *undo, "--by", "E-2")
    assert (back, recorded(here, 4 + 2)) == (tried, would)
    assert (back["batch"][0]["restored"], back["batch"][0]["kept"]) == (4, 0)
    assert len(told(here, "employee", "orphans")) == 4
    status = told(here, "transfer", "status", batch)
    assert status["batch"][0]["state"] == "reversed"
    assert status["successors"] == [
        {"to_employee": "E-8", "moved": 2, "restored": 2},
        {"to_employee": "E-9", "moved": 2, "restored": 2},
    ]
    with pytest.raises(Refused, match="was reversed"):
        here("transfer", "apply", path, "--yes", "--by", "E-2")
    assert "was reversed before" in here(*undo).stderr


def test_a_plan_by_a_fact_tells_whom_it_cannot_place(iledger: Run, here: Here) -> None:
    iledger("append", stdin=company())
    shown = told(here, *PLAN, "--rule", "fact:segment")
    assert shown["successors"] == [{"to_employee": "E-2", "clients": 0, "planned": 1}]
    assert [row["client"] for row in shown["unplaced"]] == ["C-2", "C-3", "C-4"]


def test_a_plan_for_later_holds_from_then_on(iledger: Run, here: Here, tmp_path: Path) -> None:
    iledger("append", stdin=company())
    done = here("employee", "depart", "E-7", "--effective", "2150-12-01", "--by", "E-2")
    assert "are orphans from 2150-12-01 00:00 (Europe/Moscow) on" in done.stderr
    assert "--rule same-unit --effective 2150-12-01 --out plan.json" in done.stderr
    path = str(tmp_path / "plan.json")
    shown = here(*PLAN, "--rule", "one", "--to", "E-8", "--effective", "2150-12-01")
    assert "add --out plan.json" in shown.stderr
    here(*PLAN, "--rule", "one", "--to", "E-8", "--effective", "2150-12-01", "--out", path)
    applied = here("transfer", "apply", path, "--yes", "--format", "json")
    done = json.loads(applied.stdout)
    assert done["batch"][0]["moved"] == 3  # E-8 is barred from one
    batch = done["batch"][0]["batch"]
    assert f"iledger handover pack --batch {batch} --out packs --issue" in applied.stderr
    with pytest.raises(Refused, match="passes to E-8 only on 2150-12-01 00:00 Europe/Moscow"):
        here("handover", "accept", "C-1", "--by", "E-8")
    assert told(here, "owner", "C-1")["owner"][0]["owner"] == "E-7"
    assert told(here, "owner", "C-1", "--on", "2150-12-02")["owner"][0]["owner"] == "E-8"
    assert [row["client"] for row in told(here, "employee", "orphans", "--on", "2150-12-02")] == [
        "C-3"
    ]
    here("transfer", "reverse", batch, "--reason", "he stays on", "--yes")
    assert told(here, "owner", "C-1", "--on", "2150-12-02")["owner"][0]["owner"] == "E-7"


def test_somebody_away_is_covered(iledger: Run, here: Here) -> None:
    iledger("append", stdin=company())
    days = ("--from", "2026-07-01", "--to", "2026-07-14", "--substitute", "E-9")
    (made,) = told(here, "employee", "absence", "E-7", *days)
    assert made["content"]["substitute"] == "E-9"


APPLY = ("transfer", "apply")
BAD = (
    ((*PLAN, "--rule", "one", "--to", "E-99"), 3, "no employee 'E-99'"),
    ((*PLAN, "--rule", "one", "--to", "E-3"), 8, "E-3 has left"),
    ((*PLAN, "--rule", "one", "--to", "E-7"), 8, "cannot be transferred to E-7"),
    ((*PLAN, "--rule", "one", "--to", "E-8,E-9"), 8, "takes one successor"),
    ((*PLAN, "--rule", "best", "--to", "E-8"), 2, "no rule 'best'"),
    ((*PLAN, "--rule", "least-loaded"), 2, "name them with --to"),
    ((*PLAN, "--rule", "same-unit", "--to", "E-8"), 2, "omit --to"),
    ((*PLAN, "--rule", "one", "--to", "E-9", "--batch", "a/b"), 2, "has a slash"),
    ((*PLAN, "--rule", "one", "--to", "E-9", "--out", "plan.json"), 2, "exists already"),
    (("transfer", "plan", "E-77", "--rule", "same-unit"), 3, "no employee 'E-77'"),
    ((*APPLY, "none.json", "--yes"), 1, "No such file"),
    ((*APPLY, "cut.json", "--yes"), 2, "is not a valid plan"),
    ((*APPLY, "ahead.json", "--yes"), 8, "the plan belongs to another ledger"),
    ((*APPLY, "plan.json"), 2, "add --yes"),
    (("transfer", "reverse", "T-9", "--reason", "x", "--yes"), 3, "no batch 'T-9'"),
    (("transfer", "status", "T-9"), 3, "no batch 'T-9'"),
    (("employee", "depart", "E-99"), 3, "no employee 'E-99'"),
    (("employee", "depart", "E-3"), 8, "E-3 left"),
    (("employee", "depart", "E-7", "--effective", "2025-12-31"), 8, "cannot have left"),
    (("employee", "absence", "E-7", "--from", "July", "--to", "2026-07-14"), 2, "is not a day"),
)


def test_input_that_makes_no_sense(iledger: Run, tmp_path: Path) -> None:
    iledger("append", stdin=company())
    iledger(*PLAN, "--rule", "one", "--to", "E-9", "--out", "plan.json")
    text = (tmp_path / "plan.json").read_text()
    (tmp_path / "cut.json").write_text(text[:-20])
    (tmp_path / "ahead.json").write_text(text.replace('"position": ', '"position": 9'))
    for arguments, code, said in BAD:
        done = iledger(*arguments)
        assert done.returncode == code, (arguments, done.stderr)
        assert said in one_message(done), arguments
