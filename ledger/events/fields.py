"""The field types that event classes are made of.

Each is an annotated type. Pydantic validates it when an event comes in; msgspec, which reads
recorded events, uses the plain type. `Personal` marks data that identifies a person or is private
to one. `Tag` names the stream that an identifier belongs to, so that queries find the event there.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass as plain_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, wraps
from typing import Annotated, Any, Literal, TypeVar, cast, dataclass_transform
from zoneinfo import available_timezones

import pydantic.dataclasses
from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import ArgsKwargs

from ledger.errors import InvalidEvent
from ledger.moments import END, FIRST, OUT_OF_REACH
from ledger.validation_messages import explain

T = TypeVar("T")
MOST = 2**31 - 1  # an integer column of PostgreSQL holds it, and a sum of a billion such a bigint
_LONGEST_ID = 200
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_FINER = re.compile(r"[.,]\d{7}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Pydantic's patterns take digits of every script for \d.
_YEAR = "(19|2[01])[0-9]{2}"
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"


@plain_dataclass(frozen=True)
class PersonalMark:
    """The field holds personal data."""


@plain_dataclass(frozen=True)
class Tag:
    """The field identifies a member of this stream; the event gets the tag `stream:value`."""

    stream: str


@plain_dataclass(frozen=True)
class NotBefore:
    """The field is an end: it never lies before `start`, another field or `occurred_at`."""

    start: str


CONFIG = ConfigDict(extra="forbid", defer_build=True)
Personal = Annotated[T, PersonalMark()]


@dataclass_transform(kw_only_default=True, frozen_default=True)
def fact(cls: type[T]) -> type[T]:
    """Make a class the content of an event: frozen, keyword-only, without unknown fields."""
    decorate = pydantic.dataclasses.dataclass(config=CONFIG, frozen=True, kw_only=True, slots=True)
    return cast("type[T]", _refusing(decorate(cls)))


def needs(*fields: str) -> Callable[[type[T]], type[T]]:
    """Say which optional fields of the envelope this event makes no sense without."""

    def mark(cls: type[T]) -> type[T]:
        marked: Any = cls
        marked.NEEDS = fields
        return cls

    return mark


def apart(one: str, other: str) -> Any:
    """A check of a class: these two fields, of which either may be empty, never name the same."""

    def check(content: Any) -> Any:
        named = getattr(content, one)
        if named is not None and named == getattr(content, other):
            raise ValueError(f"names {named!r} as {one} and as {other}; correct one of the two")
        return content

    return model_validator(mode="after")(check)


def _refusing(content: Any) -> Any:
    """The class with a constructor that raises InvalidEvent, as intake does."""

    @wraps(content.__init__)
    def construct(self: Any, /, *unnamed: Any, **given: Any) -> None:
        if unnamed:
            remedy = "Name every field: field=value."
            raise InvalidEvent(content.__name__, unnamed, "has values without a name", remedy)
        try:
            content.__pydantic_validator__.validate_python(
                ArgsKwargs((), given), self_instance=self
            )
        except ValidationError as error:
            # A class of one word is part of a content, and does not know where it stands in it.
            part = len(words(content)) == 1
            prefix, name = ("", content.__name__) if part else ("data.", type_name(content))
            raise explain(error, prefix, name, content, given) from None
        finally:
            # Pydantic puts its own back when the first use builds the class.
            if content.__init__ is not construct:
                content.__init__ = construct

    content.__init__ = construct
    return content


def type_name(content: type[Any]) -> str:
    """Make the stored name of a content class: `ClientFactRecorded` is `client_fact.recorded`."""
    *subject, verb = words(content)
    return f"{'_'.join(subject)}.{verb}".lower()


def words(content: type[Any]) -> list[str]:
    """The words of a class's name; the last one of an event's is its verb."""
    return re.findall(r"[A-Z][a-z0-9]*", content.__name__)


def utc(value: datetime) -> datetime:
    """A time, in UTC."""
    if value.tzinfo is None:
        raise ValueError("has no time zone; add an offset such as +03:00 or Z")
    try:
        at = value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"is not a possible time ({error})") from None
    if not FIRST <= at < END:
        raise ValueError(f"{OUT_OF_REACH}; leave it out if there is no such time")
    return at


def in_reach(value: date) -> date:
    """A date that columns and arithmetic hold."""
    if not FIRST.year <= value.year < END.year:
        raise ValueError(f"{OUT_OF_REACH}; leave it out if there is no such date")
    return value


def written(value: Any) -> Any:
    """A date or time in ISO 8601 form; pydantic would read "1772323200", too, as seconds."""
    if isinstance(value, (int, float, Decimal)) or (
        isinstance(value, str) and not _DATE.match(value)
    ):
        raise ValueError("is not a date or time in ISO 8601 form")
    if isinstance(value, str) and _FINER.search(value):
        raise ValueError("has more than six decimal places of a second")
    return value


def number(value: Any) -> Any:
    """A number in the digits 0 to 9; Python reads 1_000 and digits of other scripts, too."""
    if isinstance(value, bool):
        raise ValueError("is a truth value, not a number")
    if isinstance(value, str) and ("_" in value or not value.isascii()):
        raise ValueError("must be a number in the digits 0 to 9, such as 1234.5")
    return value


def visible(value: str) -> str:
    """Text in which every character can be seen, in the composed form."""
    if not value.isprintable():
        raise ValueError("has a character that cannot be seen, such as a control character or NBSP")
    if value.isascii():
        return value
    composed = unicodedata.normalize("NFC", value)
    if len(composed) > _LONGEST_ID:  # some characters become several
        raise ValueError(f"must have at most {_LONGEST_ID} characters in Unicode's composed form")
    return composed


def one_line(value: str) -> str:
    """Text of one line."""
    if _CONTROL.search(value):
        raise ValueError("has a control character, such as a line break or NUL")
    return value


def without_nul(value: str) -> str:
    """Text that PostgreSQL takes."""
    if "\0" in value:
        raise ValueError("has a NUL character")
    return value


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(value: str) -> str:
    if value not in _zones():
        raise ValueError("is not an IANA time zone, such as Europe/Moscow")
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


Id = Annotated[str, _stripped(_LONGEST_ID), AfterValidator(visible)]
Label = Annotated[str, _stripped(500), AfterValidator(one_line)]
Text = Annotated[
    str, StringConstraints(min_length=1, max_length=100_000), AfterValidator(without_nul)
]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
EventId = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", to_lower=True)
]
Instant = Annotated[datetime, BeforeValidator(written), AfterValidator(utc)]
Day = Annotated[date, BeforeValidator(written), AfterValidator(in_reach)]
_Number = BeforeValidator(number)
Whole = Annotated[int, Field(ge=-MOST, le=MOST), _Number]
# Of an event in the ledger. Every reader of JSON holds numbers up to 2**53 exactly.
Position = Annotated[int, Field(ge=0, le=2**53 - 1), _Number]
Money = Annotated[Decimal, Field(max_digits=18, decimal_places=4, allow_inf_nan=False), _Number]
Quantity = Annotated[
    Decimal, Field(max_digits=18, decimal_places=6, allow_inf_nan=False, gt=0), _Number
]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Scale = Annotated[
    str,
    StringConstraints(pattern=r"^(0|[1-9][0-9]?)-[1-9][0-9]{0,2}$"),
    AfterValidator(_scale),
]
Period = Annotated[str, StringConstraints(pattern=rf"^{_YEAR}(-Q[1-4]|-(0[1-9]|1[0-2]))?$")]
Seconds = Annotated[int, Field(ge=0, le=10_000_000), _Number]
Month = Annotated[str, StringConstraints(pattern=rf"^{_YEAR}-(0[1-9]|1[0-2])$")]
Zone = Annotated[str, AfterValidator(_zone)]
Shift = Annotated[
    str,
    StringConstraints(pattern=rf"^{_CLOCK}-({_CLOCK}|24:00)$"),
    AfterValidator(_shift),
]
Hours = Annotated[Decimal, Field(gt=0, max_digits=10, decimal_places=4), _Number]

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
