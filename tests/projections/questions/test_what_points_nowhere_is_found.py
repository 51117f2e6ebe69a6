"""Every kind of finding of `audit check`: found with its nearest id, and not where all is sound."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ledger.database import Connection
from ledger.envelope import Event
from ledger.errors import InvalidQuestion
from ledger.events.clients import (
    ClientMerged,
)
from ledger.events.motivation import ShortfallExplained, TargetSet
from ledger.events.ownership import (
    ClientReassigned,
)
from ledger.events.people import EmployeeDeparted, EmployeeHired
from ledger.events.sales import (
    DealReassigned,
    DealWon,
    GoodsReturned,
    PurchaseRecorded,
)
from ledger.events.service import CaseAssigned, CaseOpened
from projections.questions.integrity.check import KINDS, check, counts
from projections.questions.ownership import portfolio
from tests.projections.ledgers import NOW, ledger_of, view
from tests.projections.questions.unsound_stories import (
    CALL,
    CASES,
    SOUND,
    WON,
    Found,
    of,
    opened,
    task,
)
from tests.projections.random_events import annulment
from tests.projections.stories import told


def found(story: list[Event], dsn: str, **asked: Any) -> list[Found]:
    with ledger_of(dsn, story) as (_, connection):
        return _rows(connection, len(story), **asked)


def _rows(connection: Connection, as_of: int, on: datetime = NOW, *kinds: str) -> list[Found]:
    rows = check(connection, view(as_of, on), kinds)
    if not kinds:
        told_of = counts(connection, view(as_of, on))
        assert sum(told_of.values()) == len(rows)
        assert set(told_of) == {row.kind for row in rows}
    for row in rows:  # each kind alone finds the same
        assert row in check(connection, view(as_of, on), [row.kind])
    return [(row.kind, row.what, row.id, row.near) for row in rows]


def test_what_is_sound_has_no_finding_at_any_position(embedded_dsn: str) -> None:
    with ledger_of(embedded_dsn, SOUND) as (_, connection):
        for as_of in range(len(SOUND) + 1):
            assert check(connection, view(as_of)) == []


@pytest.mark.parametrize("case", CASES)
def test_each_kind_is_found_and_not_before_it_is_recorded_nor_after_it_is_annulled(
    embedded_dsn: str, case: str
) -> None:
    event, expected = CASES[case]
    story = [*SOUND, event]
    story.append(told(annulment(event, key="x").data, "2026-03-01"))
    with ledger_of(embedded_dsn, story) as (_, connection):
        assert _rows(connection, len(SOUND) + 1) == expected
        assert _rows(connection, len(SOUND)) == []
        if case != "an annulment of nothing":  # annulments cannot be annulled
            assert check(connection, view(len(story))) == []


def test_who_was_hired_at_an_unknown_time_may_leave_and_come_back(embedded_dsn: str) -> None:
    story = [
        told(EmployeeHired(employee="E-3", name="C"), "unknown"),
        told(EmployeeDeparted(employee="E-3"), "2022-01-01"),
        told(EmployeeHired(employee="E-3", name="C"), "2024-01-01"),
    ]
    assert found(story, embedded_dsn) == []


@pytest.mark.parametrize("case", ["a client never registered", "a deal won", "a performer"])
def test_what_happened_later_is_not_found_on_an_earlier_day(embedded_dsn: str, case: str) -> None:
    event, _ = CASES[case]
    with ledger_of(embedded_dsn, [*SOUND, event]) as (_, connection):
        assert _rows(connection, len(SOUND) + 1, datetime(2026, 1, 20, tzinfo=UTC)) == []


def test_what_is_dated_later_is_unknown_with_its_beginning_on_an_earlier_day(
    embedded_dsn: str,
) -> None:
    """Whatever table keeps it, also one that keeps no time."""
    target = TargetSet(
        target="T-1", scope="employee", scope_id="E-2", metric="deals_won", period="2026-03",
        value=Decimal(1), direction="more", method="given",
    )  # fmt: skip
    moved = ClientReassigned(from_employee="E-1", to_employee="E-2", reason="workload", batch="B")
    story = [
        *SOUND,
        told(target, "2026-03-01"),
        told(ShortfallExplained(target="T-1", cause="x"), "2026-04-01"),
        of(moved, "2026-04-01T10:00Z"),
    ]
    with ledger_of(embedded_dsn, story) as (_, connection):
        expected = [("never-opened", "batch", "B", None)]
        assert _rows(connection, len(story)) == expected
        for day in ("2026-02-28", "2026-03-02", "2026-03-31"):
            assert _rows(connection, len(story), datetime.fromisoformat(f"{day}T12:00Z")) == []


def test_a_day_is_all_of_it_at_both_edges_of_an_employment_and_of_a_deal(embedded_dsn: str) -> None:
    """Ties: the day of the hiring and of the departure, in the zone; the very moment of a win."""
    story = [
        *SOUND,
        of(CALL, "2025-12-31T21:00:00Z", "E-2"),  # midnight in Moscow, on the first day
        told(EmployeeDeparted(employee="E-2"), "2026-02-01"),
        of(CALL, "2026-02-01T20:59:59Z", "E-2"),  # the last day's last second
        of(CALL, "2026-02-01", "E-2"),
        of(WON, "2026-02-01T10:00Z"),
        of(opened("D-2", None), "2026-02-02T10:00Z"),
        of(DealWon(deal="D-2", amount=Decimal(1)), "2026-02-02"),
    ]
    assert found(story, embedded_dsn) == []
    beyond = [
        *story,
        of(CALL, "2025-12-31T20:59:59Z", "E-2"),
        of(CALL, "2026-02-01T21:00:01Z", "E-2"),
    ]
    with ledger_of(embedded_dsn, beyond) as (_, connection):
        (row,) = check(connection, view(len(beyond)))
        assert (row.kind, row.employee, row.events) == ("not-employed", "E-2", 2)
        assert row.position == len(beyond) - 1


def test_open_work_of_who_has_left_is_found_until_somebody_takes_it(embedded_dsn: str) -> None:
    left = told(EmployeeDeparted(employee="E-1"), "2026-02-10")
    story = [
        *SOUND,
        of(task("T-1", "E-1")),
        of(CaseOpened(case="S-1")),
        of(CaseAssigned(case="S-1", assignee="E-1")),
        left,
    ]
    taken = [
        told(DealReassigned(deal="D-1", from_holder="E-1", to_holder="E-2"), "2026-02-11",
             client="C-1"),
        told(task("T-1", "E-2"), "2026-02-11", client="C-1"),
        told(CaseAssigned(case="S-1", assignee="E-2"), "2026-02-11", client="C-1"),
    ]  # fmt: skip
    with ledger_of(embedded_dsn, [*story, *taken]) as (_, connection):
        at = len(story)
        open_ = [
            (row.what, row.id) for row in check(connection, view(at)) if row.kind == "left-open"
        ]
        assert open_ == [("case", "S-1"), ("deal", "D-1"), ("task", "T-1")]
        (row,) = portfolio.departures(connection, view(at))
        assert (row.open_deals, row.open_tasks, row.open_cases) == (["D-1"], ["T-1"], ["S-1"])
        assert _rows(connection, at - 1) == []
        assert _rows(connection, at, datetime(2026, 2, 9, tzinfo=UTC)) == []
        assert check(connection, view(at + 3)) == []
        (row,) = portfolio.departures(connection, view(at + 3))
        assert (row.open_deals, row.open_tasks, row.open_cases) == ([], [], [])


def test_an_id_that_was_merged_away_is_known(embedded_dsn: str) -> None:
    merged = told(ClientMerged(survivor="C-1", absorbed="OLD", evidence="x", approved_by="E-1"),
                  "2026-02-02", client="C-1")  # fmt: skip
    story = [*SOUND, told(CALL, "2026-02-01", client="OLD", performed_by="E-1"), merged]
    assert found(story, embedded_dsn) == []
    assert found(story[:-1], embedded_dsn) == [("unknown", "client", "OLD", None)]


def test_a_return_gives_its_purchase_no_client(embedded_dsn: str) -> None:
    bought = PurchaseRecorded(purchase="P-1", amount=Decimal(2))
    given = GoodsReturned(purchase="P-1", amount=Decimal(1))
    story = [*SOUND, told(bought, "2026-02-02"), of(given, "2026-02-03")]
    assert found(story, embedded_dsn) == [("no-client", "purchase", "P-1", None)]


def test_an_unknown_kind_is_refused_with_those_there_are(embedded_dsn: str) -> None:
    with ledger_of(embedded_dsn, []) as (_, connection):
        with pytest.raises(InvalidQuestion, match="Did you mean 'look-alike'"):
            check(connection, view(0), ["lookalike"])
        assert check(connection, view(0), list(KINDS)) == []
