import os
import random
import signal
import time
from pathlib import Path

import psycopg
import pytest

from ledger import embedded
from ledger.errors import ServerUnavailable
from tests.ledger.embedded.conftest import processes, until, watchdogs


def test_stop_ends_the_server_and_its_watchdog(folder: Path) -> None:
    embedded.ensure_running(folder)
    assert embedded.stop(folder)
    assert embedded.find(folder) is None
    until(lambda: not processes(folder), "the watchdog to leave")


def test_stop_says_when_there_is_nothing_to_stop(folder: Path) -> None:
    assert not embedded.stop(folder)
    assert not folder.exists()
    embedded.ensure_running(folder)
    embedded.stop(folder)
    assert not embedded.stop(folder)


def test_stop_does_not_wait_for_clients_to_leave(folder: Path) -> None:
    with psycopg.connect(embedded.ensure_running(folder)) as connection:
        connection.execute("CREATE TABLE unfinished ()")
        assert embedded.stop(folder)
        connection.close()
    with psycopg.connect(embedded.ensure_running(folder)) as connection:
        assert connection.execute("SELECT to_regclass('unfinished')").fetchone() == (None,)


def test_an_idle_server_ends_and_the_next_command_starts_it_again(folder: Path) -> None:
    with psycopg.connect(embedded.ensure_running(folder, idle_limit=1)) as connection:
        connection.execute("CREATE TABLE kept ()")
    until(lambda: not processes(folder), "the idle server to end")
    with psycopg.connect(embedded.ensure_running(folder)) as connection:
        assert connection.execute("SELECT to_regclass('kept')").fetchone() == ("kept",)


def test_a_server_with_a_client_is_not_idle(folder: Path) -> None:
    with psycopg.connect(embedded.ensure_running(folder, idle_limit=0.3)) as connection:
        time.sleep(2)
        assert connection.execute("SELECT 1").fetchone() == (1,)
    until(lambda: embedded.find(folder) is None, "the idle server to end")


def test_the_idle_limit_can_be_set_from_outside(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ILEDGER_IDLE_SECONDS", "0.5")
    embedded.ensure_running(folder, idle_limit=900)
    until(lambda: not processes(folder), "the idle server to end")


@pytest.mark.parametrize("limit", ["soon", "0", "-1", "nan"])
def test_an_impossible_idle_limit_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setenv("ILEDGER_IDLE_SECONDS", limit)
    with pytest.raises(ServerUnavailable, match=f"is {limit}: give seconds above 0"):
        embedded.ensure_running(folder)


def test_a_command_that_comes_at_the_moment_of_ending_is_served(folder: Path) -> None:
    servers = set()
    for _ in range(12):
        with psycopg.connect(embedded.ensure_running(folder, idle_limit=0.5)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
            server = embedded.find(folder)
            assert server is not None
            servers.add(server.pid)
        time.sleep(random.uniform(0.45, 0.75))
    assert len(servers) > 1  # else no ending was met


def test_a_watchdog_that_was_killed_is_replaced(folder: Path) -> None:
    embedded.ensure_running(folder)
    (first,) = watchdogs(folder)
    os.kill(first, signal.SIGKILL)
    until(lambda: not watchdogs(folder), "the watchdog to die")
    embedded.ensure_running(folder)
    until(lambda: len(watchdogs(folder)) == 1, "another watchdog")


def test_a_restarted_server_has_one_watchdog(folder: Path) -> None:
    for _ in range(4):
        embedded.ensure_running(folder)
        embedded.stop(folder)
        embedded.ensure_running(folder)
    until(lambda: len(watchdogs(folder)) == 1, "all but one watchdog to leave")
    time.sleep(0.5)
    assert len(watchdogs(folder)) == 1


def test_the_log_stays_short_and_holds_no_statements(folder: Path) -> None:
    conninfo = embedded.ensure_running(folder)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("CREATE TABLE person (name text CHECK (length(name) < 3))")
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("INSERT INTO person VALUES ('Анна Иванова')")
    log = folder / "server.log"
    assert "violates check constraint" in log.read_text()
    assert "Анна" not in log.read_text()
    with log.open("a") as file:
        file.write("x" * 5 * 2**20)
    embedded.stop(folder)
    embedded.ensure_running(folder)
    assert log.stat().st_size < 2**20
