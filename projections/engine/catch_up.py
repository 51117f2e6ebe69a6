"""Bringing the projections up to the head before a question is asked.

New events are added, or everything is rebuilt if there are no projections or another version of
this program built them. If the caller's role may not write projections, the answer says how far
behind it is.
"""

from ledger.database import Connection, Location, on_replica, role_names, translated
from ledger.errors import NotInitialised
from ledger.sql import statements
from projections.engine.rebuild import rebuild, refuse_in_workers
from projections.engine.runner import Progress, Report, follow_up, progress

_FRAME = statements("projections.engine", "frame.sql")


def catch_up(
    connection: Connection,
    location: Location,
    report: Report | None = None,
    *,
    workers: int | None = 0,
) -> Progress:
    """Bring the projections up to the head if this role may. Returns their progress.

    - connection: in autocommit mode
    - report: called with the number of events done and in all
    - workers: of a rebuild, as `projections.engine.rebuild.rebuild` describes them

    Raises NotInitialised if there are no projections and this role may not build them; NotGuarded
    in a worker process.
    """
    refuse_in_workers()
    at = progress(connection, location)
    if at is not None and at.fresh and not at.behind:
        return at
    if not _may_write(connection):
        if at is None and on_replica(connection):
            raise NotInitialised(
                "the projections have never been built, and a read replica cannot build them. "
                "Run `iledger projections rebuild` on the primary."
            )
        if at is None:
            keeper = role_names(connection, location)["keeper"]
            raise NotInitialised(
                "the projections have never been built, and this login may not build them. "
                f"Run `iledger projections rebuild` as a member of {keeper}."
            )
        return at
    if at is None or not at.fresh:
        rebuild(location, report, workers=workers, if_stale=True)
    else:
        follow_up(connection, report)
    at = progress(connection, location)
    assert at is not None  # noqa: S101 - just built
    return at


def _may_write(connection: Connection) -> bool:
    with translated():
        row = connection.execute(_FRAME["may_write"]).fetchone()
    return bool(row and row[0]) and not on_replica(connection)
