"""Outcomes of hand-overs: what followed after clients passed from one employee to another."""

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
    """The days before and after the hand-overs of one reason.

    - handovers: all of them; complete: those whose days after are over at `on`; unfinished: the
      others. What follows is of the complete ones alone.
    - contacts_before, contacts_after: numbers of contacts.
    - retained: how many clients were in two-way contact, bought or had a deal won in the days
      after (an attempt of ours is not enough); retained_share: retained / complete, or None.
    - mood, csat, ces, nps (FEELINGS): `known`, the hand-overs for which it is known on both sides,
      and over these the means of the last value before and of the last one after. Mood is from -2
      to 2, the others are answers from 0 to 10; they are never mixed.
    """

    reason: str | None
    handovers: int
    complete: int
    unfinished: int
    contacts_before: int
    contacts_after: int
    retained: int
    retained_share: float | None
    mood_known: int
    mood_before: float | None
    mood_after: float | None
    csat_known: int
    csat_before: float | None
    csat_after: float | None
    ces_known: int
    ces_before: float | None
    ces_after: float | None
    nps_known: int
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
    """Compare the `days` (of 24 hours) before and after each hand-over, by its reason.

    A hand-over is a reassignment from one employee to another, at a known time. A client handed
    over twice counts twice. The reason with most hand-overs comes first. Raises InvalidQuestion.

    - since, until: local dates of the hand-over, half-open.
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
