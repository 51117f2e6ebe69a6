"""Interactions: every call, letter, meeting and message, and what counts as a contact.

`reach`: how far an interaction got.

two_way   both sides took part, or the client turned to us and we know what was said: a call that
          reached somebody, a meeting held, a message or letter from the client, an inquiry, a
          contact collected at a touchpoint
one_way   one side tried: any other call or missed call, a message or letter of ours
None      not a contact: meetings planned or cancelled, notes, mood and satisfaction (they judge a
          contact that is recorded by itself), letters to and from others than the client

A contact is an interaction that has a reach. Offers are not counted here, but as offers.
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


TABLES: Tables = {Interaction: "interactions"}

_SCALES = {"nps": "0-10"}  # of an instrument that has but one
_CHANNELS = {"call": "phone", "missed_call": "phone", "meeting": "meeting"}
_SUBJECTS = ("meeting", "letter", "inquiry", "call", "interaction", "subject")


def reach(event: Recorded) -> str | None:
    """How far the interaction got: two_way, one_way, or None if it is no contact."""
    made = _REACH.get(event.type)
    return made(event.data) if made else None


def _of_call(d: Any) -> str:
    return "two_way" if d.outcome == "reached" else "one_way"


def _of_message(d: Any) -> str:
    return "two_way" if d.direction == "inbound" else "one_way"


_REACH: Mapping[str, Callable[[Any], str | None]] = {
    "call.logged": _of_call,
    "call.missed": lambda d: "one_way",
    "message.exchanged": _of_message,
    "meeting.held": lambda d: "two_way",
    "correspondence.received": lambda d: "two_way" if d.party == "client" else None,
    "correspondence.sent": lambda d: "one_way" if d.party == "client" else None,
    "inquiry.received": lambda d: "two_way",
    "touchpoint.captured": lambda d: "two_way",
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
    subjects = [found for name in _subjects(d.__class__) if (found := getattr(d, name))]
    yield Interaction(
        event.position,
        event.occurred_at,
        event.precision,
        event.client,
        kind,
        reach(event),
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
