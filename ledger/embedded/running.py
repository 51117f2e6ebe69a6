"""The running server: what it wrote down about itself, and whether it answers."""

import socket
import struct
from pathlib import Path
from typing import NamedTuple

from ledger.embedded.folder import PORT, login_name, socket_path

SUPERUSER = "iledger"  # that comes with the data directory
_WHO = b"user\0iledger\0database\0iledger\0\0"
_HELLO = struct.pack("!ii", 8 + len(_WHO), 3 << 16) + _WHO  # protocol 3.0, StartupMessage
_GOODBYE = b"X\0\0\0\4"
_NOT_NOW = b"C57P03\0"  # the SQLSTATE of a server that is starting, stopping or recovering


class Server(NamedTuple):
    """A running server: its folder, main process, libpq connection string, major version."""

    folder: Path
    pid: int
    conninfo: str
    version: str


def ready(home: Path) -> Server | None:
    """Return the folder's server if it takes connections at this moment; starts nothing."""
    server = recorded(home)
    return server if server and _answers(socket_path(home)) else None


def recorded(home: Path) -> Server | None:
    """Return the server as it wrote itself down when it got ready; it may be dead by now."""
    data = home / "data"
    try:
        # One line of it is the folder, whose name may be of any bytes.
        lines = (data / "postmaster.pid").read_bytes().split(b"\n")
        version = (data / "PG_VERSION").read_bytes().decode(errors="replace").strip()
    except FileNotFoundError:
        return None
    if len(lines) < 8 or lines[7].strip() != b"ready" or not lines[0].strip().isdigit():
        return None
    host, login = (
        each.replace("\\", "\\\\").replace("'", "\\'")
        for each in (str(socket_path(home).parent), login_name())
    )
    conninfo = f"host='{host}' port={PORT} user='{login}' dbname=iledger"
    return Server(home, int(lines[0]), conninfo, version)


def _answers(path: Path) -> bool:
    """Ask to be let in, as a client would, for about three milliseconds.

    That the socket can be connected is not enough: so it can for an instant after the server
    was killed, and for all the time in which it recovers from the kill of one of its backends.
    """
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(5)
        try:
            caller.connect(str(path))
            caller.sendall(_HELLO)
            answer = caller.recv(4096)
            if answer.startswith(b"R"):
                caller.sendall(_GOODBYE)
        except OSError:
            return False
    # Any other refusal, such as too many clients, is for the caller's own connection to meet.
    return answer.startswith(b"R") or (answer.startswith(b"E") and _NOT_NOW not in answer)
