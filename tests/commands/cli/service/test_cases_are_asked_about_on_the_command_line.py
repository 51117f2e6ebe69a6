"""`iledger case …` and `iledger report service …`, as typed."""

import json
from typing import Any

import pytest

from tests.commands.cli.conftest import Here, Run, event, jsonl, one_message


def _of_a_case(number: int, type_: str, at: str, **data: Any) -> dict[str, Any]:
    said = {"case": "S-1", **data}
    return event(number, type=type_, client="C-1", occurred_at=f"2026-03-{at}", data=said)


EVENTS = (
    _of_a_case(1, "case.opened", "01T09:00:00+03:00", kind="claim", priority="high"),
    _of_a_case(2, "case.assigned", "01T10:00:00+03:00", assignee="E-7", unit="U-1"),
    _of_a_case(3, "case_state.entered", "01T10:00:00+03:00", state="in_work"),
    _of_a_case(4, "case.noted", "01T12:00:00+03:00"),
    _of_a_case(5, "case.assigned", "02T10:00:00+03:00", assignee="E-8", from_assignee="E-7"),
    _of_a_case(6, "case.resolved", "02T21:00:00+03:00"),
    _of_a_case(7, "case.closed", "03T09:00:00+03:00"),
)


@pytest.fixture
def rows(iledger: Run, here: Here) -> Any:
    assert iledger("append", stdin=jsonl(*EVENTS)).returncode == 0

    def ask(*question: str) -> Any:
        done = here(*question, "--format", "json")
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)

    return ask


def test_a_case_has_its_history_and_its_holders(rows: Any) -> None:
    changes = [each["change"] for each in rows("case", "history", "S-1")]
    assert changes == ["opened", "entered", "noted", "resolved", "closed"]
    held = [each["holder"] for each in rows("case", "holders", "S-1") if each["track"] == "person"]
    assert held[:2] == ["E-7", "E-8"]
    assert len(rows("case", "history", "S-1", "--as-of", "1")) == 1


def test_figures_over_all_cases(rows: Any) -> None:
    def service(*question: str) -> Any:
        return rows("report", "service", *question)

    assert service("opened", "--by", "month,kind") == [
        {"month": "2026-03", "kind": "claim", "cases": 1}
    ]
    assert service("opened", "--since", "2026-04") == []
    (touched,) = service("touches", "--by", "assignee")
    assert (touched["assignee"], touched["touches"]) == ("E-7", 1)
    assert {each["how"] for each in service("moves")} >= {"passed"}
    assert service("handovers") == [{"handovers": 1, "cases": 1}]
    assert [each["holder"] for each in service("holders", "--track", "unit")] == ["U-1"]
    (state,) = service("states")
    assert (state["state"], state["cases"], state["hours"]) == ("in_work", 1, 47)
    (took,) = service("durations", "--by", "kind")
    assert (took["group"], took["to_resolved_mean"], took["to_closed_mean"]) == ("claim", 36, 48)


def test_what_is_not_known_is_named(rows: Any, iledger: Run) -> None:
    for verb in ("history", "holders"):
        done = iledger("case", verb, "S-9")
        assert done.returncode == 3
        assert "iledger case list" in one_message(done)
    done = iledger("report", "service", "opened", "--by", "colour")
    assert done.returncode == 2
    assert "colour" in one_message(done)
