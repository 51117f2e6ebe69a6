"""Building all projections from scratch, beside the old ones, and swapping them in.

Workers unfold ranges of positions into a new schema, in any order. Indexes, annulments and the
materialized tables follow. One transaction adds the last events and swaps the schemas, so a reader
sees either the old tables or the new ones.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from multiprocessing import current_process, get_context
from typing import Literal

from psycopg import sql

from ledger import log
from ledger.database import Connection, Location, connect, role_names, translated
from ledger.errors import NotGuarded
from ledger.sql import statements
from projections.engine import registry, zones
from projections.engine.materialized import fill
from projections.engine.placing import note_displaced, place
from projections.engine.runner import (
    CHUNK,
    Report,
    add,
    mark_annulled,
    progress,
    take_in,
)

RANGE = 10_000
ALONE = 50_000
Job = Callable[..., int]
Crew = Callable[[Job, Iterable[tuple[object, ...]]], Iterator[int]]
_FRAME = statements("projections.engine", "frame.sql")
_PLACING = statements("projections.engine", "placing.sql")
_GUARD = (
    'Workers import the main module again: put what it does below `if __name__ == "__main__":`, or '
    "ask for workers=0."
)


def rebuild(
    location: Location,
    report: Report | None = None,
    *,
    workers: int | None = 0,
    if_stale: bool = False,
) -> int:
    """Rebuild all projections from the first event. Returns their position.

    - workers: number of processes that unfold; None = one a core, or none for a small ledger. They
      import the main module again: a script that asks for them must do so below
      `if __name__ == "__main__":`
    - if_stale: do nothing if another process has just rebuilt them

    Raises NotAllowed if the login is not a member of the ledger's keeper role, NotGuarded if a
    worker would build them, too.
    """
    refuse_in_workers()
    with (
        # One rebuild at a time; a second one waits and then starts its own.
        alone(location, "lock_rebuilds"),
        closing(connect(location, "keeper")) as connection,
        translated(),
    ):
        at = progress(connection, location)
        if if_stale and at is not None and at.fresh:
            return at.position
        return _build_and_swap(connection, location, report, workers)


def _build_and_swap(
    connection: Connection, location: Location, report: Report | None, workers: int | None
) -> int:
    discard(connection, _old(location))
    position = build(connection, location, _next(location), report, workers)
    # Events appended meanwhile are added in chunks, and the last ones under the writers' lock.
    while (head := log.head(connection)) - position > CHUNK:
        with connection.transaction():
            take_in(connection, position, position + CHUNK)
        position += CHUNK
        if report:
            report(position, head)
    with connection.transaction():
        connection.execute(_FRAME["lock"])
        head = log.head(connection)
        take_in(connection, position, head)
        _swap(connection, location)
    discard(connection, _old(location))
    return head


@contextmanager
def alone(location: Location, lock: Literal["lock", "lock_rebuilds"]) -> Iterator[None]:
    """Hold a lock of the keepers, on a connection of its own, beyond other transactions."""
    with closing(connect(location, "keeper", autocommit=False)) as holder:
        with translated():
            holder.execute(_FRAME["hold"])
            holder.execute(_FRAME[lock])
        yield


def build(
    connection: Connection,
    location: Location,
    schema: str,
    report: Report | None = None,
    workers: int | None = 0,
    upto: int | None = None,
) -> int:
    """Build all projections as of a position (None = the head) in a new schema of this name."""
    upto = log.head(connection) if upto is None else upto
    if workers is None:
        workers = (os.cpu_count() or 1) if upto > ALONE else 0
    _create(connection, location, schema)
    done = 0
    with _crew(connection, location, schema, workers) as crew:
        spans = [(at, min(at + RANGE, upto)) for at in range(0, upto, RANGE)]
        for count in crew(_unfold_span, spans):
            done += count
            if report:
                report(done, upto)
        mark_annulled(connection, 0, upto)
        names = [(projection.name,) for projection in registry.projections()]
        tables = connection.execute(_FRAME["all_tables"], {"schema": schema}).fetchall()
        made = [(one.materialized.table,) for one in registry.projections() if one.materialized]
        steps = (_index, names), (_analyze, tables), (_finish, names), (_analyze, made)
        for job, calls in steps:
            for _ in crew(job, calls):
                pass
    start = {"position": upto, "fingerprint": registry.fingerprint()}
    connection.execute(_FRAME["start"], start)
    return upto


def _next(location: Location) -> str:
    return f"{location.projections}_next"


def _old(location: Location) -> str:
    return f"{location.projections}_old"


def _create(connection: Connection, location: Location, schema: str) -> None:
    name = sql.Identifier(schema)
    discard(connection, schema)
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(name))
    look_at(connection, schema, location.schema)
    zones.create_own(connection)
    parts = [_FRAME, _PLACING, *(projection.sql for projection in registry.projections())]
    for part in parts:
        connection.execute(part["tables"])
    for part in parts:
        if "functions" in part:
            connection.execute(part["functions"])
    zones.create(connection, schema)
    names = role_names(connection, location)
    for role in ("supervisor", "auditor"):
        reader = sql.Identifier(names[role])
        for each in (name, sql.Identifier(zones.beside(schema))):
            connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(each, reader))
            connection.execute(
                sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}").format(each, reader)
            )


def look_at(connection: Connection, *schemas: str) -> None:
    """Let statements find tables and functions in these schemas, the first one first."""
    names = sql.SQL(", ").join(map(sql.Identifier, schemas))
    connection.keep({"search_path": names.as_string()})


@contextmanager
def _crew(connection: Connection, location: Location, schema: str, workers: int) -> Iterator[Crew]:
    """Yield a function that runs a job for each item: in worker processes or on this connection."""
    if not workers:
        yield lambda job, calls: (job(connection, *call) for call in calls)
        return
    with (
        _unbroken(),
        ProcessPoolExecutor(workers, get_context("spawn"), _join, (location, schema)) as pool,
    ):

        def crew(job: Job, calls: Iterable[tuple[object, ...]]) -> Iterator[int]:
            futures = [pool.submit(_work, job, call) for call in calls]
            for future in as_completed(futures):
                yield future.result()

        yield crew


@contextmanager
def _unbroken() -> Iterator[None]:
    """Name what ends workers before they have begun."""
    try:
        yield
    except BrokenProcessPool as error:
        raise NotGuarded(f"a worker process ended by itself. {_GUARD}") from error


def refuse_in_workers() -> None:
    """Raise NotGuarded in a worker that imports the main module: it would wait for its parent."""
    if getattr(current_process(), "_inheriting", False):
        raise NotGuarded(f"a worker process may not build the projections, too. {_GUARD}")


_worker: list[Connection] = []


def _join(location: Location, schema: str) -> None:
    connection = connect(location, "keeper")
    look_at(connection, schema, location.schema)
    connection.keep({"synchronous_commit": "off"})  # the swap commits for all
    _worker.append(connection)


def _work(job: Job, call: tuple[object, ...]) -> int:
    return job(_worker[0], *call)


def _unfold_span(connection: Connection, after: int, upto: int) -> int:
    with translated(), connection.transaction():
        add(connection, after, upto)
    return upto - after


def _index(connection: Connection, name: str) -> int:
    """Create a projection's indexes."""
    with translated():
        connection.execute(_named(name).sql["indexes"])
    return 0


