"""The rows of an answer about metrics, and how the aggregates of the database become figures."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from operator import itemgetter
from typing import NamedTuple

from projections.metrics.definitions import Metric, defined

Count = int | Decimal  # a Decimal only where a part of an event is in it
Number = int | float | Decimal
_FLOATS = ("days", "hours", "points", "scale")  # the units of what is neither money nor a count
MEASURED = ("currency", "scale")  # units that the events name: figures have a row for each
UNNAMED = {each: f"no {each}" for each in MEASURED}  # the unit of events that name none


class MetricRow(NamedTuple):
    """One figure: a metric of a group in a period.

    value: None where there is nothing to measure, never a ratio of 0 for 0 of 0; numerator,
    denominator: of ratios and means; unit: count, ratio, days, hours, points, a currency (or "no
    currency" where the events name none, and "currency" where there are none), a scale (alike).
    """

    group: str
    period: str
    metric: str
    value: Number | None
    numerator: Number | None
    denominator: Number | None
    unit: str


class EvidenceRow(NamedTuple):
    """One event behind a figure.

    subject: the deal, offer or task; employee: who is credited; weight: 1, or the part of the event
    credited to this employee, below 0 if it takes back what was counted in an earlier period;
    counted: in a ratio, whether the event is in the numerator; value: of the whole event, None
    where there is none.
    """

    metric: str
    group: str
    period: str
    position: int
    occurred_at: datetime | None
    precision: str
    client: str | None
    subject: str | None
    employee: str | None
    weight: Decimal
    performer: str | None
    unit: str | None
    counted: bool | None
    value: Decimal | None
    currency: str | None


class Aggregate(NamedTuple):
    """What the database has added up of a metric for a group and a period, one row per currency.

    - metric: empty for a group without any evidence
    - n, hits: whole events, or clients, and those of them that count
    - n_parts, hits_parts: the same of the parts of split events
    - percentile: the median or the 90th percentile
    """

    group: str
    period: str
    metric: str = ""
    currency: str | None = None
    n: int | None = None
    n_parts: Decimal | None = None
    hits: int | None = None
    hits_parts: Decimal | None = None
    total: Decimal | None = None
    percentile: float | None = None


# Value, numerator, denominator and unit; a plain tuple, for rows are many.
_Value = tuple[Number | None, Number | None, Number | None, str]


def metric_rows(
    found: Sequence[Aggregate], wanted: Sequence[str], *, grid: bool
) -> Iterator[MetricRow]:
    """The figures, by group and period, in the order of the metrics wanted.

    grid: give every group all plain metrics in every period in which it has any.
    """
    known, make = defined().metrics, MetricRow._make
    groups: dict[tuple[str, str], dict[str, list[Aggregate]]] = {}
    for row in found:
        rows = groups.setdefault((row.group, row.period), {})
        metric = row.metric
        if metric:
            name = metric if metric in known else f"{metric.partition('.')[0]}.*"
            rows.setdefault(name, []).append(row)
    empty = {name: _value(known[name], Aggregate("", "")) for name in wanted}
    for (group, period), rows in sorted(groups.items(), key=itemgetter(0)):
        for name in wanted:
            here = rows.get(name)
            if here is None:
                if grid and not name.endswith(".*"):
                    yield make((group, period, name, *empty[name]))
                continue
            metric_here = known[name]
            for row in sorted(here, key=_metric_and_money) if here[1:] else here:
                yield make((group, period, row.metric, *_value(metric_here, row)))


def _metric_and_money(row: Aggregate) -> tuple[str, bool, str]:
    return row.metric, row.currency is None, row.currency or ""


def _value(metric: Metric, row: Aggregate) -> _Value:
    """What a metric comes to; the commonest kinds first, for rows are many."""
    figure, unit = metric.figure, metric.unit
    value: Number | None
    numerator: Number | None = None
    denominator: Count | None = None
    if figure in ("count", "distinct"):
        value = _count(row.n, row.n_parts)
    elif figure in ("share", "client_share"):
        hits, denominator = _count(row.hits, row.hits_parts), _count(row.n, row.n_parts)
        numerator, value = hits, float(hits / denominator) if denominator else None
    elif figure == "sum":
        value = 0 if row.total is None else row.total
    else:
        denominator, value = _count(row.n, row.n_parts), row.percentile
        if figure == "mean":
            numerator = row.total
            value = row.total / denominator if denominator and row.total is not None else None
    if unit in _FLOATS and value is not None:
        value = float(value)
        numerator = None if numerator is None else float(numerator)
    if unit in MEASURED and (row.n, row.n_parts) != (None, None):
        unit = UNNAMED[unit]
    return value, numerator, denominator, row.currency or unit


def _count(whole: int | None, parts: Decimal | None) -> Count:
    """A count as an int, unless a part of an event is in it; of nothing it is 0."""
    if parts is None:
        return whole or 0
    counted = (whole or 0) + parts
    return int(counted) if counted == int(counted) else counted
