"""Settlement: schemes, closed periods, statements and what became of them, reductions."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from ledger.database import Connection
from ledger.envelope import Recorded
from ledger.errors import NotFound
from ledger.sql import statements as named
from projections.engine.registry import Unfold
from projections.view import Answer, View, ask

_SQL = named("projections.tables.motivation", "settlement.sql")


class SchemePublished(NamedTuple):
    """A version of a scheme, as a whole file; recorded_at: when it was known."""

    position: int
    recorded_at: datetime
    scheme: str
    version: int
    effective_from: date
    toml: str
    sha256: str
    remark: str | None


class Closing(NamedTuple):
    """A period was settled."""

    position: int
    recorded_at: datetime
    period: str
    zone: str
    as_of: int
    scheme: str
    scheme_version: int
    credit: str
    statements: int
    digest: str
    late_scheme: str | None


class Issued(NamedTuple):
    """A statement was issued; document: the text that its digest covers."""

    position: int
    statement: str
    employee: str
    period: str
    total: Decimal
    currency: str
    sha256: str
    document: str


class Ruling(NamedTuple):
    """A statement was disputed or corrected; evidence: positions; said: the claim or the reason."""

    position: int
    occurred_at: datetime | None
    recorded_by: str
    statement: str
    ruling: str
    delta: Decimal | None
    said: str
    evidence: list[int]


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


TABLES: Mapping[type[Any], str] = {
    SchemePublished: "schemes_published",
    Closing: "periods_closed",
    Issued: "statements_issued",
    Ruling: "statement_rulings",
    Proposed: "reductions_proposed",
    Decided: "reductions_decided",
}


def _published(event: Recorded) -> Iterator[SchemePublished]:
    d = event.data
    yield SchemePublished(
        event.position, event.recorded_at, d.scheme, d.version, d.effective_from, d.toml, d.sha256,
        d.remark,
    )  # fmt: skip


def _closed(event: Recorded) -> Iterator[Closing]:
    d = event.data
    yield Closing(
        event.position, event.recorded_at, d.period, d.zone, d.as_of, d.scheme, d.scheme_version,
        d.credit, d.statements, d.digest, d.late_scheme,
    )  # fmt: skip


def _issued(event: Recorded) -> Iterator[Issued]:
    d = event.data
    yield Issued(
        event.position, d.statement, d.employee, d.period, d.total, d.currency, d.sha256, d.document
    )


def _disputed(event: Recorded) -> Iterator[Ruling]:
    d = event.data
    yield Ruling(
        event.position, event.occurred_at, event.recorded_by, d.statement, "disputed", None,
        d.claim, [],
    )  # fmt: skip


def _corrected(event: Recorded) -> Iterator[Ruling]:
    d = event.data
    yield Ruling(
        event.position, event.occurred_at, event.recorded_by, d.statement, "corrected", d.delta,
        d.reason, list(d.evidence),
    )  # fmt: skip


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


UNFOLD: Mapping[str, Unfold] = {
    "motivation_scheme.published": _published,
    "period.closed": _closed,
    "payout_statement.issued": _issued,
    "statement.disputed": _disputed,
    "statement.corrected": _corrected,
    "bonus_reduction.proposed": _proposed,
    "bonus_reduction.decided": _decided,
}


def schemes(connection: Connection, view: View, scheme: str | None = None) -> Answer:
    """Published versions: scheme, version, effective_from, recorded_at, sha256, remark, toml."""
    return ask(connection, _SQL["schemes"], view, scheme=scheme)


def closings(connection: Connection, view: View, period: str | None = None) -> Answer:
    """Closed periods: all fields of Closing, and open disputes and the sum of corrections."""
    return ask(connection, _SQL["closings"], view, period=period)


def issued(
    connection: Connection,
    view: View,
    *,
    period: str | None = None,
    employee: str | None = None,
    statement: str | None = None,
) -> Answer:
    """Statements: statement, employee, period, total, currency, sha256, corrected (the sum of the
    corrections decided), disputes (how many), position, document.
    """
    return ask(connection, _SQL["issued"], view, period=period, employee=employee, named=statement)


def never_issued(
    connection: Connection, view: View, *, period: str | None = None, employee: str | None = None
) -> Answer:
    """Corrections of who has no statement, as he was known only after the period was settled; as
    `issued`, without a document: total 0, and no sha256.
    """
    return ask(connection, _SQL["never_issued"], view, period=period, employee=employee)


def rulings(connection: Connection, view: View, statement: str) -> Answer:
    """What became of a statement: ruling (disputed, corrected), delta, said, evidence, by, at."""
    return ask(connection, _SQL["rulings"], view, named=statement)


def reductions(
    connection: Connection, view: View, *, period: str | None = None, employee: str | None = None
) -> Answer:
    """Reductions proposed: reduction, employee, period, amount, currency, rule, evidence
    (positions), decision (confirmed, waived, None while open), reason, by, position.
    """
    return ask(connection, _SQL["reductions"], view, period=period, employee=employee)


def published(connection: Connection, view: View, name: str) -> dict[str, Any]:
    """The version of a scheme that NAME@VERSION, or NAME for its latest, means. Raises NotFound."""
    scheme, _, version = name.rpartition("@") if "@" in name else (name, "", "")
    found = [
        row
        for row in schemes(connection, view, scheme)
        if not version or str(row["version"]) == version
    ]
    if not found:
        raise NotFound(f"no scheme {name!r} was published; `iledger bonus scheme list` lists them")
    return found[-1]
