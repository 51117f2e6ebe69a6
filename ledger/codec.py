"""Events to recorded bytes and back.

The body is JSON in UTF-8 with sorted keys and without empty fields, so the same event always gives
the same bytes. Pydantic validates incoming events; msgspec decodes recorded ones into the same
classes.
"""

from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Required, cast, get_type_hints

import msgspec
from msgspec.structs import force_setattr as put
from pydantic import ConfigDict, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from ledger import catalogue, plain_lines
from ledger.canonical import canonical, refuse_duplicates
from ledger.envelope import OPTIONAL, REQUIRED, Encoded, Event, Recorded, Row, Visibility, moment_of
from ledger.errors import InvalidEvent, LedgerError, NotDecoded, brief
from ledger.events.fields import Channel, Digest, EventId, Id, Label
from ledger.moments import precision_of
from ledger.suggestions import did_you_mean
from ledger.upcasts import upcast
from ledger.validation_messages import explain, refuse_backwards, refuse_without, unreadable

MAX_BODY = 1 << 20


class _Envelope(TypedDict, total=False):
    """The checks on the envelope's own fields; see `ledger.envelope.Event` for their meaning."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]  # for pydantic

    source: Required[Id]
    key: Required[Id]
    recorded_by: Required[Id]
    client: Id | None
    performed_by: Id | None
    unit: Id | None
    correlation: EventId | None
    causation: EventId | None
    performer_name: Label | None
    contact: Id | None
    channel: Channel | None
    import_batch: Id | None
    visibility: Visibility | None
    request: EventId | None
    asked: Digest | None


_check_envelope = TypeAdapter(_Envelope).validator.validate_python
# A float would not hold every digit of an amount.
_read_json = msgspec.json.Decoder(float_hook=Decimal).decode


def encode(event: Event) -> Encoded:
    """Validate an event and encode it. Raises InvalidEvent."""
    if not isinstance(event, Event):
        name = type(event).__name__
        raise InvalidEvent("the event", name, "is no ledger.Event", "Make one of your content.")
    described = catalogue.by_class().get(type(event.data))
    if described is None:
        raise InvalidEvent(
            "data",
            type(event.data).__name__,
            "is not an event type",
            "Use a class of ledger.events, or register your own through an entry point.",
        )
    envelope = {name: getattr(event, name) for name in (*REQUIRED, *OPTIONAL)}
    return _encode(described, envelope, event.data)


def encode_json(line: bytes) -> Encoded:
    """Validate one event in JSON (the form of `iledger append`, or of `replay`) and encode it.

    Raises InvalidEvent.
    """
    if len(line) > MAX_BODY:
        raise InvalidEvent("event", f"{len(line):,} bytes", "is larger than 1 MiB", _DIGEST_REMEDY)
    found = _plain_lines()(line)
    return encode_any(line) if found is None or len(found.body) > MAX_BODY else found


def encode_any(line: bytes) -> Encoded:
    """Do what `encode_json` does for a line that is not plain (`ledger.plain_lines`)."""
    wire = {name: value for name, value in _parse(line).items() if name not in _GIVEN}
    described = _type_of(wire)
    content = wire.pop("data", None)
    if not isinstance(content, dict):
        raise InvalidEvent(
            "data", content, "is missing or is not an object", "Give the content as {...}."
        )
    try:
        data = described.content(**content)
    except (ValidationError, TypeError) as error:
        raise explain(error, "data.", described.name, described.content, content) from None
    return _encode(described, wire, data)


def decode(row: Row) -> Recorded:
    """Read a recorded event in the newest version's shape. Raises NotDecoded."""
    try:
        event = _decoder(row.type, row.version)(row.body)
    except NotDecoded:
        raise
    except Exception as error:  # msgspec's, or any that an upcast raises
        raise NotDecoded(f"its content cannot be read: {brief(error)}") from error
    put(event, "position", row.position)
    put(event, "recorded_at", row.recorded_at)
    put(event, "event_id", row.event_id)
    put(event, "login", row.login)
    put(event, "occurred_at", row.occurred_at)
    put(event, "precision", precision_of(event.occurred_text))
    return event


def written(data: Any) -> dict[str, Any]:
    """The content of an event as plain values, as it stands in the recorded text."""
    plain: dict[str, Any] = _read_json(canonical(_plain(data)))
    return plain


def same(stored: bytes, offered: bytes) -> bool:
    """Whether two bodies are equal after upcasting both to the newest version."""
    if stored == offered:
        return True
    try:
        (left, left_data), (right, right_data) = _upcast(stored), _upcast(offered)
    except (msgspec.MsgspecError, LedgerError, KeyError):
        return False
    return left == right and left_data == right_data


@cache
def _plain_lines() -> plain_lines.Reader:
    return plain_lines.Reader(get_type_hints(_Envelope, include_extras=True))


