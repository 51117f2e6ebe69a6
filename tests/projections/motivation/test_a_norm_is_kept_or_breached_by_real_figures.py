"""Norms: kept, breached or no data, by pure judgement, and by the events of a month."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.database import Connection
from ledger.envelope import Event
from ledger.errors import InvalidQuestion
from ledger.events.contacts import CallLogged, InquiryReceived
from ledger.events.motivation import NormBreached, NormDefined
from ledger.events.people import AbsenceRecorded, EmployeeHired, EmployeeMoved, OrgUnitDefined
from ledger.events.work import BusinessCalendarPublished, TaskAssigned, TaskCompleted, Workday
from projections.motivation.compliance import assessed, behind, compliance, days_worked, is_for
from projections.motivation.employment import Tenure
from projections.motivation.measure import Figure
from projections.periods import period_of
from projections.tables.motivation.norms import Norm, in_force
from projections.view import View
from tests.projections.ledgers import ZONE, ledger_of
from tests.projections.random_events import annulment
from tests.projections.stories import told

D = Decimal
MAY = period_of("2026-05")
AFTER = datetime(2026, 6, 2, tzinfo=UTC)
CALLS = Norm(
    1, "CALLS", 1, "interactions.call", "at_least", D(31), None, "month", False, False, None, None,
    "performer", "whole", None, date(2026, 1, 1), None, None,
)  # fmt: skip
SHARE = CALLS._replace(metric="overdue_share", bound="at_most", value=D("0.2"))

TASKS = SHARE._replace(counting=True, value=D(1))


def tenure(days: int = 31, unit: str = "U", position: str | None = None) -> Tenure:
    last = date(2026, 5, 31)
    first = date(2026, 5, 32 - days)
    return Tenure("E-1", position, days, ((unit, days),), (), ((unit, first, last),))


@pytest.mark.parametrize(
    ("norm", "figure", "days", "state", "value", "limit"),
    [
        (CALLS, Figure(D(31)), 31, "kept", 31, 31),
        (CALLS, Figure(D(30)), 31, "breached", 30, 31),
        # A count of nothing is a figure
        (CALLS, Figure(D(0)), 31, "breached", 0, 31),
        # What is to be reached at least is cut to the days employed
        (CALLS, Figure(D(10)), 10, "kept", 10, 10),
        (CALLS, Figure(D(9)), 10, "breached", 9, 10),
        # What is not to be exceeded is not
        (CALLS._replace(bound="at_most"), Figure(D(31)), 10, "kept", 31, 31),
        # A share is never cut, and of nothing it is none: neither kept nor breached
        (SHARE, Figure(D("0.2"), D(1), D(5)), 10, "kept", D("0.2"), D("0.2")),
        (SHARE, Figure(D("0.4"), D(2), D(5)), 10, "breached", D("0.4"), D("0.2")),
        (SHARE, Figure(None, D(0), D(0)), 31, "no data", None, D("0.2")),
        (SHARE._replace(bound="at_least"), Figure(None), 31, "no data", None, D("0.2")),
        # How many a share counts is a count
        (TASKS, Figure(D("0.4"), D(2), D(5)), 31, "breached", 2, 1),
        (TASKS, Figure(None), 31, "kept", 0, 1),
    ],
)  # fmt: skip
def test_a_figure_is_held_against_the_bound(
    norm: Norm, figure: Figure, days: int, state: str, value: Any, limit: Any
) -> None:
    found = assessed(norm, tenure(days), MAY, figure, 0)
    assert (found.state, found.figure.value, found.limit) == (state, value, limit)


def test_a_mean_of_a_working_day_has_its_days_and_of_no_day_there_is_none() -> None:
    norm = CALLS._replace(per_working_day=True, value=D(2))
    found = assessed(norm, tenure(), MAY, Figure(D(30)), 20)
    assert (found.state, found.figure) == ("breached", Figure(D("1.5"), D(30), D(20)))
    assert assessed(norm, tenure(), MAY, Figure(D(40)), 20).state == "kept"
    assert assessed(norm, tenure(), MAY, Figure(D(0)), 20).state == "breached"
    assert assessed(norm, tenure(), MAY, Figure(D(0)), 0).state == "no data"


@given(
    value=st.decimals(0, 100, places=2), bound=st.decimals(0, 100, places=2),
    days=st.integers(1, 31),
)  # fmt: skip
def test_at_most_is_breached_by_more_and_at_least_by_less_and_fewer_days_never_harm(
    value: Decimal, bound: Decimal, days: int
) -> None:
    for name, over in (("at_least", value < bound), ("at_most", value > bound)):
        norm = CALLS._replace(value=bound, bound=name)
        whole = assessed(norm, tenure(), MAY, Figure(value), 0)
        assert (whole.state == "breached") == over
        part = assessed(norm, tenure(days), MAY, Figure(value), 0)
        assert part.state != "breached" or whole.state == "breached"


def test_days_worked_are_those_employed_and_not_absent() -> None:
    days = [date(2026, 5, n) for n in (4, 5, 6, 7, 8, 29)]
    assert days_worked(days, tenure(), []) == 6
    assert days_worked(days, tenure(days=25), []) == 3
    assert days_worked(days, tenure(), [(date(2026, 4, 1), date(2026, 5, 6))]) == 3


def test_a_norm_is_for_those_it_names() -> None:
    parents = {"U": "B", "B": None, "X": "Y", "Y": "X"}
    for scope, scope_id, applies in (
        ("whole", None, True), ("employee", "E-1", True), ("employee", "E-2", False),
        ("unit", "U", True), ("unit", "B", True), ("unit", "V", False),
        ("position", "seller", True), ("position", "smith", False),
    ):  # fmt: skip
        norm = CALLS._replace(scope=scope, scope_id=scope_id)
        assert is_for(norm, tenure(position="seller"), parents) == applies
    assert not is_for(CALLS._replace(scope="unit", scope_id="U"), tenure(unit="X"), parents)


def test_the_version_in_force_is_the_last_that_held_when_the_period_began() -> None:
    versions = [
        CALLS,
        CALLS._replace(version=2, effective_from=date(2026, 5, 1)),
        CALLS._replace(version=3, effective_from=date(2026, 5, 2), until=date(2026, 7, 1)),
    ]
    for month, expected in (("2026-04", [1]), ("2026-05", [2]), ("2026-06", [3]), ("2026-07", [])):
        assert [each.version for each in in_force(versions, period_of(month))] == expected


def defined(norm: str, metric: str, bound: str, value: str, **more: Any) -> Event:
    content = {"every": "month", "credit": "performer", "scope": "whole"} | more
    data = NormDefined(
        norm=norm, version=1, metric=metric, bound=bound, value=D(value),  # type: ignore[arg-type]
        effective_from=date(2026, 1, 1), **content,
    )  # fmt: skip
    return told(data, "2025-12-01")


def call(day: int, employee: str = "E-1", client: str = "C-1") -> Event:
    data = CallLogged(direction="outbound", outcome="reached")
    at = f"2026-05-{day:02}T12:00:00+03:00"
    return told(data, at, client=client, performed_by=employee)


WEEK = tuple(Workday(weekday=n, shifts=("09:00-18:00",)) for n in range(1, 6))
HISTORY = [
    told(OrgUnitDefined(unit="B", name="Юг", kind="branch"), "2025-01-01"),
    told(OrgUnitDefined(unit="U", name="Юг-1", kind="team", parent="B"), "2025-01-01"),
    told(EmployeeHired(employee="E-1", name="Анна", unit="U"), "2025-01-01"),
    told(EmployeeHired(employee="E-2", name="Пётр", unit="V"), "2026-05-22"),
    told(EmployeeHired(employee="E-3", name="Яна", unit="V"), "2025-01-01"),
    told(EmployeeMoved(employee="E-3", to_unit="U"), "2026-05-20"),
    told(BusinessCalendarPublished(
        calendar="office", zone=ZONE, first_day=date(2026, 5, 1), last_day=date(2026, 6, 30),
        week=WEEK,
    )),
    told(AbsenceRecorded(employee="E-1", first_day=date(2026, 5, 11), last_day=date(2026, 5, 15))),
    defined("CALLS", "interactions.call", "at_least", "0.2", per_working_day=True),
    defined("ANSWERS", "response_business_within_norm", "at_least", "1", hours=D(4)),
    defined("TASKS", "overdue_share", "at_most", "0", counting=True, scope="unit", scope_id="B"),
    defined("QUARTERLY", "interactions.call", "at_least", "500", every="quarter"),
    *(call(day) for day in (4, 5, 6)),
    call(27, "E-2", "C-7"),
    call(28, "E-2", "C-8"),
    told(InquiryReceived(inquiry="I-1", channel="web"), "2026-05-25T17:00:00+03:00", client="C-7"),
    told(InquiryReceived(inquiry="I-2", channel="web"), "2026-05-28T10:00:00+03:00", client="C-8"),
    *(
        told(
            TaskAssigned(task=f"T-{n}", title="ring", assignee=who,
                         due_at=datetime(2026, 5, 20 + n, tzinfo=UTC)),
            "2026-05-03", client="C-1", performed_by=who,
        )
        for n, who in enumerate(("E-1", "E-1", "E-2", "E-3"))
    ),
    told(TaskCompleted(task="T-0"), "2026-05-06T09:00:00+03:00", client="C-1", performed_by="E-1"),
]  # fmt: skip


def states(found: list[Any]) -> dict[tuple[str, str], str]:
    return {(each.norm.norm, each.employee): each.state for each in found}


def looked_at(connection: Connection, period: str = "2026-05", as_of: int = 0) -> list[Any]:
    return compliance(connection, View(as_of or len(HISTORY), AFTER, ZONE), period_of(period))


def test_breaches_of_a_month_follow_from_its_events(embedded_dsn: str) -> None:
    with ledger_of(embedded_dsn, HISTORY) as (_, connection):
        seen = View(len(HISTORY), AFTER, ZONE)
        found = looked_at(connection)
        by_name = {(each.norm.norm, each.employee): each for each in found}
        assert states(found) == {
            # 3 calls in 16 days: 21 working days, 5 of them absent; 2 in 6; none in 21
            ("CALLS", "E-1"): "breached", ("CALLS", "E-2"): "kept", ("CALLS", "E-3"): "breached",
            # Business hours, not the clock's: from 17:00 to 12:00 of the day after next is 13
            ("ANSWERS", "E-1"): "no data", ("ANSWERS", "E-2"): "breached",
            ("ANSWERS", "E-3"): "no data",
            # Of the branch: by the last unit; E-2 is in another
            ("TASKS", "E-1"): "breached", ("TASKS", "E-3"): "breached",
        }  # fmt: skip
        assert by_name["CALLS", "E-1"].figure == Figure(D("0.1875"), D(3), D(16))
        assert by_name["CALLS", "E-2"].figure == Figure(D("0.333333"), D(2), D(6))
        assert by_name["CALLS", "E-3"].figure == Figure(D(0), D(0), D(21))
        answers = by_name["ANSWERS", "E-2"]
        assert (answers.figure.numerator, answers.figure.denominator) == (1, 2)
        # Behind a share that is to be reached are those that missed it
        rows = behind(connection, seen, answers.norm, MAY, "E-2")
        assert [HISTORY[row.position - 1].data.inquiry for row in rows] == ["I-1"]
        tasks = by_name["TASKS", "E-1"]
        rows = behind(connection, seen, tasks.norm, MAY)
        assert [(row.group, row.subject) for row in rows if row.group != "E-2"] == [
            ("E-1", "T-1"), ("E-3", "T-3"),
        ]  # fmt: skip


def test_what_is_not_over_is_not_looked_at_nor_a_norm_of_longer_periods(embedded_dsn: str) -> None:
    with ledger_of(embedded_dsn, HISTORY) as (_, connection):
        assert {each.period.name for each in looked_at(connection, "2026-05")} == {"2026-05"}
        assert looked_at(connection, "2026-06") == []
        with pytest.raises(InvalidQuestion, match="covers 0 of the 30 days of 2026-04"):
            looked_at(connection, "2026-Q2")


def test_a_recorded_breach_is_known_and_one_whose_record_was_annulled_too(
    embedded_dsn: str,
) -> None:
    on_record = told(NormBreached(
        norm="CALLS", version=1, employee="E-1", period="2026-05", value=D("0.1875"), limit=D("0.2")
    ))  # fmt: skip
    history = [*HISTORY, on_record, annulment(on_record, key="annulled")]
    with ledger_of(embedded_dsn, history) as (_, connection):
        at = len(HISTORY)
        for more, position, annulled in ((0, None, False), (1, at + 1, False), (2, at + 1, True)):
            (one,) = [
                each
                for each in looked_at(connection, as_of=at + more)
                if (each.norm.norm, each.employee) == ("CALLS", "E-1")
            ]
            assert (one.position, one.annulled, one.state) == (position, annulled, "breached")
