"""Proposals from open deals: weighed by stage, and plain, of deals as they stand."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.envelope import Event
from ledger.errors import InvalidQuestion
from ledger.events.people import EmployeeHired
from ledger.events.sales import DealLost, DealOpened, DealStageEntered, DealWon
from projections.motivation.forecast import Rate, promised, proposed, rates
from projections.periods import period_of
from projections.tables.sales.deals import Deal
from projections.view import View
from tests.projections.ledgers import ZONE, ledger_of
from tests.projections.stories import told

D = Decimal
NOW = datetime(2026, 9, 20, tzinfo=UTC)
NOTHING_KNOWN = Deal(*[None] * len(Deal._fields))  # type: ignore[arg-type]
Q4 = period_of("2026-Q4")


def deal(
    name: str, stages: str, end: str = "", amount: int | None = 100, **more: Any
) -> list[Event]:
    """A deal that entered these stages, a letter each, and was perhaps won or lost."""
    content = {"holder": "E-1", "pipeline": "P", "amount": amount, "currency": "RUB"} | more
    found = [told(DealOpened(deal=name, **content), "2026-08-01")]
    for day, stage in enumerate(stages, 2):
        found.append(told(DealStageEntered(deal=name, stage=stage), f"2026-08-{day:02}"))
    if end:
        data = DealWon(deal=name, amount=D(1)) if end == "won" else DealLost(deal=name)
        found.append(told(data, "2026-09-01"))
    return found


HISTORY = [
    told(EmployeeHired(employee="E-1", name="Анна", unit="U"), "2025-01-01"),
    told(EmployeeHired(employee="E-2", name="Пётр", unit="U"), "2025-01-01"),
    *deal("D-1", "abc", "won"), *deal("D-2", "ab", "lost"), *deal("D-3", "a", "lost"),
    *deal("D-4", "ab", "won"),
    *deal("D-5", "ab", amount=900), *deal("D-6", "a", amount=300, holder="E-2"),
    *deal("D-7", "", amount=200, holder="E-2"), *deal("D-8", "a", amount=None, holder="E-2"),
    *deal("D-9", "z", amount=50, currency="EUR"), *deal("D-10", "a", holder=None),
]  # fmt: skip


def test_deals_count_by_their_stage_and_plain_beside_it(embedded_dsn: str) -> None:
    with ledger_of(embedded_dsn, HISTORY) as (_, connection):
        seen = View(len(HISTORY), NOW, ZONE)
        assert rates(connection, seen) == {
            (None, None): (2, 4), ("P", "a"): (2, 4), ("P", "b"): (2, 3), ("P", "c"): (1, 1),
        }  # fmt: skip
        rows = proposed(connection, seen, Q4, "won_value")
        told_ = {(row.scope_id, row.currency): row for row in rows}
        assert {key: (row.value, row.plain, row.open) for key, row in told_.items()} == {
            ("E-1", "RUB"): (600, 450, 900),
            ("E-1", "EUR"): (25, 25, 50),  # nobody was ever closed from z
            ("E-2", "RUB"): (250, 250, 500),
        }
        two = told_["E-2", "RUB"]
        assert (two.deals, two.without_amount, two.won, two.closed) == (3, 1, 2, 4)
        (unit,) = proposed(connection, seen, Q4, "deals_won", by="unit")
        assert (unit.scope_id, unit.deals, unit.plain) == ("U", 5, D("2.5"))
        (whole,) = proposed(connection, seen, Q4, "deals_won", by="whole")
        assert (whole.scope_id, whole.deals) == (None, 6)
        for period, metric in (("2026-08", "won_value"), ("2026-Q4", "win_rate")):
            with pytest.raises(InvalidQuestion):
                proposed(connection, seen, period_of(period), metric)
        # Before anything was closed nothing can be told
        early = seen._replace(on=datetime(2026, 8, 20, tzinfo=UTC))
        assert all(row.value is None for row in proposed(connection, early, Q4, "won_value"))


@given(
    amounts=st.lists(st.integers(0, 1000), max_size=8),
    won=st.integers(0, 5),
    lost=st.integers(0, 5),
)
def test_with_the_same_rate_in_every_stage_both_are_the_same_and_never_more_than_is_open(
    amounts: list[int], won: int, lost: int
) -> None:
    rate = Rate(won, won + lost)
    known = {(None, None): rate, ("P", "a"): rate}
    found = [
        NOTHING_KNOWN._replace(
            pipeline="P", stage=stage, amount=D(each), currency="RUB", holder="E"
        )
        for each in amounts
        for stage in ("a", None)
    ]
    for row in promised(found, known, "won_value", lambda deal: deal.holder):
        assert row.open == 2 * sum(amounts)
        if rate.closed:
            assert abs(row.value - row.plain) <= D("0.000001")
            assert row.value <= row.open + D("0.000001")
        else:
            assert row.value is row.plain is None
