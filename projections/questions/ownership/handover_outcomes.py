"""Outcomes of hand-overs: how it went on with clients that passed from one employee to another."""

from datetime import date
from typing import NamedTuple

from ledger.database import Connection
from ledger.errors import InvalidQuestion
from ledger.sql import statements
from projections.view import View, add_up

FEELINGS = ("mood", "csat", "ces", "nps")
_LONGEST = 3660
_SQL = statements("projections.questions.ownership", "handover_outcomes.sql")


class Outcome(NamedTuple):
    """The days before and after the hand-overs of one reason; see `handover_outcomes`."""

    reason: str | None
    handovers: int
    complete: int
    unfinished: int
    contacts_before: int
    contacts_after: int
    retained: int
    retained_share: float | None
    mood_told: int
    mood_before: float | None
    mood_after: float | None
    csat_told: int
    csat_before: float | None
    csat_after: float | None
    ces_told: int
    ces_before: float | None
    ces_after: float | None
    nps_told: int
    nps_before: float | None
    nps_after: float | None


def handover_outcomes(
    connection: Connection,
    view: View,
    *,
    days: int = 90,
    since: date | None = None,
    until: date | None = None,
) -> list[Outcome]:
    """What the `days` (of 24 hours) before and after each hand-over were like, by its reason.

    since, until: local dates of the hand-over, half-open. A hand-over is a reassignment from one
    employee to another, at a known time. A client handed over twice counts twice.

    Rows, most hand-overs first: reason, handovers, complete (those whose days after are over at
    `on`), unfinished (the others), and of the complete ones alone: contacts_before, contacts_after,
    retained (the client was in two-way contact, bought or had a deal won in the days after; a try
    of ours proves nothing), retained_share (retained / complete; None of none). For each of
    FEELINGS: mood_told (in how many it was told on both sides), mood_before, mood_after (the means,
    over these, of the last one in the days before and of the last one in the days after; mood from
    -2 to 2, the others answers from 0 to 10, never mixed). Raises InvalidQuestion.
    """
    if not 1 <= days <= _LONGEST:
        raise InvalidQuestion(f"no outcome after {days} days; give a number from 1 to {_LONGEST}")
    if since and until and since >= until:
        raise InvalidQuestion(f"the period from {since} to {until} is empty")
    return add_up(
        connection,
        _SQL["handover_outcomes"],
        view,
        Outcome,
        days=days,
        starts=since.isoformat() if since else "-infinity",
        ends=until.isoformat() if until else "infinity",
    )
