"""Compliance: who met which norm in a period and who breached it, following from the events.

A norm is met or breached by one employee in one month, quarter or year that is over. Its figure is
the metric for the employee, or the numerator of a share, or an amount per working day: a day with
hours in the calendar on which the employee was employed and not absent.

- An amount with a lower bound is reduced in proportion to the days employed; with an upper bound
  never.
- An amount of nothing is 0. A ratio, mean or median of nothing, and an amount per working day
  without working days, has no data: the norm is neither met nor breached.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ledger.database import Connection
from ledger.errors import InvalidQuestion
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
    """Whether an employee met a norm in a period.

    - limit: the bound, reduced to the days employed where that applies
    - position: of the recorded breach, None if none is recorded; annulled: whether it was annulled
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
    """Whether the figure grows with time: a count, a sum, or the numerator of a share."""
    return norm.counting or metric_of(norm.metric).figure in ADDED_UP


def assessed(norm: Norm, tenure: Tenure, period: Period, figure: Figure, days: int) -> Compliance:
    """Whether an employee met a norm. days: their working days, for a norm per working day."""
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
    """On how many of these working days an employee was employed and not absent."""
    return sum(
        any(first <= day <= last for _, first, last in tenure.spells)
        and not any(first <= day <= last for first, last in away)
        for day in days
    )


def is_for(norm: Norm, tenure: Tenure, parents: Mapping[str, str | None]) -> bool:
    """Whether a norm applies to an employee, by their last position, last unit or a unit above."""
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
    connection: Connection,
    view: View,
    period: Period,
    *,
    norm: str | None = None,
    pass_over: Callable[[Norm, InvalidQuestion], None] | None = None,
) -> list[Compliance]:
    """Compliance with all norms, or one, in the parts of a period that are over.

    - pass_over: called with a norm that cannot be measured, and why; the others are all the same

    Ordered by period, norm and employee. Without `pass_over` raises InvalidQuestion for a norm that
    cannot be measured: its metric or calendar, or days of that, are missing.
    """
    known = norms(connection, view, norm)
    held = [
        (part, each)
        for every in ("month", "quarter", "year")
        for part in period.parts(every)
        if part.end(view.zone) <= view.on
        for each in in_force(known, part)
        if each.every == every
    ]
    found: list[Compliance] = []
    for part, each in held:
        try:
            found += _of_one(connection, view, part, each)
        except InvalidQuestion as error:
            if pass_over is None:
                raise
            pass_over(each, error)
    return _with_records(connection, view, found)


def kept_shares(connection: Connection, view: View, period: Period, norm: str) -> dict[str, Figure]:
    """By employee, the share of the parts of a period that are over in which a norm was met.

    Parts without data do not count; a breach whose record was annulled is not one. Raises
    InvalidQuestion if the norm was never defined.
    """
    refuse_undefined(connection, view, norm)
    found: dict[str, list[bool]] = {}
    for each in compliance(connection, view, period, norm=norm):
        if each.state != NO_DATA:
            met = each.state == KEPT or each.annulled
            found.setdefault(each.employee, []).append(met)
    return {
        employee: Figure(
            rounded(Decimal(sum(met)) / len(met)), Decimal(sum(met)), Decimal(len(met))
        )
        for employee, met in found.items()
    }


def breaches(
    connection: Connection, view: View, period: Period, norm: str
) -> Iterator[tuple[Compliance, list[EvidenceRow]]]:
    """The breaches of a norm in a period that were not annulled, and the events behind each."""
    for each in compliance(connection, view, period, norm=norm):
        if each.state == BREACHED and not each.annulled:
            yield each, behind(connection, view, each.norm, each.period, each.employee)


def refuse_undefined(connection: Connection, view: View, norm: str) -> None:
    """Raise InvalidQuestion if a norm was never defined."""
    if not norms(connection, view, norm):
        raise InvalidQuestion(f"no norm {norm!r} was defined; `iledger norm list` lists them")


def behind(
    connection: Connection, view: View, norm: Norm, period: Period, employee: str | None = None
) -> list[EvidenceRow]:
    """The events behind breaches, of one employee or all; rows as in `metrics.explain`.

    For a share with a lower bound, those not in its numerator; with an upper bound, those in it;
    for a mean, those beyond the bound or without a value; for an amount, all.
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
        once = kind == "client_share"  # where one event in the numerator is enough
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
