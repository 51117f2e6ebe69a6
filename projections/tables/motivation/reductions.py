"""Reductions of a bonus: proposed by the rules of a scheme, decided by a person."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from ledger.database import Connection
from ledger.envelope import Recorded
from ledger.sql import statements
from projections.engine.registry import Tables, Unfolds
from projections.view import View, ask

_SQL = statements("projections.tables.motivation", "reductions.sql")


class Proposed(NamedTuple):
    """A reduction of a bonus was proposed."""

    position: int
    reduction: str
    employee: str
    period: str
    amount: Decimal
    currency: str
    rule: str
    evidence: list[int]


class Decided(NamedTuple):
    """A reduction was confirmed or waived."""

    position: int
    recorded_by: str
    reduction: str
    decision: str
    reason: str


class Reduction(NamedTuple):
    """A reduction proposed. decision: confirmed or waived, None while it is open."""

    reduction: str
    employee: str
    period: str
    amount: Decimal
    currency: str
    rule: str
    evidence: list[int]
    decision: str | None
    reason: str | None
    by: str | None
    position: int


TABLES: Tables = {Proposed: "reductions_proposed", Decided: "reductions_decided"}


def _proposed(event: Recorded) -> Iterator[Proposed]:
    d = event.data
    yield Proposed(
        event.position,
        d.reduction,
        d.employee,
        d.period,
        d.amount,
        d.currency,
        d.rule,
        list(d.evidence),
    )


def _decided(event: Recorded) -> Iterator[Decided]:
    d = event.data
    yield Decided(event.position, event.recorded_by, d.reduction, d.decision, d.reason)


UNFOLD: Unfolds = {
    "bonus_reduction.proposed": _proposed,
    "bonus_reduction.decided": _decided,
}


def reductions(
    connection: Connection, view: View, *, period: str | None = None, employee: str | None = None
) -> list[Reduction]:
    """The reductions proposed, with the last decision about each."""
    sql, row = _SQL["reductions"], Reduction
    return ask(connection, sql, view, row, period=period, employee=employee)
