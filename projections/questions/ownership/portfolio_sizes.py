"""Portfolio sizes: how many clients each employee has, moment after moment."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ledger.database import Connection
from ledger.sql import statements
from projections.periods import Period
from projections.view import View, add_up

_SQL = statements("projections.questions.ownership", "portfolio_sizes.sql")
_WEEKS, _MONTHS = 40, 100  # days from which on a period is shown by weeks, by months


class PortfolioSize(NamedTuple):
    """How many clients an owner has at a moment; owner: None for unowned clients.

    orphaned: whether they are unowned, or their owner had left.
    """

    at: datetime
    owner: str | None
    orphaned: bool
    clients: int


def portfolio_sizes(
    connection: Connection, view: View, moments: Sequence[datetime]
) -> list[PortfolioSize]:
    """Who has how many clients at each of the moments, as known at the view's position.

    In order of time. An owner without clients at a moment has no row for it.
    """
    return add_up(connection, _SQL["portfolio_sizes"], view, PortfolioSize, moments=list(moments))


def moments(period: Period, view: View) -> list[datetime]:
    """The beginning of a period and the end of each of its days, weeks or months.

    Months of a year, weeks of a quarter, days of a month. The last moment is the period's end, or
    `on` where that is earlier; there are none of a period that has not begun by then.
    """
    zone = ZoneInfo(view.zone)
    days = [period.since + timedelta(days=n) for n in range(period.days)]
    chosen = [day for day in days if _starts(day, period)] + [period.until]
    found = [datetime(day.year, day.month, day.day, tzinfo=zone) for day in chosen]
    over = [at for at in found if at <= view.on]
    return over if not over or found[-1] <= view.on else sorted({*over, view.on})


def _starts(day: date, period: Period) -> bool:
    if day == period.since or period.days <= _WEEKS:
        return True
    return day.day == 1 if period.days > _MONTHS else day.weekday() == 0
