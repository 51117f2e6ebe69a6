from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import Popen

import psycopg
import pytest

import ledger
from ledger import embedded
from tests.ledger.embedded.conftest import leave_nothing, processes, watchdogs

Starter = Callable[[], "Popen[str]"]


def ask(conninfo: str, question: str) -> object:
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(question).fetchone()
        return row[0] if row else None


def test_a_server_starts_from_nothing_and_answers(folder: Path) -> None:
    conninfo = embedded.ensure_running(folder)
    assert ask(conninfo, "SELECT current_database()") == "iledger"
    server = embedded.find(folder)
    assert server is not None
    assert (server.folder, server.conninfo, server.version) == (folder, conninfo, "18")


def test_a_folder_may_be_given_as_text(folder: Path) -> None:
    with ledger.open(folder=str(folder)) as opened:
        assert opened.location.folder == folder
        assert list(opened.read()) == []


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", ""),
        ("TimeZone", "UTC"),
        ("server_encoding", "UTF8"),
    ],
)
def test_the_server_is_durable_and_listens_on_no_network(
    one_server: str, setting: str, value: str
) -> None:
    assert ask(one_server, f"SHOW {setting}") == value


def test_text_is_ordered_the_same_on_every_machine(one_server: str) -> None:
    collation = (
        "SELECT datlocale FROM pg_database WHERE datlocprovider = 'b' AND datname = 'iledger'"
    )
    assert ask(one_server, collation) == "C.UTF-8"
    assert ask(one_server, "SELECT upper('жёлтый')") == "ЖЁЛТЫЙ"


@pytest.fixture(scope="module")
def one_server(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    home = tmp_path_factory.mktemp("shared") / "ledger"
    yield embedded.ensure_running(home)
    leave_nothing(home)


def test_the_second_command_uses_the_server_of_the_first(folder: Path) -> None:
    first = embedded.ensure_running(folder)
    server = embedded.find(folder)
    assert embedded.ensure_running(folder) == first
    assert embedded.find(folder) == server


def test_a_second_command_starts_no_process_and_imports_no_driver(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded.ensure_running(folder)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the fast path started a process")

    monkeypatch.setattr("subprocess.Popen", refuse)
    embedded.ensure_running(folder)


def test_six_processes_at_once_start_one_server(folder: Path, starter: Starter) -> None:
    commands = [starter() for _ in range(6)]
    answers = {command.stdout.readline().strip() for command in commands if command.stdout}
    assert len(answers) == 1
    assert ask(answers.pop(), "SELECT 1") == 1
    assert len(processes(folder, named="/postgres ")) == 1
    assert len(watchdogs(folder)) == 1


def test_eight_threads_at_once_start_one_server(folder: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(lambda _: embedded.ensure_running(folder), range(8)))
    assert len(answers) == 1
    assert len(processes(folder, named="/postgres ")) == 1


def test_two_folders_have_two_servers(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    try:
        with (
            psycopg.connect(embedded.ensure_running(folder)) as one,
            psycopg.connect(embedded.ensure_running(other)) as two,
        ):
            one.execute("CREATE TABLE only_here ()")
            one.commit()
            row = two.execute("SELECT to_regclass('only_here')").fetchone()
            assert row == (None,)
        assert embedded.stop(other)
        assert embedded.find(folder) is not None
    finally:
        leave_nothing(other)
