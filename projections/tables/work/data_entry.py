"""Entries: of every event when it happened and when it was recorded, and whose act it was.

An annulment is none: it says that something had better not been entered.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from ledger.catalogue import types
from ledger.database import Connection
from ledger.envelope import Recorded
from ledger.sql import statements
from projections.engine.registry import Unfold
from projections.view import View, add_up

_SQL = statements("projections.tables.work", "data_entry.sql")


class Recording(NamedTuple):
    """One event; imported: it came in a batch of history, and says nothing of anybody's habits."""

    position: int
    occurred_at: datetime | None
    precision: str
    recorded_at: datetime
    client: str | None
    performed_by: str | None
    unit: str | None
    imported: bool


TABLES: Mapping[type[Any], str] = {Recording: "entries"}


def _recorded(event: Recorded) -> tuple[Recording]:
    # No generator: one would be made for every event there is.
    return (Recording(
        event.position, event.occurred_at, event.precision, event.recorded_at, event.client,
        event.performed_by, event.unit, event.import_batch is not None,
    ),)  # fmt: skip


UNFOLD: Mapping[str, Unfold] = dict.fromkeys(types().keys() - {"event.annulled"}, _recorded)


class Adoption(NamedTuple):
    """How an employee keeps the ledger; `adoption` describes the columns."""

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

    Rows, the silent first: employee, name, unit, events (his acts recorded in these days, without
    imports), workdays (Mondays to Fridays he was here and not absent), per_workday (None of none),
    same_day (recorded on the local day on which they happened), same_day_share, late (recorded more
    than 24 hours after they happened, of a date after its end), late_share, back_dated (recorded
    more than 7 days after), silent (there were workdays, and no events). Acts at an unknown time
    are events, and none of the rest. Shares are of the events at a known time; None of none.
    """
    return add_up(connection, _SQL["adoption"], view, Adoption, since=since, until=until)
