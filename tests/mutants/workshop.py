"""Where mutations are tried: in a copy of the tree, with the tests that should notice them."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ledger import embedded
from tests.mutants.mutations import Mutation

LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".venv*", ".hypothesis", ".mutants", ".demo", ".*_cache", "__pycache__", "build", "dist"
)
NOTICED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


class Outcome(NamedTuple):
    """What became of a mutation: caught, survived or broken, by what, in how many seconds."""

    verdict: str
    by: str
    seconds: int


class Workshop:
    """A copy of the tree, and a server."""

    def __init__(self, root: Path, limit: float) -> None:
        self.limit, self._moved = limit, 0
        self._place = tempfile.TemporaryDirectory(prefix="mutants-", ignore_cleanup_errors=True)
        self.root, self._server = (Path(self._place.name) / each for each in ("tree", "server"))
        shutil.copytree(root, self.root, ignore=LEFT_BEHIND)

    def __enter__(self) -> "Workshop":
        # One server for all its tests: to start and to stop one takes longer than most of them.
        if (self.root / "ledger").exists():
            embedded.ensure_running(self._server)
        return self

    def __exit__(self, *_: object) -> None:
        embedded.stop(self._server)
        self._place.cleanup()

    def try_out(self, mutation: Mutation) -> Outcome:
        """Apply a mutation, run its tests, and undo it."""
        file = self.root / mutation.file
        text, stat = file.read_text("utf-8"), file.stat()
        self._moved += 1
        try:
            file.write_text(mutation.mutated(text), "utf-8")
            # What was compiled is recognized by the time of its source, in whole seconds.
            os.utime(file, (stat.st_atime, stat.st_mtime + self._moved))
            return self.run(mutation.tests)
        finally:
            file.write_text(text, "utf-8")
            os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    def run(self, tests: tuple[str, ...]) -> Outcome:
        """Run tests, in this order, until one fails: then what was done to the tree is caught."""
        seconds = 0
        for each in tests:
            outcome = self._run(each)
            seconds += outcome.seconds
            if outcome.verdict != "survived":
                return outcome._replace(seconds=seconds)
        return Outcome("survived", "", seconds)

    def _run(self, tests: str) -> Outcome:
        begun = time.monotonic()
        settings = {"PYTHONPATH": str(self.root), "ILEDGER_TEST_FOLDER": str(self._server)}
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", tests]
        process = subprocess.Popen(
            command, cwd=self.root, env=os.environ | settings, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            said, _ = process.communicate(timeout=self.limit)
        except subprocess.TimeoutExpired:
            said = ""
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        seconds = round(time.monotonic() - begun)
        if not said:
            return Outcome("caught", f"nothing: not done in {self.limit:.0f} s", seconds)
        if process.returncode == 0:
            return Outcome("survived", "", seconds)
        noticed = NOTICED.search(said)
        if noticed and process.returncode in (1, 2):
            return Outcome("caught", noticed[1], seconds)
        return Outcome("broken", said[-2000:], seconds)
