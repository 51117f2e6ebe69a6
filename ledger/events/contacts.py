"""Contacts: every call, letter, meeting and message, and how satisfied the client was."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from ledger.events.fields import (
    Channel,
    Day,
    Direction,
    Id,
    Instant,
    Label,
    NotBefore,
    Personal,
    Scale,
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
    """Somebody contacted us with an inquiry through this channel."""

    inquiry: Id
    channel: Channel
    touchpoint: Label | None = None
    subject: Personal[Label] | None = None
    respond_by: Annotated[Instant, NotBefore("occurred_at")] | None = None


@fact
class TouchpointCaptured:
    """Contact details were collected at a touchpoint, such as a trade fair stand or a web form."""

    touchpoint: Label
    channel: Channel
    campaign: Id | None = None
    contact_details: Personal[Label] | None = None


@fact
class CallLogged:
    """A telephone call was made or attempted."""

    direction: Direction
    outcome: Literal["reached", "no_answer", "busy", "voicemail"]
    duration_s: Seconds | None = None
    topic: Personal[Label] | None = None
    call: Id | None = None
    in_reply_to: Id | None = None


@fact
class CallMissed:
    """Somebody called us and nobody answered."""

    call: Id | None = None
    number: Personal[Label] | None = None


@fact
class MessageExchanged:
    """A short message was sent or received."""

    direction: Direction
    channel: Channel
    text: Personal[Text] | None = None
    in_reply_to: Id | None = None


@fact
class MeetingPlanned:
    """A meeting was scheduled."""

    meeting: Id
    at: Instant
    participants: Participants = ()
    place: Label | None = None
    topic: Personal[Label] | None = None


@fact
class MeetingHeld:
    """A meeting, negotiation or presentation took place."""

    meeting: Id
    kind: Literal["meeting", "negotiation", "presentation"] = "meeting"
    participants: Participants = ()
    place: Label | None = None
    outcome: Personal[Text] | None = None


@fact
class MeetingCancelled:
    """A scheduled meeting was cancelled."""

    meeting: Id
    reason: Text


@fact
class CorrespondenceReceived:
    """A letter was received and registered."""

    letter: Id
    party: Party = "client"
    medium: Medium
    registry_number: Label | None = None
    dated: Day | None = None
    subject: Personal[Label] | None = None
    text: Personal[Text] | None = None
    official: bool = False
    reply_due: Annotated[Day, NotBefore("dated")] | None = None


@fact
class CorrespondenceSent:
    """We sent a letter."""

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
    """An employee wrote a note for colleagues."""

    text: Personal[Text]
    to_units: Participants = ()
    to_employees: Participants = ()


@fact
class MoodNoted:
    """Somebody noted the client's mood, from -2 (angry) to +2 (delighted)."""

    mood: Annotated[Whole, Field(ge=-2, le=2)]
    method: Literal["agent", "survey", "model"] = "agent"
    interaction: Id | None = None


@fact
class SatisfactionRecorded:
    """The client answered a satisfaction survey question, on a scale such as 1-5."""

    VERSION: ClassVar[int] = 2
    instrument: Literal["csat", "ces", "nps"]
    score: Annotated[Whole, Field(ge=0, le=100)]
    scale: Scale | None = None
    subject: Id | None = None

    @model_validator(mode="after")
    def _within(self) -> Self:
        low, _, high = (self.scale or "0-10").partition("-")
        if self.instrument == "nps" and self.scale not in (None, "0-10"):
            raise ValueError(f"has the scale {self.scale}; nps is asked on the scale 0-10")
        if not int(low) <= self.score <= int(high):
            on = f"the scale {self.scale}" if self.scale else "0-10; add its scale, such as 1-5"
            raise ValueError(f"has a score of {self.score}, which is not on {on}")
        return self
