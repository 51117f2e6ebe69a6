"""Transfers: batches in which the clients of one employee passed to others, and went back."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from ledger.database import Connection
from ledger.envelope import Recorded
from ledger.sql import statements
from projections.engine.placing import Placed
from projections.engine.registry import Tables, Unfolds
from projections.view import View, ask

_SQL = statements("projections.tables.ownership", "transfers.sql")


class BatchStep(NamedTuple):
    """A batch was started, completed, turned (its reversal began) or reversed.

    Each step knows only its own figures.
    """

    position: int
    occurred_at: datetime | None
    precision: str
    batch: str
    step: str
    from_employee: str | None
    rule: str | None
    reason: str | None
    planned: int | None
    skipped: int | None
    kept: int | None
    approved_by: str | None
    recorded_by: str


class BatchMove(NamedTuple):
    """A client passed on in a batch, or went back."""

    position: int
    batch: str
    client: str
    from_employee: str | None
    to_employee: str
    back: bool


TABLES: Tables = {BatchStep: "batch_steps", BatchMove: "batch_moves"}
PLACED = (Placed("batch_steps", "batch"),)


def _step(event: Recorded, step: str) -> Iterator[BatchStep]:
    d = event.data
    yield BatchStep(
        event.position,
        event.occurred_at,
        event.precision,
        d.batch,
        step,
        getattr(d, "from_employee", None),
        getattr(d, "rule", None),
        getattr(d, "reason", None),
        getattr(d, "planned", None),
        getattr(d, "skipped", None),
        getattr(d, "kept", None),
        getattr(d, "approved_by", None),
        event.recorded_by,
    )


def _move(event: Recorded) -> Iterator[BatchMove]:
    d = event.data
    if d.batch is not None and event.client is not None:
        back = d.reason == "batch_reversed"
        yield BatchMove(event.position, d.batch, event.client, d.from_employee, d.to_employee, back)


UNFOLD: Unfolds = {
    "transfer_batch.started": lambda event: _step(event, "started"),
    "transfer_batch.completed": lambda event: _step(event, "completed"),
    "transfer_reversal.started": lambda event: _step(event, "turned"),
    "transfer_batch.reversed": lambda event: _step(event, "reversed"),
    "client.reassigned": _move,
}


class Batch(NamedTuple):
    """A batch of clients passed on; planned, moved, skipped, restored, kept: numbers of clients.

    ahead: how many of those moved pass on only later, the first of them at effective_at.
    """

    batch: str
    state: str
    from_employee: str | None
    rule: str | None
    reason: str | None
    planned: int | None
    moved: int
    skipped: int | None
    restored: int
    kept: int | None
    started_at: datetime | None
    started_precision: str
    completed_at: datetime | None
    completed_precision: str | None
    reversed_at: datetime | None
    reversed_precision: str | None
    ahead: int
    effective_at: datetime | None
    approved_by: str | None
    recorded_by: str
    position: int


class Successor(NamedTuple):
    """How many clients of a batch passed to an employee, and how many of them went back."""

    to_employee: str
    moved: int
    restored: int


class Passed(NamedTuple):
    """A client that passed on in a batch, and to whom."""

    client: str
    to_employee: str


def batches(connection: Connection, view: View, batch: str | None = None) -> list[Batch]:
    """Every batch, or one, the latest first.

    state: open, complete, reversing or reversed; skipped, kept: None until there.
    """
    return ask(connection, _SQL["batches"], view, Batch, batch=batch)


def successors(connection: Connection, view: View, batch: str) -> list[Successor]:
    """To whom the clients of a batch passed, and how many went back."""
    return ask(connection, _SQL["successors"], view, Successor, batch=batch)


def passed(connection: Connection, view: View, batch: str) -> list[Passed]:
    """The clients that passed on in a batch and did not go back in it, and to whom."""
    return ask(connection, _SQL["passed"], view, Passed, batch=batch)
