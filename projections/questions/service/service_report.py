"""Service figures over all cases: how many, who touched them, how they moved, how long they took.

Counts and hours follow from the intervals in `tables.service.cases`. Hours are hours of the clock.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ledger.database import Connection
from ledger.errors import InvalidQuestion
from ledger.sql import statements
from projections.view import Answer, View, add_up

OPENED_BY = ("month", "kind", "priority", "location", "channel", "client", "opener")
TOUCHED_BY = (
    "month", "case", "kind", "channel", "client", "performer", "assignee", "unit", "state",
    "after_close",
)  # fmt: skip
FINAL = ("whole", "assignee", "unit", "resolver", "kind", "priority", "location")
_SQL = statements("projections.questions.service", "service_report.sql")


def opened(
    connection: Connection,
    view: View,
    *,
    by: Sequence[str] = ("month",),
    since: datetime | None = None,
    until: datetime | None = None,
) -> Answer:
    """Cases opened in [since, until), local times of the zone: the keys of `by` and cases.

    by: of OPENED_BY; month is like 2025-09. Most cases first.
    """
    keys = _chosen(by, OPENED_BY)
    found = add_up(connection, _SQL["opened"], view, by=keys, **_bounds(since, until))
    return _only(found, keys, "cases")


def touches(
    connection: Connection,
    view: View,
    *,
    by: Sequence[str] = ("performer",),
    since: datetime | None = None,
    until: datetime | None = None,
) -> Answer:
    """Traces of work (`case.noted`) in [since, until): the keys of `by`, touches, cases, first_at,
    last_at.

    by: of TOUCHED_BY. assignee, unit and state are those of the case at the touch; None: nobody.
    after_close: whether the case was closed by then. Most touches first.
    """
    keys = _chosen(by, TOUCHED_BY)
    found = add_up(connection, _SQL["touches"], view, by=keys, **_bounds(since, until))
    return _only(found, keys, "touches", "cases", "first_at", "last_at")


def moves(connection: Connection, view: View) -> Answer:
    """How cases changed hands and states: what (person, unit, state, breach), how, moves, cases.

    how: first (before anybody had left a trace of work), given (nobody had it), passed (another had
    it), taken (nobody has it now).
    """
    return add_up(connection, _SQL["moves"], view)


def handovers(connection: Connection, view: View, track: str = "person") -> Answer:
    """A histogram: handovers (from one holder to another, with or without a gap), cases.

    track: person or unit. Cases that nobody ever held are left out.
    """
    return add_up(connection, _SQL["handovers"], view, track=track)


def holders(connection: Connection, view: View, track: str = "person") -> Answer:
    """Who ever held cases: holder, cases, spells. track: person or unit."""
    return add_up(connection, _SQL["holders"], view, track=track)


def hours_in_state(connection: Connection, view: View) -> Answer:
    """Time spent in states: state, cases (ever in it), hours (of all), median_hours (of a case).

    A state lasts until the next, the close, or `on`; entered at an unknown time it has no hours.
    """
    return add_up(connection, _SQL["hours_in_state"], view)


def durations(
    connection: Connection,
    view: View,
    *,
    by: str = "whole",
    since: datetime | None = None,
    until: datetime | None = None,
) -> Answer:
    """Cases opened in [since, until) by who held them last, or another of FINAL, and how long they
    took: group, cases, breached, reopened (cases), reopenings, resolved, to_resolved_mean,
    to_resolved_median, to_resolved_p90, closed, to_closed_mean, to_closed_median, to_closed_p90.

    Hours from the opening; None if there is no case to tell. resolved, closed: cases told from.
    """
    _chosen((by,), FINAL)
    return add_up(connection, _SQL["durations"], view, by=by, **_bounds(since, until))


def _chosen(by: Sequence[str], known: Sequence[str]) -> list[str]:
    unknown = [key for key in by if key not in known]
    if unknown or not by:
        raise InvalidQuestion(f"no figures by {unknown or by}; choose from {', '.join(known)}")
    return list(by)


def _bounds(since: datetime | None, until: datetime | None) -> dict[str, Any]:
    return {"since": since or "-infinity", "until": until or "infinity"}


def _only(found: Answer, *wanted: Any) -> Answer:
    names = [name for part in wanted for name in ([part] if isinstance(part, str) else part)]
    return [{name: row[name] for name in names} for row in found]
