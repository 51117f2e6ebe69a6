"""Whom the private server takes its callers for: the operating system's user is the login.

The folder is private, so one account reaches the server, and the server asks the kernel which (peer
authentication). The account's role is a superuser's, for it owns the folder. It may connect under
any other login, to see what that one may; by itself it has its own name. Where an account has no
name, the kernel's word is of no use, and the folder alone decides.
"""

import subprocess
from pathlib import Path

from ledger.embedded.folder import account, login_name
from ledger.embedded.programs import client_program
from ledger.embedded.running import SUPERUSER, Server
from ledger.errors import ServerUnavailable

_RULES, _NAMES = "iledger_hba.conf", "iledger_ident.conf"  # in the data directory
_MADE = "iledger_login"  # there, too: the account for which there is a role
_SQL = Path(__file__).parent / "login.sql"


def rules(data: Path, place: str) -> list[str]:
    """Write down who may connect, for a server that is about to start. Returns its options.

    - place: what the server's account calls the data directory
    """
    known = account()
    method = "trust" if known is None else "peer map=iledger"
    quoted = (known or "").replace('"', '""')
    for file, line in ((_RULES, f"local all all {method}"), (_NAMES, f'iledger "{quoted}" all')):
        (data / file).write_text(f"# Written anew at each start.\n{line}\n")
        (data / file).chmod(0o644)
    return [f"--hba_file={place}/{_RULES}", f"--ident_file={place}/{_NAMES}"]


def made(home: Path) -> bool:
    """Whether the server has a role for this account."""
    try:
        return (home / "data" / _MADE).read_text("utf-8") == login_name()
    except FileNotFoundError:
        return False


def make(home: Path, server: Server) -> None:
    """Make the role of this account, unless it was made. Called under the folder's lock."""
    if made(home):
        return
    command = [
        str(client_program("psql")),
        "-XAtq",
        "-v",
        "ON_ERROR_STOP=1",
        "-v",
        f"login={login_name()}",
    ]
    command += ["-f", str(_SQL), "-d", f"{server.conninfo} user={SUPERUSER}"]
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, text=True)
    if done.returncode:
        raise ServerUnavailable(
            f"the server in {home} has no role for {login_name()}, and it could not be made: "
            f"{done.stderr.strip()}: stop the server with `iledger server stop`, then try again"
        )
    (home / "data" / _MADE).write_text(login_name(), "utf-8")
