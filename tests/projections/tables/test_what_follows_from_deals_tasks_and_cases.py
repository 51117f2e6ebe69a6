"""Given these events, when it is asked, then this follows."""

from datetime import UTC, date, datetime
from typing import Any

from ledger.envelope import Event
from ledger.events.sales import (
    DealLost,
    DealOpened,
    DealReassigned,
    DealReopened,
    DealStageEntered,
    DealWon,
    PipelinePublished,
    Stage,
)  # fmt: skip
from ledger.events.service import (
    CaseAssigned,
    CaseDeadlineSet,
    CaseNoted,
    CaseOpened,
    CaseReopened,
    CaseResolved,
    CaseUnassigned,
)  # fmt: skip
from ledger.events.work import TaskAssigned, TaskCancelled, TaskCompleted, TaskDeadlineExtended
from projections.metrics.metrics import metrics
from projections.questions.sales.funnel import funnel
from projections.questions.service import service_report as service
from projections.tables.sales import deals
from projections.tables.service import cases
from projections.tables.work import tasks
from tests.projections.ledgers import ledger_of, view
from tests.projections.stories import figures, told
from tests.projections.tables.test_what_each_event_says_of_a_client import unfolded

PAST, FUTURE = datetime(2026, 2, 1, tzinfo=UTC), datetime(2126, 2, 1, tzinfo=UTC)


def test_an_assignment_is_a_row_a_track_and_what_it_does_not_name_stays() -> None:
    both = unfolded(cases, CaseAssigned(case="S-1", assignee="E-1", unit="U-1"))
    assert [(row.track, row.holder) for row in both] == [("person", "E-1"), ("unit", "U-1")]
    (taken,) = unfolded(cases, CaseUnassigned(case="S-1", assignee="E-1"))
    assert (taken.track, taken.holder) == ("person", None)


def test_a_pipeline_is_a_row_a_stage_in_order() -> None:
    stages = (Stage(name="talk", allotted_hours=24), Stage(name="sign"))
    rows = unfolded(deals, PipelinePublished(pipeline="L-1", revision=1, stages=stages))
    assert [(row.ordinal, row.stage, row.allotted_hours) for row in rows] == [
        (1, "talk", 24), (2, "sign", None),
    ]  # fmt: skip


def test_a_reassigned_deal_names_the_new_holder() -> None:
    data = DealReassigned(deal="D-1", from_holder="E-1", to_holder="E-2")
    (row,) = unfolded(deals, data, client=None)
    assert (row.change, row.holder, row.client) == ("reassigned", "E-2", None)


def sales(*more: Any) -> list[Any]:
    stages = (Stage(name="talk", allotted_hours=24), Stage(name="sign"))
    return [
        told(PipelinePublished(pipeline="L-1", revision=1, stages=stages)),
        *(
            event
            for deal in ("D-1", "D-2")
            for event in (
                told(DealOpened(deal=deal, pipeline="L-1", holder="E-1"), "2026-01-01"),
                told(DealStageEntered(deal=deal, stage="talk"), "2026-01-01"),
                told(DealStageEntered(deal=deal, stage="sign"), "2026-01-04"),
            )
        ),
        *more,
    ]


def test_a_lost_deal_stays_in_the_stages_it_reached(embedded_dsn: str) -> None:
    history = sales(told(DealLost(deal="D-1"), "2026-02-01"))
    with ledger_of(embedded_dsn, history) as (_, connection):
        for on, lost in ((datetime(2026, 1, 20, tzinfo=UTC), 0), (PAST, 1)):
            steps = funnel(connection, view(len(history), on))
            assert [(row.stage or row.step, row.deals) for row in steps] == [
                ("created", 2), ("talk", 2), ("sign", 2), ("closed", lost), ("won", 0),
            ]  # fmt: skip
            assert [row.lost for row in steps[:3]] == [0, 0, lost]
            assert (steps[1].hours_median, steps[1].over_allotted) == (72, 2)
        nothing = funnel(connection, view(len(history)), since=date(2026, 3, 1))
        assert nothing == []


