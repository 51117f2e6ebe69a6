"""Promise 7: however the projections came to be, they are equal row for row."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.envelope import Event
from ledger.events.contacts import CallLogged
from ledger.events.ownership import CuratorAssigned
from projections.engine.rebuild import RANGE, rebuild
from tests.projections.ledgers import ledger_of, rows
from tests.projections.random_events import annulment, histories
from tests.projections.stories import told
from tests.surroundings.groups import examples


@settings(max_examples=examples(), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(), steps=st.lists(st.integers(1, 30), max_size=4))
def test_live_in_steps_of_any_size_equals_a_rebuild(
    embedded_dsn: str, history: list[Event], steps: list[int]
) -> None:
    with ledger_of(embedded_dsn, history, steps) as (target, connection):
        live = rows(connection)
        assert rebuild(target) == len(history)
        assert rows(connection) == live


def test_worker_processes_build_the_same(embedded_dsn: str) -> None:
    """More than one range of positions, so that both have something to do."""
    calls = [CallLogged(direction="outbound", outcome="reached") for _ in range(RANGE)]
    history = [told(data, f"2026-01-{n % 28 + 1:02}", client=f"C-{n % 50}")
               for n, data in enumerate(calls)]  # fmt: skip
    history.append(told(CuratorAssigned(employee="E-1"), "2026-01-01", client="C-1"))
    history.append(annulment(history[0], key="last"))
    with ledger_of(embedded_dsn, history) as (target, connection):
        live = rows(connection)
        assert rebuild(target, workers=2) == len(history)
        assert rows(connection) == live
