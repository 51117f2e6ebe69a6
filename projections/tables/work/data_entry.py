"""Data entry: when every event happened, when it was recorded, and whose act it was.

Annulments are left out: an annulment says that something should not have been entered.
"""

from datetime import date, datetime
from typing import NamedTuple

from ledger.catalogue import types
from ledger.database import Connection
from ledger.envelope import Recorded
from ledger.sql import statements
from projections.engine.registry import Tables, Unfolds
from projections.view import View, add_up

_SQL = statements("projections.tables.work", "data_entry.sql")


class Recording(NamedTuple):
    """One event; imported: it came in a batch of history, and shows nothing about habits."""

    position: int
    occurred_at: datetime | None
    precision: str
    recorded_at: datetime
    client: str | None
    performed_by: str | None
    unit: str | None
    imported: bool


TABLES: Tables = {Recording: "entries"}


def _recorded(event: Recorded) -> tuple[Recording]:
    # A tuple, since a generator would be made for every event there is.
    return (
        Recording(
            event.position,
            event.occurred_at,
            event.precision,
            event.recorded_at,
            event.client,
            event.performed_by,
            event.unit,
            event.import_batch is not None,
        ),
    )


UNFOLD: Unfolds = dict.fromkeys(types().keys() - {"event.annulled"}, _recorded)


class Adoption(NamedTuple):
    """How an employee keeps the ledger.

    - events: their acts recorded in these days, without imports; acts at an unknown time count here
      only.
    - workdays: Mondays to Fridays on which they were here and not absent; per_workday: events a
      workday, None without workdays.
    - same_day: recorded on the local day on which they happened; late: recorded more than 24 hours
      after they happened, of a date after its end; back_dated: more than 7 days after.
    - same_day_share, late_share: of the events at a known time; None without any.
    - silent: there were workdays, and no events.
    """

    employee: str | None
    name: str | None
    unit: str | None
    events: int
    workdays: int
    per_workday: float | None
    same_day: int
    same_day_share: float | None
    late: int
    late_share: float | None
    back_dated: int
    silent: bool


def adoption(connection: Connection, view: View, *, since: date, until: date) -> list[Adoption]:
    """How each employee keeps the ledger, from a local date up to another, exclusive.

    The silent come first.
    """
    return add_up(connection, _SQL["adoption"], view, Adoption, since=since, until=until)
