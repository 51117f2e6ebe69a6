"""On a private server the account that runs a command is the login, and nobody else is let in."""

import os
import pwd
import subprocess
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

import ledger
from ledger import embedded
from ledger.embedded import folder as folders
from ledger.embedded import login as rules
from ledger.embedded.programs import client_program
from tests.ledger.embedded.conftest import leave_nothing, processes, until

ME = pwd.getpwuid(os.geteuid()).pw_name
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")


def logins(dsn: str) -> tuple[object, ...]:
    with closing(psycopg.connect(dsn)) as connection:
        row = connection.execute("SELECT session_user::text, current_user::text").fetchone()
    assert row
    return row


def test_it_is(folder: Path) -> None:
    assert logins(embedded.ensure_running(folder)) == (ME, ME)
    # Also of a server that is found, and of one that is started again
    server = embedded.find(folder)
    assert server is not None
    assert logins(server.conninfo) == (ME, ME)
    embedded.stop(folder)
    assert logins(embedded.ensure_running(folder)) == (ME, ME)


def test_the_kernel_says_who_it_is(folder: Path) -> None:
    with psycopg.connect(embedded.ensure_running(folder)) as connection:
        found = connection.execute("SELECT type, auth_method, options FROM pg_hba_file_rules")
        read = found.fetchall()
        names = connection.execute("SELECT sys_name, pg_username FROM pg_ident_file_mappings")
        assert read == [("local", "peer", ["map=iledger"])]
        assert names.fetchall() == [(ME, "all")]


@as_root
def test_the_account_that_runs_the_server_is_not_let_in(folder: Path) -> None:
    embedded.ensure_running(folder)
    server = embedded.find(folder)
    assert server is not None
    owner = (folder / "data").stat()
    command = [client_program("psql"), "-XAtc", "SELECT session_user", "-d"]
    conninfo = f"host=. port=5432 dbname=iledger user={ME}"
    for login in (ME, "iledger"):
        done = subprocess.run(
            [*command, f"{conninfo} user={login}".replace("host=.", f"host={folder}/data")],
            cwd=folder / "data", user=owner.st_uid, group=owner.st_gid, extra_groups=[],
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode != 0
        assert done.stdout == ""


def test_a_folder_of_an_earlier_version_keeps_working(folder: Path) -> None:
    """Its server let in everybody as the superuser, and had no role of the account."""
    # Given such a folder, with a ledger and its server running
    with ledger.open(folder=folder) as api:
        first = api.about.ledger_id
    with psycopg.connect(f"{embedded.ensure_running(folder)} user=iledger") as connection:
        connection.execute(f'REASSIGN OWNED BY "{ME}" TO iledger')
        connection.execute(f'DROP OWNED BY "{ME}"')
        connection.execute(f'DROP ROLE "{ME}"')
    for name in ("login", "hba.conf", "ident.conf"):
        (folder / "data" / f"iledger_{name}").unlink()
    # When it is opened while its server runs, and when that was stopped
    for _ in range(2):
        assert logins(embedded.ensure_running(folder)) == (ME, ME)
        with ledger.open(folder=folder) as api:
            assert api.about.ledger_id == first
        embedded.stop(folder)


@pytest.mark.parametrize(
    ("account", "login"),
    [
        ("o'neil \\ x", "o'neil \\ x"),
        ('a "b"', 'a "b"'),
        ("pg_anna", "os_pg_anna"),
        ("анна", "анна"),
        (None, f"uid_{os.geteuid()}"),
    ],
)
def test_any_account_is_a_login(
    folder: Path, monkeypatch: pytest.MonkeyPatch, account: str | None, login: str
) -> None:
    """Without a name in the system's list, as in a container, its number is."""
    monkeypatch.setattr(folders, "account", lambda: account)
    if account is None:  # the kernel knows the others by another name
        monkeypatch.setattr(rules, "account", lambda: None)
    dsn = embedded.ensure_running(folder)
    assert logins(dsn) == (login, login)
    leave_nothing(folder)
    until(lambda: not processes(folder), "the watchdog to leave")
