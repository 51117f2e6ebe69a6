"""Recalculation: what was issued against what is known now, and one scheme against another.

Nothing here changes a statement: a difference is a correction to be decided, or a question.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple, TypeVar

from ledger.database import Connection
from ledger.errors import NotFound
from ledger.sql import statements
from projections.motivation.payout_statement import (
    Statement,
    differences,
    digest,
    read_back,
)
from projections.motivation.scheme import Scheme, recorded_scheme
from projections.motivation.statements import compute_statements, figures_behind, members
from projections.motivation.target_groups import refuse_opposed
from projections.periods import Period, period_of
from projections.tables.motivation.settlement import (
    ClosedPeriod,
    IssuedStatement,
    NeverIssued,
    closings,
    issued,
    never_issued,
    published,
)
from projections.view import View, ask

_SQL = statements("projections.motivation", "recalculation.sql")
K = TypeVar("K")
SETTLED = "settled"


class CheckedStatement(NamedTuple):
    """A statement computed again. recorded, computed: digests, None where there is no statement."""

    statement: str
    same: bool
    recorded: str | None
    computed: str | None


class ProposedCorrection(NamedTuple):
    """Where an issued statement differs from what is known now.

    corrected: what was decided already; delta: what is still to be corrected; changed: texts;
    evidence: positions that have come to count, or no longer do.
    """

    statement: str
    employee: str
    settled: Decimal
    corrected: Decimal
    now: Decimal
    delta: Decimal
    currency: str
    changed: list[str]
    evidence: list[int]


class Replayed(NamedTuple):
    """What somebody would have been paid by another scheme; None: not in the one scheme.

    delta: None then, and between two currencies; currency: of what is after; why: texts.
    """

    employee: str
    before: Decimal | None
    after: Decimal | None
    delta: Decimal | None
    currency: str
    why: list[str]


class _Ground(NamedTuple):
    scope: str
    whose: str
    metric: str | None
    position: int


def closing_of(connection: Connection, view: View, period: str) -> ClosedPeriod:
    """How a period was closed. Raises NotFound if it was not."""
    found = closings(connection, view, period)
    if not found:
        raise NotFound(
            f"period {period} is not closed; `iledger bonus period list` lists those that are, and "
            f"`iledger bonus period close {period}` closes it"
        )
    return found[-1]


def pinned(view: View, closing: ClosedPeriod) -> View:
    """The view that a closed period is for ever looked at with."""
    end = period_of(closing.period).end(closing.zone)
    return View(closing.as_of, end, closing.zone)


def closing_scheme(connection: Connection, view: View, closing: ClosedPeriod) -> Scheme:
    """The scheme that a period was closed by."""
    name = f"{closing.scheme}@{closing.scheme_version}"
    return recorded_scheme(published(connection, pinned(view, closing), name))


def recomputed(connection: Connection, view: View, closing: ClosedPeriod) -> list[Statement]:
    """The statements of a closed period from the figures known at its closing: the same again."""
    return _by_its_scheme(connection, pinned(view, closing), view, closing)


def verified(connection: Connection, view: View, period: str) -> list[CheckedStatement]:
    """Every statement of a closed period computed again, and last the digest of all."""
    closing = closing_of(connection, view, period)
    found = recomputed(connection, view, closing)
    now = {each.statement: each for each in found}
    recorded = {row.statement: row for row in issued(connection, view, period=period)}
    rows = []
    for name in sorted(now.keys() | recorded.keys()):
        was, then = recorded.get(name), now.get(name)
        same = bool(was and then and was.document == then.document)
        digests = was.sha256 if was else None, then.sha256 if then else None
        rows.append(CheckedStatement(name, same, *digests))
    of_all = digest(found)
    same = closing.digest == of_all
    rows.append(CheckedStatement("(all)", same, closing.digest, of_all))
    return rows


def corrections(connection: Connection, view: View, period: str) -> list[ProposedCorrection]:
    """Where an issued statement differs from what is known now: proposed, to be decided.

    Only where there is something to correct. The evidence includes targets, reductions and
    employment. An employee without a statement, who was not known then, was paid 0.
    """
    closing = closing_of(connection, view, period)
    then = pinned(view, closing)
    today = then._replace(as_of=view.as_of)
    now = {each.employee: each for each in _by_its_scheme(connection, today, view, closing)}
    was: dict[str, IssuedStatement | NeverIssued] = {
        row.employee: row for row in issued(connection, view, period=period)
    }
    was |= {row.employee: row for row in never_issued(connection, view, period=period)}
    scheme = closing_scheme(connection, view, closing)
    moved: dict[str, set[int]] | None = None
    rows = []
    for employee in sorted(now.keys() | was.keys()):
        settled, current = was.get(employee), now.get(employee)
        due = current.total if current else Decimal(0)
        paid = settled.total + settled.corrected if settled else Decimal(0)
        if due == paid:
            continue
        if moved is None:
            moved = _moved(connection, period_of(period), scheme, then, today)
        before = read_back(settled.document) if isinstance(settled, IssuedStatement) else None
        correction = ProposedCorrection(
            statement=settled.statement if settled else f"{period}/{employee}",
            employee=employee,
            settled=settled.total if settled else Decimal(0),
            corrected=settled.corrected if settled else Decimal(0),
            now=due,
            delta=due - paid,
            currency=scheme.currency,
            changed=list(differences(before, current.written if current else None)),
            evidence=sorted(moved.get(employee, ())),
        )
        rows.append(correction)
    return rows


def replayed(
    connection: Connection, view: View, period: Period, scheme: Scheme, against: Scheme | None
) -> list[Replayed]:
    """What a period would have paid by another scheme; writes nothing.

    against: the scheme to compare with, or None for what was issued. A closed period is replayed
    on the figures that it was closed by. Raises NotFound if it was not closed, and `against` is
    None.
    """
    closed = closings(connection, view, period.name)
    if against is None:
        closing_of(connection, view, period.name)
    seen = pinned(view, closed[-1]) if closed else view
    refuse_opposed(connection, seen, period, scheme)
    after = {each.employee: each for each in compute_statements(connection, seen, period, scheme)}
    if against is None:
        rows = issued(connection, view, period=period.name)
        before = {row.employee: read_back(row.document) for row in rows}
    else:
        others = compute_statements(connection, seen, period, against)
        before = {each.employee: each.written for each in others}
    found = []
    for employee in sorted(before.keys() | after.keys()):
        old, new = before.get(employee), after.get(employee)
        was = None if old is None else Decimal(old["total"])
        would = None if new is None else new.total
        alike = old is not None and old["currency"] == scheme.currency
        row = Replayed(
            employee=employee,
            before=was,
            after=would,
            delta=None if was is None or would is None or not alike else would - was,
            currency=scheme.currency,
            why=list(differences(old, new.written if new else None)),
        )
        found.append(row)
    return found


def _by_its_scheme(
    connection: Connection, seen: View, view: View, closing: ClosedPeriod
) -> list[Statement]:
    scheme = closing_scheme(connection, view, closing)
    period = period_of(closing.period)
    return compute_statements(connection, seen, period, scheme, remark=closing.late_scheme)


def _moved(
    connection: Connection, period: Period, scheme: Scheme, *views: View
) -> dict[str, set[int]]:
    """The events that count for an employee in one of the two views only, or otherwise."""
    found: dict[str, set[int]] = {}
    groups = [members(connection, seen, period, scheme) for seen in views]
    for component in scheme.components:
        counted = [
            {
                (row.group, row.position, row.weight, row.counted, row.value)
                for row in figures_behind(connection, seen, period, scheme, component.name)
            }
            for seen in views
        ]
        moved = _by_key((row[0], row[1]) for row in counted[0] ^ counted[1])
        for employee, mine in (each for of_one in groups for each in of_one.items()):
            found.setdefault(employee, set()).update(moved.get(mine[component.name].name, ()))
    decided = _decided(connection, period, *views)
    for employee, mine in (each for of_one in groups for each in of_one.items()):
        keys = [
            (*mine[one.name].scope, one.metric) for one in scheme.components if one.target is None
        ]
        for key in [("employee", employee, None), *keys]:
            found[employee] |= decided.get(key, set())
    return found


def _decided(
    connection: Connection, period: Period, *views: View
) -> dict[tuple[str, str, str | None], set[int]]:
    """Who was employed, targets and reductions, known in one of the two views only.

    By scope, whose it is, and metric (None of what is no target).
    """
    known = [
        set(ask(connection, _SQL["grounds"], seen, _Ground, period=period.name)) for seen in views
    ]
    return _by_key((row[:3], row[3]) for row in known[0] ^ known[1])


def _by_key(pairs: Iterable[tuple[K, int]]) -> dict[K, set[int]]:
    found: dict[K, set[int]] = {}
    for key, position in pairs:
        found.setdefault(key, set()).add(position)
    return found
