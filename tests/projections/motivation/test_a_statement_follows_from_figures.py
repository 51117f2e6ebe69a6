"""Payouts as tables: figures, targets and a scheme in, scores and money out; no database."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ledger.errors import InvalidQuestion
from projections.motivation.employment import EmploymentChange, Tenure, tenure
from projections.motivation.measure import Figure, at_the_end
from projections.motivation.payout import (
    ConfirmedReduction,
    Person,
    Setting,
    compute_payouts,
    factor_at,
    index_of,
)
from projections.motivation.payout_statement import Statement, digest
from projections.motivation.scheme import scheme_of
from projections.motivation.target_groups import TargetValue
from projections.periods import period_of
from projections.view import View
from tests.projections.schemes import SCHEME

D = Decimal
SALES = scheme_of(SCHEME)
Q3 = period_of("2026-Q3")
SETTING = Setting(Q3, "Europe/Moscow", 100)
FIGURES = {
    "connect_rate": Figure(D("0.5"), D(10), D(20)),
    "overdue_share": Figure(D("0.25"), D(1), D(4)),
    "won_value": Figure(D(900000)),
    "win_rate": Figure(D("0.4"), D(4), D(10)),
}


def person(employee: str = "E-1", days: int = 92, **changes: Any) -> Person:
    whole = Person(
        Tenure(employee, None, days, (("U-1", days),)),
        FIGURES,
        {"won_value": TargetValue("T-1", D(1000000), D(900000))},
    )
    return whole._replace(**changes)


def one(found: Person, **changes: Any) -> Statement:
    (statement,) = compute_payouts(SALES.model_copy(update=changes), SETTING, [found])
    return statement


@pytest.mark.parametrize(
    ("direction", "fact", "target", "index"),
    [
        ("more", "50", "100", "0.5"),
        ("more", "0", "100", "0.2"),
        ("more", "-5", "100", "-0.05"),  # what was counted before is taken back
        ("more", "-500", "100", "-1.5"),
        ("less", "-5", "100", "1.5"),
        ("more", "500", "100", "1.5"),
        ("more", "1", "3", "0.333333"),
        ("less", "200", "100", "0.5"),
        ("less", "100", "200", "1.5"),
        ("less", "0", "100", "1.5"),
        ("less", "100000", "1", "0.2"),
    ],
)
def test_the_index_is_within_floor_and_cap(
    direction: str, fact: str, target: str, index: str
) -> None:
    component = SALES.components[0].model_copy(
        update={"direction": direction, "floor": D("0.2"), "cap": D("1.5")}
    )
    assert index_of(component, D(fact), D(target)) == D(index)


@pytest.mark.parametrize(
    ("score", "factor"),
    [("0", "0"), ("0.5", "0"), ("0.75", "0.5"), ("1", "1"), ("1.1", "1.25"), ("9", "1.5")],
)
def test_the_curve_is_linear_between_its_points_and_flat_outside(score: str, factor: str) -> None:
    assert factor_at(SALES.curve, D(score)) == D(factor)


def test_scores_are_weighed_and_paid() -> None:
    told = one(person()).content
    # Process: (1 + 0.8) / 2; result: (3 × 1 + 1 × 1) / 4; 0.3 × 0.9 + 0.7 × 1
    assert (told["process_score"], told["result_score"]) == (D("0.9"), 1)
    assert (told["score"], told["factor"]) == (D("0.97"), D("0.94"))
    assert (told["gross"], told["total"], told["remarks"]) == (D("28200.00"), D("28200.00"), [])


def test_who_came_in_between_is_paid_by_days_and_it_is_stated() -> None:
    told = one(person(days=46)).content
    assert (told["days_employed"], told["days_of_period"], told["total"]) == (46, 92, D("14100.00"))
    assert one(person(days=1)).total == D("306.52")


def test_reductions_are_taken_off_but_never_below_nothing() -> None:
    off = (
        ConfirmedReduction("R-1", "overdue", D(200)),
        ConfirmedReduction("R-2", "overdue", D(500)),
    )
    assert one(person(reductions=off)).total == D("27500.00")
    assert one(person(reductions=(ConfirmedReduction("R-1", "overdue", D(99999)),))).total == 0


def test_a_component_without_data_is_left_out_with_its_weight_and_it_is_said() -> None:
    told = one(person(figures=FIGURES | {"overdue_share": Figure(None)})).content
    assert told["process_score"] == 1
    assert [each.get("left_out") for each in told["components"]] == [None, "no data", None, None]
    silent = {name: Figure(None) for name in ("overdue_share", "connect_rate")}
    told = one(person(figures=FIGURES | silent)).content
    assert (told["process_score"], told["score"]) == (None, 1)
    assert told["remarks"] == ["no data on the process; the other score counts wholly"]
    told = one(person(figures=dict.fromkeys(FIGURES, Figure(None)))).content
    assert (told["score"], told["factor"], told["total"]) == (None, 0, 0)
    assert "no score and no bonus" in told["remarks"][0]


def test_missing_targets_are_refused_all_at_once() -> None:
    people = [person("E-2", targets={}), person("E-1", targets={}), person("E-3")]
    with pytest.raises(InvalidQuestion, match="2 targets are missing for 2026-Q3: E-2 won_value"):
        compute_payouts(SALES, SETTING, people)


def test_who_has_no_bonus_in_the_scheme_has_no_statement_and_needs_no_target() -> None:
    bonus = SALES.bonus.model_copy(update={"default": None})
    scheme = SALES.model_copy(update={"bonus": bonus})
    found = compute_payouts(scheme, SETTING, [person("E-9"), person("E-1", targets={})])
    assert [each.employee for each in found] == ["E-9"]


def test_the_document_is_canonical() -> None:
    statement = one(person(figures=FIGURES | {"won_value": Figure(D(9), others={"EUR": D(7)})}))
    told = json.loads(statement.document)
    again = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert again == statement.document
    assert not any(isinstance(value, float) for value in told.values())
    assert told["score"] == f"{statement.content['score'].normalize():f}"
    assert told["components"][2]["not_counted"] == {"EUR": "7"}
    assert (told["components"][2]["target_first"], told["components"][2]["target"]) == (
        "1000000", "900000",
    )  # fmt: skip
    assert digest([statement]) != digest([statement, statement])


def test_the_order_of_people_changes_nothing() -> None:
    people = [person("E-2"), person("E-1")]
    assert compute_payouts(SALES, SETTING, people) == compute_payouts(SALES, SETTING, people[::-1])


def test_a_past_period_is_seen_from_its_end_and_a_running_one_from_now() -> None:
    august, next_year = datetime(2026, 8, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    seen = [at_the_end(View(1, on, "Europe/Moscow"), Q3).on for on in (august, next_year)]
    assert seen == [august, datetime(2026, 9, 30, 21, tzinfo=UTC)]


def change(
    kind: str, at: str | None, unit: str | None = None, precision: str = "instant"
) -> EmploymentChange:
    when = None if at is None else datetime.fromisoformat(at).astimezone(UTC)
    return EmploymentChange("E-1", kind, unit, None, when, precision)


@pytest.mark.parametrize(
    ("changes", "days", "units"),
    [
        ([change("hired", None, unit="A")], 92, (("A", 92),)),
        ([change("hired", "2026-07-31T12:00+03:00", unit="A")], 62, (("A", 62),)),
        # 22:00 UTC is the next day in Moscow
        ([change("hired", "2026-07-31T22:00+00:00", unit="A")], 61, (("A", 61),)),
        ([change("hired", "2026-10-01T00:00+03:00", unit="A")], 0, ()),
        (
            [change("hired", None, unit="A"), change("departed", "2026-07-10T09:00+03:00")],
            10, (("A", 10),),
        ),
        (
            [change("hired", None, unit="A"), change("moved", "2026-08-01T09:00+03:00", unit="B")],
            92, (("A", 31), ("B", 61)),
        ),
        (
            [
                change("hired", None, unit="A"),
                change("departed", "2026-07-10T09:00+03:00"),
                change("hired", "2026-07-10T15:00+03:00", unit="B"),
            ],
            92, (("A", 10), ("B", 82)),
        ),
    ],
)  # fmt: skip
def test_days_are_counted_with_the_first_and_the_last(
    changes: list[EmploymentChange], days: int, units: Any
) -> None:
    found = tenure(changes, Q3, "Europe/Moscow")
    assert (found.days, found.units) == (days, units)


def test_the_position_is_the_last_that_is_known() -> None:
    jobs = ("seller", None, "head", None)
    changes = [change("hired", f"2026-0{n}-01T12:00+03:00") for n in (1, 2, 3, 4)]
    hired = [each._replace(job=job) for each, job in zip(changes, jobs, strict=True)]
    assert tenure(hired, Q3, "Europe/Moscow").position == "head"


def test_a_month_alone_is_taken_for_its_first_day_and_remarked_on() -> None:
    hired = change("hired", "2026-08-01T00:00+00:00", unit="A", precision="month")
    found = tenure([hired], Q3, "Europe/Moscow")
    assert (found.days, found.remarks) == (
        61, ("hired in 2026-08: taken for the first day of it",),
    )  # fmt: skip
