"""Interactions: every call, letter, meeting and message, and what counts as a contact.

A contact is an interaction that has a reach:

two_way   both sides took part, or the client wrote to us: a call that reached somebody, a meeting
          held, a message or letter from the client, a message or letter of ours in reply to one,
          contact details that an employee collected at a touchpoint
one_way   we tried: any other call, message or letter of ours
None      not a contact

`side`: whose act an interaction was.

ours      our activity: every contact but a message or letter from the client
theirs    a message or letter from the client
asked     not a contact by itself, for nobody may have answered: an inquiry, a call of the client
          that we missed, contact details that were left at a touchpoint; the answer is a contact
None      not counted: meetings planned or cancelled, notes, mood and satisfaction (they judge a
          contact that is recorded by itself), letters to and from others than the client

Offers are not counted here, but as offers.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, NamedTuple

from ledger.envelope import Recorded
from projections.engine.registry import Tables, Unfolds


class Interaction(NamedTuple):
    """One interaction, with a client or with an unknown party.

    kind: call, missed_call, message, letter, inquiry, touchpoint, meeting, meeting_planned,
    meeting_cancelled, note, mood or satisfaction; unit: as the producer gave it, if at all;
    subject: the id of the meeting, letter, inquiry, call or interaction that it is or is about;
    due_at: of a planned meeting its time, of an inquiry by when it should be answered, of a
    letter the day (midnight UTC) by which;
    score: mood from -2 to 2, or the answer to the question that `instrument` names, on `scale`
    (such as 1-5; None if unknown).
    """

    position: int
    occurred_at: datetime | None
    precision: str
    client: str | None
    kind: str
    reach: str | None
    direction: str | None
    outcome: str | None
    channel: str | None
    duration_s: int | None
    performed_by: str | None
    recorded_by: str
    unit: str | None
    contact: str | None
    subject: str | None
    in_reply_to: str | None
    party: str | None
    due_at: datetime | None
    score: int | None
    instrument: str | None
    scale: str | None
    side: str | None


TABLES: Tables = {Interaction: "interactions"}

_SCALES = {"nps": "0-10"}  # of an instrument that has but one
_CHANNELS = {"call": "phone", "missed_call": "phone", "meeting": "meeting"}
_SUBJECTS = ("meeting", "letter", "inquiry", "call", "interaction", "subject")


_Counted = tuple[str | None, str | None]  # reach and side


def reach(event: Recorded) -> str | None:
    """How far the interaction got: two_way, one_way, or None if it is not a contact."""
    return _counted(event)[0]


def _counted(event: Recorded) -> _Counted:
    made = _COUNTED.get(event.type)
    return made(event) if made else (None, None)


def _of_call(event: Recorded) -> _Counted:
    if event.data.outcome == "reached":
        return "two_way", "ours"
    return ("one_way", "ours") if event.data.direction == "outbound" else (None, "asked")


def _of_message(event: Recorded) -> _Counted:
    return ("two_way", "theirs") if event.data.direction == "inbound" else _written(event)


def _of_letter(event: Recorded) -> _Counted:
    if event.data.party != "client":
        return None, None
    return ("two_way", "theirs") if event.type == "correspondence.received" else _written(event)


def _written(event: Recorded) -> _Counted:
    return "one_way" if event.data.in_reply_to is None else "two_way", "ours"


_COUNTED: Mapping[str, Callable[[Recorded], _Counted]] = {
    "call.logged": _of_call,
    "call.missed": lambda event: (None, "asked"),
    "message.exchanged": _of_message,
    "meeting.held": lambda event: ("two_way", "ours"),
    "correspondence.received": _of_letter,
    "correspondence.sent": _of_letter,
    "inquiry.received": lambda event: (None, "asked"),
    "touchpoint.captured": lambda event: (
        ("two_way", "ours") if event.performed_by else (None, "asked")
    ),
}


@cache
def _subjects(content: Any) -> tuple[str, ...]:
    fields = getattr(content, "__dataclass_fields__", {})
    return tuple(name for name in _SUBJECTS if name in fields)


def _interaction(
    event: Recorded,
    kind: str,
    *,
    direction: str | None = None,
    outcome: str | None = None,
    channel: str | None = None,
    score: int | None = None,
) -> Iterator[Interaction]:
    d = event.data
    reached, side = _counted(event)
    subjects = [found for name in _subjects(d.__class__) if (found := getattr(d, name))]
    yield Interaction(
        event.position,
        event.occurred_at,
        event.precision,
        event.client,
        kind,
        reached,
        direction or getattr(d, "direction", None),
        outcome,
        channel or event.channel or _CHANNELS.get(kind),
        getattr(d, "duration_s", None),
        event.performed_by,
        event.recorded_by,
        event.unit,
        event.contact,
        subjects[0] if subjects else None,
        getattr(d, "in_reply_to", None),
        getattr(d, "party", None),
        getattr(d, "at", None) or getattr(d, "respond_by", None) or _reply_due(d),
        score,
        getattr(d, "instrument", None),
        getattr(d, "scale", None) or _SCALES.get(getattr(d, "instrument", "")),
        side,
    )


def _reply_due(content: Any) -> datetime | None:
    day: date | None = getattr(content, "reply_due", None)
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)


def _call(event: Recorded) -> Iterator[Interaction]:
    return _interaction(event, "call", outcome=event.data.outcome)


def _inquiry(event: Recorded) -> Iterator[Interaction]:
    return _interaction(event, "inquiry", direction="inbound", channel=event.data.channel)


def _letter(event: Recorded, direction: str) -> Iterator[Interaction]:
    medium = event.data.medium
    channel = "letter" if medium == "courier" else medium
    return _interaction(event, "letter", direction=direction, channel=channel)


UNFOLD: Unfolds = {
    "inquiry.received": _inquiry,
    "touchpoint.captured": lambda event: _interaction(
        event, "touchpoint", direction="inbound", channel=event.data.channel
    ),
    "call.logged": _call,
    "call.missed": lambda event: _interaction(event, "missed_call", direction="inbound"),
    "message.exchanged": lambda event: _interaction(event, "message", channel=event.data.channel),
    "meeting.planned": lambda event: _interaction(event, "meeting_planned"),
    "meeting.held": lambda event: _interaction(event, "meeting", outcome=event.data.kind),
    "meeting.cancelled": lambda event: _interaction(event, "meeting_cancelled"),
    "correspondence.received": lambda event: _letter(event, "inbound"),
    "correspondence.sent": lambda event: _letter(event, "outbound"),
    "note.shared": lambda event: _interaction(event, "note"),
    "mood.noted": lambda event: _interaction(
        event, "mood", score=event.data.mood, outcome=event.data.method
    ),
    "satisfaction.recorded": lambda event: _interaction(
        event, "satisfaction", score=event.data.score
    ),
}
