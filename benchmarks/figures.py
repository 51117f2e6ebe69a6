"""Figures of pay, on the same large ledger: a month, a quarter under two schemes, one explained."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime

from benchmarks import company
from benchmarks.sides import Line
from ledger.database import Connection, Location, connect
from projections.engine.catch_up import catch_up
from projections.metrics.definitions import defined
from projections.metrics.metrics import TERMS, explain, metrics
from projections.motivation.recalculation import replayed
from projections.motivation.scheme import scheme_of
from projections.periods import period_of
from projections.view import View

ROUNDS = 5
MONTH = {"since": date(2025, 9, 1), "until": date(2025, 10, 1)}
YEAR = {"since": date(2025, 1, 1), "until": date(2026, 1, 1)}
_BUSINESS = TERMS._replace(calendar=company.CALENDAR)
_SCAN = """
SELECT count(*) FROM {table}
WHERE occurred_at >= %(since)s::timestamptz AND occurred_at < %(until)s::timestamptz
"""
_TABLES = ("interactions", "offer_changes", "purchases", "fact_changes", "case_changes", "entries")
_SCHEME = """
name = "sales"
version = 1
effective_from = 2025-01-01
currency = "RUB"
credit = "{credit}"
process_share = 0.3

[bonus]
default = 30000
"""
_COMPONENT = """
[[components]]
metric = "{metric}"
kind = "{kind}"
weight = 1
target = {target}
cap = 1.5
"""
_COMPONENTS = (
    ("connect_rate", "process", 0.5),
    ("overdue_share", "process", 0.2),
    ("response_within_norm", "process", 0.5),
    ("contributions", "process", 20),
    ("won_value", "result", 100_000),
    ("win_rate", "result", 0.4),
    ("purchase_value", "result", 100_000),
    ("retention_rate", "result", 0.8),
)
_CURVE = """
[[curve]]
score = 0.5
factor = 0

[[curve]]
score = 1.2
factor = 1.5
"""


def measure(location: Location) -> Iterator[Line]:
    """Yield the lines about figures; the ledger is the one that `company.events` makes."""
    with closing(connect(location, "supervisor")) as connection:
        head = catch_up(connection, location).position
        view = View(head, datetime(2026, 1, 1, tzinfo=UTC), company.ZONE)
        limit = _seconds(lambda: _scan(connection, MONTH))
        for by in ("employee", "whole"):
            spent = _seconds(
                lambda by=by: metrics(connection, view, by=by, terms=_BUSINESS, **MONTH)
            )
            yield _line(f"all {_count()} metrics of a month by {by}", spent, limit, "< 1,000 ms")
        spent = _seconds(
            lambda: metrics(connection, view, every="month", terms=_BUSINESS, **YEAR), rounds=1
        )
        yield _line("the same by employee for the 12 months of a year", spent)
        yield _replay(connection, view)
        yield _explained(connection, view, limit)


def _count() -> int:
    return sum(not name.endswith(".*") for name in defined().metrics)


def _scan(connection: Connection, period: dict[str, date]) -> None:
    for table in _TABLES:
        connection.execute(_SCAN.format(table=table).encode(), period)


def _replay(connection: Connection, view: View) -> Line:
    one, other = (_scheme(credit) for credit in ("owner-at-event", "performer"))
    period = period_of("2025-Q3")
    spent = _seconds(lambda: replayed(connection, view, period, one, other))
    return _line("a quarter replayed under two schemes", spent, goal="< 3,000 ms")


def _scheme(credit: str) -> object:
    components = "".join(
        _COMPONENT.format(metric=metric, kind=kind, target=target)
        for metric, kind, target in _COMPONENTS
    )
    return scheme_of(_SCHEME.format(credit=credit) + components + _CURVE)


def _explained(connection: Connection, view: View, limit: float) -> Line:
    spent = {
        name: _seconds(
            lambda name=name: explain(connection, view, name, group="E-7", terms=_BUSINESS, **MONTH)
        )
        for name in defined().metrics
    }
    slowest = max(spent, key=lambda name: spent[name])
    what = f"a figure of one employee and month explained, the slowest ({slowest})"
    return _line(what, spent[slowest], limit, "< 300 ms")


def _seconds(way: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The least time of several: whatever else the machine does only adds to it."""
    found = []
    for _ in range(rounds):
        started = time.perf_counter()
        way()
        found.append(time.perf_counter() - started)
    return min(found)


def _line(what: str, spent: float, limit: float | None = None, goal: str = "") -> Line:
    bare = None if limit is None else limit * 1000
    return Line(what, "ms", spent * 1000, bare, "bare counts of its tables", goal=goal)
