"""The view of a question: what was known, what was true, and in which time zone.

Every question takes a View. `as_of` is a position: only events recorded up to it count, so the
answer is the one that was given then. `on` is an instant: only events that had happened by then
count.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self, TypeVar
from weakref import WeakKeyDictionary

from psycopg import Cursor
from psycopg.pq import TransactionStatus
from psycopg.rows import RowFactory, RowMaker, class_row

from ledger.database import Connection, translated, twin
from ledger.errors import InvalidQuestion
from ledger.sql import statements

R = TypeVar("R")
Question = tuple[str, Mapping[str, object]]  # a statement and its parameters
_FRAME = statements("projections.engine", "frame.sql")
# The settings of `add_up`: the planner expects a handful of events in a period, and would
# compare each of them with every interval, or sort them all.
HASHED = (
    "SET LOCAL enable_nestloop = off",
    "SET LOCAL enable_mergejoin = off",
    "SET LOCAL work_mem = '128MB'",
)
# Of `add_up_all`, besides: the planner, which expects few rows, would sort them all.
UNSORTED = "SET LOCAL enable_sort = off"
_FACTORIES: dict[type[Any], RowFactory[Any]] = {}  # a card alone has eighteen classes of rows


class View(NamedTuple):
    """as_of: position; on: aware instant; zone: IANA name, for days, months and display."""

    as_of: int
    on: datetime
    zone: str = "UTC"

    @classmethod
    def now(cls, as_of: int, zone: str = "UTC") -> Self:
        """The view of this moment as known at a position."""
        return cls(as_of, datetime.now(UTC), zone)


class _Reading(NamedTuple):
    """What a connection reads: in which zone, and as of which position if through views."""

    own: str
    zone: str
    as_of: int | None


_READING: WeakKeyDictionary[Connection, _Reading] = WeakKeyDictionary()


def at_recording(connection: Connection, position: int, zone: str) -> View:
    """The view from the moment at which a position was recorded: the same whenever it is asked for.

    Raises InvalidQuestion if there is no event at the position.
    """
    with translated():
        row = connection.execute(_FRAME["recorded_at"], {"position": position}).fetchone()
    if row is None or row[0] is None:
        raise InvalidQuestion(
            f"no event has the position {position}; ask as of one from 1 to the head"
        )
    return View(position, row[0], zone)


def ask(
    connection: Connection,
    statement: str,
    view: View,
    row: type[R],
    /,
    *,
    prepare: bool | None = None,
    **parameters: object,
) -> list[R]:
    """Run a statement and return its rows.

    - statement: SQL that may use %(as_of)s, %(on)s and %(zone)s besides the parameters given
    - row: a class whose fields are the statement's columns, by name
    - prepare: False for a statement whose plan depends on the values

    Unbounded times are None: statements convert infinity to NULL.
    """
    with (
        reading(connection, view.zone, view.as_of),
        connection.cursor(row_factory=rows_of(row)) as cursor,
    ):
        cursor.execute(statement, view._asdict() | parameters, prepare=prepare)
        return cursor.fetchall()


def ask_at_once(
    connection: Connection,
    view: View,
    questions: Sequence[tuple[str, type[Any]]],
    **parameters: object,
) -> list[list[Any]]:
    """The rows of several statements, each given with its class of rows, in one round trip."""
    known = view._asdict() | parameters

    def sent() -> list[Cursor[Any]]:
        return [
            connection.cursor(row_factory=rows_of(row)).execute(statement, known, prepare=True)
            for statement, row in questions
        ]

    with translated():
        if _now_reading(connection)[1:] == (view.zone, None):
            with connection.at_once():
                displaced = connection.execute(_FRAME["displaced"])
                cursors = sent()
            if displaced.fetchall() <= [(view.as_of,)]:
                return [cursor.fetchall() for cursor in cursors]
        with reading(connection, view.zone, view.as_of), connection.at_once():
            cursors = sent()
    return [cursor.fetchall() for cursor in cursors]


@contextmanager
def reading(connection: Connection, zone: str, as_of: int) -> Iterator[None]:
    """Let statements read the tables with every date as a day of this zone (`engine.zones`).

    They read views instead of the tables in another zone than the ledger's, and as of a position
    since which a date has got another place (`engine.placing`).
    """
    with translated():
        before = _now_reading(connection)
        ((displaced,),) = connection.execute(_FRAME["displaced"]).fetchall()
        by_views = zone != before.own or as_of < displaced or before.as_of is not None
        wanted = _Reading(before.own, zone, as_of if by_views else None)
        if wanted == before:
            yield
            return
        ((path, other),) = connection.execute(_FRAME["path"]).fetchall()
        _look(connection, other, wanted)
        try:
            yield
        finally:  # a transaction that fails takes the change of the path back itself
            _look(connection, path, before)


def _now_reading(connection: Connection) -> _Reading:
    if connection not in _READING:
        ((own,),) = connection.execute(_FRAME["zone"]).fetchall()
        _READING[connection] = _Reading(own, own, None)
    return _READING[connection]


def _look(connection: Connection, path: str, wanted: _Reading) -> None:
    as_of = str(wanted.as_of or 0)
    _READING[connection] = wanted
    connection.keep({"search_path": path, "iledger.zone": wanted.zone, "iledger.as_of": as_of})


def rows_of(row: type[R]) -> RowFactory[R]:
    """psycopg's class_row; for a NamedTuple with the columns in their order six times as fast."""
    if row not in _FACTORIES:
        _FACTORIES[row] = _factory(row)
    return _FACTORIES[row]


def _factory(row: type[R]) -> RowFactory[R]:
    fields = [name.encode() for name in getattr(row, "_fields", ())]

    def factory(cursor: Cursor[Any]) -> RowMaker[R]:
        result = cursor.pgresult
        if result is None or [result.fname(n) for n in range(result.nfields)] != fields:
            return class_row(row)(cursor)
        make: RowMaker[R] = getattr(row, "_make")  # noqa: B009
        return make

    return factory


def add_up(
    connection: Connection,
    statement: str,
    view: View,
    row: type[R],
    /,
    **parameters: object,
) -> list[R]:
    """Like `ask`, for statements that read whole tables: without nested loops (see HASHED)."""
    with translated(), connection.transaction():
        for setting in HASHED:
            connection.execute(setting)
        return ask(connection, statement, view, row, prepare=False, **parameters)


def add_up_all(
    connection: Connection,
    view: View,
    questions: Sequence[Question],
    row: type[R],
    /,
    *,
    beside: bool,
) -> list[R]:
    """The rows of several statements, each with its parameters.

    - beside: run two at the same time, on two connections

    All answers are as of the view's position, so events recorded between them change nothing.
    Within a transaction, or if the server grants no second connection, the statements run in turn.
    """
    waiting = deque(questions)
    alone = connection.info.transaction_status != TransactionStatus.IDLE
    other = None if alone or not beside or not questions[1:] else twin(connection)
    if other is None:
        return _answered(connection, view, waiting, row)
    with closing(other), ThreadPoolExecutor(1) as pool:
        asked = pool.submit(_answered, other, view, waiting, row)
        rows = _answered(connection, view, waiting, row)
        return rows + asked.result()


def _answered(
    connection: Connection, view: View, waiting: deque[Question], row: type[R]
) -> list[R]:
    rows: list[R] = []
    with suppress(IndexError):
        while True:
            statement, known = waiting.popleft()
            with translated(), connection.transaction():
                connection.execute(UNSORTED)
                rows += add_up(connection, statement, view, row, **known)
    return rows
