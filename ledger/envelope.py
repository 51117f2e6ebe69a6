"""The envelope: what every event carries besides its content.

`performed_by` did it, `recorded_by` entered it, and the owner of the client at the time follows
from the ownership events: three different things. `source` and `key` together identify an event
permanently. Its id is derived from them, so a producer that sends an event again after a lost
answer finds the recorded one.
"""

import hashlib
import uuid
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import force_setattr

from ledger.errors import InvalidEvent
from ledger.moments import (
    END,
    FIRST,
    FLOATING,
    OUT_OF_REACH,
    REMEDY,
    Moment,
    Precision,
    begins,
    is_over,
    precision_of,
)

Visibility = Literal["internal", "client", "partner"]

# Names of the envelope's own fields in the recorded text, besides `type`, `version` and `data`.
OPTIONAL = (
    "client",
    "performed_by",
    "unit",
    "correlation",
    "causation",
    "performer_name",
    "contact",
    "channel",
    "import_batch",
    "visibility",
    "request",
    "asked",
)
NEVER = datetime.min.replace(tzinfo=UTC)
REQUIRED = ("source", "key", "recorded_by", "occurred_at")


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """An event to append; `ledger.codec.encode` validates it.

    - data: an instance of a class in `ledger.events`
    - occurred_at: a Moment, an aware datetime, or a text as described in `ledger.moments`
    - correlation, causation: event ids
    - request, asked: of the events of a decision: the id that its key gives, and the SHA-256 of
      what was asked; see `commands.decisions.requests`
    """

    data: Any
    source: str
    key: str
    recorded_by: str
    occurred_at: Moment | datetime | str
    client: str | None = None
    performed_by: str | None = None
    unit: str | None = None
    correlation: str | None = None
    causation: str | None = None
    performer_name: str | None = None
    contact: str | None = None
    channel: str | None = None
    import_batch: str | None = None
    visibility: Visibility | None = None
    request: str | None = None
    asked: str | None = None


class Encoded(NamedTuple):
    """An event ready to be appended: the bytes that are hashed, and the columns copied from them.

    tags: `stream:value`, except client and performed_by, which have columns.
    """

    type: str
    version: int
    source: str
    key: str
    client: str | None
    performed_by: str | None
    occurred_at: datetime | None
    tags: tuple[str, ...]
    body: bytes

    @property
    def event_id(self) -> uuid.UUID:
        """The id that the database derives for the event."""
        return event_id(self.source, self.key)

    @property
    def all_tags(self) -> list[str]:
        """Every tag under which the event will be found."""
        hot = (("client", self.client), ("performed_by", self.performed_by))
        return [*(f"{stream}:{value}" for stream, value in hot if value is not None), *self.tags]


class Row(NamedTuple):
    """What is read of an event; the leaf hash covers `body`, `recorded_at` and `login`.

    login: of the database, by which it was appended
    """

    position: int
    event_id: uuid.UUID
    type: str
    version: int
    recorded_at: datetime
    occurred_at: datetime | None
    body: bytes
    login: str


class TaggedRow(NamedTuple):
    """An event with all its tags, client and performer included."""

    row: Row
    tags: list[str]


class Outcome(NamedTuple):
    """What became of one event of a batch: recorded, duplicate, conflict, future or withheld.

    position, recorded_at: of the event that stands under the key, if any; stored: its body where it
    differs from the one offered. appending.sql describes the outcomes; what is `known` there is a
    `duplicate` here.
    """

    position: int | None
    recorded_at: datetime | None
    outcome: str
    stored: bytes | None


