"""Verifying the projections: rebuild them beside, at the same position, and compare every row.

The live tables are never changed, and locked only while their position is read: the comparison
reads one snapshot of both.
"""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import NamedTuple

from psycopg import IsolationLevel, sql

from ledger.database import Connection, Location, connect, translated
from ledger.errors import InvalidQuestion, NotInitialised
from ledger.sql import statements
from projections.engine.rebuild import alone, build, discard, look_at, refuse_in_workers
from projections.engine.runner import Report, progress, take_in

_SQL = statements("projections.engine", "verify.sql")
_FRAME = statements("projections.engine", "frame.sql")


class Compared(NamedTuple):
    """The comparison of a table: its rows, those only in the live one, those only in the new one.

    - examples: some of the rows that differ, as text, marked - (live) and + (rebuilt)
    """

    table: str
    rows: int
    surplus: int
    missing: int
    examples: list[str]

    @property
    def equal(self) -> bool:
        """Whether the table has exactly the rows that follow from the events."""
        return not (self.surplus or self.missing)


class Verified(NamedTuple):
    """The position at which the tables were compared, and the result for each."""

    position: int
    tables: list[Compared]


def verify(location: Location, report: Report | None = None, workers: int | None = 0) -> Verified:
    """Compare every table of the projections with one built from the events alone.

    - workers: as `projections.engine.rebuild.rebuild` describes them

    Raises NotAllowed if the login is not a member of the ledger's keeper role; NotInitialised or
    InvalidQuestion if this version of the program has not built the live tables; NotGuarded in a
    worker process.
    """
    refuse_in_workers()
    beside = f"{location.projections}_verify"
    with closing(connect(location, "keeper")) as connection, translated():
        _refuse_unless_fresh(connection, location)
    with (
        # The lock of `rebuild`, which would otherwise swap the tables being compared.
        alone(location, "lock_rebuilds"),
        closing(connect(location, "keeper")) as connection,
        translated(),
    ):
        try:
            upto = _position(connection, location.projections)
            build(connection, location, beside, report, workers, upto)
            with _level(connection, location, beside, upto) as position:
                tables = list(_compare(connection, location.projections, beside))
        finally:
            if not connection.broken:
                discard(connection, beside)
    return Verified(position, tables)


def _refuse_unless_fresh(connection: Connection, location: Location) -> None:
    at = progress(connection, location)
    if at is None:
        raise NotInitialised(
            "the projections have never been built. Run `iledger projections rebuild`."
        )
    if not at.fresh:
        raise InvalidQuestion(
            "the projections were built by another version of this program, so their tables may "
            "differ in shape. Run `iledger projections rebuild` first."
        )


@contextmanager
def _level(connection: Connection, location: Location, beside: str, at: int) -> Iterator[int]:
    """Bring the new tables to the position of the live ones, and hold one snapshot of both."""
    look_at(connection, beside, location.schema)
    with ExitStack() as held:
        held.enter_context(alone(location, "lock"))  # followers wait here
        position = _position(connection, location.projections)
        if position > at:
            with connection.transaction():
                take_in(connection, at, position)
        with _one_snapshot(connection):
            connection.execute(_FRAME["progress"])  # the first statement takes the snapshot
            held.close()
            yield position


@contextmanager
def _one_snapshot(connection: Connection) -> Iterator[None]:
    connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
    try:
        with connection.transaction():
            yield
    finally:
        if not connection.broken:
            connection.isolation_level = connection.read_only = None


def _position(connection: Connection, schema: str) -> int:
    question = sql.SQL("SELECT position FROM {}").format(sql.Identifier(schema, "progress"))
    row = connection.execute(question).fetchone()
    return int(row[0]) if row else 0


def _compare(connection: Connection, used: str, beside: str) -> Iterator[Compared]:
    found = connection.execute(_SQL["tables"], {"used": used, "beside": beside}).fetchall()
    for table, in_used, in_beside in found:
        names: dict[str, sql.Composable] = {
            "used": sql.Identifier(used, table),
            "beside": sql.Identifier(beside, table),
        }
        if not (in_used and in_beside):
            side = "- only in use" if in_used else "+ missing"
            yield Compared(table, 0, int(in_used), int(in_beside), [f"{side}: the table itself"])
            continue
        row = connection.execute(sql.SQL(_SQL["compare"]).format(**names)).fetchone()
        assert row is not None  # noqa: S101 - narrows the type: an aggregate has one row
        yield Compared(table, *row)