def _finish(connection: Connection, name: str) -> int:
    """Place the dates of a projection, and fill its materialized table."""
    found = _named(name)
    with translated():
        for table in found.placed:
            place(connection, table, 0, log.head(connection))
            note_displaced(connection, table)
        if found.materialized:
            fill(connection, found.materialized)
    return 0


def _named(name: str) -> registry.Projection:
    return next(one for one in registry.projections() if one.name == name)


def _analyze(connection: Connection, table: str) -> int:
    """Gather statistics: without them, the first questions would read whole tables."""
    with translated():
        connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
    return 0


def _swap(connection: Connection, location: Location) -> None:
    """Put the new schema in place of the old one, which becomes `…_old`."""
    moves = [(_next(location), location.projections)]
    if progress(connection, location) is not None:
        moves.insert(0, (location.projections, _old(location)))
    rename = sql.SQL("ALTER SCHEMA {} RENAME TO {}")
    for names in moves:
        connection.execute(rename.format(*map(sql.Identifier, names)))
        views = [zones.beside(name) for name in names]
        # Another version of the program may have built tables without views.
        ((there,),) = connection.execute(_FRAME["schema_exists"], {"schema": views[0]}).fetchall()
        if there:
            connection.execute(rename.format(*map(sql.Identifier, views)))


def discard(connection: Connection, schema: str) -> None:
    """Drop a schema of projections table by table, each when its last reader is done.

    Dropping all at once would wait for a reader of one table while locking the table it needs next.
    """
    zones.discard(connection, schema)
    tables = connection.execute(_FRAME["all_tables"], {"schema": schema}).fetchall()
    for (table,) in tables:
        connection.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(schema, table)))
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))
