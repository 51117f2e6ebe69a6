"""PostgreSQL servers of the machine's own, run for the tests in temporary folders.

They are those under /usr/lib/postgresql, where Debian puts them, and those whose folders of
programs ILEDGER_TEST_POSTGRES names (separated by colons). ILEDGER_TEST_MAJORS names the major
versions that must be among them; without it that is 15, the oldest that the ledger works with.
"""

import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from ledger.embedded.programs import server_programs

SUPPORTED = ("15", "16", "17", "18")


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
def running(programs: Path) -> Iterator[str]:
    """Run a server in a temporary folder, reached by socket only; give its connection string."""
    with tempfile.TemporaryDirectory(prefix="iledger-") as name:
        popen: dict[str, Any] = {"cwd": "/", "stdout": subprocess.DEVNULL}
        if os.geteuid() == 0:  # as which PostgreSQL refuses to run
            account = server_programs().account
            assert account is not None
            os.chown(name, account.pw_uid, account.pw_gid)
            popen |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        data, log = Path(name) / "data", Path(name) / "log"
        making = [programs / "initdb", "-D", data, "-U", "iledger", "-E", "UTF8", "--locale=C"]
        subprocess.run([*making, "--auth=trust", "--no-sync"], check=True, **popen)
        options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={name}"]
        with log.open("w") as said:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, *options, "-F"], stderr=said, **popen
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
