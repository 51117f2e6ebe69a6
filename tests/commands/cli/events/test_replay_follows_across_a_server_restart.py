"""`iledger replay --follow` sees every event once, in order, even if the server is killed."""

import json
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import embedded, schema
from ledger.database import Location
from tests.commands.cli.conftest import MODULE, event, jsonl
from tests.ledger.embedded.conftest import leave_nothing
from tests.surroundings import search_path


@pytest.fixture
def home() -> Iterator[Path]:
    """A private server of the test's own, which it may kill."""
    with tempfile.TemporaryDirectory(prefix="iledger-") as name:
        folder = Path(name) / "data"
        schema.init(Location(folder=folder))
        yield folder
        leave_nothing(folder)


def test_every_event_once_and_in_order(home: Path) -> None:
    settings = {k: v for k, v in os.environ.items() if not k.startswith("ILEDGER_")}
    settings |= {"ILEDGER_HOME": str(home), "PYTHONPATH": search_path()}

    def append(*numbers: int) -> None:
        load = jsonl(*(event(n) for n in numbers))
        subprocess.run([*MODULE, "append"], input=load, env=settings, check=True, timeout=120)

    append(1, 2)
    follower = subprocess.Popen(
        [*MODULE, "replay", "--follow", "--format", "jsonl", "--limit", "8"],
        stdout=subprocess.PIPE,
        env=settings,
    )
    watchdog = threading.Timer(120, follower.kill)
    watchdog.start()
    assert follower.stdout is not None
    seen = [json.loads(follower.stdout.readline())["key"] for _ in range(2)]
    append(3, 4)
    seen += [json.loads(follower.stdout.readline())["key"] for _ in range(2)]
    assert embedded.stop(home)
    append(5, 6)
    seen += [json.loads(follower.stdout.readline())["key"] for _ in range(2)]
    server = embedded.find(home)
    assert server is not None
    os.kill(server.pid, signal.SIGKILL)
    append(7, 8)
    seen += [json.loads(line)["key"] for line in follower.stdout]
    assert follower.wait() == 0
    watchdog.cancel()
    follower.stdout.close()
    assert seen == [f"pbx-{n}" for n in range(1, 9)]
