"""The field types that event classes are made of.

Each is an annotated type. Pydantic validates it when an event comes in; msgspec, which reads
recorded events, uses the plain type. `Personal` marks data that identifies a person or is private
to one. `Tag` names the stream that an identifier belongs to, so that queries find the event there.
"""

import re
import unicodedata
from dataclasses import dataclass as plain_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar, cast, dataclass_transform
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pydantic.dataclasses
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints

T = TypeVar("T")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@plain_dataclass(frozen=True)
class PersonalMark:
    """The field holds personal data."""


@plain_dataclass(frozen=True)
class Tag:
    """The field identifies a member of this stream; the event gets the tag `stream:value`."""

    stream: str


@plain_dataclass(frozen=True)
class Remedy:
    """What to do about a value that the field refuses."""

    text: str


Personal = Annotated[T, PersonalMark()]


@dataclass_transform(kw_only_default=True, frozen_default=True)
def fact(cls: type[T]) -> type[T]:
    """Make a class the content of an event: frozen, keyword-only, without unknown fields."""
    config = ConfigDict(extra="forbid", defer_build=True)
    decorate = pydantic.dataclasses.dataclass(config=config, frozen=True, kw_only=True, slots=True)
    return cast("type[T]", decorate(cls))


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("has no time zone; add an offset such as +03:00 or Z")
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"is not a possible time ({error})") from None


def _written(value: Any) -> Any:
    # Pydantic would read 1772323200, and "1772323200" too, as seconds since 1970.
    if isinstance(value, (int, float, Decimal)) or (
        isinstance(value, str) and not _DATE.match(value)
    ):
        raise ValueError("is not a date or time in ISO 8601 form")
    return value


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("is a truth value, not a number")
    return value


def _visible(value: str) -> str:
    if not value.isprintable():
        raise ValueError("has a character that cannot be seen, such as a control character or NBSP")
    return value if value.isascii() else unicodedata.normalize("NFC", value)


def _one_line(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("has a control character, such as a line break or NUL")
    return value


def _without_nul(value: str) -> str:
    if "\0" in value:
        raise ValueError("has a NUL character")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is not an IANA time zone, such as Europe/Moscow") from None
    return value


def _scale(value: str) -> str:
    low, _, high = value.partition("-")
    if not int(low) < int(high) <= 100:
        raise ValueError("must run from its lowest to its highest answer, at most 100, such as 1-5")
    return value


def _shift(value: str) -> str:
    starts, _, ends = value.partition("-")
    if not starts < ends <= "24:00":
        raise ValueError("must end after it starts, on the same day; split a night shift into two")
    return value


def _stripped(limit: int) -> StringConstraints:
    return StringConstraints(min_length=1, max_length=limit, strip_whitespace=True)


Id = Annotated[str, _stripped(200), AfterValidator(_visible)]
Label = Annotated[str, _stripped(500), AfterValidator(_one_line)]
Text = Annotated[
    str, StringConstraints(min_length=1, max_length=100_000), AfterValidator(_without_nul)
]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
EventId = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", to_lower=True)
]
Instant = Annotated[datetime, BeforeValidator(_written), AfterValidator(_utc)]
Day = Annotated[date, BeforeValidator(_written)]
Whole = Annotated[int, BeforeValidator(_number)]
Money = Annotated[Decimal, Field(max_digits=18, decimal_places=4, allow_inf_nan=False)]
Quantity = Annotated[Decimal, Field(max_digits=18, decimal_places=6, allow_inf_nan=False, gt=0)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Scale = Annotated[
    str, StringConstraints(pattern=r"^(0|[1-9]\d?)-[1-9]\d{0,2}$"), AfterValidator(_scale)
]
Period = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?$")]
Seconds = Annotated[Whole, Field(ge=0, le=10_000_000)]
Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Zone = Annotated[str, AfterValidator(_zone)]
Shift = Annotated[
    str,
    StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d$"),
    AfterValidator(_shift),
]
Hours = Annotated[Decimal, Field(gt=0, max_digits=10, decimal_places=4)]

# A Tag makes the event findable under that stream and costs one more index row. A field that only
# mentions somebody is therefore a plain Id.
ClientId = Annotated[Id, Tag("client")]
EmployeeId = Annotated[Id, Tag("employee")]
UnitId = Annotated[Id, Tag("unit")]
ContactId = Annotated[Id, Tag("contact")]
OfferId = Annotated[Id, Tag("offer")]
DealId = Annotated[Id, Tag("deal")]
TaskId = Annotated[Id, Tag("task")]
CaseId = Annotated[Id, Tag("case")]
BatchId = Annotated[Id, Tag("batch")]
DisputeId = Annotated[Id, Tag("dispute")]
TargetId = Annotated[Id, Tag("target")]
NormId = Annotated[Id, Tag("norm")]
SchemeId = Annotated[Id, Tag("scheme")]
PeriodId = Annotated[Period, Tag("period")]
StatementId = Annotated[Id, Tag("statement")]
ReductionId = Annotated[Id, Tag("reduction")]
EventRef = Annotated[EventId, Tag("event")]

Channel = Literal[
    "phone",
    "email",
    "letter",
    "fax",
    "meeting",
    "video",
    "web",
    "chat",
    "shop",
    "visit",
    "exhibition",
]
BuyingRole = Literal["decision_maker", "finance", "technical", "user", "gatekeeper"]
Direction = Literal["inbound", "outbound"]
