"""What the plain folds of evidence are made of: rows, spans of local time, moments in order."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from ledger.events.fields import type_name
from ledger.moments import Moment
from tests.projections import fold_times
from tests.projections.fold_times import LONG_AGO, over
from tests.projections.metrics.test_credit_agrees_with_a_plain_fold import Known


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
        zone = fold_times.LOCAL
        since, until = (each.replace(tzinfo=zone) for each in (self.since, self.until))
        return since.astimezone(UTC), until.astimezone(UTC)  # so that hours are those of the clock


Found = Iterator[tuple[str, Row]]


def kind(each: Known) -> str:
    return type_name(type(each.event.data))


def when(each: Known) -> datetime:
    return each.at


def local(each: Known) -> datetime:
    return fold_times.local(each.at)


def floating(each: Known) -> bool:
    return Moment.parse(str(each.event.occurred_at)).floating


def timed(each: Known) -> bool:
    return each.at != LONG_AGO and not floating(each)


def days(start: Known | None, end: Known) -> float | None:
    if start is None or LONG_AGO in (when(start), when(end)):
        return None
    apart = (when(end) - when(start)) / timedelta(days=1)
    if not (timed(start) and timed(end)):
        first, last = local(start), local(end)
        monthly = "month" in {precision(start), precision(end)}
        same_month = monthly and (first.year, first.month) == (last.year, last.month)
        apart = 0 if same_month else (last.date() - first.date()).days
    return apart if apart >= 0 else None


def precision(each: Known) -> str:
    return Moment.parse(str(each.event.occurred_at)).precision


def after_it(each: Known, than: Known) -> bool:
    """Whether it came later; within a date, whether it was recorded later."""
    within_it = than.at < over(each.event) and each.position > than.position
    return each[:2] > than[:2] or (floating(each) and within_it)


def within(each: Known, span: Span) -> bool:
    return span.since <= local(each) < span.until


def grouped(happened: list[Known], field: str, prefix: str) -> dict[str, list[Known]]:
    found: dict[str, list[Known]] = defaultdict(list)
    for each in happened:
        if kind(each).startswith(prefix) and getattr(each.event.data, field, None):
            found[getattr(each.event.data, field)].append(each)
    return found


class Facts(NamedTuple):
    """What is known of a deal so far; currency: of what its first opening with either asked for."""

    client: str = ""
    currency: str | None = None

    def with_more(self, each: Known) -> "Facts":
        data, currency = each.event.data, self.currency
        asked = kind(each) == "deal.opened" and (data.amount is not None or data.currency)
        if currency is None and asked:
            currency = data.currency or ""
        return Facts(max(self.client, each.event.client or ""), currency)

    def of(self, each: Known) -> "Facts":
        currency = getattr(each.event.data, "currency", None)
        return Facts(each.event.client or self.client, currency or self.currency)


def facts_at(steps: list[Known], one: Known) -> Facts:
    known = Facts()
    for each in steps[: steps.index(one) + 1]:
        known = known.with_more(each)
    return known.of(one)
