"""Compliance: who kept which norm in a period and who did not, by the events themselves.

A norm is kept or breached by one employee in one whole month, quarter or year that is over. Its
figure is that of the metric for the employee; of a share perhaps how many it counts; of an amount
perhaps the mean of a working day, which is a day with work in the calendar on which the employee
was employed and not absent. An amount to be reached at least is cut to the days employed in the
period; one not to be exceeded is never cut. An amount of nothing is 0, and a figure. A ratio, a
mean or a median of nothing, and an amount for no working day, has no data: neither kept nor
breached.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ledger.database import Connection
from projections.metrics.definitions import metric_of
from projections.metrics.metrics import Terms, explain
from projections.metrics.rows import EvidenceRow
from projections.motivation.employment import Away, Tenure, absences, tenures
from projections.motivation.measure import ADDED_UP, Figure, at_the_end, facts, figure, terms
from projections.motivation.rounding import rounded
from projections.periods import Period
from projections.tables.motivation.norms import Norm, in_force, norms, recorded
from projections.tables.people.people import units
from projections.tables.work.calendar import default, working_days
from projections.view import View

KEPT, BREACHED, NO_DATA = "kept", "breached", "no data"


class Compliance(NamedTuple):
    """Whether an employee kept a norm in a period. limit: the bound, cut to the days employed.

    position: of the record that this is a breach, None if there is none; annulled: the record was.
    """

    norm: Norm
    employee: str
    period: Period
    state: str
    figure: Figure
    limit: Decimal
    position: int | None = None
    annulled: bool = False


def is_amount(norm: Norm) -> bool:
    """Whether the figure grows with time: a count, a sum, or how many a share counts."""
    return norm.counting or metric_of(norm.metric).figure in ADDED_UP


def assessed(norm: Norm, tenure: Tenure, period: Period, figure: Figure, days: int) -> Compliance:
    """Whether somebody kept a norm. days: on which they worked, for a norm by working day."""
    if norm.counting:
        figure = figure._replace(value=figure.numerator or Decimal(0))
    limit = norm.value
    if norm.per_working_day:
        mean = None if not days or figure.value is None else rounded(figure.value / days)
        figure = Figure(mean, figure.value, Decimal(days))
    elif is_amount(norm) and norm.bound == "at_least":
        limit = rounded(limit * tenure.days / period.days)
    if figure.value is None:
        state = NO_DATA
    else:
        kept = figure.value >= limit if norm.bound == "at_least" else figure.value <= limit
        state = KEPT if kept else BREACHED
    return Compliance(norm, tenure.employee, period, state, figure, limit)


def days_worked(days: Sequence[date], tenure: Tenure, away: Sequence[Away]) -> int:
    """On how many of these working days somebody was employed and not absent."""
    return sum(
        any(first <= day <= last for _, first, last in tenure.spells)
        and not any(first <= day <= last for first, last in away)
        for day in days
    )


def is_for(norm: Norm, tenure: Tenure, parents: Mapping[str, str | None]) -> bool:
    """Whether a norm is for somebody: by their last position, last unit or one above it."""
    match norm.scope:
        case "employee":
            return norm.scope_id == tenure.employee
        case "position":
            return norm.scope_id == tenure.position
        case "unit":
            unit, seen = tenure.last_unit, set[str]()
            while unit is not None and unit != norm.scope_id and unit not in seen:
                seen.add(unit)
                unit = parents.get(unit)
            return unit is not None and unit == norm.scope_id
    return True


def compliance(
    connection: Connection, view: View, period: Period, *, norm: str | None = None
) -> list[Compliance]:
    """How everybody kept the norms, or one of them, in the parts of a period that are over.

    By period, norm and employee. Raises InvalidQuestion if a calendar is missing, or days of it.
    """
    known = norms(connection, view, norm)
    found: list[Compliance] = []
    for every in ("month", "quarter", "year"):
        for part in period.parts(every):
            if part.end(view.zone) <= view.on:
                held = [each for each in in_force(known, part) if each.every == every]
                for each in held:
                    found += _of_one(connection, view, part, each)
    return _with_records(connection, view, found)


def behind(
    connection: Connection, view: View, norm: Norm, period: Period, employee: str | None = None
) -> list[EvidenceRow]:
    """The events that make breaches, of one or of all; rows as in `metrics.explain`.

    Of a share that is to be at least so much those that did not count, at most those that did; of a
    mean those beyond the bound, and those without a value; of an amount all.
    """
    rows = explain(
        connection,
        at_the_end(view, period),
        norm.metric,
        group=employee,
        since=period.since,
        until=period.until,
        credit=norm.credit,
        terms=_terms(connection, view, norm, period),
    )
    kind = metric_of(norm.metric).figure
    if norm.counting or (kind in ("share", "client_share") and norm.bound == "at_most"):
        return [row for row in rows if row.counted]
    if kind in ("share", "client_share"):
        once = kind == "client_share"  # where one event that counts makes up for the others
        kept = {(row.group, row.client) for row in rows if row.counted and once}
        return [row for row in rows if not row.counted and (row.group, row.client) not in kept]
    if kind in ADDED_UP:
        return rows
    at_most, bound = norm.bound == "at_most", norm.value
    return [
        row
        for row in rows
        if row.value is None or (row.value > bound if at_most else row.value < bound)
    ]


def _of_one(connection: Connection, view: View, period: Period, norm: Norm) -> list[Compliance]:
    found = facts(
        connection,
        view,
        period,
        by="employee",
        names=[norm.metric],
        credit=norm.credit,
        terms=_terms(connection, view, norm, period),
    )
    parents = {}
    if norm.scope == "unit":
        then = units(connection, at_the_end(view, period))
        parents = {row.unit: row.parent for row in then}
    days: tuple[date, ...] = ()
    away: Mapping[str, Sequence[Away]] = {}
    if norm.per_working_day:
        calendar = norm.calendar or default(connection, view)
        days = working_days(connection, view, calendar, period)
        away = absences(connection, view, period)
    return [
        assessed(
            norm,
            each,
            period,
            figure(found, each.employee, norm.metric, norm.currency),
            days_worked(days, each, away.get(each.employee, ())),
        )
        for each in tenures(connection, view, period)
        if is_for(norm, each, parents)
    ]


def _with_records(
    connection: Connection, view: View, found: Sequence[Compliance]
) -> list[Compliance]:
    periods = sorted({each.period.name for each in found})
    on_record = {
        (row.norm, row.employee, row.period): (row.position, row.annulled)
        for row in recorded(connection, view, periods)
    }
    known = []
    for each in found:
        record = on_record.get((each.norm.norm, each.employee, each.period.name), (None, False))
        known.append(each._replace(position=record[0], annulled=record[1]))
    return sorted(known, key=lambda each: (each.period.since, each.norm.norm, each.employee))


def _terms(connection: Connection, view: View, norm: Norm, period: Period) -> Terms:
    return terms(connection, view, period, [norm.metric], norm.calendar, norm.hours)
