"""Targets: what an employee, a unit or the company is to reach, as first set and as revised."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from ledger.database import Connection
from ledger.envelope import Recorded
from ledger.sql import statements
from projections.engine.registry import Tables, Unfolds
from projections.view import View, ask

_SQL = statements("projections.tables.motivation", "targets.sql")


class TargetDefined(NamedTuple):
    """A target was set; scope_id: None for the whole company."""

    position: int
    occurred_at: datetime | None
    target: str
    scope: str
    scope_id: str | None
    metric: str
    period: str
    value: Decimal
    currency: str | None
    direction: str
    method: str


class TargetChanged(NamedTuple):
    """A target was revised."""

    position: int
    occurred_at: datetime | None
    target: str
    value: Decimal
    reason: str
    approved_by: str | None


class TargetMissed(NamedTuple):
    """A cause was given for a shortfall."""

    position: int
    target: str
    cause: str
    remark: str | None


class Target(NamedTuple):
    """A target as known at a position.

    scope: whole, unit or employee; first: the value as first set; value: as revised last, by order
    of recording; revisions: how many; causes: of the shortfall.
    """

    target: str
    scope: str
    scope_id: str | None
    metric: str
    period: str
    first: Decimal
    value: Decimal
    currency: str | None
    direction: str
    method: str
    revisions: int
    causes: list[str]
    position: int


TABLES: Tables = {
    TargetDefined: "target_definitions",
    TargetChanged: "target_revisions",
    TargetMissed: "target_shortfalls",
}


def _set(event: Recorded) -> Iterator[TargetDefined]:
    d = event.data
    yield TargetDefined(
        event.position,
        event.occurred_at,
        d.target,
        d.scope,
        d.scope_id,
        d.metric,
        d.period,
        d.value,
        d.currency,
        d.direction,
        d.method,
    )


def _revised(event: Recorded) -> Iterator[TargetChanged]:
    d = event.data
    yield TargetChanged(event.position, event.occurred_at, d.target, d.to, d.reason, d.approved_by)


def _explained(event: Recorded) -> Iterator[TargetMissed]:
    d = event.data
    yield TargetMissed(event.position, d.target, d.cause, d.remark)


UNFOLD: Unfolds = {
    "target.set": _set,
    "target.revised": _revised,
    "shortfall.explained": _explained,
}


def targets(
    connection: Connection,
    view: View,
    *,
    period: str | None = None,
    scope: str | None = None,
    scope_id: str | None = None,
) -> list[Target]:
    """Targets as known at the view's position, by period, scope and metric.

    Its period determines when a target holds, whatever the view's `on`. scope_id: of a unit also
    those of the units below it as of the view's `on`.
    """
    return ask(
        connection, _SQL["targets"], view, Target, period=period, scope=scope, scope_id=scope_id
    )
