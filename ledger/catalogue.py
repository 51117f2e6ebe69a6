"""The catalogue of event types, and the class of each.

A type's stored name is made from its class's name (`CallLogged` is `call.logged`), so moving a
class to another module never touches history; renaming one does, and the golden file notices. Other
packages add their types through the entry point group `interaction_ledger.events`: a module whose
dataclasses with a name of several words (subject and verb) are facts.
"""

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any, NamedTuple, get_args, get_type_hints

from ledger.events.fields import NotBefore, PersonalMark, Tag, type_name, words

SUBJECTS = (
    "clients",
    "people",
    "ownership",
    "contacts",
    "sales",
    "work",
    "service",
    "motivation",
    "access",
    "corrections",
    "requests",
)


class EventType(NamedTuple):
    """One event type: its stored name, current version and class.

    - tags: (field, stream) of the fields that become tags; personal: fields with personal data
    - needs: optional fields of the envelope that it makes no sense without
    - ends: (field, start): dates that never lie before another of the event
    """

    name: str
    version: int
    content: type[Any]
    subject: str
    tags: tuple[tuple[str, str], ...]
    personal: tuple[str, ...]
    needs: tuple[str, ...] = ()
    ends: tuple[tuple[str, str], ...] = ()

    def tags_of(
        self, data: Any, client: str | None, performed_by: str | None, request: str | None
    ) -> tuple[str, ...]:
        """The tags of an event with this content, except of what has a column of its own."""
        if not self.tags and request is None:
            return ()
        found = [
            f"{stream}:{value}"
            for name, stream in self.tags
            if (value := getattr(data, name)) is not None
            and not (stream == "client" and value == client)
            and not (stream == "performed_by" and value == performed_by)
        ]
        if request is not None:
            found.append(f"request:{request}")
        return tuple(found)


@cache
def types() -> dict[str, EventType]:
    """Every known event type by its stored name; imports all event classes (about 0.2 s)."""
    found: dict[str, EventType] = {}
    for subject, module in _modules():
        for content in _contents(module):
            described = _describe(content, subject)
            if described.name in found:
                raise TypeError(f"two packages define the event type {described.name!r}")
            found[described.name] = described
    return found


@cache
def by_class() -> dict[type[Any], EventType]:
    """Every known event type by its content class."""
    return {described.content: described for described in types().values()}


def _modules() -> Iterator[tuple[str, ModuleType]]:
    for subject in SUBJECTS:
        yield subject, import_module(f"ledger.events.{subject}")
    for entry in entry_points(group="interaction_ledger.events"):
        yield entry.name, entry.load()


def _contents(module: ModuleType) -> Iterator[type[Any]]:
    for member in vars(module).values():
        if not isinstance(member, type) or member.__module__ != module.__name__:
            continue
        if "__dataclass_fields__" in vars(member) and len(words(member)) > 1:
            yield member


def _describe(content: type[Any], subject: str) -> EventType:
    hints = get_type_hints(content, include_extras=True)
    marks = {field.name: tuple(_marks(hints[field.name])) for field in fields(content)}
    return EventType(
        name=type_name(content),
        version=getattr(content, "VERSION", 1),
        content=content,
        subject=subject,
        tags=tuple(
            (name, mark.stream)
            for name, found in marks.items()
            for mark in found
            if isinstance(mark, Tag)
        ),
        personal=tuple(
            name for name, found in marks.items() if any(isinstance(m, PersonalMark) for m in found)
        ),
        needs=getattr(content, "NEEDS", ()),
        ends=tuple(
            (name, mark.start)
            for name, found in marks.items()
            for mark in found
            if isinstance(mark, NotBefore)
        ),
    )


def _marks(hint: Any) -> Iterator[Any]:
    yield from getattr(hint, "__metadata__", ())
    for inner in get_args(hint):
        yield from _marks(inner)
