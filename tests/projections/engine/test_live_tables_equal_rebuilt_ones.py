"""Promise 7: however the projections came to be, they are equal row for row."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from ledger.envelope import Event
from ledger.events.contacts import CallLogged
from ledger.events.ownership import CuratorAssigned
from projections.engine import registry, zones
from projections.engine.catch_up import catch_up
from projections.engine.rebuild import RANGE, rebuild
from projections.tables.ownership.ownership import owner
from projections.view import View
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


def test_tables_of_a_program_that_knew_no_views_are_rebuilt(embedded_dsn: str) -> None:
    history = [told(CuratorAssigned(employee="E-1"), "2026-01-01", client="C-1")]
    with ledger_of(embedded_dsn, history) as (target, connection):
        live = rows(connection)
        views = sql.Identifier(zones.beside(target.projections))
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(views))
        connection.execute("UPDATE progress SET fingerprint = 'of that program'")
        for _ in range(2):
            catch_up(connection, target)
            assert rows(connection) == live
            (row,) = owner(connection, View.now(1, "Asia/Tokyo"), "C-1")
            assert row.owner == "E-1"
            connection.execute("UPDATE progress SET fingerprint = 'of another'")
        catch_up(connection, target)


@pytest.mark.parametrize("name", ["codec.py", "envelope.py", "moments.py", "events/sales.py"])
def test_tables_of_another_source_are_not_fresh(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, known = registry.fingerprint(), registry.files
    shutil.copytree(str(known("ledger")), tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(
        registry, "files", lambda package: tmp_path if package == "ledger" else known(package)
    )
    assert registry.fingerprint.__wrapped__() == before
    with (tmp_path / name).open("a") as source:
        source.write("# changed")
    assert registry.fingerprint.__wrapped__() != before
