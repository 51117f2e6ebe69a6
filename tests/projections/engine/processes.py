"""Several processes that do the same to one ledger at the same moment."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ledger.database import Location
from tests.sources import ROOT
from tests.surroundings import search_path

# Everything is imported, and connected to, before the word is given.
READY = """
import sys
from contextlib import closing
from ledger import codec, log
from ledger.database import Location, connect
from projections.engine.catch_up import catch_up
from projections.engine.rebuild import rebuild
from projections.engine.registry import unfolds
location, number = Location(dsn=sys.argv[1], schema=sys.argv[2]), int(sys.argv[3])
unfolds()
with closing(connect(location, "owner")) as connection:
    print("ready", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def started(location: Location, work: str, count: int) -> Iterator[list[subprocess.Popen[str]]]:
    """So many processes that run a line of Python, in which `number` tells them apart, at once."""
    arguments = [sys.executable, "-c", READY + f"    {work}\n", str(location.dsn), location.schema]
    settings = os.environ | {"PYTHONPATH": search_path()}
    running = [
        subprocess.Popen(
            [*arguments, str(number)], cwd=ROOT, env=settings, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for number in range(count)
    ]  # fmt: skip
    try:
        for each in running:
            assert each.stdout is not None
            assert each.stdout.readline() == "ready\n"
        for each in running:
            assert each.stdin is not None
            each.stdin.write("go\n")
            each.stdin.flush()
        yield running
    finally:
        for each in running:
            each.kill()
            each.communicate()


def finished(running: Sequence[subprocess.Popen[str]]) -> None:
    """Wait for all of them; none may have failed."""
    for each in running:
        _, wrong = each.communicate(timeout=240)
        assert each.returncode == 0, wrong


def at_once(location: Location, work: str, count: int) -> None:
    """Let so many processes do something at once, and wait for them."""
    with started(location, work, count) as running:
        finished(running)