def test_a_deal_that_skipped_a_stage_has_reached_it(embedded_dsn: str) -> None:
    opened = told(DealOpened(deal="D-3", pipeline="L-1"), "2026-01-01")
    history = sales(opened, told(DealStageEntered(deal="D-3", stage="sign"), "2026-01-02"))
    with ledger_of(embedded_dsn, history) as (_, connection):
        steps = funnel(connection, view(len(history)))
    assert [(row.step, row.deals, row.entered, row.went_on) for row in steps[1:3]] == [
        ("stage", 3, 2, 3), ("stage", 3, 3, 0),
    ]  # fmt: skip


def test_a_stage_may_last_all_the_hours_allotted_to_it(embedded_dsn: str) -> None:
    for left, over in (("2026-01-02T00:00+03:00", 2), ("2026-01-02T00:01+03:00", 3)):
        history = sales(
            told(DealOpened(deal="D-3", pipeline="L-1"), "2026-01-01T00:00+03:00"),
            told(DealStageEntered(deal="D-3", stage="talk"), "2026-01-01T00:00+03:00"),
            told(DealStageEntered(deal="D-3", stage="sign"), left),
        )
        with ledger_of(embedded_dsn, history) as (_, connection):
            assert funnel(connection, view(len(history)))[1].over_allotted == over


def test_a_win_told_twice_is_one_win_and_a_reopened_deal_is_open_again(embedded_dsn: str) -> None:
    history = sales(
        told(DealWon(deal="D-1", amount=5), "2026-02-01"),
        told(DealWon(deal="D-1", amount=5), "2026-02-02"),
        told(DealLost(deal="D-2"), "2026-02-03"),
        told(DealReopened(deal="D-2", reason="they called"), "2026-03-03"),
    )
    with ledger_of(embedded_dsn, history, [8]) as (_, connection):
        rows = metrics(connection, view(len(history)), by="whole", every="month")
        won = {row.period: row.value for row in rows if row.metric == "deals_won"}
        still = {row.period: row.value for row in rows if row.metric == "deals_open"}
        assert won["2026-02"] == 1
        assert (still["2026-01"], still["2026-02"], still["2026-03"]) == (2, 0, 1)
        found = deals.deals(connection, view(len(history)))
        assert [(row.deal, row.status) for row in found] == [("D-1", "won"), ("D-2", "open")]


def test_a_deadline_missed_is_not_extended_afterwards(embedded_dsn: str) -> None:
    extended = TaskDeadlineExtended(task="T-1", due_at=FUTURE, reason="more time")
    history = [
        told(TaskAssigned(task="T-1", title="Call", assignee="E-1", due_at=PAST), "2026-01-01"),
        told(extended, "2026-01-15"),
        told(TaskAssigned(task="T-2", title="Write", assignee="E-1", due_at=PAST), "2026-01-01"),
        told(TaskAssigned(task="T-2", title="Write", assignee="E-2"), "2026-01-20"),
        told(TaskAssigned(task="T-2", title="Write", assignee="E-3"), "2026-02-20"),
        told(TaskCompleted(task="T-2"), "2026-02-21"),
        told(TaskAssigned(task="T-3", title="Meet", assignee="E-2", due_at=PAST), "2026-01-01"),
        told(TaskCompleted(task="T-3"), "2026-01-21"),
        told(TaskAssigned(task="T-4", title="Wait", assignee="E-2", due_at=PAST), "2026-01-01"),
        told(TaskCancelled(task="T-4", reason="not needed"), "2026-01-21"),
    ]
    with ledger_of(embedded_dsn, history) as (_, connection):
        found = {row.task: row for row in tasks.tasks(connection, view(len(history)))}
        assert [(task, found[task].overdue) for task in sorted(found)] == [
            ("T-1", True), ("T-2", True), ("T-3", False), ("T-4", False),
        ]  # fmt: skip
        assert found["T-1"].due_at == PAST
        assert (found["T-2"].assignee, found["T-2"].debtor) == ("E-3", "E-2")
        shares = metrics(connection, view(len(history)), metrics=["overdue_share"])
        assert figures(shares, "overdue_share") == {"E-1": 1, "E-2": 0.5}


