"""`iledger bonus scheme`, `reduction`, `period`, `statement`, and `iledger kpi`, as typed."""

import hashlib
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ledger.database import Location, connect
from ledger.events.people import EmployeeDeparted
from tests.commands.cli.conftest import Here, Run, event, jsonl
from tests.projections.motivation import test_what_was_undone_is_paid_once as undone
from tests.projections.schemes import SCHEME
from tests.projections.sellers import PERIOD, late, september
from tests.projections.settled import recorded
from tests.projections.stories import told

LATE = ("--allow-late-scheme", "agreed in July")


@pytest.fixture
def worked(location: Location, tmp_path: Path) -> Path:
    """A September of work, and the file of a scheme."""
    with closing(connect(location, "owner")) as connection:
        recorded(location, connection, september())
    file = tmp_path / "sales.toml"
    file.write_text(SCHEME, "utf-8")
    return file


def rows(here: Here, *arguments: str) -> Any:
    done = here(*arguments, "--format", "json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def said(iledger: Run, *arguments: Any) -> tuple[int, str]:
    done = iledger(*arguments)
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stderr.decode()


@pytest.fixture
def published(here: Here, worked: Path) -> Here:
    """The scheme published, the reductions that it proposes decided: E-1's stands."""
    assert here("bonus", "scheme", "check", str(worked)).exit_code == 0
    assert here("bonus", "scheme", "publish", str(worked), "--by", "E-8").exit_code == 0
    assert here("bonus", "scheme", "show", "sales@1").stdout == SCHEME
    here("bonus", "reduction", "propose", "--period", PERIOD, "--scheme", "sales", "--by", "E-8")
    proposed = rows(here, "bonus", "reduction", "list", "--period", PERIOD)
    assert [row["employee"] for row in proposed] == ["E-1", "E-2", "E-3", "E-4"]
    assert all(row["evidence"] and row["decision"] is None for row in proposed)
    for row in proposed:
        ruling = "--confirm" if row["employee"] == "E-1" else "--waive"
        decide = (
            "bonus",
            "reduction",
            "decide",
            row["reduction"],
            ruling,
            "--reason",
            "talked over",
        )
        assert here(*decide, "--by", "E-8").exit_code == 0
    return here


def test_a_scheme_that_cannot_be_read_stops_no_other(published: Here, iledger: Run) -> None:
    question = ("kpi", "--period", PERIOD)
    expected = [row["total"] for row in rows(published, *question)]
    bad = {"scheme": "bad", "version": 1, "effective_from": "2026-01-01", "toml": "[[[",
           "sha256": "0" * 64}  # fmt: skip
    line = event(9, type="motivation_scheme.published", client=None, occurred_at="2026-01-01",
                 data=bad)  # fmt: skip
    assert iledger("append", stdin=jsonl(line)).returncode == 0
    assert [row["total"] for row in rows(published, *question)] == expected != []
    assert "passed over: scheme bad@1, recorded at position" in said(iledger, *question)[1]
    code, text = said(iledger, *question, "--scheme", "bad")
    assert (code, "scheme bad@1, recorded at position" in text) == (2, True)


def test_a_closing_that_may_not_be_is_refused_with_the_way_on(
    published: Here, iledger: Run
) -> None:
    def close(period: str, *more: str) -> tuple[int, str]:
        return said(iledger, "bonus", "period", "close", period, "--scheme", "sales", *more)

    code, told = close(PERIOD)
    assert (code, "--allow-late-scheme REMARK" in told) == (8, True)
    code, told = close("2099-01", *LATE)
    assert (code, "is not over before" in told) == (8, True)
    code, told = close(PERIOD, "--zone", "Mars/X", *LATE)
    assert (code, "unknown time zone 'Mars/X'" in told) == (2, True)
    code, told = close("2026-08", *LATE)
    assert (code, "targets are missing for 2026-08: E-1 won_value" in told) == (2, True)
    code, told = close("2026-Q5", *LATE)
    assert (code, "no period '2026-Q5'" in told) == (2, True)
    assert rows(published, "bonus", "period", "list") == []


def test_reductions_that_nobody_has_proposed_are_not_lost_by_closing(
    here: Here, iledger: Run, worked: Path
) -> None:
    here("bonus", "scheme", "publish", str(worked))
    code, told = said(iledger, "bonus", "period", "close", PERIOD, "--scheme", "sales", *LATE)
    assert (code, "4 reductions are due by sales@1 and were never proposed" in told) == (2, True)
    assert "run `iledger bonus reduction propose --period 2026-09 --scheme sales@1`" in told
    assert rows(here, "bonus", "period", "list") == []


def test_a_dry_run_a_provisional_figure_and_the_closing_are_the_same(
    published: Here, iledger: Run
) -> None:
    close = ("bonus", "period", "close", PERIOD, "--scheme", "sales@1", *LATE, "--by", "E-8")
    dry = rows(published, *close, "--dry-run")
    assert rows(published, "bonus", "period", "list") == []
    provisional = rows(published, "kpi", "--period", PERIOD, "--scheme", "sales")
    assert [float(each["total"]) for each in provisional] == [row["total"] for row in dry]
    assert [row["reduced"] for row in dry] == [500, 0, 0, 0]
    assert {row["name"] for row in dry} == {"Анна"}
    assert rows(published, *close) == dry
    assert said(iledger, *close)[0] == 8
    (closed,) = rows(published, "bonus", "period", "list")
    assert (closed["statements"], closed["total"]) == (4, sum(row["total"] for row in dry))


def test_who_disputes_a_figure_sees_the_events_behind_it_and_what_his_superior_sees(
    published: Here,
) -> None:
    published("bonus", "period", "close", PERIOD, "--scheme", "sales", *LATE)
    dispute = (
        "bonus",
        "statement",
        "dispute",
        f"{PERIOD}/E-2",
        "--claim",
        "D-5 was mine",
        "--by",
        "E-2",
    )
    assert published(*dispute).exit_code == 0
    mine = ("kpi", "--mine", "--period", PERIOD, "--by")
    behind = rows(published, *mine, "E-2", "--explain", "won_value")
    (statement,) = rows(published, *mine, "E-2")
    fact = next(e["fact"] for e in statement["components"] if e["metric"] == "won_value")
    assert round(sum(row["value"] for row in behind), 2) == float(fact)
    of_team = rows(published, "kpi", "--team", "--by", "E-4", "--period", PERIOD)
    table = published("kpi", "--team", "--by", "E-4", "--period", PERIOD).stdout
    assert "E-3       Анна" in table
    assert [each["employee"] for each in of_team] == ["E-1", "E-3", "E-4"]
    one = rows(published, "kpi", "--employee", "E-1", "--period", PERIOD)
    assert one == of_team[:1] == rows(published, *mine, "E-1")
    assert "overdue task: " in published(*mine, "E-1").stdout


def test_the_recorded_bytes_are_shown_the_same_to_everybody(
    location: Location, published: Here, iledger: Run
) -> None:
    here = published
    here("bonus", "period", "close", PERIOD, "--scheme", "sales", *LATE)
    (row,) = rows(here, "bonus", "statement", "list", "--employee", "E-1")
    show = ("bonus", "statement", "show", f"{PERIOD}/E-1", "--format", "json")
    seen = {
        iledger(*show).stdout,
        iledger(
            *show, "--zone", "Pacific/Auckland", TZ="America/Lima", LC_ALL="tr_TR.UTF-8"
        ).stdout,
        iledger(
            "bonus", "statement", "show", "--employee", "E-1", "--period", PERIOD, *show[4:]
        ).stdout,
    }
    (document,) = seen
    assert hashlib.sha256(document).hexdigest() == row["sha256"]
    # Computed again they are the same, wherever the viewer is, and whatever comes late
    with closing(connect(location, "owner")) as connection:
        recorded(location, connection, late())
    assert iledger("bonus", "statement", "verify", PERIOD, "--zone", "Asia/Tokyo").returncode == 0
    (proposed,) = rows(here, "bonus", "statement", "corrections", PERIOD)
    assert proposed["statement"] == f"{PERIOD}/E-2"
    ahead = ("bonus", "statement", "correct", f"{PERIOD}/E-2", "--reason", "late", "--evidence")
    for position in ("999999", "0"):
        code, told = said(iledger, *ahead, position)
        assert (code, f"there is no event at position {position}; the last" in told) == (2, True)
    done = here("bonus", "statement", "correct", f"{PERIOD}/E-2", "--reason", "late", "--by", "E-8")
    assert done.exit_code == 0, done.output
    assert rows(here, "bonus", "statement", "corrections", PERIOD) == []
    table = here("bonus", "statement", "show", f"{PERIOD}/E-2").stdout
    assert "corrected" in table
    _, remarks = said(iledger, "kpi", "--mine", "--period", PERIOD, "--by", "E-2")
    assert f"RUB: iledger bonus statement show {PERIOD}/E-2" in remarks, (
        "he sees that it was corrected"
    )
    again = iledger("bonus", "statement", "correct", f"{PERIOD}/E-2", "--reason", "late")
    assert again.returncode == 3
    assert b"needs no correction" in again.stderr


def test_replay_and_comparison_of_schemes_write_nothing(published: Here, worked: Path) -> None:
    here = published
    here("bonus", "period", "close", PERIOD, "--scheme", "sales", *LATE)
    other = worked.with_name("other.toml")
    other.write_text(SCHEME.replace("process_share = 0.3", "process_share = 1"), "utf-8")
    head = rows(here, "status")["Ledger"][0]["head"]
    replayed = rows(here, "bonus", "scheme", "replay", "--period", PERIOD, "--scheme", str(other))
    assert [row["employee"] for row in replayed] == ["E-1", "E-2", "E-3", "E-4"]
    assert all("process share 0.3 → 1" in row["why"] for row in replayed)
    against = ("--diff", "sales@1")
    assert replayed == rows(
        here, "bonus", "scheme", "replay", "--period", PERIOD, "--scheme", str(other), *against
    )
    assert rows(here, "bonus", "scheme", "diff", "sales@1", str(other)) == [
        {"field": "process_share", "sales@1": 0.3, str(other): 1}
    ]
    assert rows(here, "status")["Ledger"][0]["head"] == head


def test_targets_are_set_revised_and_shown(here: Here, iledger: Run, worked: Path) -> None:
    new = ("target", "set", "--employee", "E-1", "--metric", "deals_won", "--period", "2026-Q3")
    assert here(*new, "--value", "5", "--by", "E-8").exit_code == 0
    code, told = said(iledger, *new, "--value", "6")
    assert (code, "iledger target revise 2026-Q3/E-1/deals_won" in told) == (8, True)
    assert said(iledger, *new, "--value", "many")[0] == 2
    name = "2026-Q3/E-1/deals_won"
    here("target", "revise", name, "--to", "20", "--reason", "r", "--by", "E-8")
    here("target", "explain", name, "--cause", "summer", "--by", "E-1")
    (row,) = rows(here, "target", "attainment", "--period", "2026-Q3")
    assert (row["fact"], row["first"], row["value"]) == (5, 5, 20)
    assert (row["attained_first"], row["attained"], row["shortfall"]) == (1, 0.25, 15)
    assert row["causes"] == ["summer"]
    table = here("target", "attainment", "--period", "2026-Q3").stdout
    assert "100.0 %" in table
    assert "name            Анна" in table
    assert row["name"] == "Анна"
    assert rows(here, "target", "list", "--employee", "E-1", "--period", "2026-Q3")
    proposed = rows(here, "target", "propose", "--metric", "deals_won", "--period", "2026-10")
    assert {row["scope_id"]: row["value"] for row in proposed}["E-1"] == 5
    pipeline = (
        "target",
        "propose",
        "--metric",
        "deals_won",
        "--period",
        "2099",
        "--from",
        "pipeline",
    )
    (open_then, *_) = rows(here, *pipeline, "--on", "2026-09-03")
    assert (open_then["scope_id"], open_then["deals"], open_then["closed"]) == ("E-1", 2, 0)
    assert said(iledger, *pipeline, "--last", "2")[0] == 2


def test_a_wrong_scheme_is_shown_problem_by_problem(iledger: Run, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(SCHEME.replace("weight = 3", "weight = -1").replace("RUB", "rub"), "utf-8")
    done = iledger("bonus", "scheme", "check", file, "--format", "json")
    assert done.returncode == 1
    told = {row["field"]: row for row in json.loads(done.stdout)}
    assert set(told) == {"currency", "components[2].weight"}
    assert told["currency"]["line"] == 4
    assert said(iledger, "bonus", "scheme", "publish", file)[0] == 2
    file.write_bytes(b"\xff\xfe")
    assert "is not UTF-8" in said(iledger, "bonus", "scheme", "check", file)[1]


def test_what_is_taken_back_from_who_has_left_is_said(
    here: Here, iledger: Run, location: Location, tmp_path: Path
) -> None:
    left = told(EmployeeDeparted(employee="E-1"), "2025-03-31")
    with closing(connect(location, "owner")) as connection:
        recorded(location, connection, [*undone.HISTORY, left, *undone.CANCELLED])
    (tmp_path / "m.toml").write_text(undone.SCHEME, "utf-8")
    assert here("bonus", "scheme", "publish", str(tmp_path / "m.toml")).exit_code == 0
    close = ("bonus", "period", "close", "2025-04", "--scheme", "m", *LATE)
    named = "taken back from nobody, for they had left by 2025-04: E-1 won_value -1000 RUB"
    for asked in ((*close, "--dry-run"), close, ("bonus", "statement", "corrections", "2025-04")):
        code, remarks = said(iledger, *asked)
        assert (code, named in remarks) == (0, True), remarks
