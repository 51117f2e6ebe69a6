"""A folder for an embedded ledger, and the proof that a test leaves no process behind."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ledger import embedded

# The tests may run in the background, where these signals are ignored, which children inherit.
START = """
import signal
import sys
from pathlib import Path
from ledger.embedded import ensure_running
for number in (signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_DFL)
print(ensure_running(Path(sys.argv[1])), flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _no_settings_of_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ILEDGER_IDLE_SECONDS", raising=False)
    monkeypatch.delenv("ILEDGER_HOME", raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Return a folder that does not exist yet; whatever runs in it afterwards is ended."""
    yield tmp_path / "ledger"
    leave_nothing(tmp_path / "ledger")


@pytest.fixture
def starter(folder: Path) -> Iterator[Callable[[], "subprocess.Popen[str]"]]:
    """Return a function that starts a command which asks for the server and then lingers."""
    started: list[subprocess.Popen[str]] = []

    def start() -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", START, str(folder)]
        process = subprocess.Popen(
            command,
            text=True,
            start_new_session=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def short_place() -> Iterator[Path]:
    """Return a folder with a short path that any account can reach, unlike pytest's own."""
    place = Path(tempfile.mkdtemp(prefix="iledger-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


def leave_nothing(home: Path) -> None:
    embedded.stop(home)
    until(lambda: not processes(home), f"processes of {home} to end")


def processes(home: Path, *, named: str = "") -> list[int]:
    """Return the processes that work in the folder or were given it as an argument."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            arguments = os.fsdecode((process / "cmdline").read_bytes().replace(b"\0", b" "))
            works_here = (process / "cwd").readlink().is_relative_to(home)
            if (works_here or str(home) in arguments) and named in arguments:
                found.append(int(process.name))
    return [pid for pid in found if pid != os.getpid()]


def watchdogs(home: Path) -> list[int]:
    return processes(home, named="ledger.embedded.watch")


def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)
