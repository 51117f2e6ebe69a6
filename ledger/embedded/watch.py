"""The watchdog: one small process beside each embedded server, which ends it when it is idle.

Started by `server.py` as  python -m ledger.embedded.watch FOLDER SECONDS DESCRIPTOR , where the
descriptor holds the lock `watch`. It leaves when the server is gone, whoever ended it.
"""

import fcntl
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from ledger.embedded import cluster
from ledger.embedded.folder import hold, last_use, locked
from ledger.embedded.programs import client_program
from ledger.embedded.running import recorded


def watch(home: Path, limit: float, lock: int) -> None:
    """Stay until the folder has no server; end the server after `limit` seconds of idleness."""
    pause = min(max(limit / 5, 0.1), 30.0)
    while True:
        last_client, gone = time.time(), _when_gone(home)
        while not gone.wait(pause):
            cluster.log_size(home)
            if _has_clients(home):
                last_client = time.time()
            elif time.time() - last_client >= limit:
                _end_if_idle(home, limit)
        # Decided under the folder's lock, so that a server which starts at this moment either
        # finds this watchdog staying, or the lock `watch` free for another.
        with locked(home):
            if (alive := hold(home / "alive")) is not None:
                os.close(alive)
                os.close(lock)
                return


def _end_if_idle(home: Path, limit: float) -> None:
    with locked(home):
        # A command that asked for the server notes it under the lock before it connects.
        if time.time() - last_use(home) >= limit and not _has_clients(home):
            alive = cluster.clear(home, end=True)
            if alive is not None:
                os.close(alive)


def _when_gone(home: Path) -> threading.Event:
    """Return an event that is set when the last process of the server is gone."""
    gone = threading.Event()
    descriptor = os.open(home / "alive", os.O_RDWR)

    def wait() -> None:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        os.close(descriptor)
        gone.set()

    threading.Thread(target=wait, daemon=True).start()
    return gone


def _has_clients(home: Path) -> bool:
    """Tell whether anybody is connected; a server that cannot answer now counts as busy."""
    server = recorded(home)
    if server is None:
        return True
    # psql, because a process that waits for hours should not keep a driver in memory.
    psql, question = str(client_program("psql")), str(Path(__file__).parent / "clients.sql")
    command = [psql, "-XAtq", "-f", question, "-d", server.conninfo]
    answer = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return answer.returncode != 0 or answer.stdout.strip() != "0"


if __name__ == "__main__":
    with suppress(FileNotFoundError):  # the folder was deleted; its server will notice as well
        watch(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
