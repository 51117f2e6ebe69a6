"""An id that became part of another client is owned, orphaned and audited up to then only."""

from datetime import UTC, date, datetime
from decimal import Decimal

from ledger.envelope import Event
from ledger.events.clients import ClientMerged, ClientUnmerged
from ledger.events.contacts import CallLogged
from ledger.events.ownership import ClientReleased, CuratorAssigned
from ledger.events.sales import PurchaseRecorded
from projections.metrics.metrics import metrics
from projections.questions.clients.client_base_audit import base_audit
from projections.questions.ownership.portfolio import clients, portfolio
from projections.view import View
from tests.projections.ledgers import ledger_of
from tests.projections.stories import told

NOW = datetime(2026, 12, 1, tzinfo=UTC)
HISTORY = [
    told(CuratorAssigned(employee="E-1"), "2026-08-01T00:00:00Z", client="C-1"),
    told(CuratorAssigned(employee="E-1"), "2026-08-01T00:00:00Z", client="C-2"),
    told(CuratorAssigned(employee="E-2"), "2026-08-01T00:00:00Z", client="C-3"),
    told(CallLogged(direction="outbound", outcome="reached"), "2026-10-02T09:00:00Z", client="C-1"),
    told(ClientReleased(reason="gone"), "2026-09-10T00:00:00Z", client="C-3"),
    told(ClientMerged(survivor="C-1", absorbed="C-2", evidence="one tax number"),
         "2026-09-11T00:00:00Z"),
    told(ClientMerged(survivor="C-1", absorbed="C-3", evidence="one tax number"),
         "2026-09-11T00:00:00Z"),
]  # fmt: skip
APART = told(ClientUnmerged(survivor="C-1", absorbed="C-3", reason="two firms"),
             "2026-11-01T00:00:00Z")  # fmt: skip


def test_the_audit_counts_a_client_once_and_a_date_where_it_is(embedded_dsn: str) -> None:
    history = [
        told(CallLogged(direction="outbound", outcome="reached"), "2026-08-31T23:00:00-04:00",
             client="C-8"),
        told(CallLogged(direction="outbound", outcome="reached"), "2026-09-01", client="C-9"),
        *HISTORY,
    ]  # fmt: skip
    with ledger_of(embedded_dsn, history) as (_, connection):
        seen = View(len(history), NOW, "America/New_York")
        august = base_audit(connection, seen, since=date(2026, 8, 1), until=date(2026, 9, 1))
        september = base_audit(connection, seen, since=date(2026, 9, 1), until=date(2026, 10, 1))
    # C-1 to C-3 were first heard of at eight in the evening of the thirty-first of July.
    assert (august.clients, august.new) == (4, 1)
    assert (september.clients, september.new) == (3, 1)
    assert september.without_owner == 2


def test_hours_and_coverage_end_with_the_merge(embedded_dsn: str) -> None:
    for history, hours in ((HISTORY, (24, 0)), ([*HISTORY, APART], (20 * 24 + 24, 31 * 24))):
        with ledger_of(embedded_dsn, history) as (_, connection):
            for month, orphaned, owned in ((9, hours[0], 3), (10, hours[1], 1)):
                rows = metrics(
                    connection, View(len(history), NOW, "UTC"), by="whole",
                    metrics=["orphan_hours", "coverage"],
                    since=date(2026, month, 1), until=date(2026, month + 1, 1),
                )  # fmt: skip
                found = {row.metric: row for row in rows}
                assert (found["orphan_hours"].value or 0) == orphaned
                assert found["coverage"].denominator == owned
                assert found["coverage"].numerator == (month == 10)


def test_a_list_has_the_latest_contact_of_all_ids(embedded_dsn: str) -> None:
    call = CallLogged(direction="outbound", outcome="reached")
    for of_absorbed, last in (("2026-08-05T09:00Z", 2), ("2026-10-05T09:00Z", 5)):
        with ledger_of(embedded_dsn, [*HISTORY, told(call, of_absorbed, client="C-2")]) as (_, it):
            seen = View(len(HISTORY) + 1, NOW, "UTC")
            (listed,), (owned,) = clients(it, seen), portfolio(it, seen, "E-1")
            assert (listed.client, listed.contacts, owned.client) == ("C-1", 2, "C-1")
            assert [each.last_contact_at.day for each in (listed, owned)] == [last, last]


def test_who_was_active_before_is_not_reactivated(embedded_dsn: str) -> None:
    def bought(client: str, *days: str) -> list[Event]:
        return [
            told(PurchaseRecorded(purchase=f"{client} {day}", amount=Decimal(1), currency="RUB"),
                 day, client=client)
            for day in days
        ]  # fmt: skip

    events = [
        *bought("C-1", "2024-01-01", "2026-08-01", "2026-09-05"),
        *bought("C-2", "2024-01-01", "2026-09-05"),
        *bought("C-3", "2026-09-05"),
    ]
    with ledger_of(embedded_dsn, events) as (_, connection):
        seen = View(len(events), NOW, "UTC")
        found = base_audit(connection, seen, since=date(2026, 9, 1), until=date(2026, 10, 1))
    assert (found.clients, found.new, found.reactivated, found.lost) == (3, 1, 1, 0)
