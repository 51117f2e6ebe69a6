"""The databases of the tests, and the choice of the group of tests that is to run.

A test that takes `location` gets an empty ledger of its own on the embedded PostgreSQL 18; one that
takes `any_location` does so too, and in the group `servers` runs once on every server of the
machine's own instead. No test runs without a database.
"""

import itertools
import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import hypothesis
import psycopg
import pytest
from psycopg import sql

from ledger import embedded, schema
from ledger.database import Connection, Location, connect
from projections.engine import zones
from projections.engine.catch_up import catch_up
from projections.engine.rebuild import discard
from tests.ledger.embedded.conftest import leave_nothing
from tests.projections.ledgers import catalog, emptied
from tests.surroundings import groups, servers

# A server that several runs share, one after another (tests/mutants); none meets another's ledgers.
_SHARED = os.environ.get("ILEDGER_TEST_FOLDER")
_numbers = itertools.count(os.getpid() * 1_000 if _SHARED else 1)
_ready: list[tuple[Location, list[object]]] = []  # empty ledgers, each with its catalog

# No test is about time: a busy machine is no failure.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    kinds = ", ".join(f"{name} ({group.tests})" for name, group in groups.GROUPS.items())
    parser.addoption(
        "--group", choices=list(groups.GROUPS), default="everyday", help=f"of the tests: {kinds}"
    )


def pytest_configure(config: pytest.Config) -> None:
    groups.choose(config.getoption("--group"))
    groups.seed()


def pytest_report_header() -> str:
    on = ", ".join(servers.found()) if groups.chosen() == "servers" else "18, embedded"
    return f"group of tests: {groups.chosen()}; PostgreSQL {on}; seed {groups.seed()}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "any_dsn" in metafunc.fixturenames:
        majors = list(servers.found()) if groups.chosen() == "servers" else ["embedded"]
        metafunc.parametrize("any_dsn", majors, indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    others = [item for item in items if not groups.has(item)]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if groups.has(item)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if groups.chosen() == "everyday":
        for line in groups.left_out():
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def embedded_folder() -> Iterator[Path]:
    if _SHARED:
        yield Path(_SHARED)
        return
    with tempfile.TemporaryDirectory(prefix="iledger-") as name:
        folder = Path(name) / "data"
        yield folder
        leave_nothing(folder)


@pytest.fixture(scope="session")
def embedded_dsn(embedded_folder: Path) -> str:
    return embedded.ensure_running(embedded_folder)


@pytest.fixture(scope="session")
def any_dsn(request: pytest.FixtureRequest) -> Iterator[str]:
    """The connection string of each server there is in this group, one after the other."""
    if request.param == "embedded":
        yield request.getfixturevalue("embedded_dsn")
        return
    with servers.running(servers.found()[request.param]) as dsn:
        yield dsn


def _drop(dsn: str, location: Location) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for name in (location.projections, zones.beside(location.projections), location.schema):
            drop = sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name))
            connection.execute(drop)


def _new(dsn: str) -> Location:
    location = Location(dsn=dsn, schema=f"t{next(_numbers)}")
    schema.init(location, "Europe/Moscow")
    return location


@pytest.fixture
def location(embedded_dsn: str) -> Iterator[Location]:
    """An empty ledger of its own on the embedded server, with projections; zone Europe/Moscow.

    Another test may have had it before, for to build tables takes longer than most tests: it is
    emptied, or dropped if that test changed more than its rows.
    """
    location, as_built = _ready.pop() if _ready else _built(embedded_dsn)
    yield location
    if catalog(location) == as_built:
        emptied(location)
        _ready.append((location, as_built))
    else:
        _drop(embedded_dsn, location)


def _built(dsn: str) -> tuple[Location, list[object]]:
    location = _new(dsn)
    with closing(connect(location, "owner")) as connection:
        catch_up(connection, location)
    return location, catalog(location)


@pytest.fixture
def any_location(any_dsn: str) -> Iterator[Location]:
    """An empty ledger in a schema of its own, on every server there is; zone Europe/Moscow."""
    location = _new(any_dsn)
    yield location
    _drop(any_dsn, location)


@pytest.fixture
def unbuilt(location: Location) -> None:
    """The projections of `location` have never been built."""
    with closing(connect(location, "owner")) as connection:
        discard(connection, location.projections)


@pytest.fixture
def owner(location: Location) -> Iterator[Connection]:
    """A connection as the owner of `location`, in autocommit mode."""
    with closing(connect(location, "owner")) as connection:
        yield connection
