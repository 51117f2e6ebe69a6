"""The data directory: made, started, ended, and cleared after a crash.

Everything here that changes something is called under the folder's lock.

Whether a server lives is never judged by a process number: that of a dead server may by now be
somebody else's. PostgreSQL's processes inherit a locked descriptor of the file `alive` instead,
and the kernel frees that lock when the last of them is gone, killed or not.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ledger.embedded import login
from ledger.embedded.folder import PORT, hold
from ledger.embedded.programs import Programs
from ledger.embedded.running import SUPERUSER, Server, ready
from ledger.errors import ServerUnavailable

_PATIENCE = 300.0  # seconds; replaying 2 GB of WAL after a crash takes a while on a slow disk
_ORPHAN_GRACE = 1.0  # seconds; most backends leave by themselves when the postmaster is gone
# PostgreSQL's ways to end. The immediate one loses nothing that was committed, as the next start
# recovers it. It is for a server that is not ready: 18.6 never ends if it is told to end fast
# while it recovers from the kill of a backend.
_FAST, _IMMEDIATE = signal.SIGINT, signal.SIGQUIT
_FAST_PATIENCE = 30.0  # seconds
_POLL = 0.01  # seconds
_LITTLE_SPACE = 64 * 2**20  # bytes; what a new data directory takes
_LOG_LIMIT = 4 * 2**20  # bytes
_LAST_WORDS = 4096  # bytes of a log
_STARTING = b"LOG:  starting PostgreSQL "  # what a server says first

_DATABASE = Path(__file__).parent / "database.sql"
_INITDB = [
    f"--username={SUPERUSER}",
    "--auth-local=peer",  # for who starts it otherwise; see login.py
    "--auth-host=reject",
    "--encoding=UTF8",
    # The same order of text on every machine, whatever its C library.
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
    "--no-instructions",
]
# Written to postgresql.conf when the data directory is made, so its owner may change them.
_DEFAULTS = {
    "max_connections": "100",
    "shared_buffers": "256MB",
    # A question whose asker was killed stops, too.
    "client_connection_check_interval": "5s",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    # Statements and rows hold personal data, which has no place in a log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# Given at every start, for the rest of this package relies on them.
_FIXED = {
    "listen_addresses": "",
    "port": str(PORT),
    # In the data directory. A relative path, so no limit on length applies to the server.
    "unix_socket_directories": ".",
    "unix_socket_permissions": "0700",
    "logging_collector": "off",
    "log_destination": "stderr",
}


def start(home: Path, programs: Programs, alive: int) -> None:
    """Start PostgreSQL, making the data directory if there is none; does not wait for it.

    `alive` is the lock from `clear`. Raises ServerUnavailable if the data directory was made
    by another major version (and leaves it as it is), or cannot be made.
    """
    data = home / "data"
    if data.exists():
        _refuse_other_version(data, programs)
    else:
        _create(home, programs, alive)
    for leftover in ("postmaster.pid", f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        # PostgreSQL would refuse to start if the number in it were by now somebody else's.
        (data / leftover).unlink(missing_ok=True)
    programs.own(data)
    options = [f"--{name}={value}" for name, value in _FIXED.items()]
    options += login.rules(data, programs.name_of(data))
    popen = programs.popen(data)
    with open_log(home) as log:
        popen |= {"stdout": log, "stderr": log, "pass_fds": [alive]}
        detach(programs.folder / "postgres", "-D", programs.name_of(data), *options, **popen)


def detach(*command: str | Path, **popen: Any) -> None:
    """Start a process that outlives us: not our child, and out of reach of the terminal."""
    # The shell leaves at once. A child of ours would stay a zombie when it ends before us.
    shell = ["/bin/sh", "-c", '"$@" &', "sh", *map(str, command)]
    subprocess.run(shell, start_new_session=True, check=True, **popen)


def await_ready(home: Path, log_start: int) -> Server:
    """Wait until the server that was just started takes connections.

    Raises ServerUnavailable with what the log says since `log_start` if it ends instead.
    """
    deadline = time.monotonic() + _PATIENCE
    while (server := ready(home)) is None:
        if (alive := hold(home / "alive")) is not None:
            os.close(alive)
            raise ServerUnavailable(f"PostgreSQL did not start in {home}: {_said(home, log_start)}")
        if time.monotonic() > deadline:
            raise ServerUnavailable(_not_in_time(home, "become ready"))
        time.sleep(_POLL)
    return server


def clear(home: Path, *, end: bool = False) -> int | None:
    """Wait until no process of a server is left, and return the `alive` lock.

    A living server is told to end if `end`; otherwise it is waited for, and None says that it
    is ready. Backends that outlived their postmaster are ended.
    """
    data, began, told = home / "data", time.monotonic(), False
    while (alive := hold(home / "alive")) is None:
        server = ready(home)
        if server and not end:
            return None
        processes = _processes(data)
        postmaster = server.pid if server else _recorded_pid(data)
        waited = time.monotonic() - began
        if waited > _PATIENCE:
            raise ServerUnavailable(_not_in_time(home, "end" if end else "become ready"))
        if postmaster and (server or postmaster in processes):
            if end and not told:
                told = _send(postmaster, _FAST if server else _IMMEDIATE)
            elif end and waited > _FAST_PATIENCE:
                _send(postmaster, _IMMEDIATE)
        elif waited > _ORPHAN_GRACE:
            for process in processes:
                _send(process, signal.SIGKILL)
        time.sleep(_POLL)
    if (stranger := _recorded_pid(data)) in _processes(data):
        os.close(alive)
        raise ServerUnavailable(
            f"a server that was not started by iledger (process {stranger}) uses {data}: stop it"
        )
    return alive


def _processes(data: Path) -> list[int]:
    """Return PostgreSQL's processes that work in the data directory (none without /proc)."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "comm").read_bytes() == b"postgres\n" and (process / "cwd").samefile(
                data
            ):
                found.append(int(process.name))
    return found


