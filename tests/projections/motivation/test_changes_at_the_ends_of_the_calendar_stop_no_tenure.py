"""An earlier version took any date: a change on the first or last day of the calendar is one."""

from datetime import UTC, datetime

import pytest

from projections.motivation.employment import EmploymentChange, tenure
from projections.periods import period_of

FIRST = datetime(1, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
MARCH = period_of("2026-03")


def change(what: str, unit: str | None, at: datetime, precision: str) -> EmploymentChange:
    known = dict.fromkeys(EmploymentChange._fields)
    given = {"employee": "E-1", "change": what, "unit": unit, "effective_at": at}
    return EmploymentChange(**known | given | {"precision": precision})  # type: ignore[arg-type]


@pytest.mark.parametrize("precision", ["day", "instant"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_who_was_hired_and_moved_on_the_first_day_is_there(precision: str, zone: str) -> None:
    changes = [
        change("hired", "north", FIRST, precision),
        change("moved", "south", FIRST, precision),
        change("departed", None, LAST, precision),
        change("hired", "west", LAST, precision),
    ]
    found = tenure(changes, MARCH, zone)
    assert found.days == 31
    assert found.units == (("south", 31),)
