"""The overview of a period: what a supervisor looks at on one page, seen from the period's end.

Everything follows from a position of the ledger, so the same position gives the same overview.
"""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

from ledger.database import Connection
from ledger.errors import InvalidQuestion
from projections.metrics.definitions import metric_of
from projections.metrics.metrics import Every, metrics
from projections.metrics.rows import MetricRow
from projections.motivation.attainment import SCOPES, Attainment, attainment
from projections.motivation.measure import at_the_end
from projections.periods import Period, period_of
from projections.questions.ownership.portfolio_sizes import PortfolioSize, moments, portfolio_sizes
from projections.questions.sales.funnel import Step, funnel
from projections.tables.motivation.targets import targets
from projections.tables.people.people import names
from projections.view import View, at_recording

MAIN = (
    "won_value",
    "deals_won",
    "win_rate",
    "offers_sent",
    "interactions",
    "connect_rate",
    "overdue_share",
    "orphan_hours",
)
LEADING = ("won_value", "deals_won", "win_rate")
MONTHS = 12


class ScopedAttainment(NamedTuple):
    """What was reached of a target of a scope: whole, unit or employee; direction: more or less."""

    scope: str
    direction: str
    attained: Attainment


class Overview(NamedTuple):
    """What there is to show of a period.

    made: the view from the moment at which the position was recorded; seen: from the period's end,
    or from `made` while it is running. before: the period before. leading: the metrics of leaders,
    who are ordered by the first. names: of employees and units by their ids. now, then: the figures
    of MAIN in the period and in the one before. attained: what was reached of every
    target; steps: of `funnel`; held: of `portfolio_sizes`, at each of `times`. leaders: figures
    of `leading` by employee. trend: the figures of MAIN in each of `months`, which are twelve
    names.
    """

    ledger: UUID
    made: View
    seen: View
    period: Period
    before: Period
    credit: str
    leading: Sequence[str]
    names: dict[str, str]
    now: list[MetricRow]
    then: list[MetricRow]
    attained: list[ScopedAttainment]
    steps: list[Step]
    times: list[datetime]
    held: list[PortfolioSize]
    leaders: list[MetricRow]
    months: list[str]
    trend: list[MetricRow]


def overview(
    connection: Connection,
    ledger: UUID,
    view: View,
    period: Period,
    *,
    credit: str = "owner-at-event",
    leading: Sequence[str] = LEADING,
) -> Overview:
    """Ask everything about a period as known at the view's position; its `on` plays no part.

    Raises InvalidQuestion if the position was recorded before the period began.
    """
    made = _made(connection, view, period)
    for name in leading:
        metric_of(name)
    seen, before, months = at_the_end(made, period), period.before(), _months(period)
    times = moments(period, seen)
    figures = partial(_figures, connection, made, credit)
    return Overview(
        ledger=ledger,
        made=made,
        seen=seen,
        period=period,
        before=before,
        credit=credit,
        leading=leading,
        names=names(connection, seen),
        now=figures(period, MAIN, by="whole"),
        then=figures(before, MAIN, by="whole"),
        attained=_attained(connection, made, period, credit),
        steps=funnel(connection, seen, since=period.since, until=period.until),
        times=times,
        held=portfolio_sizes(connection, seen, times),
        leaders=figures(period, leading),
        months=[month.name for month in months],
        trend=figures(period, MAIN, by="whole", every="month", since=months[0].since),
    )


def _made(connection: Connection, view: View, period: Period) -> View:
    made = at_recording(connection, view.as_of, view.zone)
    if made.on < period.begin(made.zone):
        raise InvalidQuestion(
            f"{period.name} had not begun when position {made.as_of} was recorded; ask for an "
            "earlier period, or as of a later position"
        )
    return made


def _figures(
    connection: Connection,
    made: View,
    credit: str,
    span: Period,
    wanted: Sequence[str],
    *,
    by: str = "employee",
    every: Every = "whole",
    since: date | None = None,
) -> list[MetricRow]:
    return metrics(
        connection,
        at_the_end(made, span),
        by=by,
        every=every,
        since=since or span.since,
        until=span.until,
        credit=credit,
        metrics=wanted,
    )


def _attained(
    connection: Connection, made: View, period: Period, credit: str
) -> list[ScopedAttainment]:
    ways = {row.target: row.direction for row in targets(connection, made, period=period.name)}
    return [
        ScopedAttainment(scope, ways[row.target], row)
        for scope in SCOPES
        for row in attainment(connection, made, period, by=scope, credit=credit)
    ]


def _months(period: Period) -> list[Period]:
    """The last twelve months up to the end of a period."""
    last = period.last_day
    found = [period_of(f"{last.year:04}-{last.month:02}")]
    while len(found) < MONTHS:
        found.insert(0, found[0].before())
    return found