def test_an_imported_extension_moves_the_deadline_if_it_happened_in_time(
    embedded_dsn: str,
) -> None:
    history = [
        told(content, at, import_batch="B-1")
        for task, extended in (("T-1", "2026-01-15"), ("T-2", "2026-02-15"))
        for content, at in (
            (TaskAssigned(task=task, title="Call", assignee="E-1", due_at=PAST), "2026-01-01"),
            (TaskDeadlineExtended(task=task, due_at=FUTURE, reason="more time"), extended),
        )
    ]
    with ledger_of(embedded_dsn, history) as (_, connection):
        found = {row.task: row for row in tasks.tasks(connection, view(len(history)))}
        assert [found[task].due_at for task in ("T-1", "T-2")] == [FUTURE, PAST]


def test_an_extension_recorded_in_time_moves_the_deadline(embedded_dsn: str) -> None:
    later = FUTURE.replace(month=5)
    history = [
        told(TaskAssigned(task="T-1", title="Call", assignee="E-1", due_at=FUTURE), "2026-01-01"),
        told(TaskDeadlineExtended(task="T-1", due_at=later, reason="more"), "2026-01-15"),
    ]
    with ledger_of(embedded_dsn, history) as (_, connection):
        (found,) = tasks.tasks(connection, view(len(history)))
        assert (found.due_at, found.overdue) == (later, False)


def test_a_case_is_overdue_if_resolved_after_its_deadline_or_not_by_now(embedded_dsn: str) -> None:
    def opened(case: str) -> list[Event]:
        due = CaseDeadlineSet(case=case, deadline="resolve", due_at=PAST)
        return [told(CaseOpened(case=case), "2026-01-01"), told(due, "2026-01-01")]

    history = [
        *opened("S-1"),
        *opened("S-2"), told(CaseResolved(case="S-2"), "2026-01-20"),
        *opened("S-3"), told(CaseResolved(case="S-3"), "2026-02-20"),
        *opened("S-4"), told(CaseResolved(case="S-4"), "2026-01-20"),
        told(CaseReopened(case="S-4"), "2026-01-21"),
        told(CaseOpened(case="S-5"), "2026-01-01"),
    ]  # fmt: skip
    with ledger_of(embedded_dsn, history) as (_, connection):
        seen = view(len(history))
        late = {row.case: row.overdue for row in cases.cases(connection, seen)}
        assert late == {"S-1": True, "S-2": False, "S-3": True, "S-4": True, "S-5": False}
        only = cases.cases(connection, seen, overdue=True)
        assert [row.case for row in only] == ["S-1", "S-3", "S-4"]
        before = cases.cases(connection, seen._replace(on=PAST), overdue=True)
        assert before == []


def test_person_and_unit_of_a_case_are_two_tracks_with_gaps(embedded_dsn: str) -> None:
    history = [
        told(CaseOpened(case="S-1"), "2026-01-01", client="C-1"),
        told(CaseAssigned(case="S-1", assignee="E-1", unit="U-1"), "2026-01-02"),
        told(CaseUnassigned(case="S-1", assignee="E-1"), "2026-01-03"),
        told(CaseNoted(case="S-1"), "2026-01-04", performed_by="E-9"),
        told(CaseAssigned(case="S-1", assignee="E-2"), "2026-01-05"),
    ]
    with ledger_of(embedded_dsn, history) as (_, connection):
        seen = view(len(history))
        held = cases.holders(connection, seen, "S-1")
        assert [(r.track, r.holder) for r in held] == [
            ("person", "E-1"), ("unit", "U-1"), ("person", None), ("person", "E-2"),
        ]  # fmt: skip
        assert service.handovers(connection, seen) == [service.Handovers(handovers=1, cases=1)]
        (touch,) = service.touches(connection, seen, by=["assignee", "unit"])
        assert (touch.assignee, touch.unit, touch.touches) == (None, "U-1", 1)
