"""The folder of an embedded ledger: whose it is, its locks, and the way to its socket."""

import errno
import fcntl
import os
import pwd
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import platformdirs

from ledger.errors import ServerUnavailable

PORT = 5432  # only a part of the socket's name: the server listens on no network address
_SOCKET = f".s.PGSQL.{PORT}"
_LONGEST_SOCKET_PATH = 100  # bytes; Linux takes 107, macOS 103

_ELSEWHERE = "choose another folder with --folder or ILEDGER_HOME"
_REMEDY = {
    errno.ENOSPC: "free some disk space",
    errno.EDQUOT: "free some disk space",
    errno.EROFS: "choose a writable folder with --folder or ILEDGER_HOME",
    errno.EACCES: f"give yourself the rights, or {_ELSEWHERE}",
    errno.EPERM: "if you are root without the right to change user, run as an ordinary user",
    errno.EEXIST: _ELSEWHERE,  # it is a file
    errno.ENOTDIR: _ELSEWHERE,
}


def default_folder() -> Path:
    """Return where the embedded ledger lives: ILEDGER_HOME, else the user's data folder."""
    if chosen := os.environ.get("ILEDGER_HOME"):
        return Path(chosen)
    return platformdirs.user_data_path("iledger", appauthor=False)


def made_private(folder: Path) -> Path:
    """Make the folder unless it exists; otherwise as `private`."""
    home = folder.expanduser().absolute()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_unless_ours(home)
    return home


def private(folder: Path) -> Path | None:
    """Return the folder's absolute path, having made sure that it is ours alone.

    None if it does not exist.
    Raises ServerUnavailable if it belongs to another user, or other users may enter it.
    """
    home = folder.expanduser().absolute()
    try:
        _refuse_unless_ours(home)
    except FileNotFoundError:
        return None
    return home


def _refuse_unless_ours(home: Path) -> None:
    facts = home.stat()
    if facts.st_uid != os.geteuid():
        raise ServerUnavailable(
            f"the folder {home} belongs to {_user_name(facts.st_uid)}, and you are "
            f"{_user_name(os.geteuid())}: run as its owner, or choose another "
            "with --folder or ILEDGER_HOME"
        )
    if facts.st_mode & 0o077:
        raise ServerUnavailable(
            f"the folder {home} is open to other users (mode {stat.S_IMODE(facts.st_mode):o}), "
            f"and whoever enters it enters the database: run  chmod 700 '{home}'"
        )


def account() -> str | None:
    """The name of the account as which we run; it need not have one."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return None


def login_name() -> str:
    """The login of this account at the private server: its name, or uid_ and its number."""
    name = account()
    if name is None:
        return f"uid_{os.geteuid()}"
    return f"os_{name}" if name.startswith("pg_") or name in ("public", "none") else name


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turn what the operating system refuses into ServerUnavailable, with the next step."""
    try:
        yield
    except OSError as error:
        log = folder / "server.log"
        see = f"see {log}, then try again" if log.exists() else _ELSEWHERE
        remedy = _REMEDY.get(error.errno or 0, see)
        raise ServerUnavailable(
            f"the embedded PostgreSQL in {folder} cannot be used: {error}: {remedy}"
        ) from error


@contextmanager
def locked(home: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold the folder's lock: shared to use a running server, else to start or stop it."""
    descriptor = os.open(home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield
    finally:
        # Closing is not enough: a process that another thread forked meanwhile has a copy of
        # the descriptor, and would keep the lock for as long as it lives.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def note_use(home: Path) -> None:
    """Record, under the lock, that somebody is about to connect: the idle time starts again."""
    os.utime(home / "lock")


def last_use(home: Path) -> float:
    """Return when somebody last asked for the server, in seconds since the epoch."""
    return (home / "lock").stat().st_mtime


def hold(lock: Path) -> int | None:
    """Take a lock that is to be handed on to a process; None if somebody holds it.

    The lock lives with the descriptor returned: it is free again when this process and all
    that inherited the descriptor have closed it or ended, however they ended.
    """
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def socket_path(home: Path) -> Path:
    """Return a path to the server's socket that the operating system and libpq can take.

    It lies in the private data directory. Where that path is too long, or has a character that
    libpq reads as a separator, it is the same place seen through a link in a private folder
    among the temporary files: a link and not the socket, so that it can be made again by any
    command, and commands with different temporary folders still reach one server.
    """
    data = home / "data"
    if _usable(data / _SOCKET):
        return data / _SOCKET
    shelter = Path(tempfile.gettempdir()) / f"iledger-{os.geteuid()}"
    shelter.mkdir(mode=0o700, exist_ok=True)
    if shelter.is_symlink() or not shelter.is_dir():
        raise ServerUnavailable(f"{shelter} is not a folder: remove it, or set TMPDIR")
    _refuse_unless_ours(shelter)
    link = shelter / sha256(os.fsencode(data)).hexdigest()[:16]
    with suppress(FileExistsError):  # then it is the right one: its name is the target's hash
        link.symlink_to(data)
    if not _usable(link / _SOCKET):
        raise ServerUnavailable(f"the path {link} is too long for a socket: set TMPDIR to /tmp")
    return link / _SOCKET


def _usable(socket: Path) -> bool:
    text = str(socket)
    return len(os.fsencode(text)) <= _LONGEST_SOCKET_PATH and "," not in text and text.isprintable()
