"""PostgreSQL servers of the machine's own, run for the tests in temporary folders.

They are those under /usr/lib/postgresql, where Debian puts them, and those whose folders of
programs ILEDGER_TEST_POSTGRES names (separated by colons). ILEDGER_TEST_MAJORS names the major
versions that must be among them; without it that is 15, the oldest that the ledger works with.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from ledger.embedded.programs import server_programs

SUPPORTED = ("15", "16", "17", "18")
LOGINS = ("iledger", "shy")  # those that a pooler knows


def found() -> dict[str, Path]:
    """Return the folder of programs of each supported major version that the machine has."""
    named = filter(None, os.environ.get("ILEDGER_TEST_POSTGRES", "").split(os.pathsep))
    folders = [*map(Path, named), *Path("/usr/lib/postgresql").glob("*/bin")]
    programs = {_major(folder): folder for folder in folders if (folder / "initdb").exists()}
    return {major: programs[major] for major in SUPPORTED if major in programs}


def missing() -> str | None:
    required = os.environ.get("ILEDGER_TEST_MAJORS", "15").split()
    absent = [major for major in required if major not in found()]
    if not absent:
        if shutil.which("pgbouncer") is None:
            return "no pooler: install Debian's package pgbouncer"
        return None
    packages = " ".join(f"postgresql-{major}" for major in absent)
    return (
        f"no PostgreSQL {' and '.join(absent)}: install Debian's {packages}, or name the folder "
        "that has initdb and postgres in ILEDGER_TEST_POSTGRES"
    )


def _major(folder: Path) -> str:
    said = subprocess.run([folder / "initdb", "--version"], capture_output=True, text=True)
    version = re.search(r"\d+", said.stdout)
    return version.group() if version else ""


@contextmanager
def running(programs: Path, *settings: str) -> Iterator[str]:
    """Run a server in a temporary folder, reached by socket only; give its connection string."""
    with folder() as (name, popen):
        data, log = Path(name) / "data", Path(name) / "log"
        making = [programs / "initdb", "-D", data, "-U", "iledger", "-E", "UTF8", "--locale=C"]
        subprocess.run([*making, "--auth=trust", "--no-sync"], check=True, **popen)
        with _served(programs, data, name, log, popen, settings) as dsn:
            yield dsn


@contextmanager
def replica(programs: Path, primary: str) -> Iterator[str]:
    """Run a read replica, made of a server by pg_basebackup; give its connection string."""
    with folder() as (name, popen):
        data, log = Path(name) / "data", Path(name) / "log"
        copying = [programs / "pg_basebackup", "-d", primary, "-D", data, "--write-recovery-conf"]
        subprocess.run([*copying, "--checkpoint=fast"], check=True, **popen)
        with _served(programs, data, name, log, popen, ()) as dsn:
            yield dsn


@contextmanager
def pooled(dsn: str, mode: str, *settings: str) -> Iterator[str]:
    """Run a PgBouncer before a server; give the connection string by which it is reached."""
    with folder() as (name, popen):
        before = conninfo_to_dict(dsn)
        users = Path(name) / "users"
        users.write_text("".join(f'"{user}" ""\n' for user in LOGINS))
        config, log = Path(name) / "pgbouncer.ini", Path(name) / "log"
        lines = [
            "[databases]",
            f"* = host={before['host']} port={before.get('port', 5432)}",
            "[pgbouncer]",
            f"unix_socket_dir = {name}",
            "listen_port = 6432",
            "auth_type = trust",
            f"auth_file = {users}",
            f"pool_mode = {mode}",
            *settings,
        ]
        config.write_text("\n".join(lines) + "\n")
        with log.open("w") as said:
            bouncer = subprocess.Popen(["pgbouncer", config], stderr=said, **popen)
        try:
            path = f"host={name} port=6432"
            yield _answering(f"{path} user=iledger dbname={before['dbname']}", bouncer, log)
        finally:
            bouncer.send_signal(signal.SIGTERM)
            bouncer.wait()


@contextmanager
def folder() -> Iterator[tuple[str, dict[str, Any]]]:
    """Give a temporary folder, and with which arguments a server is started that may write it."""
    with tempfile.TemporaryDirectory(prefix="iledger-") as name:
        popen: dict[str, Any] = {"cwd": "/", "stdout": subprocess.DEVNULL}
        if os.geteuid() == 0:  # as which PostgreSQL and PgBouncer refuse to run
            account = server_programs().account
            assert account is not None
            os.chown(name, account.pw_uid, account.pw_gid)
            popen |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        yield name, popen


@contextmanager
def _served(
    programs: Path,
    data: Path,
    name: str,
    log: Path,
    popen: dict[str, Any],
    settings: Sequence[str],
) -> Iterator[str]:
    options = ["listen_addresses=", f"unix_socket_directories={name}", *settings]
    given = [word for option in options for word in ("-c", option)]
    with log.open("w") as said:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, *given, "-F"], stderr=said, **popen
        )
    try:
        yield _answering(f"host={name} user=iledger dbname=postgres", server, log)
    finally:
        server.send_signal(signal.SIGINT)  # PostgreSQL's "fast" shutdown
        server.wait()


def _answering(dsn: str, server: "subprocess.Popen[bytes]", log: Path) -> str:
    while True:
        try:
            psycopg.connect(dsn).close()
        except psycopg.OperationalError:
            assert server.poll() is None, log.read_text()
            time.sleep(0.02)
        else:
            return dsn
