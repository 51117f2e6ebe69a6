"""A supervisor who does not know whether his decision was recorded repeats it, with its key."""

import re
from typing import Any

import pytest

from commands.cli.shell import decision as deciding
from ledger.errors import KeyConflict, ServerUnavailable
from tests.commands.cli.conftest import Here, Run, event, jsonl

ABSENCE = (
    "employee",
    "absence",
    "E-1",
    "--from",
    "2026-07-01",
    "--to",
    "2026-07-14",
    "--by",
    "E-9",
)
HIRED = [
    event(
        0, type="employee.hired", key=f"hr-{n}", client=None, occurred_at="2026-01-01",
        data={"employee": f"E-{n}", "name": f"Seller {n}", "unit": f"U-{n}"},
    )
    for n in (1, 2, 9)
]  # fmt: skip


@pytest.fixture
def staffed(iledger: Run, here: Here) -> Here:
    assert iledger("append", stdin=jsonl(*HIRED)).returncode == 0
    return here


def absences(here: Here) -> int:
    return here("replay", "--type", "absence.recorded", "--format", "jsonl").stdout.count("\n")


def test_with_its_key_it_adds_nothing(staffed: Here) -> None:
    first = staffed(*ABSENCE, "--key", "K-1")
    again = staffed(*ABSENCE, "--key", "K-1")
    assert (first.exit_code, again.exit_code, again.stdout) == (0, 0, first.stdout)
    assert "recorded before, with the key K-1" in again.stderr
    assert absences(staffed) == 1


def test_with_no_key_it_is_another_decision(staffed: Here) -> None:
    for _ in range(2):
        assert staffed(*ABSENCE).exit_code == 0
    assert absences(staffed) == 2


def test_with_the_key_of_another_decision_it_is_refused(staffed: Here) -> None:
    assert staffed(*ABSENCE, "--key", "K-1").exit_code == 0
    with pytest.raises(KeyConflict):
        staffed(*ABSENCE, "--substitute", "E-2", "--key", "K-1")


def test_a_lost_answer_names_the_key_that_makes_repeating_safe(
    staffed: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = deciding.handle

    def lost(*given: Any) -> None:
        recording(*given)
        raise ServerUnavailable("the database cannot be reached. Run the same command again.")

    with monkeypatch.context() as patched:
        patched.setattr(deciding, "handle", lost)
        with pytest.raises(ServerUnavailable) as caught:
            staffed(*ABSENCE)
    named = re.search(r"again\. Repeat it with (--key) (\S+): what", str(caught.value))
    assert named
    assert "recorded before" in staffed(*ABSENCE, *named.groups()).stderr
    assert absences(staffed) == 1
