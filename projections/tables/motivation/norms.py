"""Norms: figures that everyone in their scope must meet, by version, and breaches on record.

`projections.motivation.compliance` finds the breaches, from the events themselves.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ledger.database import Connection
from ledger.envelope import Recorded
from ledger.sql import statements
from projections.engine.registry import Tables, Unfolds
from projections.periods import Period
from projections.view import View, ask

_SQL = statements("projections.tables.motivation", "norms.sql")


class Norm(NamedTuple):
    """A version of a norm; the fields are those of `ledger.events.motivation.NormDefined`."""

    position: int
    norm: str
    version: int
    metric: str
    bound: str
    value: Decimal
    currency: str | None
    every: str
    per_working_day: bool
    counting: bool
    hours: Decimal | None
    calendar: str | None
    credit: str
    scope: str
    scope_id: str | None
    effective_from: date
    until: date | None
    late: str | None


class BreachRecorded(NamedTuple):
    """A breach was put on record; evidence: positions."""

    position: int
    recorded_by: str
    norm: str
    version: int
    employee: str
    period: str
    value: Decimal
    limit: Decimal
    numerator: Decimal | None
    denominator: Decimal | None
    evidence: list[int]


class RecordedBreach(NamedTuple):
    """A breach on record. evidence: positions; annulled: whether the record was annulled."""

    norm: str
    version: int
    employee: str
    period: str
    value: Decimal
    limit: Decimal
    numerator: Decimal | None
    denominator: Decimal | None
    evidence: list[int]
    by: str
    position: int
    annulled: bool


TABLES: Tables = {Norm: "norm_versions", BreachRecorded: "norm_breaches"}


def _defined(event: Recorded) -> Iterator[Norm]:
    yield Norm(event.position, *(getattr(event.data, name) for name in Norm._fields[1:]))


def _breached(event: Recorded) -> Iterator[BreachRecorded]:
    d = event.data
    yield BreachRecorded(
        event.position,
        event.recorded_by,
        d.norm,
        d.version,
        d.employee,
        d.period,
        d.value,
        d.limit,
        d.numerator,
        d.denominator,
        list(d.evidence),
    )


UNFOLD: Unfolds = {"norm.defined": _defined, "norm.breached": _breached}


def norms(connection: Connection, view: View, norm: str | None = None) -> list[Norm]:
    """All versions of all norms, or of one, in order."""
    return ask(connection, _SQL["norms"], view, Norm, norm=norm)


def recorded(connection: Connection, view: View, periods: Sequence[str]) -> list[RecordedBreach]:
    """The breaches put on record for these periods."""
    return ask(connection, _SQL["recorded"], view, RecordedBreach, periods=list(periods))


def in_force(versions: Sequence[Norm], period: Period) -> list[Norm]:
    """Of each norm the version that holds for a period: the last that held when it began."""
    held = {each.norm: each for each in versions if each.effective_from <= period.since}
    return [each for each in held.values() if each.until is None or period.since < each.until]
