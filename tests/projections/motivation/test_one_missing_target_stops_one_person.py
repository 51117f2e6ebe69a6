"""What is missing for one person stops that person's figures only; who has left gets no target."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from ledger.envelope import Event
from ledger.errors import InvalidQuestion
from ledger.events.motivation import BonusReductionDecided, BonusReductionProposed, TargetSet
from ledger.events.people import EmployeeDeparted, EmployeeHired
from ledger.events.sales import DealOpened, DealWon
from projections.motivation import attainment, forecast
from projections.motivation.recalculation import replayed
from projections.motivation.reductions import refuse_foreign
from projections.motivation.scheme import scheme_of
from projections.motivation.statements import compute_statements, provisional_statements
from projections.periods import period_of
from projections.view import View
from tests.projections.ledgers import ledger_of, view
from tests.projections.stories import told

MARCH = period_of("2026-03")
SCHEME = """
name = "m"
version = 1
effective_from = 2026-01-01
currency = "RUB"
process_share = 0
[bonus]
default = 1000
[[components]]
metric = "deals_won"
kind = "result"
weight = 1
target = "target"
cap = 1
[[curve]]
score = 0
factor = 0
[[curve]]
score = 1
factor = 1
"""


def target(employee: str) -> Event:
    content = TargetSet(
        target=f"T-{employee}", scope="employee", scope_id=employee, metric="deals_won",
        period="2026-03", value=Decimal(1),
    )  # fmt: skip
    return told(content, "2026-02-01")


def sold(deal: str, holder: str, at: str) -> list[Event]:
    more = {"client": f"C-{holder}", "performed_by": holder}
    return [told(DealOpened(deal=deal, holder=holder), "2026-01-05", **more),
            told(DealWon(deal=deal, amount=Decimal(5), currency="RUB"), at, **more)]  # fmt: skip


STAFF = [told(EmployeeHired(employee=each, name=each, unit="U"), "2025-01-01")
         for each in ("E-1", "E-2", "E-3")]  # fmt: skip
SOLD = [event for n in (1, 2, 3) for event in sold(f"D-{n}", f"E-{n}", "2026-03-10")]
REDUCED = [
    told(BonusReductionProposed(reduction="R", employee="E-1", period="2026-03",
                                amount=Decimal(10), currency="EUR", rule="late"), "2026-04-01"),
    told(BonusReductionDecided(reduction="R", period="2026-03", decision="confirmed", reason="r"),
         "2026-04-02"),
]  # fmt: skip


def test_the_others_have_their_statements_and_the_missing_one_is_named(embedded_dsn: str) -> None:
    history = [*STAFF, *SOLD, target("E-1"), target("E-3")]
    with ledger_of(embedded_dsn, history) as (_, connection):
        seen = view(len(history))
        found, lacking = provisional_statements(connection, seen, MARCH, scheme_of(SCHEME))
        with pytest.raises(InvalidQuestion, match="1 target is missing for 2026-03: E-2 deals_won"):
            compute_statements(connection, seen, MARCH, scheme_of(SCHEME))
    assert [(each.employee, each.total) for each in found] == [("E-1", 1000), ("E-3", 1000)]
    assert lacking == {"E-2": ["deals_won of E-2"]}


def test_a_scheme_in_another_currency_is_replayed_without_the_reductions(embedded_dsn: str) -> None:
    history = [*STAFF[:2], *SOLD, target("E-1"), target("E-2"), *REDUCED]
    in_euros = scheme_of(SCHEME.replace("RUB", "EUR"))
    with ledger_of(embedded_dsn, history) as (_, connection):
        seen = view(len(history))
        rows = replayed(connection, seen, MARCH, scheme_of(SCHEME), in_euros)
        found = compute_statements(connection, seen, MARCH, scheme_of(SCHEME))
        with pytest.raises(InvalidQuestion, match="reduction R is in EUR, but m pays in RUB"):
            refuse_foreign(connection, seen, MARCH, scheme_of(SCHEME))
        refuse_foreign(connection, seen, MARCH, in_euros)
    assert [(row.employee, row.before, row.after, row.delta) for row in rows] == [
        ("E-1", 990, 1000, None), ("E-2", 1000, 1000, None),
    ]  # fmt: skip
    assert found[0].content["remarks"] == ["not counted: reduction R, 10 EUR"]


def test_no_target_is_proposed_for_who_has_left_or_will_have(embedded_dsn: str) -> None:
    history = [
        *STAFF,
        *SOLD,
        *(told(DealOpened(deal=f"O-{n}", holder=f"E-{n}", amount=Decimal(5), currency="RUB"),
               "2026-03-20", client=f"C-E-{n}") for n in (1, 2, 3)),
        told(EmployeeDeparted(employee="E-2"), "2026-03-25"),
        told(EmployeeDeparted(employee="E-3", effective_at=datetime(2026, 4, 20, tzinfo=UTC)),
             "2026-03-25"),
    ]  # fmt: skip
    with ledger_of(embedded_dsn, history) as (_, connection):
        seen = View(len(history), datetime(2026, 4, 2, tzinfo=UTC), "UTC")
        for period, here in (("2026-04", ["E-1", "E-3"]), ("2026-05", ["E-1"])):
            span = period_of(period)
            rows = forecast.proposed(connection, seen, span, "deals_won")
            assert [row.scope_id for row in rows] == here
            if period == "2026-04":
                past = attainment.proposed(connection, seen, span, "deals_won", last=1)
                assert [row.scope_id for row in past] == here
        whole = attainment.proposed(connection, seen, period_of("2026-04"), "deals_won",
                                    by="whole", last=1)  # fmt: skip
        assert [row.value for row in whole] == [3]
