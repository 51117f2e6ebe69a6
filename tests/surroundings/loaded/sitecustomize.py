"""Read by every Python of `make test-clocks`: sets its clock and that of the servers it starts.

Python's own clock is set by time-machine, PostgreSQL's by libfaketime: a Python that is loaded with
libfaketime dies under load, for its wait for the interpreter's lock then fails now and then.
"""

import os
import subprocess
import time
from pathlib import Path
from typing import Any

import time_machine

AHEAD = float(os.environ["TEST_CLOCK_AHEAD"])  # seconds
SERVER = {
    "LD_PRELOAD": os.environ["TEST_FAKETIME_LIBRARY"],
    "FAKETIME": f"{AHEAD:+.0f}",
    "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # timeouts are measured by it
    "DONT_FAKE_MONOTONIC": "1",
}
_start = subprocess.Popen.__init__


def start(popen: "subprocess.Popen[Any]", args: Any, *rest: Any, **options: Any) -> None:
    words = args if isinstance(args, list | tuple) else [args]
    if any(Path(os.fsdecode(word)).name == "postgres" for word in words):
        options["env"] = (options.get("env") or os.environ) | SERVER
    _start(popen, args, *rest, **options)


subprocess.Popen.__init__ = start  # type: ignore[method-assign]
_clock = time_machine.travel(time.time() + AHEAD, tick=True).start()
# Starting it takes a while, by which it is behind the servers' clocks.
_clock.move_to(time_machine.escape_hatch.time.time() + AHEAD)
time.time()  # until it is first asked, it stands still
