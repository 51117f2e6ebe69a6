"""Attainment: what was reached of a target, as first set and as revised, of a past period."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ledger.envelope import Event
from ledger.errors import InvalidQuestion
from ledger.events.motivation import ShortfallExplained, TargetRevised, TargetSet
from ledger.events.people import EmployeeHired, OrgUnitDefined
from ledger.events.sales import DealOpened, DealWon
from projections.motivation.attainment import attainment, proposed
from projections.periods import period_of
from projections.view import View
from tests.projections.ledgers import ZONE, ledger_of
from tests.projections.stories import told

AFTER = datetime(2027, 1, 15, tzinfo=UTC)


def won(
    deal: str, day: str, amount: int, holder: str = "E-1", currency: str = "RUB"
) -> list[Event]:
    opened = DealOpened(deal=deal, holder=holder, currency=currency)
    end = DealWon(deal=deal, amount=Decimal(amount), currency=currency)
    return [
        told(opened, "2025-12-01", client="C-1", performed_by=holder),
        told(end, day, client="C-1", performed_by=holder),
    ]


def target(scope: str, scope_id: str | None, metric: str, value: str, **more: Any) -> Event:
    data = TargetSet(
        target=f"{scope_id}/{metric}", scope=scope, scope_id=scope_id, metric=metric,  # type: ignore[arg-type]
        period="2026-Q3", value=Decimal(value), **more,
    )  # fmt: skip
    return told(data, "2026-06-01")


HISTORY = [
    told(OrgUnitDefined(unit="B", name="Юг", kind="branch"), "2025-01-01"),
    told(OrgUnitDefined(unit="U", name="Юг-1", kind="team", parent="B"), "2025-01-01"),
    told(EmployeeHired(employee="E-1", name="Анна", unit="U"), "2025-01-01"),
    *won("D-0", "2026-02-03", 200),
    *won("D-1", "2026-05-03", 100),
    *won("D-2", "2026-07-03", 300),
    *won("D-3", "2026-09-30", 150),
    *won("D-4", "2026-10-01", 1000),
    *won("D-5", "2026-08-01", 7, currency="EUR"),
    target("employee", "E-1", "won_value", "900", currency="RUB"),
    target("employee", "E-1", "win_rate", "0.5"),
    target("employee", "E-1", "connect_rate", "0.5"),
    target("unit", "B", "deals_won", "4"),
    target("unit", "U", "deals_won", "2"),
    target("whole", None, "deals_lost", "2", direction="less"),
    told(TargetRevised(target="E-1/won_value", to=Decimal(600), reason="still"), "2026-08-01"),
    told(ShortfallExplained(target="E-1/won_value", cause="insolvent"), "2026-10-02"),
]


def test_attainment_by_every_scope(embedded_dsn: str) -> None:
    with ledger_of(embedded_dsn, HISTORY) as (_, connection):
        seen = View(len(HISTORY), AFTER, ZONE)
        rows = {
            row.target: row
            for by in ("employee", "unit", "whole")
            for row in attainment(connection, seen, period_of("2026-Q3"), by=by)
        }
        with pytest.raises(InvalidQuestion):
            attainment(connection, seen, period_of("2026-Q3"), by="client")
    money = rows["E-1/won_value"]
    assert (money.fact, money.first, money.value) == (450, 900, 600)
    assert (money.attained_first, money.attained) == (Decimal("0.5"), Decimal("0.75"))
    assert (money.shortfall, money.causes) == (150, ["insolvent"])
    assert (rows["E-1/win_rate"].fact, rows["E-1/win_rate"].attained) == (1, 2)
    assert rows["E-1/win_rate"].shortfall == 0
    # Nothing to tell is no data, and neither 0 % nor a shortfall
    silent = rows["E-1/connect_rate"]
    assert (silent.fact, silent.attained, silent.shortfall) == (None, None, None)
    # A branch has what its units have
    assert (rows["B/deals_won"].fact, rows["U/deals_won"].fact) == (3, 3)
    less = rows["None/deals_lost"]
    assert (less.fact, less.attained, less.shortfall) == (0, None, 0)


def test_a_target_is_proposed_from_like_periods_before(embedded_dsn: str) -> None:
    with ledger_of(embedded_dsn, HISTORY) as (_, connection):
        seen = View(len(HISTORY), AFTER, ZONE)
        rows = proposed(connection, seen, period_of("2026-Q4"), "won_value", last=3)
        of_units = proposed(connection, seen, period_of("2026-Q4"), "deals_won", by="unit", last=1)
        with pytest.raises(InvalidQuestion, match="still running"):
            proposed(connection, seen, period_of("2027-Q2"), "won_value")
        with pytest.raises(InvalidQuestion, match="no period before 0001"):
            proposed(connection, seen, period_of("0001"), "won_value")
    found = {row.currency: (row.value, row.periods) for row in rows}
    # A quarter in which nothing of the kind was counted is left out, and not taken for 0
    assert found["RUB"] == (250, ["2026-Q3", "2026-Q2", "2026-Q1"])
    assert found["EUR"] == (7, ["2026-Q3"])
    # As its attainment will be measured: a branch by what its units have
    assert {row.scope_id: row.value for row in of_units} == {"B": 3, "U": 3}
