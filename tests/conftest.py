"""Real PostgreSQL servers for the tests: the embedded 18, and 15 from the machine where it has one.

A test that takes `target` gets an empty ledger of its own on the embedded server; one that takes
`any_target` runs once on every server there is. No test runs without a database.
"""

import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from ledger import embedded, schema
from ledger.database import Connection, Target, connect

_numbers = itertools.count(1)


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
        embedded.stop(folder)


@pytest.fixture(scope="session")
def embedded_dsn(embedded_folder: Path) -> str:
    return embedded.ensure_running(embedded_folder)


def _drop(dsn: str, target: Target) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for name in (target.projections, target.schema):
            drop = sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name))
            connection.execute(drop)


def _fresh(dsn: str) -> Iterator[Target]:
    target = Target(dsn=dsn, schema=f"t{next(_numbers)}")
    schema.init(target, "Europe/Moscow")
    yield target
    _drop(dsn, target)


@pytest.fixture
def target(embedded_dsn: str) -> Iterator[Target]:
    """An empty ledger in a schema of its own on the embedded server; zone Europe/Moscow."""
    yield from _fresh(embedded_dsn)


@pytest.fixture
def owner(target: Target) -> Iterator[Connection]:
    """A connection as the owner of `target`, in autocommit mode."""
    with closing(connect(target, "owner")) as connection:
        yield connection
