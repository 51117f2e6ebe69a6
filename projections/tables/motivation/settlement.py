"""Settlement: schemes, closed periods, statements and what became of them."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from ledger.database import Connection
from ledger.envelope import Recorded
from ledger.errors import NotFound
from ledger.sql import statements as named
from projections.engine.registry import Tables, Unfolds
from projections.view import View, ask

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
    """A period was closed."""

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


class PublishedScheme(NamedTuple):
    """A published version of a scheme. toml: the whole file; sha256: its digest."""

    scheme: str
    version: int
    effective_from: date
    recorded_at: datetime
    sha256: str
    remark: str | None
    position: int
    toml: str


class ClosedPeriod(NamedTuple):
    """A closed period. statements: how many; total: their sum; corrected: of the corrections.

    as_of: the position whose knowledge it rests on; disputes: how many; late_scheme: why a scheme
    counts that came after the period had begun; digest: over all statements.
    """

    period: str
    zone: str
    as_of: int
    scheme: str
    scheme_version: int
    credit: str
    statements: int
    total: Decimal | None
    currency: str | None
    corrected: Decimal
    disputes: int
    late_scheme: str | None
    digest: str
    closed_at: datetime
    position: int


class IssuedStatement(NamedTuple):
    """A statement as issued. corrected: the sum of the corrections decided; disputes: how many.

    sha256: the digest of document, the canonical JSON.
    """

    statement: str
    employee: str
    period: str
    total: Decimal
    currency: str
    corrected: Decimal
    disputes: int
    sha256: str
    position: int
    document: str


class NeverIssued(NamedTuple):
    """A statement that was never issued, but corrected; total: 0, sha256: None."""

    statement: str
    employee: str
    period: str
    total: Decimal
    currency: str | None
    corrected: Decimal
    disputes: int
    sha256: None
    position: int


class StatementRuling(NamedTuple):
    """What became of a statement. ruling: disputed or corrected; said: the claim or the reason."""

    ruling: str
    delta: Decimal | None
    said: str
    evidence: list[int]
    by: str
    at: datetime | None
    position: int


TABLES: Tables = {
    SchemePublished: "schemes_published",
    Closing: "periods_closed",
    Issued: "statements_issued",
    Ruling: "statement_rulings",
}


def _published(event: Recorded) -> Iterator[SchemePublished]:
    d = event.data
    yield SchemePublished(
        event.position,
        event.recorded_at,
        d.scheme,
        d.version,
        d.effective_from,
        d.toml,
        d.sha256,
        d.remark,
    )


def _closed(event: Recorded) -> Iterator[Closing]:
    d = event.data
    yield Closing(
        event.position,
        event.recorded_at,
        d.period,
        d.zone,
        d.as_of,
        d.scheme,
        d.scheme_version,
        d.credit,
        d.statements,
        d.digest,
        d.late_scheme,
    )


def _issued(event: Recorded) -> Iterator[Issued]:
    d = event.data
    yield Issued(
        event.position, d.statement, d.employee, d.period, d.total, d.currency, d.sha256, d.document
    )


def _disputed(event: Recorded) -> Iterator[Ruling]:
    d = event.data
    yield Ruling(
        event.position,
        event.occurred_at,
        event.recorded_by,
        d.statement,
        "disputed",
        None,
        d.claim,
        [],
    )


def _corrected(event: Recorded) -> Iterator[Ruling]:
    d = event.data
    yield Ruling(
        event.position,
        event.occurred_at,
        event.recorded_by,
        d.statement,
        "corrected",
        d.delta,
        d.reason,
        list(d.evidence),
    )


UNFOLD: Unfolds = {
    "motivation_scheme.published": _published,
    "period.closed": _closed,
    "payout_statement.issued": _issued,
    "statement.disputed": _disputed,
    "statement.corrected": _corrected,
}


def schemes(connection: Connection, view: View, scheme: str | None = None) -> list[PublishedScheme]:
    """The published versions of all schemes, or of one."""
    return ask(connection, _SQL["schemes"], view, PublishedScheme, scheme=scheme)


def closings(connection: Connection, view: View, period: str | None = None) -> list[ClosedPeriod]:
    """The closed periods, with their corrections and disputes."""
    return ask(connection, _SQL["closings"], view, ClosedPeriod, period=period)


def issued(
    connection: Connection,
    view: View,
    *,
    period: str | None = None,
    employee: str | None = None,
    statement: str | None = None,
) -> list[IssuedStatement]:
    """The statements issued, by period and employee."""
    sql, row = _SQL["issued"], IssuedStatement
    return ask(connection, sql, view, row, period=period, employee=employee, named=statement)


def never_issued(
    connection: Connection, view: View, *, period: str | None = None, employee: str | None = None
) -> list[NeverIssued]:
    """Corrections of employees who became known only after the period had been closed.

    They have no statement, but may be paid by corrections.
    """
    sql, row = _SQL["never_issued"], NeverIssued
    return ask(connection, sql, view, row, period=period, employee=employee)


def rulings(connection: Connection, view: View, statement: str) -> list[StatementRuling]:
    """What became of a statement: disputes and corrections, in order of recording."""
    return ask(connection, _SQL["rulings"], view, StatementRuling, named=statement)


def published(connection: Connection, view: View, name: str) -> PublishedScheme:
    """The version of a scheme that NAME@VERSION, or NAME for its latest, means. Raises NotFound."""
    scheme, _, version = name.rpartition("@") if "@" in name else (name, "", "")
    found = [
        row
        for row in schemes(connection, view, scheme)
        if not version or str(row.version) == version
    ]
    if not found:
        raise NotFound(f"no scheme {name!r} was published; `iledger bonus scheme list` lists them")
    return found[-1]
