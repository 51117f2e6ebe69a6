"""The calendar, norms and scheme that determine pay, and a win that is recorded too late."""

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from commands.demo import story
from commands.demo.company import SELLER
from commands.demo.journal import Journal
from commands.demo.workdays import OPENING, is_working
from commands.demo.world import World

SCHEME = """\
name = "sales"
version = 1
effective_from = 2025-07-01
currency = "RUB"
calendar = "office"
process_share = 0.3

[bonus]
positions = { "менеджер по продажам" = 40000 }

[[components]]
metric = "won_value"
kind = "result"
weight = 3
target = "target"
cap = 1.5

[[components]]
metric = "won_value"
kind = "result"
weight = 1
target = "unit"
cap = 1.2

[[components]]
metric = "win_rate"
kind = "result"
weight = 1
target = 0.4
cap = 1.5

[[components]]
metric = "contributions"
kind = "process"
weight = 1
target = 12
cap = 1.2

[[components]]
metric = "overdue_share"
kind = "process"
weight = 1
target = 0.3
direction = "less"
cap = 1.2

[[curve]]
score = 0.4
factor = 0

[[curve]]
score = 1
factor = 1

[[curve]]
score = 1.3
factor = 1.5

[[reductions]]
rule = "norm of tasks"
norm = "TASKS"
amount = 2000
"""


def motivation(world: World) -> None:
    """Publish the calendar, the norms and the scheme; `targets` has the targets."""
    _calendar(world.journal)
    _norms(world.journal)
    _scheme(world.journal)


def late_events() -> Iterator[dict[str, Any]]:
    """Yield the events of a win that is recorded only after the quarter was closed."""
    journal, deal, by = Journal(), story.LATE_DEAL, story.LATE_WINNER
    data: dict[str, Any] = {"deal": deal, "amount": 640_000, "currency": "RUB"}
    opened = data | {"holder": by, "title": "Стеллажи для второго склада"}
    for type_, at, content in (
        ("deal.opened", story.LATE_OPENED, opened),
        ("deal.won", story.LATE_WON, data),
    ):
        journal.record(type_, at, content, client=story.SHOWN, by=by, key=f"{type_}-{deal}")
    return journal.events()


def _calendar(journal: Journal) -> None:
    days = [date(2025, 1, 1) + timedelta(days=number) for number in range(365)]
    usual = ["09:00-13:00", "14:00-18:00"]
    other = [
        {"day": day.isoformat(), "shifts": usual if is_working(day) else []}
        for day in days
        if is_working(day) != (day.weekday() < 5)
    ]
    data = {"calendar": "office", "zone": "Europe/Moscow", "first_day": days[0]}
    week = [{"weekday": number, "shifts": usual} for number in range(1, 6)]
    data |= {"last_day": days[-1], "week": week, "deviations": other}
    journal.record("business_calendar.published", OPENING, data, by="E-01")


def _norms(journal: Journal) -> None:
    for_sellers: dict[str, Any] = {"version": 1, "credit": "performer", "scope": "position"}
    for_sellers |= {"scope_id": SELLER, "effective_from": date(2025, 7, 1)}
    calls = {"norm": "CALLS", "metric": "interactions.call", "bound": "at_least", "value": 0.6}
    calls |= {"every": "month", "per_working_day": True, "calendar": "office"}
    tasks = {"norm": "TASKS", "metric": "overdue_share", "bound": "at_most", "value": 1}
    tasks |= {"every": "quarter", "counting": True, "scope": "employee", "scope_id": "E-13"}
    for data in (calls, tasks):
        journal.record("norm.defined", story.LAID_DOWN, for_sellers | data, by="E-01")


def _scheme(journal: Journal) -> None:
    data = {"scheme": "sales", "version": 1, "effective_from": date(2025, 7, 1), "toml": SCHEME}
    data |= {"sha256": hashlib.sha256(SCHEME.encode()).hexdigest()}
    journal.record("motivation_scheme.published", story.LAID_DOWN, data, by="E-01")
