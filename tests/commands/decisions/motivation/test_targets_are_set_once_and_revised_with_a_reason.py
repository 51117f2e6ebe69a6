"""Targets as given-when-then tables: what follows, and what is refused."""

from decimal import Decimal
from typing import Any

import pytest

from commands.decisions.motivation import targets
from commands.decisions.motivation.targets import Targets
from ledger.envelope import Event
from ledger.errors import Refused
from ledger.events.motivation import ShortfallExplained, TargetRevised, TargetSet
from ledger.events.people import EmployeeHired, OrgUnitDefined
from tests.commands.decisions.given import event, given, when

CASE = targets.model("E-1")
HIRED = event(EmployeeHired(employee="E-1", name="Анна"), 0, client=None)
SET = TargetSet(
    target="2026-Q3/E-1/won_value", scope="employee", scope_id="E-1", metric="won_value",
    period="2026-Q3", value=Decimal(900), currency="RUB",
)  # fmt: skip


def state(*events: Event) -> Targets:
    found: Targets = given(CASE, HIRED, *events)
    return found


def wanted(**changes: Any) -> Any:
    given_ = {
        "metric": "won_value", "period": "2026-Q3", "value": Decimal(900), "scope": "employee",
        "scope_id": "E-1", "currency": "RUB",
    } | changes  # fmt: skip
    metric, period, value = (given_.pop(name) for name in ("metric", "period", "value"))
    return targets.set_target(metric, period, value, **given_)


def test_a_target_is_named_after_what_it_is_of() -> None:
    assert when(wanted(), state()) == [SET]


def test_a_unit_and_the_company_have_targets_too() -> None:
    unit = event(OrgUnitDefined(unit="U-1", name="Юг", kind="team"), 0, client=None)
    known = given(targets.model("U-1"), unit)
    (found,) = when(wanted(scope="unit", scope_id="U-1"), known)
    assert found.target == "2026-Q3/U-1/won_value"
    (found,) = when(wanted(scope="whole", scope_id=None), state())
    assert found.target == "2026-Q3/whole/won_value"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"metric": "profit"}, "no metric 'profit'"),
        ({"metric": "deals_open.*"}, "no metric"),
        ({"period": "2026-Q5"}, "no period '2026-Q5'"),
        ({"period": "2026-13"}, "no period"),
        ({"period": "0000"}, "no period"),
        ({"value": Decimal(0)}, "above 0"),
        ({"value": Decimal("NaN")}, "above 0"),
        ({"currency": None}, "--currency"),
        ({"metric": "deals_won"}, "leave --currency RUB out"),
        ({"scope_id": "E-2"}, "no employee 'E-2'"),
        ({"scope": "unit"}, "no unit 'E-1'"),
        ({"scope": "whole"}, "neither for the whole company"),
    ],
)
def test_a_target_without_sense_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(Refused, match=why.replace("*", r"\*")):
        when(wanted(**changes), state())


def test_a_second_target_of_the_same_is_refused_with_the_way_to_change_it() -> None:
    once = event(SET, 10, client=None)
    for second in ({}, {"target": "T-9", "value": Decimal(1)}):
        with pytest.raises(Refused, match="iledger target revise 2026-Q3/E-1/won_value"):
            when(wanted(**second), state(once))
    assert when(wanted(currency="EUR", target="T-9"), state(once))[0].currency == "EUR"


def test_a_target_in_another_currency_is_named_after_it() -> None:
    once = event(SET, 10, client=None)
    (second,) = when(wanted(currency="EUR"), state(once))
    assert second.target == "2026-Q3/E-1/won_value/EUR"
    twice = event(second, 11, client=None)
    with pytest.raises(Refused, match="iledger target revise 2026-Q3/E-1/won_value/EUR"):
        when(wanted(currency="EUR"), state(once, twice))


def test_it_is_revised_and_explained() -> None:
    once = event(SET, 10, client=None)
    revise = targets.revise(SET.target, Decimal(800), reason="a still plant", approved_by="E-9")
    (revised,) = when(revise, state(once))
    assert revised == TargetRevised(
        target=SET.target, to=Decimal(800), reason="a still plant", approved_by="E-9"
    )
    assert when(revise, state(once, event(revised, 11, client=None))) == []
    explain = targets.explain(SET.target, "client insolvent")
    assert when(explain, state(once)) == [
        ShortfallExplained(target=SET.target, cause="client insolvent")
    ]
    for decide in (revise, explain):
        with pytest.raises(Refused, match="no target"):
            when(decide, state())
