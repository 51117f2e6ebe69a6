"""Promise 7: however the projections came to be, they are equal row for row."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.envelope import Event
from projections.rebuild import rebuild
from tests.projections.ledgers import ledger_of, rows
from tests.projections.random_events import histories


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=histories(), steps=st.lists(st.integers(1, 30), max_size=4))
def test_live_in_steps_of_any_size_equals_a_rebuild(
    embedded_dsn: str, history: list[Event], steps: list[int]
) -> None:
    with ledger_of(embedded_dsn, history, steps) as (target, connection):
        live = rows(connection)
        assert rebuild(target) == len(history)
        assert rows(connection) == live
