import os
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

import psycopg
import pytest

from ledger import embedded
from tests.ledger.embedded.conftest import processes, until

Starter = Callable[[], "Popen[str]"]


def postmaster(folder: Path) -> int:
    server = embedded.find(folder)
    assert server is not None
    return server.pid


def rows(folder: Path) -> list[int]:
    with psycopg.connect(embedded.ensure_running(folder)) as connection:
        return [n for (n,) in connection.execute("SELECT n FROM kept ORDER BY n")]


def keep_three_rows(connection: psycopg.Connection) -> None:
    connection.execute("CREATE TABLE kept (n int)")
    connection.execute("INSERT INTO kept VALUES (1), (2), (3)")
    connection.commit()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGHUP])
def test_the_server_outlives_the_command_that_started_it(
    folder: Path, starter: Starter, number: signal.Signals
) -> None:
    command = starter()
    assert command.stdout
    command.stdout.readline()
    before = postmaster(folder)
    os.killpg(command.pid, number)
    command.wait(timeout=60)
    embedded.ensure_running(folder)
    assert postmaster(folder) == before


def test_committed_rows_survive_a_kill_of_the_server_under_its_clients(folder: Path) -> None:
    conninfo = embedded.ensure_running(folder)
    with psycopg.connect(conninfo) as idle, psycopg.connect(conninfo) as busy:
        keep_three_rows(idle)
        busy.execute("INSERT INTO kept VALUES (4)")
        os.kill(postmaster(folder), signal.SIGKILL)
        assert rows(folder) == [1, 2, 3]
        idle.close()
        busy.close()


def test_a_backend_that_does_not_notice_the_death_of_its_server_is_ended(folder: Path) -> None:
    connection = psycopg.connect(embedded.ensure_running(folder))
    keep_three_rows(connection)
    backend, server = connection.info.backend_pid, postmaster(folder)
    loop = threading.Thread(target=run_for_ever, args=(connection,))
    loop.start()
    os.kill(server, signal.SIGKILL)
    assert rows(folder) == [1, 2, 3]
    assert backend not in processes(folder)
    loop.join()


def run_for_ever(connection: psycopg.Connection) -> None:
    with pytest.raises(psycopg.OperationalError):
        connection.execute("DO 'BEGIN LOOP END LOOP; END'")


def test_a_dead_servers_number_that_now_belongs_to_another_process_does_no_harm(
    folder: Path,
) -> None:
    with psycopg.connect(embedded.ensure_running(folder)) as connection:
        keep_three_rows(connection)
    os.kill(postmaster(folder), signal.SIGKILL)
    until(lambda: not processes(folder, named="postgres"), "the server to die")
    # The worst case: a process of the same account, which PostgreSQL takes for the server.
    account = None if os.geteuid() else (folder / "data").stat().st_uid
    bystander = subprocess.Popen(["sleep", "600"], user=account)
    try:
        record = folder / "data" / "postmaster.pid"
        lines = record.read_text().split("\n")
        record.write_text("\n".join([str(bystander.pid), *lines[1:]]))
        assert embedded.find(folder) is None
        assert not embedded.stop(folder)
        assert rows(folder) == [1, 2, 3]
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


@pytest.mark.parametrize("kill", [os.kill, os.killpg], ids=["the command", "and its initdb"])
def test_a_kill_in_the_middle_of_the_first_start_leaves_nothing_half_made(
    folder: Path, starter: Starter, kill: Callable[[int, int], None]
) -> None:
    command = starter()
    until((folder / "data.new" / "PG_VERSION").exists, "initdb to be at work")
    kill(command.pid, signal.SIGKILL)
    command.wait()
    assert not (folder / "data").exists()
    with psycopg.connect(embedded.ensure_running(folder)) as connection:
        keep_three_rows(connection)
    assert rows(folder) == [1, 2, 3]


def test_a_server_whose_starter_was_killed_before_it_was_ready_is_taken_over(
    folder: Path, starter: Starter
) -> None:
    embedded.ensure_running(folder)
    embedded.stop(folder)
    command = starter()
    until((folder / "data" / "postmaster.pid").exists, "the server to be starting")
    command.kill()
    command.wait()
    embedded.ensure_running(folder)
    assert len(processes(folder, named="/postgres ")) == 1


def test_a_long_recovery_is_waited_for(folder: Path) -> None:
    with psycopg.connect(embedded.ensure_running(folder)) as connection:
        keep_three_rows(connection)
        connection.execute("INSERT INTO kept SELECT generate_series(4, 300000)")
        connection.commit()
        os.kill(postmaster(folder), signal.SIGKILL)
    assert len(rows(folder)) == 300_000


def kill_a_backend(folder: Path) -> None:
    with psycopg.connect(embedded.ensure_running(folder)) as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        log = folder / "server.log"
        until(lambda: "terminating any other" in log.read_text(), "the server to notice")
        connection.close()


def test_a_command_that_comes_while_the_server_recovers_from_the_kill_of_a_backend_is_served(
    folder: Path,
) -> None:
    with psycopg.connect(embedded.ensure_running(folder)) as connection:
        keep_three_rows(connection)
    server = postmaster(folder)
    kill_a_backend(folder)
    assert rows(folder) == [1, 2, 3]
    assert postmaster(folder) == server


def test_a_server_can_be_stopped_while_it_recovers_from_the_kill_of_a_backend(
    folder: Path,
) -> None:
    with psycopg.connect(embedded.ensure_running(folder)) as connection:
        keep_three_rows(connection)
    kill_a_backend(folder)
    assert embedded.stop(folder)
    assert rows(folder) == [1, 2, 3]
