"""Real PostgreSQL servers for the tests: the embedded 18, and 15 from the machine where it has one.

A test that takes `location` gets an empty ledger of its own on the embedded server; one that takes
`any_location` runs once on every server there is. No test runs without a database.
"""

import itertools
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from psycopg import sql

from ledger import embedded, schema
from ledger.database import Connection, Location, connect
from ledger.embedded.programs import server_programs
from tests.ledger.embedded.conftest import leave_nothing

_numbers = itertools.count(1)

# No test is about time: a busy machine is no failure.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


def _server_15() -> Path | None:
    """Where PostgreSQL 15's programs are, if the machine has them."""
    for folder in (os.environ.get("ILEDGER_TEST_POSTGRES_15"), "/usr/lib/postgresql/15/bin"):
        if folder and (Path(folder) / "initdb").exists():
            return Path(folder)
    return None


def pytest_report_header() -> str:
    others = "and PostgreSQL 15" if _server_15() else "alone: this machine has no PostgreSQL 15"
    return f"databases: embedded PostgreSQL 18 {others}"


@pytest.fixture(scope="session")
def embedded_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="iledger-") as name:
        folder = Path(name) / "data"
        yield folder
        leave_nothing(folder)


@pytest.fixture(scope="session")
def embedded_dsn(embedded_folder: Path) -> str:
    return embedded.ensure_running(embedded_folder)


@contextmanager
def _own_server(programs: Path) -> Iterator[str]:
    """Run a server of the machine's own in a temporary folder, reached by socket only."""
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


@pytest.fixture(scope="session")
def dsn_15() -> Iterator[str]:
    programs = _server_15()
    assert programs is not None
    with _own_server(programs) as dsn:
        yield dsn


@pytest.fixture(scope="session", params=["18", "15"] if _server_15() else ["18"])
def any_dsn(request: pytest.FixtureRequest) -> str:
    """Return the connection string of each server there is, one after the other."""
    fixture = "embedded_dsn" if request.param == "18" else "dsn_15"
    dsn: str = request.getfixturevalue(fixture)
    return dsn


def _drop(dsn: str, location: Location) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for name in (location.projections, location.schema):
            drop = sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name))
            connection.execute(drop)


def _fresh(dsn: str) -> Iterator[Location]:
    location = Location(dsn=dsn, schema=f"t{next(_numbers)}")
    schema.init(location, "Europe/Moscow")
    yield location
    _drop(dsn, location)


@pytest.fixture
def location(embedded_dsn: str) -> Iterator[Location]:
    """An empty ledger in a schema of its own on the embedded server; zone Europe/Moscow."""
    yield from _fresh(embedded_dsn)


@pytest.fixture
def any_location(any_dsn: str) -> Iterator[Location]:
    """An empty ledger in a schema of its own, on every server there is; zone Europe/Moscow."""
    yield from _fresh(any_dsn)


@pytest.fixture
def owner(location: Location) -> Iterator[Connection]:
    """A connection as the owner of `location`, in autocommit mode."""
    with closing(connect(location, "owner")) as connection:
        yield connection
