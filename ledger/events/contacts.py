"""Interactions: every call, letter, meeting and message, and how the client felt."""

from typing import Annotated, Literal

from pydantic import Field

from ledger.events.fields import (
    Channel,
    Day,
    Direction,
    Id,
    Instant,
    Label,
    Personal,
    Seconds,
    Text,
    Whole,
    fact,
)

Party = Literal["client", "partner", "supplier", "authority"]
Medium = Literal["letter", "fax", "email", "courier"]
Participants = Annotated[tuple[Id, ...], Field(max_length=200)]


@fact
class InquiryReceived:
    """Somebody appealed to us, through this channel."""

    inquiry: Id
    channel: Channel
    touchpoint: Label | None = None
    subject: Personal[Label] | None = None
    respond_by: Instant | None = None


@fact
class TouchpointCaptured:
    """A contact was collected at one of our touchpoints, such as a stand or a form."""

    touchpoint: Label
    channel: Channel
    campaign: Id | None = None
    contact_details: Personal[Label] | None = None


@fact
class CallLogged:
    """A telephone call took place or was tried."""

    direction: Direction
    outcome: Literal["reached", "no_answer", "busy", "voicemail"]
    duration_s: Seconds | None = None
    topic: Personal[Label] | None = None
    call: Id | None = None
    in_reply_to: Id | None = None


@fact
class CallMissed:
    """Somebody called us and nobody took the call."""

    call: Id | None = None
    number: Personal[Label] | None = None


@fact
class MessageExchanged:
    """A short message went one way or the other."""

    direction: Direction
    channel: Channel
    text: Personal[Text] | None = None
    in_reply_to: Id | None = None


@fact
class MeetingPlanned:
    """A meeting was agreed for a certain time."""

    meeting: Id
    at: Instant
    participants: Participants = ()
    place: Label | None = None
    topic: Personal[Label] | None = None


@fact
class MeetingHeld:
    """A meeting or negotiation took place."""

    meeting: Id
    kind: Literal["meeting", "negotiation", "presentation"] = "meeting"
    participants: Participants = ()
    place: Label | None = None
    outcome: Personal[Text] | None = None


@fact
class MeetingCancelled:
    """A planned meeting will not take place."""

    meeting: Id
    reason: Text


@fact
class CorrespondenceReceived:
    """A letter came in and was registered."""

    letter: Id
    party: Party = "client"
    medium: Medium
    registry_number: Label | None = None
    dated: Day | None = None
    subject: Personal[Label] | None = None
    text: Personal[Text] | None = None
    official: bool = False
    reply_due: Day | None = None


@fact
class CorrespondenceSent:
    """A letter of ours went out."""

    letter: Id
    party: Party = "client"
    medium: Medium
    registry_number: Label | None = None
    dated: Day | None = None
    subject: Personal[Label] | None = None
    text: Personal[Text] | None = None
    in_reply_to: Id | None = None


@fact
class NoteShared:
    """An employee wrote down something colleagues should know."""

    text: Personal[Text]
    to_units: tuple[Id, ...] = ()
    to_employees: tuple[Id, ...] = ()


@fact
class MoodNoted:
    """The client's mood was noted, from -2 (angry) to +2 (delighted)."""

    mood: Annotated[Whole, Field(ge=-2, le=2)]
    method: Literal["agent", "survey", "model"] = "agent"
    interaction: Id | None = None


@fact
class SatisfactionRecorded:
    """The client answered a question about satisfaction."""

    instrument: Literal["csat", "ces", "nps"]
    score: Annotated[Whole, Field(ge=0, le=10)]
    subject: Id | None = None
