"""Norms as given-when-then tables: versions, what is refused, breaches on record once."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from commands.decisions.motivation import norms
from commands.decisions.motivation.norms import Norms
from ledger.envelope import Event
from ledger.errors import Refused
from ledger.events.motivation import NormBreached, NormDefined
from ledger.events.people import EmployeeHired, OrgUnitDefined
from projections.motivation.compliance import Compliance
from projections.motivation.measure import Figure
from projections.periods import period_of
from projections.tables.motivation.norms import Norm
from tests.commands.decisions.given import CONTEXT, event, given, told, when

D = Decimal
CASE = norms.model("E-1", ["2026-05"])
HIRED = event(EmployeeHired(employee="E-1", name="Анна"), 0, client=None)
CALLS = NormDefined(
    norm="CALLS", version=1, metric="interactions.call", bound="at_least", value=D(8),
    every="month", per_working_day=True, credit="performer", scope="employee", scope_id="E-1",
    effective_from=date(2026, 6, 1),
)  # fmt: skip
JUNE = replace(CALLS, version=7, effective_from=date(2026, 7, 1))


def state(*events: Event) -> Norms:
    found: Norms = given(CASE, HIRED, *events)
    return found


def define(wanted: NormDefined, *events: Event) -> list[Any]:
    return when(norms.define(wanted, "Europe/Moscow"), state(*events))


def test_a_norm_has_versions_one_after_the_other() -> None:
    known = event(CALLS, 0, client=None)
    assert define(CALLS) == [CALLS]
    assert define(CALLS, known) == []
    (second,) = define(JUNE, known)
    assert second == replace(JUNE, version=2)
    with pytest.raises(Refused, match="the next one must hold from then on"):
        define(replace(CALLS, value=D(9)), known, event(second, 1, client=None))


def test_a_norm_may_be_for_a_unit_a_position_or_all() -> None:
    unit = event(OrgUnitDefined(unit="E-1", name="Юг", kind="team"), 0, client=None)
    assert define(replace(CALLS, scope="unit"), unit)
    assert define(replace(CALLS, scope="position", scope_id="менеджер"))
    assert define(replace(CALLS, scope="whole", scope_id=None))


def test_a_norm_for_the_past_says_why() -> None:
    past = replace(CALLS, effective_from=date(2026, 5, 31))
    with pytest.raises(Refused, match="is past, and nobody could meet"):
        define(past)
    assert define(replace(past, late="agreed in May"))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"metric": "profit"}, "no metric 'profit'"),
        ({"metric": "interactions.*"}, "no metric"),
        ({"credit": "owner"}, "owner"),
        ({"credit": "current-owner"}, "moves the past"),
        ({"metric": "won_value"}, "is money; name its --currency"),
        ({"currency": "RUB"}, "is not money"),
        ({"counting": True}, "is not a share of events"),
        ({"metric": "coverage", "counting": True}, "is not a share of events"),
        ({"metric": "win_rate"}, "leave --per-working-day out"),
        ({"metric": "win_rate", "per_working_day": False}, "never above 1"),
        ({"hours": D(4)}, "is not about answers"),
        ({"scope": "whole"}, "give its scope"),
        ({"scope_id": None}, "give its scope"),
        ({"scope_id": "E-9"}, "no employee 'E-9' is known"),
        ({"scope": "unit"}, "no unit 'E-1' is known"),
        ({"until": date(2026, 6, 1)}, "before it holds"),
    ],
)
def test_what_makes_no_sense_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(Refused, match=why):
        define(replace(CALLS, **changes))


def test_breaches_are_recorded_once_under_keys_of_their_own() -> None:
    values = {name: getattr(CALLS, name) for name in Norm._fields[1:]}
    found = [
        Compliance(Norm(position=1, **values), who, period_of("2026-05"), "breached",
                Figure(D("7.5"), D(150), D(20)), D(8))
        for who in ("E-1", "E-2")
    ]  # fmt: skip
    decide = norms.record(found, {("CALLS", "E-1", "2026-05"): [4, 9]})
    events = decide(state(), CONTEXT).events
    breached = NormBreached(
        norm="CALLS", version=1, employee="E-1", period="2026-05", value=D("7.5"), limit=D(8),
        numerator=D(150), denominator=D(20), evidence=(4, 9),
    )  # fmt: skip
    assert [each.key for each in events] == ["norm/CALLS/E-1/2026-05", "norm/CALLS/E-2/2026-05"]
    assert events[0].data == breached
    (left,) = told(decide(state(event(breached, 1, client=None)), CONTEXT))
    assert left.employee == "E-2"
