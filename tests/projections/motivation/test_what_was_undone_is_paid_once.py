"""A deal that was paid and then undone is taken back once, a deal won anew is paid once."""

from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands.decisions.handle import Context, handle
from commands.decisions.motivation import settlement
from ledger.api import Ledger
from ledger.database import Connection, Location, connect
from ledger.envelope import Event
from ledger.errors import Refused
from ledger.events.ownership import ClientReassigned, CuratorAssigned
from ledger.events.people import EmployeeDeparted, EmployeeHired
from ledger.events.sales import DealLost, DealOpened, DealReopened, DealWon
from projections.motivation.payout import factor_at, index_of
from projections.motivation.recalculation import corrections
from projections.motivation.scheme import Point, Scheme, scheme_of
from projections.motivation.statements import compute_statements
from projections.motivation.taken_back import taken_from_nobody
from projections.periods import period_of
from projections.view import View
from tests.projections.ledgers import ZONE
from tests.projections.settled import now, recorded
from tests.projections.stories import told
from tests.surroundings.groups import examples

D = Decimal
SCHEME = """
name = "m"
version = 1
effective_from = 2025-01-01
currency = "RUB"
process_share = 0
[bonus]
positions = { seller = 1000 }
[[components]]
metric = "won_value"
kind = "result"
weight = 1
target = 1000
floor = 0
cap = 3
[[curve]]
score = 0
factor = 0
[[curve]]
score = 3
factor = 3
"""
BOSS = Context("E-9", datetime(2026, 1, 1, tzinfo=UTC))


def deal(deal: str, won: str) -> list[Event]:
    of_it = {"client": "C-1", "performed_by": "E-1"}
    return [
        told(DealOpened(deal=deal, holder="E-1"), "2025-02-20", **of_it),
        told(DealWon(deal=deal, amount=D(1000), currency="RUB"), won, **of_it),
    ]


HISTORY = [
    *(told(EmployeeHired(employee=each, name=each, unit="U", position="seller"), "2025-01-01")
      for each in ("E-1", "E-2")),
    told(CuratorAssigned(employee="E-1"), "2025-01-02", client="C-1"),
    *deal("D-1", "2025-03-10T10:00:00Z"), *deal("D-2", "2025-03-12T10:00:00Z"),
]  # fmt: skip
CANCELLED = [
    told(DealReopened(deal="D-1", reason="cancelled"), "2025-04-05T10:00:00Z", client="C-1"),
    told(DealLost(deal="D-1"), "2025-04-06T10:00:00Z", client="C-1"),
]
WON_ANEW = [
    told(DealReopened(deal="D-2", reason="new terms"), "2025-04-07T10:00:00Z", client="C-1"),
    told(DealWon(deal="D-2", amount=D(1000), currency="RUB"), "2025-04-08T10:00:00Z",
         client="C-1"),
]  # fmt: skip
PASSED_ON = told(ClientReassigned(to_employee="E-2", from_employee="E-1", reason="workload"),
                 "2025-03-20", client="C-1")  # fmt: skip


def closed(book: Ledger, connection: Connection, period: str) -> dict[str, Decimal]:
    """Close a period by the scheme; the totals of its statements."""
    scheme, span = scheme_of(SCHEME), period_of(period)
    handle(book, settlement.model(), BOSS, settlement.publish(scheme))
    seen = now(book.store.location, connection)._replace(on=span.end(ZONE))
    found = compute_statements(connection, seen, span, scheme, remark="test")
    decide = settlement.close(span, ZONE, scheme, seen.as_of, found, "test")
    handle(book, settlement.model(period=period), BOSS, decide)
    return {each.employee: each.total for each in found}


@pytest.fixture
def connection(location: Location) -> Connection:
    return connect(location, "owner")


def test_it_is_taken_back_in_the_month_in_which_it_was_undone(
    location: Location, connection: Connection
) -> None:
    with closing(connection), Ledger(location) as book:
        recorded(location, connection, HISTORY)
        assert closed(book, connection, "2025-03") == {"E-1": 2000, "E-2": 0}
        seen = recorded(location, connection, [*CANCELLED, *WON_ANEW])
        assert corrections(connection, seen, "2025-03") == []
        assert closed(book, connection, "2025-04") == {"E-1": -1000, "E-2": 0}
        seen = now(location, connection)
        assert corrections(connection, seen, "2025-04") == []


