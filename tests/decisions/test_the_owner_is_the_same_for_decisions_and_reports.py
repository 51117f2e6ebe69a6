"""Decisions fold events in Python, reports ask SQL: about the owner at any time they agree."""

from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings

from commands import handle, ownership
from ledger.book import Ledger
from ledger.envelope import Event
from projections import ownership as reported
from projections.view import View
from tests.projections.ledgers import ledger_of
from tests.projections.random_events import POOLS, histories

MOMENTS = [
    datetime(2026, month, day, hour, tzinfo=UTC)
    for month in (1, 2, 3)
    for day, hour in ((1, 0), (10, 6), (10, 21), (28, 22))
]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(events=histories("ownership"))
def test_at_any_time(embedded_dsn: str, events: list[Event]) -> None:
    with ledger_of(embedded_dsn, events) as (target, connection), Ledger(target) as ledger:
        for client in POOLS["client"]:
            state, _ = handle.read(ledger, ownership.case(client), handle.Memory())
            for at in MOMENTS:
                holding = state.holding(at)
                rows = reported.owner(connection, View(len(events), at), client)
                found = [(row["owner"], row["kind"]) for row in rows if row["owner"]]
                assert found == ([(holding.owner, holding.kind)] if holding else [])
