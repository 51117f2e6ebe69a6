"""Checking and encoding a plain line."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Required, Union, get_args, get_origin
from unicodedata import is_normalized

import msgspec
from msgspec import UNSET, UnsetType

from ledger import catalogue
from ledger.canonical import canonical, marks
from ledger.envelope import REQUIRED, Encoded
from ledger.errors import InvalidEvent
from ledger.plain_lines import forms
from ledger.plain_lines.kinds import STRUCT, Content, content_of, kind_of


class _Plan(NamedTuple):
    """What is done with an event of one type once it is read."""

    described: catalogue.EventType
    content: Content
    ends: tuple[str, ...]


class Reader:
    """Checks and encodes plain lines of all types. Call it with a line: None if it is not plain.

    envelope: the annotations of the fields beside `type`, `version`, `occurred_at` and `data`
    """

    def __init__(self, envelope: Mapping[str, Any]) -> None:
        common: list[Any] = [("occurred_at", str)]
        for name, hint in envelope.items():
            kind = kind_of(get_args(hint)[0] if get_origin(hint) is Required else hint)
            if kind is None or kind.fix or kind.deep:
                raise TypeError(f"{name} of the envelope is checked in a way that is not known")
            common.append((name, kind.type) if name in REQUIRED else (name, kind.type, None))
        self._envelope = tuple(envelope)
        self._plans: dict[type[Any], _Plan] = {}
        for described in catalogue.types().values():
            if (content := content_of(described.content)) is not None:
                members = [*common, ("data", content.type), ("version", int | UnsetType, UNSET)]
                whole = msgspec.defstruct(
                    "PlainEvent", members, tag_field="type", tag=described.name, **STRUCT
                )
                ends = tuple(name for name, _ in described.ends)
                self._plans[whole] = _Plan(described, content, ends)
        self._read = msgspec.json.Decoder(Union[tuple(self._plans)]).decode  # noqa: UP007

    def __call__(self, line: bytes) -> Encoded | None:
        """Encode one line, if it is plain."""
        try:
            return self._encoded(line)
        except (msgspec.DecodeError, ValueError, ArithmeticError, RecursionError, InvalidEvent):
            return None

    def _encoded(self, line: bytes) -> Encoded | None:
        event = self._read(line)
        described, content, ends = self._plans[event.__class__]
        data, more = event.data, 0
        if event.version is UNSET:
            event.version, more = described.version, 2
        elif event.version != described.version:
            return None
        for name in described.needs:
            if getattr(event, name) is None:
                return None
        for name in ends:
            if getattr(data, name) is not None:
                return None
        event.occurred_at, at = forms.moment(event.occurred_at)
        for name, fix in content.fixes:
            if (value := getattr(data, name)) is not None:
                value, quotes = fix(value)
                setattr(data, name, value)
                more += quotes
        body = canonical(event)
        # A name that is given twice is lost, and its quotation marks with it.
        before, after = marks(line), marks(body)
        if before is None or after != before + more or not self._clean(body, event, content):
            return None
        client, performed_by = event.client, event.performed_by
        tags = described.tags_of(data, client, performed_by, event.request)
        return Encoded(
            described.name,
            described.version,
            event.source,
            event.key,
            client,
            performed_by,
            at,
            tags,
            body,
        )

    def _clean(self, body: bytes, event: Any, content: Content) -> bool:
        """Whether no text in a recorded text would be refused or changed."""
        text = body.decode()
        if b'" ' in body or b' "' in body or not is_normalized("NFC", text):
            return False
        if text.isprintable() and "\\" not in text:
            return True
        # Line breaks, for example, may stand in text of several lines.
        lines = [getattr(event, name) for name in self._envelope]
        lines += [getattr(event.data, name) for name in content.lines]
        seen = all(line is None or line.isprintable() for line in lines)
        return seen and not content.deep and "\\u0000" not in text
