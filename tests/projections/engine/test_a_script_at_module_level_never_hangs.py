"""Workers import the main module again: a script that works at its top must not wait for itself."""

import subprocess
import sys
from pathlib import Path

import pytest

from ledger import codec, log
from ledger.database import Connection, Location
from ledger.events.contacts import CallMissed
from tests.projections.stories import told

SCRIPT = """
import sys
from ledger.database import Location, connect
from projections.engine import rebuild
from projections.engine.catch_up import catch_up
from projections.engine.verify import verify
from projections.metrics.metrics import metrics
from projections.view import View

rebuild.ALONE = 0  # as if there were many events
location = Location(dsn=sys.argv[1], schema=sys.argv[2])
connection = connect(location, "owner")
"""
CALLS = """
at = catch_up(connection, location)
metrics(connection, View.now(at.position))
print(at.position, rebuild.rebuild(location), verify(location).position)
"""
ASKING = "print(rebuild.rebuild(location, workers=2))"
GUARDED = f"if __name__ == '__main__':\n    {ASKING}"


@pytest.fixture
def run(tmp_path: Path, location: Location, owner: Connection) -> object:
    log.append(owner, [codec.encode(told(CallMissed(), "2026-01-02", client="C-1"))])

    def run(more: str) -> "subprocess.CompletedProcess[str]":
        script = tmp_path / "script.py"
        script.write_text(SCRIPT + more)
        command = [sys.executable, str(script), location.dsn or "", location.schema]
        return subprocess.run(command, capture_output=True, text=True, timeout=100)

    return run


def test_library_calls_start_no_processes(run: object) -> None:
    done = run(CALLS)  # type: ignore[operator]
    assert done.stdout == "1 1 1\n", done.stderr


def test_who_asks_for_workers_there_is_told_what_to_do(run: object) -> None:
    done = run(ASKING)  # type: ignore[operator]
    assert done.returncode == 1
    assert "ledger.errors.NotGuarded: a worker process ended by itself" in done.stderr
    assert 'put what it does below `if __name__ == "__main__":`' in done.stderr


def test_who_asks_for_them_below_the_guard_gets_them(run: object) -> None:
    done = run(GUARDED)  # type: ignore[operator]
    assert done.stdout == "1\n", done.stderr