def test_it_is_taken_from_who_was_paid_for_it(location: Location, connection: Connection) -> None:
    with closing(connection), Ledger(location) as book:
        recorded(location, connection, [*HISTORY, PASSED_ON])
        assert closed(book, connection, "2025-03") == {"E-1": 2000, "E-2": 0}
        recorded(location, connection, [*CANCELLED, *WON_ANEW])
        # Of the deal won anew the new owner is credited; it is paid once in all.
        assert closed(book, connection, "2025-04") == {"E-1": -2000, "E-2": 1000}


def test_what_is_taken_back_from_who_has_left_is_named(
    location: Location, connection: Connection
) -> None:
    left = told(EmployeeDeparted(employee="E-1"), "2025-03-31")
    with closing(connection), Ledger(location) as book:
        recorded(location, connection, [*HISTORY, PASSED_ON, left])
        assert closed(book, connection, "2025-03") == {"E-1": 2000, "E-2": 0}
        recorded(location, connection, [*CANCELLED, *WON_ANEW])
        assert closed(book, connection, "2025-04") == {"E-2": 1000}
        found = {
            month: taken_from_nobody(connection, now(location, connection), period_of(month),
                                     scheme_of(SCHEME))
            for month in ("2025-03", "2025-04")
        }  # fmt: skip
    assert found == {"2025-03": [], "2025-04": [("E-1", "won_value", -2000, "RUB")]}


def test_what_is_recorded_after_the_month_was_closed_is_proposed_as_a_correction(
    location: Location, connection: Connection
) -> None:
    with closing(connection), Ledger(location) as book:
        recorded(location, connection, HISTORY)
        closed(book, connection, "2025-03")
        closed(book, connection, "2025-04")
        seen = recorded(location, connection, CANCELLED)
        assert corrections(connection, seen, "2025-03") == []
        (row,) = corrections(connection, seen, "2025-04")
        first = seen.as_of - len(CANCELLED) + 1
        assert (row.employee, row.now, row.delta, row.evidence) == ("E-1", -1000, -1000, [first])
        model = settlement.model(statement=row.statement)
        by_hand = settlement.correct(row.statement, row.delta, reason="undone")
        with pytest.raises(Refused, match="less than nothing"):
            handle(book, model, BOSS, by_hand)
        seen_then = row.now - row.delta
        decide = settlement.correct(row.statement, row.delta, reason="undone", seen=seen_then)
        handle(book, model, BOSS, decide)
        assert corrections(connection, now(location, connection), "2025-04") == []


CURVES = st.sampled_from((
    ((0, 0), (3, 3)), ((D("0.5"), 0), (1, 1)), ((0, D("0.2")), (1, 1)), ((1, 1), (2, D("1.5"))),
))  # fmt: skip


def scheme(cap: Decimal, floor: Decimal) -> Scheme:
    (component,) = scheme_of(SCHEME).components
    return scheme_of(SCHEME).model_copy(
        update={"components": (component.model_copy(update={"cap": cap, "floor": floor}),)}
    )


@settings(max_examples=examples(30))
@given(
    fact=st.integers(0, 5000).map(D),
    cap=st.sampled_from((D(1), D("1.5"), D(3))),
    floor=st.sampled_from((D(0), D("0.5"))),
    curve=CURVES,
)
def test_what_a_fact_added_to_the_pay_the_same_fact_below_nothing_takes_from_it(
    fact: Decimal, cap: Decimal, floor: Decimal, curve: tuple[tuple[Decimal, Decimal], ...]
) -> None:
    (component,) = scheme(cap, floor).components
    if not fact:
        return
    above = index_of(component, fact, D(1000))
    below = index_of(component, -fact, D(1000))
    assert below == -min(fact / 1000, cap)
    assert above == max(-below, floor)
    points = [Point.model_construct(score=D(x), factor=D(y)) for x, y in curve]
    none = factor_at(points, D(0))
    assert factor_at(points, below) - none == none - factor_at(points, -below)


def test_in_one_month_it_counts_for_nothing(location: Location, connection: Connection) -> None:
    with closing(connection), Ledger(location) as book:
        back = told(DealReopened(deal="D-1", reason="r"), "2025-03-30T10:00:00Z", client="C-1")
        recorded(location, connection, [*HISTORY, back])
        assert closed(book, connection, "2025-03") == {"E-1": 1000, "E-2": 0}
        seen = View.now(now(location, connection).as_of, ZONE)
        assert compute_statements(connection, seen, period_of("2025-Q1"), scheme_of(SCHEME))[
            0
        ].total == D(1000)
