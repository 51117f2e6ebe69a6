"""A scheme's file is taken as a whole, or refused with field, value, line and remedy."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.errors import InvalidQuestion
from projections.motivation.scheme import examined, scheme_of
from tests.projections.schemes import SCHEME


def test_a_right_one_is_read_with_exact_numbers() -> None:
    scheme = scheme_of(SCHEME)
    assert (scheme.name, scheme.version, scheme.effective_from) == ("sales", 1, date(2026, 7, 1))
    assert scheme.process_share == Decimal("0.3")
    assert [each.metric for each in scheme.components] == scheme.metrics
    money = scheme.components[2]
    assert (money.target, money.floor, money.direction) == (None, Decimal("0.1"), "more")
    assert scheme.bonus_of("E-9", "старший менеджер") == (50000, "employee")
    assert scheme.bonus_of("E-1", "старший менеджер") == (40000, "position")
    assert scheme.bonus_of("E-1", None) == (30000, "default")
    assert scheme.text == SCHEME


@pytest.mark.parametrize(
    ("old", "new", "field", "problem"),
    [
        ('"won_value"', '"profit"', "components[2].metric", "is not a metric"),
        ('"win_rate"', '"won_value"', "components[3].metric", "is there twice"),
        ("weight = 3", "weight = -3", "components[2].weight", "supported range"),
        ("weight = 3", "weight = true", "components[2].weight", "supported range"),
        ("weight = 3", "weight = inf", "components[2].weight", "supported range"),
        ("weight = 3", "wieght = 3", "components[2].wieght", "is not known"),
        ('kind = "result"', 'kind = "both"', "components[2].kind", "is not one of them"),
        ('target = "target"', "target = 0", "components[2].target", "cannot be measured"),
        ('target = "target"', 'target = "plan"', "components[2].target", "supported range"),
        ("floor = 0.1", "floor = 1.6", "components[2].cap", "is below the floor, 1.6"),
        ("score = 1.2", "score = 1.0", "curve[2].score", "does not rise above 1"),
        ("process_share = 0.3", "process_share = 1.1", "process_share", "supported range"),
        ('credit = "owner-at-event"', 'credit = "owner"', "credit", "not a mode of credit"),
        ('"owner-at-event"', '"current-owner"', "credit", "moves the past"),
        ('"RUB"', '"rubles"', "currency", "must be text"),
        ("version = 1", "version = 0", "version", "must be a whole"),
        ("2026-07-01", '"2026-07-01"', "effective_from", "is not a date"),
        ("default = 30000", 'default = "a lot"', "bonus.default", "supported range"),
        (
            'metric = "overdue_share"\namount',
            'norm = " "\namount',
            "reductions[0].norm",
            "must be text",
        ),
        ("at_most = 2000", 'norm = "N-1"', "reductions[0].metric", "combined with a norm"),
        ('credit = "owner-at-event"', 'calendar = ""', "calendar", "must be text"),
        ("amount = 500", "amount = 0.0000001", "reductions[0].amount", "supported range"),
        ("amount = 500", "amount = 1e-999999999", "reductions[0].amount", "supported range"),
    ],
)
def test_a_wrong_one_is_told_field_line_and_remedy(
    old: str, new: str, field: str, problem: str
) -> None:
    text = SCHEME.replace(old, new, 1)
    found, problems = examined(text)
    assert found is None
    pairs = zip(SCHEME.splitlines(), text.splitlines(), strict=True)
    line = next(n for n, (was, is_) in enumerate(pairs, 1) if was != is_)
    line -= field == "reductions[0].metric" and 3  # the norm stands below it
    told = [each for each in problems if each.field == field]
    assert told, problems
    # A floor above the cap is a problem of the cap, on the next line
    assert told[0].line == line + (field.endswith(".cap"))
    assert problem in told[0].problem
    assert told[0].remedy.endswith(".")


def test_targets_may_be_the_units_and_the_companys_and_a_metric_counts_once_for_each() -> None:
    own = SCHEME.split("[[components]]")[3]
    parts = [own.replace('target = "target"', f'target = "{of}"') for of in ("unit", "company")]
    shared = "".join(f"[[components]]{part}" for part in parts)
    scheme = scheme_of(SCHEME.replace("[[curve]]", f"{shared}[[curve]]", 1))
    assert [each.name for each in scheme.components[2:]] == [
        "won_value", "win_rate", "won_value/unit", "won_value/company",
    ]  # fmt: skip
    assert [each.target for each in scheme.components[4:]] == [None, None]
    for name in ("won_value", "won_value/unit"):
        component = scheme.component(name)
        assert component is not None
        assert component.name == name
    assert scheme.component("orders") is None
    twice = SCHEME.replace("[[curve]]", f"{shared}{shared}[[curve]]", 1)
    assert [each.problem for each in examined(twice)[1]] == ["is there twice"] * 2


def test_a_reduction_may_be_by_a_norm() -> None:
    text = SCHEME.replace('metric = "overdue_share"\namount', 'norm = "TASKS"\namount')
    (rule,) = scheme_of(text).reductions
    assert (rule.norm, rule.metric) == ("TASKS", None)
    assert scheme_of(text).metrics == scheme_of(SCHEME).metrics


def test_weights_that_sum_to_nothing_are_refused() -> None:
    nothing = SCHEME.replace("weight = 3", "weight = 0").replace("weight = 1", "weight = 0")
    with pytest.raises(InvalidQuestion, match=r"weigh nothing, but count 0\.3 of the score"):
        scheme_of(nothing)
    # What counts for nothing needs no weight
    head, *parts = SCHEME.split("[[components]]")
    result_only = "[[components]]".join([head, *parts[2:]])
    with pytest.raises(InvalidQuestion, match="of kind process weigh nothing"):
        scheme_of(result_only)
    assert scheme_of(result_only.replace("process_share = 0.3", "process_share = 0"))


@pytest.mark.parametrize(
    "text",
    [
        "", "name = ", "name = 'x'\nname = 'y'", "components = 3\ncurve = [1]", "bonus = 5",
        "name = " + 9000 * "[", "version = " + 9000 * "1",
    ],
)  # fmt: skip
def test_what_is_no_scheme_at_all_is_refused(text: str) -> None:
    found, problems = examined(text)
    assert found is None
    assert problems


def test_everything_that_is_wrong_is_told_at_once() -> None:
    wrong = SCHEME.replace("weight = 3", "weight = -3")
    wrong = wrong.replace('metric = "overdue_share"\namount', 'metric = "won_value"\namount')
    fields = [each.field for each in examined(wrong)[1]]
    assert fields == ["components[2].weight", "reductions[0].metric"]


def test_what_is_missing_or_misspelt_is_told_with_what_to_give() -> None:
    wrong = SCHEME.replace("weight = 3", "wieght = 3").replace("version = 1\n", "")
    told = {each.field: each for each in examined(wrong)[1]}
    assert told["version"].problem == "is missing"
    assert told["version"].remedy == "Give 1 or more."
    lines = wrong.splitlines()
    table = told["components[2].weight"].line
    assert (table, told["components[2].wieght"].line) == (
        1 + lines.index('metric = "won_value"') - 1,
        1 + lines.index("wieght = 3"),
    )
    assert told["components[2].weight"].remedy.startswith("Give a number from 0 to ")
    assert told["components[2].wieght"].remedy.startswith("Did you mean 'weight'? There are metric")


def test_what_stands_in_a_table_of_one_line_has_that_line() -> None:
    bonus = SCHEME.index("[bonus.positions]")
    inline = f'{SCHEME[:bonus]}positions = {{ "senior" = -1 }}  # a line\n'
    text = inline + SCHEME[SCHEME.index("[[components]]") :].replace("[[curve]]", "[[curve]]  # so")
    (problem,) = examined(text)[1]
    assert (problem.field, problem.value) == ("bonus.positions.senior", "-1")
    assert problem.line == 1 + text.splitlines().index('positions = { "senior" = -1 }  # a line')
    unsorted = text.replace("-1", "1").replace("score = 1.2", "score = 0.1")
    (problem,) = examined(unsorted)[1]
    assert problem.line == 1 + unsorted.splitlines().index("score = 0.1")


def test_between_fields_it_is_checked_too_where_others_are_wrong() -> None:
    wrong = SCHEME.replace("weight = 3", "weight = -3").replace("floor = 0.1", "floor = 1.6")
    wrong = wrong.replace("score = 1.2", "score = 1.0").replace("factor = 1.5", "factor = -1")
    assert [each.field for each in examined(wrong)[1]] == [
        "components[2].weight",
        "components[2].cap",
        "curve[2].score",
        "curve[2].factor",
    ]


def test_a_reduction_needs_a_metric_or_a_norm() -> None:
    wrong = SCHEME.replace('metric = "overdue_share"\namount', "amount")
    (problem,) = examined(wrong)[1]
    assert (problem.field, problem.problem) == ("reductions[0].metric", "is missing")
