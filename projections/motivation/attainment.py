"""Attainment: what was reached of every target, against what was first set and as revised."""

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from ledger.database import Connection
from ledger.errors import InvalidQuestion
from projections.metrics.definitions import metric_of
from projections.metrics.metrics import NOBODY, TERMS, Terms, metrics
from projections.metrics.rows import MetricRow
from projections.periods import Period
from projections.tables.motivation.targets import targets
from projections.tables.people.people import units
from projections.view import Answer, View

SCOPES = ("whole", "unit", "employee")
PLACES = Decimal("0.000001")
ADDED_UP = ("count", "distinct", "sum")  # figures of which nothing is 0
Facts = Mapping[tuple[str, str], list[MetricRow]]


def at_the_end(view: View, period: Period) -> View:
    """The view as of the period's end, or still earlier: so a past period stays what it was."""
    return view._replace(on=min(view.on, period.end(view.zone)))


def facts(
    connection: Connection,
    view: View,
    period: Period,
    *,
    by: str,
    names: list[str],
    credit: str,
    terms: Terms = TERMS,
) -> Facts:
    """Rows of `projections.metrics.metrics` for a period by (group, metric), seen from its end.

    by: employee, unit, office or whole. A metric of money has a row for every currency.
    """
    if not names:
        return {}
    rows = metrics(
        connection, at_the_end(view, period),
        by=by, since=period.since, until=period.until, credit=credit, metrics=names,
        terms=terms,
    )  # fmt: skip
    found: dict[tuple[str, str], list[MetricRow]] = {}
    for row in rows:
        found.setdefault((row.group, row.metric), []).append(row)
    return found


def fact_of(found: Facts, group: str, name: str, currency: str | None = None) -> Decimal | None:
    """A figure as an exact decimal, to six places half-even; None where there is no data.

    Nothing counted or added up is 0; of nothing no ratio, mean or median can be told.
    """
    metric = metric_of(name)
    rows = found.get((group, name), [])
    if metric.unit == "currency":
        rows = [row for row in rows if row.unit == currency]
    if not rows:
        return Decimal(0) if metric.figure in ADDED_UP else None
    (row,) = rows
    if row.numerator is not None and row.denominator:
        exact = Decimal(str(row.numerator)) / Decimal(str(row.denominator))
        return exact.quantize(PLACES, ROUND_HALF_EVEN)
    value = row.value
    return None if value is None else Decimal(str(value)).quantize(PLACES, ROUND_HALF_EVEN)


def attainment(
    connection: Connection,
    view: View,
    period: Period,
    *,
    by: str = "employee",
    credit: str = "owner-at-event",
) -> Answer:
    """Every target of a period and a scope, and what was reached of it.

    by: one of SCOPES. Rows: scope_id, metric, currency, fact, first and value (the target as first
    set and as revised), attained_first and attained (ratios to six places, half-even; of a target
    for less: target / fact, and None for a fact of 0), shortfall (what was missing of the target as
    revised, 0 if nothing), causes, target. The fact, and what follows from it, is None without
    data. A branch has what its units have; any other unit what was done in itself.
    Raises InvalidQuestion.
    """
    if by not in SCOPES:
        raise InvalidQuestion(f"no targets by {by}; choose {', '.join(SCOPES)}")
    wanted = targets(connection, view, period=period.name, scope=by)
    names = sorted({row["metric"] for row in wanted if _defined(row["metric"])})
    found = _of_scopes(connection, view, period, by=by, names=names, credit=credit)
    return [_line(row, found) for row in wanted if row["metric"] in names]


def _of_scopes(
    connection: Connection, view: View, period: Period, *, by: str, names: list[str], credit: str
) -> Facts:
    """Facts of the groups that may have targets; a branch has what its units have."""
    found = facts(connection, view, period, by=by, names=names, credit=credit)
    if by != "unit":
        return found
    known = units(connection, at_the_end(view, period))
    branches = {row["unit"] for row in known if row["kind"] == "branch"}
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
) -> Answer:
    """What a target would be by what was achieved: the mean of the last like periods.

    Rows: scope_id, metric, currency, value (to six places, half-even), periods (those with data,
    latest first; one in which nothing was counted is left out), for everybody who has any.
    Raises InvalidQuestion if one of them is not over by the view's `on`.
    """
    if by not in SCOPES or not 1 <= last <= 60:
        raise InvalidQuestion(f"give --by {', '.join(SCOPES)} and --last from 1 to 60")
    sums: dict[tuple[str, str | None], list[tuple[str, Decimal]]] = {}
    for each in _before(period, last):
        if each.end(view.zone) > view.on:
            raise InvalidQuestion(f"{each.name} is still running; propose for a period after it")
        found = _of_scopes(connection, view, each, by=by, names=[metric], credit=credit)
        for group, money, fact in _told(found, metric):
            sums.setdefault((group, money), []).append((each.name, fact))
    return [
        {
            "scope_id": None if by == "whole" else group,
            "metric": metric,
            "currency": currency,
            "value": _mean([fact for _, fact in told]),
            "periods": [name for name, _ in told],
        }
        for (group, currency), told in sorted(sums.items(), key=lambda item: str(item[0]))
    ]


def _told(found: Facts, metric: str) -> Iterator[tuple[str, str | None, Decimal]]:
    """Group, currency (None of what is no money) and figure, where somebody has one."""
    in_money = metric_of(metric).unit == "currency"
    for (group, _), rows in found.items():
        for row in rows:
            currency = row.unit if in_money else None
            fact = fact_of(found, group, metric, currency)
            if fact is not None and currency != "currency" and group != NOBODY:
                yield group, currency, fact


def _mean(facts: list[Decimal]) -> Decimal:
    mean = sum(facts, Decimal(0)) / len(facts)
    return trimmed(mean.quantize(PLACES, ROUND_HALF_EVEN))


def _before(period: Period, last: int) -> Iterator[Period]:
    for _ in range(last):
        period = period.before()
        yield period


def _defined(name: str) -> bool:
    """Whether the metric is one: a service may have recorded a target of something else."""
    try:
        metric_of(name)
    except InvalidQuestion:
        return False
    return True


def _line(row: Mapping[str, Any], found: Facts) -> dict[str, Any]:
    group = row["scope_id"] or "whole"
    fact = fact_of(found, group, row["metric"], row["currency"])
    missing = None
    if fact is not None:
        missing = row["value"] - fact if row["direction"] == "more" else fact - row["value"]
    return {
        "scope_id": row["scope_id"],
        "metric": row["metric"],
        "currency": row["currency"],
        "fact": None if fact is None else trimmed(fact),
        "first": trimmed(row["first"]),
        "attained_first": _share(fact, row["first"], row["direction"]),
        "value": trimmed(row["value"]),
        "attained": _share(fact, row["value"], row["direction"]),
        "shortfall": None if missing is None else trimmed(max(missing, Decimal(0))),
        "causes": row["causes"],
        "target": row["target"],
    }


def _share(fact: Decimal | None, target: Decimal, direction: str) -> Decimal | None:
    over, under = (fact, target) if direction == "more" else (target, fact)
    if over is None or not under:
        return None
    return (over / under).quantize(PLACES, ROUND_HALF_EVEN)


def trimmed(value: Decimal) -> Decimal:
    """The same number without zeros at the end, never with an exponent."""
    return Decimal(f"{value:f}".rstrip("0").rstrip(".")) if "." in f"{value:f}" else value
