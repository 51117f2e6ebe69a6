"""`iledger reservation`, `employee portfolio` and `audit custody`, as typed."""

import json
from typing import Any

import pytest

from commands.cli.shell import decision as deciding
from commands.cli.shell import output
from ledger.errors import ServerUnavailable
from tests.commands.cli.conftest import Here, Run, event, jsonl

HIRED = [
    event(
        0, type="employee.hired", key=f"hr-{n}", client=None, occurred_at="2026-01-01",
        data={"employee": f"E-{n}", "name": f"Seller {n}", "unit": f"U-{n}"},
    )
    for n in (1, 2)
]  # fmt: skip
RESERVED = [
    event(
        0, type="client.reserved", key=f"crm-{n}", client=f"C-{n}", occurred_at="2026-01-02",
        data={"employee": "E-1", "expires_at": expires_at},
    )
    for n, expires_at in ((1, "2026-01-20T00:00:00Z"), (2, "2150-01-20T00:00:00Z"))
]  # fmt: skip


@pytest.fixture
def asked(iledger: Run, here: Here) -> Here:
    done = iledger("append", stdin=jsonl(*HIRED, *RESERVED))
    assert done.returncode == 0, done.stderr
    return here


def rows(done: Any) -> Any:
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_policy_is_published_and_shown(asked: Here) -> None:
    assert "no policy has been published" in asked("reservation", "policy", "show").stderr
    publish = (
        "reservation", "policy", "publish", "--days", "90", "--claims", "offer.sent,meeting.held",
        "--former-owner-days", "30", "--clients-per-seller", "300", "--exclude", "U-1,U-2",
    )  # fmt: skip
    assert asked(*publish).exit_code == 0
    (shown,) = rows(asked("reservation", "policy", "show", "--format", "json"))
    assert (shown["version"], shown["days"], shown["claims"], shown["exclusions"]) == (
        1, 90, ["offer.sent", "meeting.held"], ["U-1,U-2"],
    )  # fmt: skip
    assert "already in that state" in asked(*publish).stderr
    assert asked("reservation", "policy", "publish").exit_code == 0
    (shown,) = rows(asked("reservation", "policy", "show", "--format", "json"))
    assert (shown["version"], shown["days"], shown["claims"]) == (2, None, ["offer.sent"])


def test_a_policy_that_cannot_be_is_refused_in_one_line(asked: Here, iledger: Run) -> None:
    for typed, code, said in (
        (("--days", "0"), 1, "days"),
        (("--exclude", ","), 1, "units"),
        (("--claims", "offer.send"), 8, "Did you mean 'offer.sent'?"),
        (("--exclude", "U-1,U-9"), 3, "no unit 'U-9'"),
    ):
        done = iledger("reservation", "policy", "publish", *typed)
        assert (done.returncode, done.stderr.count(b"\n")) == (code, 1), done.stderr
        assert said in done.stderr.decode()


def test_reservations_that_have_run_out_are_ended_in_a_batch(asked: Here, iledger: Run) -> None:
    listed = rows(asked("reservation", "list", "--employee", "E-1", "--format", "json"))
    assert [(row["client"], row["state"]) for row in listed] == [
        ("C-1", "run out"), ("C-2", "in force"),
    ]  # fmt: skip
    refused = iledger("reservation", "expire")
    assert (refused.returncode, refused.stderr.count(b"\n")) == (2, 1)
    assert "End 1 reservation that has run out? stdin is not a terminal" in refused.stderr.decode()
    assert [
        row["type"] for row in rows(asked("reservation", "expire", "--dry-run", "--format", "json"))
    ] == ["reservation.expired"]
    (ended,) = rows(asked("reservation", "expire", "--yes", "--format", "json"))
    assert (ended["client"], ended["position"]) == ("C-1", 5)
    assert "already in that state" in asked("reservation", "expire", "--yes").stderr
    assert [row["client"] for row in rows(asked("reservation", "list", "--format", "json"))] == [
        "C-2"
    ]


def test_what_was_ended_is_shown_although_the_next_could_not_be(
    asked: Here, iledger: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    third = dict(RESERVED[0], key="crm-3", client="C-3")
    assert iledger("append", stdin=jsonl(third)).returncode == 0
    turns, recording = iter((True, False)), deciding.handle

    def failing(*given: Any) -> Any:
        if next(turns):
            return recording(*given)
        raise ServerUnavailable("gone")

    monkeypatch.setattr(deciding, "handle", failing)
    shown: list[Any] = []
    monkeypatch.setattr(output.Printer, "show", lambda _, rows, *__: shown.extend(rows))
    with pytest.raises(ServerUnavailable):
        asked("reservation", "expire", "--yes")
    assert [row["client"] for row in shown] == ["C-1"]


def test_a_portfolio_then_and_now(asked: Here) -> None:
    found = asked("employee", "portfolio", "E-1", "--format", "json")
    assert [row["client"] for row in rows(found)] == ["C-1", "C-2"]
    assert "2 clients: 2 reserved" in found.stderr
    assert (
        rows(asked("employee", "portfolio", "E-1", "--on", "2026-01-01", "--format", "json")) == []
    )
    assert len(rows(asked("employee", "portfolio", "E-1", "--as-of", "3", "--format", "json"))) == 1
    assert "0 clients: none" in asked("employee", "portfolio", "E-2").stderr


def test_custody_fails_on_a_breach_and_not_on_an_orphan(asked: Here, iledger: Run) -> None:
    left = event(
        0, type="employee.departed", key="hr-3", client=None, occurred_at="2026-02-01",
        data={"employee": "E-1"},
    )  # fmt: skip
    assert iledger("append", stdin=jsonl(left)).returncode == 0
    whole = rows(asked("audit", "custody", "--format", "json"))
    assert whole["breaches"] == []
    assert {row["client"] for row in whole["orphans"]} == {"C-1", "C-2"}
    wrong = event(
        0, type="client.released", key="crm-9", client="C-1", occurred_at="2026-02-02",
        data={"from_employee": "E-2", "reason": "no purchase"},
    )  # fmt: skip
    assert iledger("append", stdin=jsonl(wrong)).returncode == 0
    done = iledger("audit", "custody", "--client", "C-1", "--format", "json")
    assert done.returncode == 1
    whole = json.loads(done.stdout)
    assert [row["what"] for row in whole["breaches"]] == ["wrong giver"]
    assert whole["breaches"][0]["positions"] == [3, 6]
    assert [row["owner"] for row in whole["chain"]] == ["E-1", None]
