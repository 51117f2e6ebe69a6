"""Measuring: the figures of a period that targets, norms and schemes are compared with."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from ledger.database import Connection
from projections.metrics.definitions import defined, metric_of
from projections.metrics.metrics import TERMS, Terms, metrics
from projections.metrics.rows import MetricRow
from projections.motivation.rounding import rounded
from projections.periods import Period
from projections.tables.work.calendar import default, working_days
from projections.view import View

ADDED_UP = ("count", "distinct", "sum")  # kinds of figure that are 0 where there is no event
Facts = Mapping[tuple[str, str], Sequence[MetricRow]]


class Figure(NamedTuple):
    """A metric of one group; value: None without data; others: sums in other currencies."""

    value: Decimal | None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    others: Mapping[str, Decimal] = {}


def at_the_end(view: View, period: Period) -> View:
    """The view as of the period's end, or as of `on` if earlier: a past period never changes."""
    return view._replace(on=min(view.on, period.end(view.zone)))


def facts(
    connection: Connection,
    view: View,
    period: Period,
    *,
    by: str,
    names: Sequence[str],
    credit: str,
    terms: Terms = TERMS,
) -> Facts:
    """Rows of `projections.metrics.metrics` for a period by (group, metric), seen from its end.

    by: employee, unit, office or whole. A metric of money has one row per currency.
    """
    if not names:
        return {}
    rows = metrics(
        connection,
        at_the_end(view, period),
        by=by,
        since=period.since,
        until=period.until,
        credit=credit,
        metrics=names,
        terms=terms,
    )
    found: dict[tuple[str, str], list[MetricRow]] = {}
    for row in rows:
        found.setdefault((row.group, row.metric), []).append(row)
    return found


def fact_of(found: Facts, group: str, name: str, currency: str | None = None) -> Decimal | None:
    """A figure as an exact decimal, rounded; None without data.

    Without events, a count or sum is 0, and a ratio, mean or median has no data; nor has any figure
    of answers on several scales.
    """
    metric = metric_of(name)
    rows = found.get((group, name), ())
    if metric.unit == "currency":
        rows = [row for row in rows if row.unit == currency]
    if not rows:
        return Decimal(0) if metric.figure in ADDED_UP else None
    if len(rows) > 1:
        return None
    (row,) = rows
    if row.numerator is not None and row.denominator:
        return rounded(Decimal(str(row.numerator)) / Decimal(str(row.denominator)))
    return None if row.value is None else rounded(Decimal(str(row.value)))


def figure(found: Facts, group: str, name: str, currency: str | None) -> Figure:
    """The figure of a group among these facts, in one currency."""
    rows = found.get((group, name), ())
    value = fact_of(found, group, name, currency)
    if metric_of(name).unit == "currency":
        others = {
            row.unit: Decimal(str(row.value)) for row in rows if row.unit != currency and row.value
        }
        rows = [row for row in rows if row.unit == currency]
        return Figure(value, *_parts(rows), others)
    return Figure(value, *_parts(rows))


def terms(
    connection: Connection,
    view: View,
    period: Period,
    names: Iterable[str],
    calendar: str | None,
    hours: Decimal | None = None,
) -> Terms:
    """The terms for measuring these metrics.

    - calendar: by name; None = the default, if a metric needs one
    - hours: the time limit for answering an inquiry

    Raises InvalidQuestion if the calendar does not exist or does not cover the whole period.
    """
    evidence = defined().evidence
    if calendar is None and any(evidence[metric_of(name).evidence].business for name in names):
        calendar = default(connection, view)
    if calendar is not None:
        working_days(connection, view, calendar, period)
    norm_hours = TERMS.norm_hours if hours is None else float(hours)
    return TERMS._replace(calendar=calendar, norm_hours=norm_hours)


def _parts(rows: Sequence[MetricRow]) -> tuple[Decimal | None, Decimal | None]:
    if len(rows) != 1:
        return None, None
    numerator, denominator = (
        None if each is None else Decimal(str(each))
        for each in (rows[0].numerator, rows[0].denominator)
    )
    return numerator, denominator
