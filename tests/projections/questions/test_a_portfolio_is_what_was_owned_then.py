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


@settings(max_examples=examples(8), phases=[Phase.reuse, Phase.generate])
@given(history=histories("ownership", "people"), on=st.sampled_from(MOMENTS))
def test_a_portfolio_is_what_was_owned_then(
    embedded_dsn: str, history: list[Event], on: datetime
) -> None:
    with ledger_of(embedded_dsn, history) as (_, connection):
        for as_of in (0, len(history) // 2, len(history)):
            seen = view(as_of, on)
            owners = {
                client: row.owner
                for client in POOLS["client"]
                for row in ownership.owner(connection, seen, client)
            }
            for employee in POOLS["employee"]:
                try:
                    rows = portfolio.portfolio(connection, seen, employee)
                except NotFound:
                    rows = []
                expected = {client for client, owner in owners.items() if owner == employee}
                assert {row.client for row in rows} == expected
