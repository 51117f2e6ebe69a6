"""`iledger norm`, and reductions by norms, as typed."""

import json
from contextlib import closing
from typing import Any

import pytest

from ledger.database import Location, connect
from tests.commands.cli.conftest import Here, Run, event, jsonl
from tests.projections.sellers import PERIOD, september
from tests.projections.settled import recorded

DEFINE = ("norm", "define", "TASKS", "--metric", "overdue_share", "--counting", "--by", "E-9")
PAST = ("--from", "2026-09-01", "--allow-late", "agreed in July")


@pytest.fixture
def worked(location: Location) -> None:
    """A September of work."""
    with closing(connect(location, "owner")) as connection:
        recorded(location, connection, september())


def rows(here: Here, *arguments: str) -> Any:
    done = here(*arguments, "--format", "json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.mark.usefixtures("worked")
def test_a_norm_is_laid_down_and_its_breaches_shown_and_recorded_once(
    here: Here, iledger: Run
) -> None:
    # Given a norm of a month, laid down with a reason for being late
    assert rows(here, *DEFINE, "--at-most", "1", *PAST, "--dry-run")
    assert rows(here, "norm", "list") == []
    assert rows(here, *DEFINE, "--at-most", "1", *PAST)
    (norm,) = rows(here, "norm", "list", "--norm", "TASKS")
    assert (norm["version"], norm["bound"], norm["value"], norm["late"]) == (
        1, "at_most", 1, "agreed in July",
    )  # fmt: skip
    # When it is asked who kept it
    everybody = rows(here, "norm", "breaches", "--period", PERIOD, "--all")
    assert [row["employee"] for row in everybody] == ["E-1", "E-2", "E-3", "E-4"]
    breaches = rows(here, "norm", "breaches", "--period", PERIOD)
    assert breaches == [row for row in everybody if row["state"] == "breached"] != []
    # Then as many events are behind it as it counts
    behind = rows(here, "norm", "breaches", "--period", PERIOD, "--explain")
    for row in breaches:
        assert row["figure"] == sum(each["employee"] == row["employee"] for each in behind) > 1
    # And it is recorded once
    record = ("norm", "record", "--period", PERIOD, "--by", "E-9")
    assert b"add --yes or --dry-run" in iledger(*record).stderr
    told = rows(here, *record, "--yes")
    assert [each["content"]["employee"] for each in told] == [row["employee"] for row in breaches]
    assert all(each["content"]["evidence"] for each in told)
    assert here(*record, "--yes").stdout == ""
    again = rows(here, "norm", "breaches", "--period", PERIOD)
    assert [row["recorded"] for row in again] == [each["position"] for each in told]


@pytest.mark.usefixtures("worked")
def test_a_norm_that_cannot_be_measured_stops_no_other(here: Here, iledger: Run) -> None:
    rows(here, *DEFINE, "--at-most", "1", *PAST)
    question = ("norm", "breaches", "--period", PERIOD)
    expected = rows(here, *question)
    norm = {"norm": "NX", "version": 1, "metric": "nonsense", "scope": "whole",
            "bound": "at_least", "value": 1, "every": "month", "credit": "bogus",
            "effective_from": "2026-01-01"}  # fmt: skip
    defined = event(9, type="norm.defined", client=None, occurred_at="2026-01-01", data=norm)
    assert iledger("append", stdin=jsonl(defined)).returncode == 0
    assert rows(here, *question) == expected != []
    told = iledger(*question).stderr.decode()
    assert "norm NX cannot be measured and is passed over: no metric 'nonsense'" in told
    recorded_ = rows(here, "norm", "record", "--period", PERIOD, "--by", "E-9", "--yes")
    assert len(recorded_) == len(expected)
    assert iledger(*question, "--norm", "NX").returncode == 2


@pytest.mark.usefixtures("worked")
def test_what_is_wrong_is_told_with_the_remedy(here: Here, iledger: Run) -> None:
    for more, code, why in (
        (("--at-most", "2", "--from", "2026-09-01"), 8, "is past"),
        (("--at-most", "2", "--from", "soon"), 2, "is not a day"),
        (("--at-most", "2", "--at-least", "1"), 2, "give one of --at-least and --at-most"),
        ((), 2, "give one of --at-least and --at-most"),
        (("--at-most", "-1"), 1, "must be 0 or more"),
        (("--at-most", "1", "--unit", "U", "--employee", "E-1"), 2, "give one of --employee"),
        (("--at-most", "1", "--unit", "nowhere"), 3, "no unit 'nowhere' is known"),
    ):  # fmt: skip
        done = iledger(*DEFINE, *more)
        assert (done.returncode, why in done.stderr.decode()) == (code, True), done.stderr
        assert b"Traceback" not in done.stderr
    here("norm", "define", "C", "--metric", "interactions.call", "--at-least", "1",
         "--per-working-day", *PAST)  # fmt: skip
    done = iledger("norm", "breaches", "--period", PERIOD)
    assert (done.returncode, b"Append business_calendar.published" in done.stderr) == (2, True)
    assert b"is not over" in iledger("norm", "breaches", "--period", "2099").stderr
