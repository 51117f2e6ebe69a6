"""What the plain folds of evidence are made of: rows, spans of local time, moments in order."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ledger import catalogue
from ledger.moments import Moment
from tests.projections.ledgers import ZONE
from tests.projections.metrics.test_credit_agrees_with_a_plain_fold import LONG_AGO, Known

LOCAL = ZoneInfo(ZONE)


class Row(NamedTuple):
    counted: bool | None = None
    amount: float | None = None
    days: float | None = None
    client: str | None = None
    currency: str | None = None
    weight: int = 1  # -1: what was counted before is taken back


class Span(NamedTuple):
    """Local dates and times, half-open."""

    since: datetime
    until: datetime

    @property
    def instants(self) -> tuple[datetime, datetime]:
        since, until = (each.replace(tzinfo=LOCAL) for each in (self.since, self.until))
        return since.astimezone(UTC), until.astimezone(UTC)  # so that hours are those of the clock


Found = Iterator[tuple[str, Row]]


def kind(each: Known) -> str:
    return catalogue.type_name(type(each.event.data))


def when(each: Known) -> datetime:
    return each.at


def local(each: Known) -> datetime:
    if each.at == LONG_AGO:
        return LONG_AGO.replace(tzinfo=None)
    return (each.at if floating(each) else each.at.astimezone(LOCAL)).replace(tzinfo=None)


def floating(each: Known) -> bool:
    return Moment.parse(str(each.event.occurred_at)).floating


def timed(each: Known) -> bool:
    return each.at != LONG_AGO and not floating(each)


def days(start: Known | None, end: Known) -> float | None:
    if start is None or LONG_AGO in (when(start), when(end)):
        return None
    if timed(start) and timed(end):
        return (when(end) - when(start)) / timedelta(days=1)
    if when(start) == when(end):
        return 0
    return max((local(end) - local(start)) / timedelta(days=1), 0)


def in_order(steps: list[Known], opening: str) -> list[Known]:
    """None of a date that holds the moment of the opening is before it."""
    opened = min((each.at for each in steps if kind(each) == opening), default=LONG_AGO)

    def moved(each: Known) -> Known:
        stated = str(each.event.occurred_at)
        if floating(each) and each.at < opened and f"{opened.astimezone(UTC)}".startswith(stated):
            return each._replace(at=opened)
        return each

    return sorted(map(moved, steps), key=lambda each: each[:2])


def within(each: Known, span: Span) -> bool:
    return span.since <= local(each) < span.until


def grouped(happened: list[Known], field: str, prefix: str) -> dict[str, list[Known]]:
    found: dict[str, list[Known]] = defaultdict(list)
    for each in happened:
        if kind(each).startswith(prefix) and getattr(each.event.data, field, None):
            found[getattr(each.event.data, field)].append(each)
    return found
