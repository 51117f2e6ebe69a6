"""Working time in Russia in 2025, and random moments within it."""

from bisect import bisect_left, bisect_right
from datetime import date, datetime, time, timedelta, timezone
from itertools import accumulate
from random import Random

MOSCOW = timezone(timedelta(hours=3))
OPENING = datetime(2025, 1, 9, 9, tzinfo=MOSCOW)
END = datetime(2025, 12, 31, 23, 59, 59, tzinfo=MOSCOW)

_FIRST, _LAST = date(2025, 1, 9), date(2026, 6, 30)  # the rest of 2026 is only for due dates
_HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in (
        "2025-05-01",
        "2025-05-02",
        "2025-05-08",
        "2025-05-09",
        "2025-06-12",
        "2025-06-13",
        "2025-11-03",
        "2025-11-04",
        "2025-12-31",
        "2026-01-01",
        "2026-01-02",
        "2026-01-05",
        "2026-01-06",
        "2026-01-07",
        "2026-01-08",
        "2026-01-09",
        "2026-02-23",
        "2026-03-09",
        "2026-05-01",
        "2026-05-11",
        "2026-06-12",
    )
)
_WORKING_SATURDAY = date(2025, 11, 1)


def is_working(day: date) -> bool:
    """Whether people work on this day."""
    return day == _WORKING_SATURDAY or (day.weekday() < 5 and day not in _HOLIDAYS)


DAYS = tuple(
    day
    for number in range((_LAST - _FIRST).days + 1)
    if is_working(day := _FIRST + timedelta(days=number))
)
DAYS_OF_YEAR = bisect_right(DAYS, END.date())
_SEASON = (6, 9, 10, 10, 8, 9, 7, 7, 10, 11, 11, 9)  # relative activity from January to December
_BUSY = (0, *accumulate(_SEASON[day.month - 1] for day in DAYS))
_HOURS = (9, 10, 11, 12, 13, 14, 15, 16, 17)
_HOUR_WEIGHTS = (6, 10, 11, 8, 4, 8, 10, 9, 6)


def working_days(since: datetime, until: datetime) -> range:
    """The numbers in DAYS of the working days after the day of `since`, up to that of `until`."""
    return range(bisect_right(DAYS, since.date()), bisect_right(DAYS, until.date()))


def moment(rng: Random, since: datetime, until: datetime) -> datetime:
    """Draw a working moment, weighted by month. `since` and `until` must enclose a working day."""
    days = working_days(since, until)
    drawn = rng.uniform(_BUSY[days.start], _BUSY[days.stop])
    number = min(bisect_left(_BUSY, drawn, lo=days.start + 1) - 1, days.stop - 1)
    return on_day(rng, DAYS[number])


def after(rng: Random, at: datetime, least: int, most: int) -> datetime:
    """Draw a working moment `least` to `most` working days after `at`."""
    days = rng.randint(least, most)
    if days == 0:
        soon = at + timedelta(seconds=rng.randint(300, 9_000))
        if soon.hour < 18 and soon.date() == at.date():
            return soon
        days = 1
    number = bisect_right(DAYS, at.date()) - 1 + days
    return on_day(rng, DAYS[min(number, len(DAYS) - 1)])


def on_day(rng: Random, day: date) -> datetime:
    """Draw a moment in the working hours of a day."""
    (hour,) = rng.choices(_HOURS, _HOUR_WEIGHTS)
    return datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), MOSCOW)
