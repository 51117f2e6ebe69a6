"""Takeovers: who was given a hand-over pack for which client, and whether he has accepted it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ledger.database import Connection
from ledger.envelope import Recorded
from ledger.sql import statements
from projections.view import Answer, View, ask

_SQL = statements("projections.tables.ownership", "handovers.sql")


class TakeoverStep(NamedTuple):
    """An employee was given the pack of a client (step: issued), or accepted the client."""

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


TABLES: Mapping[type[Any], str] = {TakeoverStep: "takeover_steps"}


def _step(event: Recorded, step: str) -> Iterator[TakeoverStep]:
    d = event.data
    if event.client is not None:
        yield TakeoverStep(
            event.position, event.occurred_at, event.precision, event.client, d.employee, step,
            getattr(d, "as_of", None), d.sha256, getattr(d, "remark", None), event.recorded_by,
        )  # fmt: skip


UNFOLD: Mapping[str, Callable[[Recorded], Iterator[Any]]] = {
    "handover_pack.issued": lambda event: _step(event, "issued"),
    "handover.accepted": lambda event: _step(event, "accepted"),
}


def takeovers(
    connection: Connection, view: View, *, employee: str | None = None, only_open: bool = False
) -> Answer:
    """Every hand-over: client, employee, passed_at, issued_at, pack_as_of, accepted_at, waited.

    only_open: those not accepted yet, of clients that are still his or have not yet passed to him,
    and have not been merged into others.
    """
    return ask(connection, _SQL["takeovers"], view, employee=employee, only_open=only_open)
