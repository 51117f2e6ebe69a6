"""Attainment: every target against its fact, with the original and the revised value."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from ledger.database import Connection
from ledger.errors import InvalidQuestion
from projections.metrics.definitions import metric_of
from projections.metrics.metrics import NOBODY
from projections.metrics.rows import UNNAMED
from projections.motivation.measure import Facts, at_the_end, fact_of, facts
from projections.motivation.rounding import rounded, trimmed
from projections.periods import Period
from projections.tables.motivation.targets import Target, targets
from projections.tables.people.people import employees, units
from projections.view import View

SCOPES = ("whole", "unit", "employee")


class Attainment(NamedTuple):
    """The attainment of a target.

    - target: its id; first, value: the target as first set and as revised
    - fact: the figure; None without data, and so is everything that follows from it
    - attained_first, attained: fact / target, or target / fact where less is better (None for a
      fact that is not above 0), rounded
    - shortfall: what is missing from the revised target, at least 0; causes: those recorded
    """

    scope_id: str | None
    metric: str
    currency: str | None
    fact: Decimal | None
    first: Decimal
    attained_first: Decimal | None
    value: Decimal
    attained: Decimal | None
    shortfall: Decimal | None
    causes: list[str]
    target: str


class TargetProposal(NamedTuple):
    """A proposed target. value: rounded; periods: those with data, the latest first."""

    scope_id: str | None
    metric: str
    currency: str | None
    value: Decimal
    periods: list[str]


def attainment(
    connection: Connection,
    view: View,
    period: Period,
    *,
    by: str = "employee",
    credit: str = "owner-at-event",
) -> list[Attainment]:
    """The attainment of every target of a period and a scope.

    - by: one of SCOPES. A branch has the totals of its units, any other unit what was done in it

    Raises InvalidQuestion.
    """
    if by not in SCOPES:
        raise InvalidQuestion(f"cannot group by {by}; choose {', '.join(SCOPES)}")
    wanted = targets(connection, view, period=period.name, scope=by)
    names = sorted({row.metric for row in wanted if _defined(row.metric)})
    found = _of_scopes(connection, view, period, by=by, names=names, credit=credit)
    return [_line(row, found) for row in wanted if row.metric in names]


def _of_scopes(
    connection: Connection,
    view: View,
    period: Period,
    *,
    by: str,
    names: Sequence[str],
    credit: str,
) -> Facts:
    """The facts of the groups that may have targets; a branch has the totals of its units."""
    found = facts(connection, view, period, by=by, names=names, credit=credit)
    if by != "unit":
        return found
    known = units(connection, at_the_end(view, period))
    branches = {row.unit for row in known if row.kind == "branch"}
    whole = facts(connection, view, period, by="office", names=names, credit=credit)
    return {
        **{key: rows for key, rows in found.items() if key[0] not in branches},
        **{key: rows for key, rows in whole.items() if key[0] in branches},
    }


def proposed(
    connection: Connection,
    view: View,
    period: Period,
    metric: str,
    *,
    by: str = "employee",
    last: int = 4,
    credit: str = "owner-at-event",
) -> list[TargetProposal]:
    """Propose targets: the mean of the last periods of the same kind.

    Periods without any count are left out, and so are groups without other periods, and employees
    who have left, or will have when the period begins. Raises
    InvalidQuestion if one of the periods is not over by the view's `on`.
    """
    if by not in SCOPES or not 1 <= last <= 60:
        raise InvalidQuestion(f"give --by {', '.join(SCOPES)} and --last from 1 to 60")
    gone = departed(connection, view, period) if by == "employee" else frozenset[str]()
    sums: dict[tuple[str, str | None], list[tuple[str, Decimal]]] = {}
    for each in _before(period, last):
        if each.end(view.zone) > view.on:
            raise InvalidQuestion(f"{each.name} is still running; propose for a period after it")
        found = _of_scopes(connection, view, each, by=by, names=[metric], credit=credit)
        for group, money, fact in _achieved(found, metric):
            if group not in gone:
                sums.setdefault((group, money), []).append((each.name, fact))
    return [
        TargetProposal(
            scope_id=None if by == "whole" else group,
            metric=metric,
            currency=currency,
            value=_mean([fact for _, fact in achieved]),
            periods=[name for name, _ in achieved],
        )
        for (group, currency), achieved in sorted(sums.items(), key=lambda item: str(item[0]))
    ]


def departed(connection: Connection, view: View, period: Period) -> frozenset[str]:
    """The employees who have left by now, or by the beginning of a period."""
    then = view._replace(on=max(view.on, period.begin(view.zone)))
    return frozenset(row.employee for row in employees(connection, then) if row.departed)


def _achieved(found: Facts, metric: str) -> Iterator[tuple[str, str | None, Decimal]]:
    """Group, currency (None if not money) and figure, of the groups that have one."""
    in_money = metric_of(metric).unit == "currency"
    for (group, _), rows in found.items():
        for row in rows:
            currency = row.unit if in_money else None
            fact = fact_of(found, group, metric, currency)
            named = currency not in ("currency", UNNAMED["currency"])
            if fact is not None and named and group != NOBODY:
                yield group, currency, fact


def _mean(facts: Sequence[Decimal]) -> Decimal:
    return trimmed(rounded(sum(facts, Decimal(0)) / len(facts)))


def _before(period: Period, last: int) -> Iterator[Period]:
    for _ in range(last):
        period = period.before()
        yield period


def _defined(name: str) -> bool:
    """Whether the metric exists: a service may have recorded a target of something else."""
    try:
        metric_of(name)
    except InvalidQuestion:
        return False
    return True


def _line(row: Target, found: Facts) -> Attainment:
    fact = fact_of(found, row.scope_id or "whole", row.metric, row.currency)
    missing = None
    if fact is not None:
        missing = row.value - fact if row.direction == "more" else fact - row.value
    return Attainment(
        scope_id=row.scope_id,
        metric=row.metric,
        currency=row.currency,
        fact=None if fact is None else trimmed(fact),
        first=trimmed(row.first),
        attained_first=_share(fact, row.first, row.direction),
        value=trimmed(row.value),
        attained=_share(fact, row.value, row.direction),
        shortfall=None if missing is None else trimmed(max(missing, Decimal(0))),
        causes=row.causes,
        target=row.target,
    )


def _share(fact: Decimal | None, target: Decimal, direction: str) -> Decimal | None:
    over, under = (fact, target) if direction == "more" else (target, fact)
    if over is None or under is None or under <= 0:
        return None
    return rounded(over / under)
