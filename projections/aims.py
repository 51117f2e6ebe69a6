"""Aims: the figures that somebody is measured by, and by which calendar they are counted."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ledger.database import Connection
from projections.attainment import Facts, fact_of, metric_of
from projections.calendar import default, working_days
from projections.evaluation import Figure
from projections.figures import defined
from projections.metrics import TERMS, Terms
from projections.periods import Period
from projections.view import View


def figure(found: Facts, group: str, name: str, currency: str | None) -> Figure:
    """The figure of a group as `projections.attainment.facts` found it, in one currency."""
    rows = found.get((group, name), [])
    value = fact_of(found, group, name, currency)
    if metric_of(name).unit == "currency":
        others = {
            row["unit"]: Decimal(str(row["value"]))
            for row in rows
            if row["unit"] != currency and row["value"]
        }
        rows = [row for row in rows if row["unit"] == currency]
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
    """By what these metrics are measured: by the calendar named, else the default if one needs it.

    hours: those within which an inquiry is to be answered. Raises InvalidQuestion if there is no
    such calendar, or if it does not cover the whole period.
    """
    evidence = defined().evidence
    if calendar is None and any(evidence[metric_of(name).evidence].business for name in names):
        calendar = default(connection, view)
    if calendar is not None:
        working_days(connection, view, calendar, period)
    norm_hours = TERMS.norm_hours if hours is None else float(hours)
    return TERMS._replace(calendar=calendar, norm_hours=norm_hours)


def _parts(rows: Sequence[Mapping[str, Any]]) -> tuple[Decimal | None, Decimal | None]:
    if not rows:
        return None, None
    told = (rows[0]["numerator"], rows[0]["denominator"])
    over, under = (None if each is None else Decimal(str(each)) for each in told)
    return over, under
