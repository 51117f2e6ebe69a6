"""The portfolio, found by the employee, holds what each client by itself says of its owner."""

from datetime import UTC, datetime

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ledger.envelope import Event
from ledger.errors import NotFound
from projections.questions.ownership import portfolio
from projections.tables.ownership import ownership
from tests.projections.ledgers import NOW, ledger_of, view
from tests.projections.random_events import POOLS, histories
from tests.surroundings.groups import examples

MOMENTS = (datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 2, 1, 12, tzinfo=UTC), NOW)


@settings(max_examples=examples(), phases=[Phase.reuse, Phase.generate])
@given(history=histories("ownership", "people"), on=st.sampled_from(MOMENTS))
def test_a_portfolio_is_what_was_owned_then(
    embedded_dsn: str, history: list[Event], on: datetime
) -> None:
    with ledger_of(embedded_dsn, history) as (_, connection):
        for as_of in (0, len(history) // 2, len(history)):
            seen = view(as_of, on)
            owned = [
                (row.owner, client, row.kind, row.from_at, row.position)
                for client in POOLS["client"]
                for row in ownership.owner(connection, seen, client)
            ]
            for employee in POOLS["employee"]:
                try:
                    rows = portfolio.portfolio(connection, seen, employee)
                except NotFound:
                    rows = []
                found = [(employee, r.client, r.kind, r.since, r.position) for r in rows]
                assert sorted(found) == sorted(row for row in owned if row[0] == employee)
            # Nobody is one of two owners, at the very moment of a hand-over as little as ever.
            assert len({client for _, client, *_ in owned}) == len(owned)
