"""Service figures over all cases: how many, who touched them, how they moved, how long they took.

Counts and hours follow from the intervals in `tables.service.cases`. Hours are hours of the clock.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from ledger.database import Connection
from ledger.errors import InvalidQuestion
from ledger.sql import statements
from projections.view import View, add_up

OPENED_BY = ("month", "kind", "priority", "location", "channel", "client", "opener")
TOUCHED_BY = (
    "month",
    "case",
    "kind",
    "channel",
    "client",
    "performer",
    "assignee",
    "unit",
    "state",
    "after_close",
)
FINAL = ("whole", "assignee", "unit", "resolver", "kind", "priority", "location")
_KEYS = {*OPENED_BY, *TOUCHED_BY}
_SQL = statements("projections.questions.service", "service_report.sql")


class Opened(NamedTuple):
    """How many cases were opened; keys not asked for are None.

    month: like 2025-09.
    """

    month: str | None
    kind: str | None
    priority: str | None
    location: str | None
    channel: str | None
    client: str | None
    opener: str | None
    cases: int


class Touches(NamedTuple):
    """How many traces of work there are, in how many cases; keys not asked for are None."""

    month: str | None
    case: str | None
    kind: str | None
    channel: str | None
    client: str | None
    performer: str | None
    assignee: str | None
    unit: str | None
    state: str | None
    after_close: bool | None
    touches: int
    cases: int
    first_at: datetime | None
    last_at: datetime | None


class Moves(NamedTuple):
    """How often cases changed in one way; what: person, unit, state or breach.

    how: first (before anybody had left a trace of work), given (nobody had it), passed (another had
    it) or taken (nobody has it now).
    """

    what: str
    how: str
    moves: int
    cases: int


class Handovers(NamedTuple):
    """How many cases were handed over so many times."""

    handovers: int
    cases: int


class Holder(NamedTuple):
    """In how many cases a person or unit held how many spells."""

    holder: str
    cases: int
    spells: int


class HoursInState(NamedTuple):
    """Hours of the clock in a state: of all cases that were ever in it, and the median case."""

    state: str | None
    cases: int
    hours: Decimal | None
    median_hours: float | None


class Durations(NamedTuple):
    """How long cases of a group took, in hours of the clock from the opening.

    breached, reopened: numbers of cases; reopenings: of all of them; resolved, closed: the cases
    whose hours are known, None if there are none.
    """

    group: str | None
    cases: int
    breached: int
    reopened: int
    reopenings: Decimal
    resolved: int
    to_resolved_mean: Decimal | None
    to_resolved_median: float | None
    to_resolved_p90: float | None
    closed: int
    to_closed_mean: Decimal | None
    to_closed_median: float | None
    to_closed_p90: float | None


def opened(
    connection: Connection,
    view: View,
    *,
    by: Sequence[str] = ("month",),
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Opened]:
    """Cases opened in [since, until), local times of the zone, counted by these keys.

    by: of OPENED_BY; month is like 2025-09. Most cases first.
    """
    keys = _chosen(by, OPENED_BY)
    return add_up(connection, _SQL["opened"], view, Opened, by=keys, **_bounds(since, until))


def touches(
    connection: Connection,
    view: View,
    *,
    by: Sequence[str] = ("performer",),
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Touches]:
    """Traces of work (`case.noted`) in [since, until), counted by these keys.

    by: of TOUCHED_BY. assignee, unit and state are those of the case at the touch; None: nobody.
    after_close: whether the case was closed by then. Most touches first.
    """
    keys = _chosen(by, TOUCHED_BY)
    return add_up(connection, _SQL["touches"], view, Touches, by=keys, **_bounds(since, until))


def shown(rows: Iterable[Opened | Touches], by: Sequence[str]) -> list[dict[str, object]]:
    """The rows as they are shown: the keys asked for, in the order of `by`, then the figures."""
    found = [row._asdict() for row in rows]
    figures = [name for name in (found[0] if found else ()) if name not in _KEYS]
    return [{name: row[name] for name in (*by, *figures)} for row in found]


def moves(connection: Connection, view: View) -> list[Moves]:
    """How cases changed hands and states."""
    return add_up(connection, _SQL["moves"], view, Moves)


def handovers(connection: Connection, view: View, track: str = "person") -> list[Handovers]:
    """A histogram: how many cases were transferred how often from one holder to another.

    track: person, unit or location. Cases that had none of them are left out.
    """
    return add_up(connection, _SQL["handovers"], view, Handovers, track=track)


def holders(connection: Connection, view: View, track: str = "person") -> list[Holder]:
    """Who ever held cases (track: person or unit), or where they were (location)."""
    return add_up(connection, _SQL["holders"], view, Holder, track=track)


def hours_in_state(connection: Connection, view: View) -> list[HoursInState]:
    """Time spent in states.

    A state lasts until the next, the close, or `on`. One entered at an unknown time has no hours.
    """
    return add_up(connection, _SQL["hours_in_state"], view, HoursInState)


def durations(
    connection: Connection,
    view: View,
    *,
    by: str = "whole",
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Durations]:
    """Cases opened in [since, until) by who held them last, or another of FINAL."""
    _chosen((by,), FINAL)
    return add_up(connection, _SQL["durations"], view, Durations, by=by, **_bounds(since, until))


def _chosen(by: Sequence[str], known: Sequence[str]) -> list[str]:
    unknown = [key for key in by if key not in known]
    if unknown or not by:
        wrong = ", ".join(unknown) or "nothing"
        raise InvalidQuestion(f"cannot group by {wrong}; choose {', '.join(known)}")
    return list(by)


def _bounds(since: datetime | None, until: datetime | None) -> dict[str, datetime | str]:
    return {"since": since or "-infinity", "until": until or "infinity"}