# What a line of `iledger replay` has besides the body. Each ledger gives its own.
_GIVEN = ("position", "event_id", "recorded_at", "login")
_DIGEST_REMEDY = "Keep the document elsewhere and record its SHA-256."


def _encode(described: catalogue.EventType, envelope: dict[str, Any], data: Any) -> Encoded:
    moment = moment_of(envelope.pop("occurred_at", None))
    try:
        checked = _check_envelope(envelope)
    except ValidationError as error:
        raise explain(error, "", described.name, None, envelope) from None
    refuse_without(described.needs, described.name, checked)
    refuse_backwards(described.ends, moment, data)
    record = {name: value for name, value in checked.items() if value is not None}
    record["type"], record["version"] = described.name, described.version
    record["occurred_at"], record["data"] = str(moment), _plain(data)
    try:
        body = canonical(record)
    except UnicodeEncodeError as error:
        raise InvalidEvent(
            "data", error.object, "contains an unpaired surrogate", "Send well-formed UTF-8."
        ) from None
    if len(body) > MAX_BODY:
        raise InvalidEvent("event", f"{len(body):,} bytes", "is larger than 1 MiB", _DIGEST_REMEDY)
    client, performed_by = record.get("client"), record.get("performed_by")
    return Encoded(
        described.name,
        described.version,
        record["source"],
        record["key"],
        client,
        performed_by,
        moment.at,
        described.tags_of(data, client, performed_by, record.get("request")),
        body,
    )


def _plain(value: Any) -> Any:
    """Convert content to plain values for JSON, without fields that are empty by default.

    A new field therefore does not change what was recorded without it. Equal numbers have the same
    text: 10, 10.0 and 1E+1 are "10". This is most of the cost of encoding, hence the cached names.
    """
    if isinstance(value, tuple):
        return [_plain(member) for member in value]
    names = _names(value.__class__)
    if names is None:
        return _decimal(value) if isinstance(value, Decimal) else value
    return {
        name: _plain(inner) for name, default in names if (inner := getattr(value, name)) != default
    }


def _decimal(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"


@cache
def _names(content: Any) -> tuple[tuple[str, Any], ...] | None:
    """Fields of a content class, each with the empty value left out; None if not a class."""
    if not is_dataclass(content):
        return None
    # Only None and () are left out: the reader's default for another value may change one day.
    return tuple(
        (field.name, field.default if field.default in (None, ()) else MISSING)
        for field in fields(content)
    )


def _parse(line: bytes) -> dict[str, Any]:
    try:
        wire = _read_json(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ArithmeticError) as error:
        raise unreadable(line, error) from None
    refuse_duplicates(line, wire)
    if not isinstance(wire, dict):
        raise InvalidEvent("event", wire, "is not an object", "Send one JSON object a line.")
    return wire


def _type_of(wire: dict[str, Any]) -> catalogue.EventType:
    name = wire.pop("type", None)
    described = catalogue.types().get(name) if isinstance(name, str) else None
    if described is None:
        near = did_you_mean(str(name), catalogue.types())
        problem = "is missing" if name is None else "is not an event type of this ledger"
        remedy = f"{near} docs/events.md lists the types.".strip()
        raise InvalidEvent("type", name, problem, remedy)
    version = wire.pop("version", described.version)
    if type(version) is not int or version != described.version:
        raise InvalidEvent(
            "version",
            version,
            f"is not the current version of {name}",
            f"Send version {described.version}, or leave it out.",
        )
    return described


@cache
def _decoder(type_: str, version: int) -> Callable[[bytes], Recorded]:
    """The decoder of one type: directly into its class, or through upcasts of old versions."""
    described = _described(type_)
    if version > described.version:
        raise NotDecoded(
            f"its version {version} is newer than {described.version}, the last one that this "
            "program knows; install the newer version of what defines it"
        )
    if version == described.version:
        fields_ = [("data", described.content)]
        typed = msgspec.defstruct(
            f"Recorded_{described.content.__name__}",
            fields_,
            bases=(Recorded,),
            kw_only=True,
            frozen=True,
        )
        return cast(Callable[[bytes], Recorded], msgspec.json.Decoder(typed).decode)

    read = msgspec.json.Decoder(Recorded).decode

    def newest(body: bytes) -> Recorded:
        event = read(body)
        content = upcast(type_, version, event.data)
        put(event, "data", msgspec.convert(content, described.content, strict=False))
        return event

    return newest


def _described(type_: str) -> catalogue.EventType:
    try:
        return catalogue.types()[type_]
    except KeyError:
        raise NotDecoded(
            "its type is unknown to this program; install the package that defines it, or a newer "
            "interaction-ledger"
        ) from None


def _upcast(body: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    record = _read_json(body)
    data = upcast(record["type"], record.pop("version"), record.pop("data"))
    return record, data
