"""The embedded server as its callers see it: running, found, stopped.

What starts and stops is imported only when it is needed: a command that finds its server running
should not pay for it.
"""

import os
import sys
from pathlib import Path
from typing import Any

from ledger.embedded import cluster, login
from ledger.embedded.folder import (
    explained,
    hold,
    locked,
    made_private,
    note_use,
    private,
    socket_path,
)
from ledger.embedded.programs import server_programs
from ledger.embedded.running import Server, ready
from ledger.errors import ServerUnavailable


def ensure_running(folder: Path, *, idle_limit: float = 900.0) -> str:
    """Return the libpq connection string of the folder's server, starting it if needed.

    Any number of processes and threads may call this at once; they share one server, which
    outlives them all. It ends by `iledger server stop`, or when it has had no client for
    `idle_limit` seconds (ILEDGER_IDLE_SECONDS overrides this); the limit is that of the call which
    started it.
    Connect at once: a connection that comes later than the idle limit may find no server.

    Raises ServerUnavailable if there can be no server, with the reason and what to do.
    """
    limit = _idle_limit(idle_limit)
    with explained(folder):
        home = made_private(folder)
        # A shared lock costs microseconds. It is what makes it impossible for the watchdog to
        # end the server between our finding it and its learning that we want it.
        with locked(home, shared=True):
            note_use(home)
            if (server := ready(home)) and login.made(home):
                _watch(home, limit)
                return server.conninfo
        with locked(home):
            server = ready(home) or _start(home, limit)
            login.make(home, server)
            _watch(home, limit)
            note_use(home)
            return server.conninfo


def made(folder: Path) -> bool:
    """Whether a server was ever made in the folder; also if it cannot be looked into."""
    try:
        return (folder.expanduser().absolute() / "data").exists()
    except OSError:
        return True


def find(folder: Path) -> Server | None:
    """Return the folder's running server, or None; starts nothing.

    Raises ServerUnavailable if the folder is not ours alone.
    """
    with explained(folder):
        home = private(folder)
        return ready(home) if home else None


def stop(folder: Path) -> bool:
    """End the folder's server, breaking its connections; False if there was none.

    Returns when the last of its processes is gone. What was committed stays; what was not is
    rolled back. Raises ServerUnavailable if the folder is not ours alone.
    """
    with explained(folder):
        home = private(folder)
        if home is None:
            return False
        with locked(home):
            was_running = (alive := hold(home / "alive")) is None
            alive = cluster.clear(home, end=True) if alive is None else alive
            if alive is not None:
                os.close(alive)
            return was_running


def _idle_limit(asked: float) -> float:
    text = os.environ.get("ILEDGER_IDLE_SECONDS")
    try:
        limit = float(text) if text else asked
    except ValueError:
        limit = -1
    if not limit > 0:
        raise ServerUnavailable(
            f"ILEDGER_IDLE_SECONDS or the idle limit is {text or asked}: give seconds above 0"
        )
    return limit


def _start(home: Path, limit: float) -> Server:
    socket_path(home)  # else we might start a server that cannot be reached
    programs, log_start = server_programs(), cluster.log_size(home)
    alive = cluster.clear(home)
    if alive is not None:
        try:
            cluster.start(home, programs, alive)
        finally:
            os.close(alive)  # the server has its own
    # Before it is ready, so that a server whose starter is killed now is watched as well.
    _watch(home, limit)
    return cluster.await_ready(home, log_start)


def _watch(home: Path, limit: float) -> None:
    """Start the watchdog, unless there is one: it inherits the lock that we take for it."""
    watch = hold(home / "watch")
    if watch is None:
        return
    ours = Path(__file__).parents[2]  # where this package was found may not be on its path
    path = os.pathsep.join(filter(None, [str(ours), os.environ.get("PYTHONPATH")]))
    popen: dict[str, Any] = {
        "pass_fds": [watch],
        "cwd": "/",
        "env": os.environ | {"PYTHONPATH": path},
    }
    try:
        with cluster.open_log(home) as log, Path(os.devnull).open("r+b") as null:
            popen |= {"stdin": null, "stdout": null, "stderr": log}
            module = ["-P", "-m", "ledger.embedded.watch"]
            cluster.detach(sys.executable, *module, home, str(limit), str(watch), **popen)
    finally:
        os.close(watch)
