"""Hand-overs: who was given the pack of which client, and whether they have accepted it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from ledger.database import Connection
from ledger.envelope import Recorded
from ledger.sql import statements
from projections.engine.placing import Placed
from projections.engine.registry import Tables, Unfolds
from projections.view import View, ask

_SQL = statements("projections.tables.ownership", "handovers.sql")


class HandoverStep(NamedTuple):
    """An employee was given the pack of a client (step: issued), or accepted it (accepted)."""

    position: int
    occurred_at: datetime | None
    precision: str
    client: str
    employee: str
    step: str
    pack_as_of: int | None
    sha256: str | None
    remark: str | None
    recorded_by: str


TABLES: Tables = {HandoverStep: "takeover_steps"}
PLACED = (Placed("takeover_steps", "client", "employee"),)


def _step(event: Recorded, step: str) -> Iterator[HandoverStep]:
    d = event.data
    if event.client is not None:
        yield HandoverStep(
            event.position,
            event.occurred_at,
            event.precision,
            event.client,
            d.employee,
            step,
            getattr(d, "as_of", None),
            d.sha256,
            getattr(d, "remark", None),
            event.recorded_by,
        )


UNFOLD: Unfolds = {
    "handover_pack.issued": lambda event: _step(event, "issued"),
    "handover.accepted": lambda event: _step(event, "accepted"),
}


class Handover(NamedTuple):
    """A hand-over of a client to an employee; pack_as_of: the position of the pack.

    waited: from when they could accept until they did, or until `on`; None of one dated ahead.
    """

    client: str
    employee: str
    from_employee: str | None
    reason: str | None
    passed_at: datetime | None
    passed_precision: str | None
    issued_at: datetime | None
    issued_precision: str | None
    pack_as_of: int | None
    accepted_at: datetime | None
    accepted_precision: str | None
    waited: timedelta | None
    sha256: str | None
    position: int
    pack_position: int | None
    accepted_position: int | None


def handovers(
    connection: Connection, view: View, *, employee: str | None = None, only_open: bool = False
) -> list[Handover]:
    """Every hand-over, or those to an employee.

    only_open: those not accepted yet, of clients that are still theirs or have not yet passed
    to them, and have not been merged into others.
    """
    return ask(
        connection, _SQL["handovers"], view, Handover, employee=employee, only_open=only_open
    )