class Receipt(NamedTuple):
    """Proof of recording. `recorded` is False if the same event had been recorded before."""

    position: int
    recorded_at: datetime
    recorded: bool
    event_id: uuid.UUID


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """A recorded event. `data` is the content, upcast to the newest version.

    - precision: of `occurred_at`: instant, minute, day, month or unknown
    - over_at: when that day or month is over, if it is one of a zone (`localized`); else None
    - login: of the database, by which it was appended

    The recorded text is decoded directly into this class, because every projected event passes
    through it; `ledger.codec.decode` then sets the first fields, which come from the store.
    """

    position: int = 0
    recorded_at: datetime = NEVER
    event_id: uuid.UUID = uuid.UUID(int=0)
    login: str = msgspec.field(default="", name="(column) login")
    version: int = 0
    occurred_at: datetime | None = msgspec.field(default=None, name="(column) occurred_at")
    precision: str = msgspec.field(default="", name="(stated by) occurred_at")
    over_at: datetime | None = msgspec.field(default=None, name="(end of) occurred_at")
    occurred_text: str = msgspec.field(name="occurred_at")
    type: str
    data: Any
    source: str
    key: str
    recorded_by: str
    client: str | None = None
    performed_by: str | None = None
    unit: str | None = None
    correlation: str | None = None
    causation: str | None = None
    performer_name: str | None = None
    contact: str | None = None
    channel: str | None = None
    import_batch: str | None = None
    visibility: str = "internal"
    request: str | None = None
    asked: str | None = None


class Unreadable(NamedTuple):
    """The data of an event that this program cannot read: why, and all that is recorded of it."""

    reason: str
    body: bytes


def moment_of(given: Any) -> Moment:
    """What an event's `occurred_at` says. Raises InvalidEvent."""
    try:
        if isinstance(given, Moment):
            return _in_reach(_consistent(given))
        if isinstance(given, datetime):
            return _in_reach(Moment.exactly(given))
        if isinstance(given, str):
            return _in_reach(Moment.parse(given))
    except ValueError as error:
        raise InvalidEvent("occurred_at", given, str(error), REMEDY) from None
    problem = "is missing" if given is None else "is not text"
    raise InvalidEvent("occurred_at", given, problem, REMEDY)


def _in_reach(given: Moment) -> Moment:
    if given.at is not None and not FIRST <= given.at < END:
        raise ValueError(OUT_OF_REACH)
    return given


def _consistent(given: Moment) -> Moment:
    # One made by hand may have no zone, or more digits than its precision.
    if Moment.parse(str(given)) != given:
        raise ValueError(f"does not have the precision {given.precision}")
    return given


def localized(event: Recorded, zone: ZoneInfo) -> Recorded:
    """The event itself, whose day or month, if that is all that is known, is now one of the zone.

    One that is of a zone already stays.
    """
    if event.occurred_at is not None and event.precision in FLOATING and event.over_at is None:
        day = event.occurred_at
        force_setattr(event, "occurred_at", begins(day, zone))
        force_setattr(event, "over_at", is_over(day, event.precision, zone))
    return event


def decided_before(event: Recorded) -> datetime | None:
    """When something was decided that takes effect later; None if it was not dated ahead.

    What was decided at an unknown time, and recorded before it took effect, was decided at any.
    """
    effective, at = getattr(event.data, "effective_at", None), event.occurred_at
    if effective and at is None:
        return NEVER if effective > event.recorded_at else None
    return at if effective and at and effective > at else None


def event_id(source: str, key: str) -> uuid.UUID:
    """Derive an event's id: the first 128 bits of SHA-256 over source, a zero byte, and key.

    The database computes the same in reading.sql (`event_id_of`).
    """
    return uuid.UUID(bytes=hashlib.sha256(f"{source}\0{key}".encode()).digest()[:16])


def texts_of(body: bytes) -> dict[str, str]:
    """The texts of an envelope, as far as a recorded body can be read."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    known = (*REQUIRED, *OPTIONAL)
    given = found.items() if isinstance(found, dict) else ()
    return {name: text for name, text in given if name in known and isinstance(text, str)}


def stated_precision(row: Row) -> Precision:
    """How exactly the time of an event is known, as far as its body can be read."""
    if row.occurred_at is None:
        return Precision.UNKNOWN
    return precision_of(texts_of(row.body).get("occurred_at", ""))