def _recorded_pid(data: Path) -> int | None:
    try:
        return int((data / "postmaster.pid").read_bytes().split(b"\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _send(process: int, number: signal.Signals) -> bool:
    with suppress(ProcessLookupError):
        os.kill(process, number)
    return True


def _refuse_other_version(data: Path, programs: Programs) -> None:
    theirs = (data / "PG_VERSION").read_bytes().decode(errors="replace").strip()
    ours = programs.version.split(".")[0]
    if theirs != ours:
        raise ServerUnavailable(
            f"{data} was made by PostgreSQL {theirs}, and this is PostgreSQL {ours}, which cannot "
            f"open it; nothing was touched. Dump it with PostgreSQL {theirs} (pg_dump), move it "
            "away, and restore the dump into a new folder (iledger init, then psql)"
        )


def _create(home: Path, programs: Programs, alive: int) -> None:
    new, before = home / "data.new", log_size(home)
    if new.exists():
        shutil.rmtree(new)  # of a command that was killed in the middle
    new.mkdir(mode=0o700)
    programs.own(new)
    place = programs.name_of(new)
    settings = [f"--set={name}={value}" for name, value in _DEFAULTS.items()]
    initdb = [str(programs.folder / "initdb"), "-D", place, *_INITDB, *settings]
    single = [str(programs.folder / "postgres"), "--single", "-D", place, "template1"]
    popen = programs.popen(new) | {"stdout": subprocess.DEVNULL, "pass_fds": [alive]}
    with open_log(home) as log, _DATABASE.open() as sql:
        popen |= {"stderr": log}
        made = subprocess.run(initdb, **popen).returncode == 0
        made = made and subprocess.run(single, **popen | {"stdin": sql}).returncode == 0
    if not made:
        said = _said(home, before)
        shutil.rmtree(new, ignore_errors=True)
        raise ServerUnavailable(f"no database could be made in {home}: {said}")
    # Only a complete directory gets the name; a half-made one can never be taken for it.
    new.rename(home / "data")
    _flush(home)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def open_log(home: Path) -> Iterator[int]:
    """Open the server's log for writing at its end."""
    descriptor = os.open(home / "server.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def log_size(home: Path) -> int:
    """Return the size of the server's log in bytes, having put it aside if it is too long."""
    log = home / "server.log"
    if not log.exists():
        return 0
    if log.stat().st_size > _LOG_LIMIT:
        # Copied and cut, not renamed: the server has it open, and appends.
        shutil.copyfile(log, home / "server.log.1")
        os.truncate(log, 0)
    return log.stat().st_size


def _said(home: Path, since: int) -> str:
    log = home / "server.log"
    with log.open("rb") as lines:
        lines.seek(since)
        said = lines.read().decode(errors="replace")
    remedy = "free some disk space" if lacks_space(home, since) else f"see {log}"
    last = " | ".join(said.strip().splitlines()[-5:])
    return f"{last or 'it said nothing'}: {remedy}, then try again"


def lacks_space(home: Path, since: int | None = None) -> bool:
    """Whether the server's disk is full, or its log says so: since then, or since its last start.

    False if that cannot be known.
    """
    try:
        # A full disk takes no log either.
        if shutil.disk_usage(home).free < _LITTLE_SPACE:
            return True
        with (home / "server.log").open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - _LAST_WORDS) if since is None else since)
            said = log.read()
    except OSError:
        return False
    if since is None:
        said = said[max(0, said.rfind(_STARTING)) :]
    return b"No space left on device" in said or b"Disk quota exceeded" in said


def _not_in_time(home: Path, what: str) -> str:
    return (
        f"the server in {home} did not {what} within {_PATIENCE:.0f} s; "
        f"it may be recovering from a crash: see {home / 'server.log'}, then try again"
    )
