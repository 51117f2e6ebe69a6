"""Reassigned today, a thousand clients leave every past month as it was, to the last digit."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from ledger import codec, log
from ledger.database import Connection
from ledger.envelope import Event
from ledger.events.clients import ClientFactRecorded
from ledger.events.contacts import (
    CallLogged,
    InquiryReceived,
    MessageExchanged,
    SatisfactionRecorded,
)
from ledger.events.ownership import ClientReassigned, ClientReserved, CuratorAssigned
from ledger.events.people import EmployeeHired, EmployeeMoved, OrgUnitDefined
from ledger.events.sales import (
    DealLost,
    DealOpened,
    DealStageEntered,
    DealWon,
    OfferSent,
    PurchaseRecorded,
)
from ledger.events.service import CaseOpened, CaseReopened, CaseResolved
from ledger.events.work import TaskAssigned, TaskCompleted
from projections.engine.catch_up import catch_up
from projections.metrics.definitions import METRICS
from projections.metrics.metrics import metrics
from projections.metrics.rows import MetricRow
from projections.view import View
from tests.projections.ledgers import ZONE, ledger_of
from tests.projections.stories import told

CLIENTS = 1_000
SELLERS = 12
TODAY = datetime(
    2026, 8, 20, 9, tzinfo=UTC
)  # a day of the past, or its answers would change by the hour
PAST = {"since": date(2025, 9, 1), "until": TODAY.date().replace(day=1)}
GROUPS = ("employee", "team", "unit", "office", "whole")
LASTING = ("owner-at-event", "performer", "first-claimant", "split:45:0.35")


def people() -> Iterator[Event]:
    """Three branches of two teams; the last one has only those who take the clients over."""
    for branch in range(3):
        unit = f"B-{branch}"
        yield told(OrgUnitDefined(unit=unit, name=unit, kind="branch"))
        for team in (f"T-{branch}-0", f"T-{branch}-1"):
            boss = f"M-{team}"
            defined = OrgUnitDefined(unit=team, name=team, kind="team", parent=unit, manager=boss)
            yield told(defined)
    for n in range(SELLERS):
        yield told(EmployeeHired(employee=f"E-{n}", name="Анна", unit=f"T-{n % 2}-{n // 2 % 2}"))
    yield told(EmployeeHired(employee="E-new", name="Борис", unit="T-2-0"))
    yield told(EmployeeMoved(employee="E-1", to_unit="T-0-0"), "2025-12-10")


# Of what needs missed calls, clients lost, departures and the like there is none in any month of
# this story; business hours need a calendar.
ELSEWHERE = (
    "missed_returned", "reactivation_rate", "retention_rate", "orphan_hours",
    "repeat_purchase_rate", "response_within_norm",
)  # fmt: skip


def life(n: int) -> Iterator[Event]:
    """What happened with one client, which a third of the time changed hands within the year."""
    client, first, second = f"C-{n}", f"E-{n % SELLERS}", f"E-{(n * 7 + 1) % SELLERS}"
    now = datetime(2025, 9, 2, 8, n % 60, tzinfo=UTC) + timedelta(days=n % 17)

    def then(data: Any, days: int, by: str = first) -> Event:
        return told(data, (now + timedelta(days=days)).isoformat(), client=client, performed_by=by)

    yield then((ClientReserved if n % 4 else CuratorAssigned)(employee=first), 0)
    yield then(CallLogged(direction="outbound", outcome="reached" if n % 3 else "busy"), 2)
    yield then(InquiryReceived(inquiry=f"I-{n}", channel="email"), 3)
    yield then(OfferSent(offer=f"O-{n}"), 5)
    yield then(ClientFactRecorded(field="inn", value=str(n)), 6)
    for instrument in ("csat", "ces", "nps"):
        yield then(SatisfactionRecorded(instrument=instrument, score=n % 11, scale="0-10"), 7)
    yield then(PurchaseRecorded(purchase=f"P-{n}", amount=Decimal(n + 1)), 8)
    yield then(PurchaseRecorded(purchase=f"R-{n}", amount=Decimal(n + 1)), 38)
    yield then(CaseOpened(case=f"S-{n}"), 10)
    yield then(CaseResolved(case=f"S-{n}"), 12)
    if n % 7 == 0:
        yield then(CaseReopened(case=f"S-{n}"), 14)
    yield then(DealOpened(deal=f"D-{n}", holder=first, currency="RUB"), 9)
    yield then(DealStageEntered(deal=f"D-{n}", stage=f"stage {n % 3}"), 20)
    due_at = now + timedelta(days=45)
    yield then(TaskAssigned(task=f"K-{n}", title="ring", assignee=first, due_at=due_at), 30)
    if n % 3 == 0:
        change = ClientReassigned(from_employee=first, to_employee=second, reason="workload")
        yield then(change, 40)
    yield then(MessageExchanged(channel="email", direction="inbound"), 60, second)
    yield then(CallLogged(direction="outbound", outcome="reached"), 70, second)
    yield then(TaskCompleted(task=f"K-{n}"), 44 + n % 4)
    if n % 5:
        amount = Decimal(n * 7919 % 100_000) / 100
        end = DealWon(deal=f"D-{n}", amount=amount) if n % 5 < 3 else DealLost(deal=f"D-{n}")
        yield then(end, 75, second)


def moved(n: int) -> Event:
    owner = f"E-{(n * 7 + 1) % SELLERS}" if n % 3 == 0 else f"E-{n % SELLERS}"
    data = ClientReassigned(from_employee=owner, to_employee="E-new", reason="reorganisation")
    return told(data, TODAY.isoformat(), client=f"C-{n}")


def asked(connection: Connection, credit: str) -> dict[str, list[MetricRow]]:
    """Every metric of every past month, group by group, as it is known by now."""
    seen = View(log.head(connection), TODAY, ZONE)
    return {
        by: metrics(connection, seen, by=by, every="month", credit=credit, **PAST) for by in GROUPS
    }


def test_reassigning_a_thousand_clients_changes_no_past_figure(embedded_dsn: str) -> None:
    # Given months of work with a thousand clients, in which every metric has something to count
    history = [*people(), *(event for n in range(CLIENTS) for event in life(n))]
    with ledger_of(embedded_dsn, history) as (target, connection):
        modes = (*LASTING, "current-owner")
        before = {credit: asked(connection, credit) for credit in modes}
        counted = {row.metric for row in before["owner-at-event"]["whole"] if row.value}
        missing = {name.removesuffix(".*") for name in METRICS} - counted
        assert not [name for name in missing if "business" not in name and name not in ELSEWHERE]
        # When all of them are reassigned today
        log.append(connection, [codec.encode(moved(n)) for n in range(CLIENTS)])
        catch_up(connection, target)
        after = {credit: asked(connection, credit) for credit in modes}
    # Then no figure of the past is another, down to how it is written
    for credit in LASTING:
        for by in GROUPS:
            assert repr(after[credit][by]) == repr(before[credit][by]), (credit, by)
    # And only who compares by the current owner sees the past move to the new ones
    for by in GROUPS[:-1]:
        assert after["current-owner"][by] != before["current-owner"][by], by
    assert after["current-owner"]["whole"] == before["owner-at-event"]["whole"]
    # And credit that is split adds up to the same whole
    assert after["split:45:0.35"]["whole"] == before["owner-at-event"]["whole"]
    assert any(row.value % 1 for row in after["split:45:0.35"]["employee"] if row.unit == "count")
