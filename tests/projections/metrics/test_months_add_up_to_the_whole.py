"""What is undone later is taken back once, when it is undone, so that months add up to the year."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ledger.database import Connection
from ledger.envelope import Event
from ledger.events.clients import ClientFactConfirmed, ClientFactRecorded, ClientFactRetracted
from ledger.events.ownership import ClientReleased, CuratorAssigned
from ledger.events.people import EmployeeHired, EmployeeMoved
from ledger.events.sales import (
    DealLost,
    DealOpened,
    DealReopened,
    DealWon,
    GoodsReturned,
    PurchaseRecorded,
)  # fmt: skip
from projections.metrics.definitions import METRICS
from projections.metrics.metrics import GROUPS, explain, metrics
from projections.metrics.rows import MetricRow
from projections.motivation.measure import at_the_end
from projections.periods import period_of
from tests.projections.ledgers import ledger_of, view
from tests.projections.random_events import histories
from tests.projections.stories import told
from tests.surroundings.groups import examples

# Amounts that grow with time; deals_open is a state.
ADDITIVE = [name for name, metric in METRICS.items()
            if metric.figure in ("count", "sum") and metric.evidence != "deal_open"]  # fmt: skip
DEALS = ("deal.opened", "deal.won", "deal.lost", "deal.reopened", "deal.reassigned")
CASES = ("case.opened", "case.resolved", "case.reopened")
FACTS = ("client_fact.recorded", "client_fact.confirmed", "client_fact.retracted")
HISTORIES = st.one_of(
    histories("sales", "curator.assigned", "client.reassigned", min_size=20, max_size=50),
    histories(*DEALS, "curator.assigned", "client.released", min_size=20, max_size=40),
    histories(*CASES, *FACTS, "contacts", "offer.sent", "work", min_size=20, max_size=50),
)
SINCE, UNTIL = date(2025, 11, 1), date(2026, 5, 1)
MONTHS = ("2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04")


def added(rows: list[MetricRow]) -> dict[tuple[str, str, str], Decimal]:
    """The sum over the periods, by group, metric and unit; without what comes to nothing."""
    found: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        found[row.group, row.metric, row.unit] += Decimal(str(row.value or 0))
    return {key: round(value, 6) for key, value in found.items() if round(value, 6)}


@settings(max_examples=examples(30), phases=[Phase.reuse, Phase.generate])
@given(
    history=HISTORIES,
    credit=st.sampled_from(("owner-at-event", "performer", "first-claimant", "split:20:0.5")),
    by=st.sampled_from(("employee", "product", "whole", "unit")),
    zone=st.sampled_from(("Europe/Moscow", "America/New_York")),
)
def test_months_add_up_to_quarters_and_years_and_the_whole(
    embedded_dsn: str, history: list[Event], credit: str, by: str, zone: str
) -> None:
    seen = view(len(history))._replace(zone=zone)
    asked: dict[str, Any] = {"by": by, "credit": credit, "metrics": ADDITIVE}
    with ledger_of(embedded_dsn, history) as (_, connection):
        every = [added(metrics(connection, seen, every=each, **asked))
                 for each in ("month", "quarter", "year", "whole")]  # fmt: skip
        assert every[0] == every[1] == every[2] == every[3]
        span = {"since": SINCE, "until": UNTIL, **asked}
        assert added(metrics(connection, seen, every="month", **span)) == added(
            metrics(connection, seen, **span)
        )
        # A task assigned after its deadline fell due in a month in which nobody knew of it.
        asked["metrics"] = [name for name in ADDITIVE if name != "tasks_due"]
        settled = [row for name in MONTHS for row in as_settled(connection, seen, name, asked)]
        # A deal that was closed before the date of its opening has its currency, holder and product
        # from that opening, once it has come.
        if not connection.execute("SELECT 1 FROM deal_spells WHERE late").fetchone():
            assert added(settled) == added(metrics(connection, seen, **(span | asked)))


def as_settled(
    connection: Connection, seen: Any, month: str, asked: dict[str, Any]
) -> list[MetricRow]:
    """The figures of a month as they are seen from its end, as a period is closed by."""
    each = period_of(month)
    then = at_the_end(seen, each)
    return metrics(connection, then, since=each.since, until=each.until, **asked)


@settings(max_examples=examples(30), phases=[Phase.reuse, Phase.generate])
@given(
    history=HISTORIES,
    credit=st.sampled_from(("owner-at-event", "performer", "first-claimant", "split:20:0.5")),
    every=st.sampled_from(("month", "whole")),
    by=st.sampled_from((*GROUPS, "fact:inn")),
)
def test_groups_of_any_kind_add_up_to_the_whole(
    embedded_dsn: str, history: list[Event], credit: str, every: Any, by: str
) -> None:
    seen = view(len(history))
    asked: dict[str, Any] = {"credit": credit, "every": every, "metrics": ADDITIVE}

    def whole(by: str) -> dict[tuple[str, str, str], Decimal]:
        rows = metrics(connection, seen, by=by, **asked)
        return added([row._replace(group=row.period) for row in rows])

    with ledger_of(embedded_dsn, history) as (_, connection):
        # Of a purchase or an offer of two products there is one of each.
        by_line = {"purchases", "offers_sent"} if by == "product" else set()
        differing = whole(by).items() ^ whole("whole").items()
        assert {key[1] for key, _ in differing} <= by_line


@settings(max_examples=examples(30), phases=[Phase.reuse, Phase.generate])
@given(history=HISTORIES, every=st.sampled_from(("month", "whole")))
def test_the_events_behind_an_amount_add_up_to_it(
    embedded_dsn: str, history: list[Event], every: Any
) -> None:
    seen = view(len(history))
    with ledger_of(embedded_dsn, history) as (_, connection):
        for name in (each for each in ADDITIVE if not each.endswith(".*")):
            told: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
            for line in explain(connection, seen, name, every=every):
                amount = line.value if METRICS[name].measure else Decimal(1)
                told[line.group, line.period] += line.weight * (amount or 0)
            shown: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
            for row in metrics(connection, seen, metrics=[name], every=every):
                shown[row.group, row.period] += Decimal(str(row.value))
            for key in told.keys() | shown.keys():
                assert float(told[key]) == pytest.approx(float(shown[key])), (name, key)


UNDONE = {
    "won": [DealOpened(deal="D-1"), DealWon(deal="D-1", amount=1000), DealLost(deal="D-1")],
    "lost": [DealOpened(deal="D-1"), DealLost(deal="D-1"),
             DealReopened(deal="D-1", reason="they called")],
    "recorded": [ClientFactRecorded(field="city", value="Perm"),
                 ClientFactRetracted(field="city", reason="wrong")],
    "confirmed": [ClientFactRecorded(field="city", value="Perm"),
                  ClientFactConfirmed(fields=("city",), method="call"),
                  ClientFactRetracted(field="city", reason="wrong")],
    "bought": [PurchaseRecorded(purchase="P-1", amount=100),
               GoodsReturned(purchase="P-1", amount=100)],
}  # fmt: skip


@pytest.mark.parametrize("name", UNDONE)
def test_what_no_period_counted_is_taken_back_from_none(embedded_dsn: str, name: str) -> None:
    *before, last = UNDONE[name]
    history = [told(each, client="C-1", performed_by="E-1") for each in before]
    history.append(told(last, "2026-01-10T10:00:00Z", client="C-1", performed_by="E-1"))
    names = ["deals_won", "won_value", "deals_lost", "contributions", "purchase_value"]
    if name == "won":  # the loss itself is of that month
        names.remove("deals_lost")
    asked: dict[str, Any] = {"by": "whole", "metrics": names}
    with ledger_of(embedded_dsn, history) as (_, connection):
        seen = view(len(history))
        january = {"since": date(2026, 1, 1), "until": date(2026, 2, 1)}
        assert added(metrics(connection, seen, **january, **asked)) == {}
        assert added(metrics(connection, seen, every="month", **asked)) == {}
        assert added(metrics(connection, seen, **asked)) == {}
        for each in names:
            assert not [line for line in explain(connection, seen, each, **january) if line.value]
        then = metrics(connection, view(len(before)), **asked)
        assert added(then), "before, it counted among what has no known time"


def test_months_of_orphans_add_up_by_unit_though_the_employee_moves(embedded_dsn: str) -> None:
    history = [
        told(EmployeeHired(employee="E-1", name="Anna", unit="U"), "2024-01-01"),
        told(CuratorAssigned(employee="E-1"), "2024-02-01", client="C-1"),
        told(ClientReleased(reason="no need", from_employee="E-1"), "2025-01-01", client="C-1"),
        told(EmployeeMoved(employee="E-1", to_unit="V"), "2025-02-01"),
        told(CuratorAssigned(employee="E-1"), "2025-03-01", client="C-1"),
    ]
    asked: dict[str, Any] = {"by": "unit", "metrics": ["orphan_hours"],
                             "since": date(2025, 1, 1), "until": date(2025, 4, 1)}  # fmt: skip
    with ledger_of(embedded_dsn, history) as (_, connection):
        for every in ("month", "quarter"):
            rows = metrics(connection, view(len(history)), every=every, **asked)
            assert added(rows) == {("U", "orphan_hours", "hours"): 1416}
