"""The options --period, --since and --until: which days a question is about."""

import re
from datetime import date, timedelta
from typing import NamedTuple

import click

from commands.cli.shell.times import day_of
from ledger.errors import InvalidQuestion
from projections import periods

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
SINCE = click.option(
    "--since", metavar="DATE", help="From the start of this day, month, quarter or year."
)
UNTIL = click.option(
    "--until", metavar="DATE", help="To the end of this day, month, quarter or year."
)
PERIOD = click.option("--period", metavar="PERIOD", help="A year, 2025-Q3, 2025-09 or a day.")


class Period(NamedTuple):
    """Local dates, half-open; None is no bound."""

    since: date | None
    until: date | None


def period_of(period: str | None, since: str | None, until: str | None) -> Period:
    """The dates that the three options mean together. Raises InvalidQuestion."""
    if period and (since or until):
        raise InvalidQuestion("--period has a start and an end; give it or --since and --until")
    first = _span("--period" if period else "--since", period or since)
    last = _span("--period" if period else "--until", period or until)
    return Period(first.since, last.until)


def _span(option: str, text: str | None) -> Period:
    if text is None:
        return Period(None, None)
    if _DAY.fullmatch(text):
        day = day_of(option, text)
        return Period(day, day + timedelta(days=1))
    try:
        named = periods.period_of(text)
    except InvalidQuestion as error:
        raise InvalidQuestion(f"{option}: {error}, or a day: 2025-09-30") from None
    return Period(named.since, named.until)
