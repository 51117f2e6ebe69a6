"""The class by which plain content is read, derived from the marks of the fields of its own class.

The derived class is stricter where pydantic would convert. A field with a mark that is not known
here must be left out; content that cannot be without it, or whose class has checks of its own, is
never plain.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec
from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from msgspec import Meta, Raw
from pydantic import AfterValidator, AllowInfNan, BeforeValidator, StringConstraints
from pydantic.fields import FieldInfo

from ledger.events import fields as known
from ledger.plain_lines import forms
from ledger.validation_messages import Remedy

# The checks of text. What they refuse is looked for in the recorded text as a whole.
_LINES, _TEXT = {known.visible, known.one_line}, {known.without_nul}
_NUMBER = {known.number}
_INSTANT, _DAY = {known.written, known.utc}, {known.written, known.in_reach}
_SILENT = (known.Tag, known.PersonalMark, known.NotBefore, Remedy)  # marks that check nothing alone
STRUCT: dict[str, Any] = {
    "kw_only": True,
    "omit_defaults": True,
    "forbid_unknown_fields": True,
    "gc": False,
}
Fix = Callable[[Any], tuple[Any, int]]


class Kind(NamedTuple):
    """How a field is read.

    - fix: what its value then becomes, and how many quotation marks more that has
    - line: whether it is text of one line; deep: whether there may be text inside it
    """

    type: Any
    fix: Fix | None = None
    line: bool = False
    deep: bool = False


class Content(NamedTuple):
    """How the content of an event is read. lines: fields with text of one line."""

    type: type[Any]
    fixes: tuple[tuple[str, Fix], ...]
    lines: tuple[str, ...]
    deep: bool


def content_of(content: type[Any]) -> Content | None:
    """The class by which a content is read; None if events with it are never plain."""
    if not _only_known_checks(content):
        return None
    hints = get_type_hints(content, include_extras=True)
    members: list[Any] = []
    kinds: dict[str, Kind] = {}
    for field in fields(content):
        kind, optional = kind_of(hints[field.name]), field.default in (None, ())
        if kind is None and optional:  # then it must be left out
            kind = Kind(None if field.default is None else Annotated[tuple, Meta(max_length=0)])
        if kind is None:
            return None
        kinds[field.name] = kind
        if field.default is MISSING:
            members.append((field.name, kind.type))
        elif optional:
            members.append((field.name, kind.type, field.default))
        elif kind.fix is None:
            members.append((field.name, kind.type, _written_out(field.default)))
        else:
            return None
    return Content(
        msgspec.defstruct(f"Plain{content.__name__}", members, **STRUCT),
        tuple((name, kind.fix) for name, kind in kinds.items() if kind.fix is not None),
        tuple(name for name, kind in kinds.items() if kind.line),
        any(kind.deep for kind in kinds.values()),
    )


def _only_known_checks(content: type[Any]) -> bool:
    """Whether a class checks nothing but its fields, each for itself, and takes no others."""
    found = getattr(content, "__pydantic_decorators__", None)
    return (
        found is not None
        and not any(getattr(found, each.name) for each in fields(found))
        and content.__pydantic_config__ == known.CONFIG
        and not hasattr(content, "__post_init__")
    )


def _written_out(default: Any) -> Any:
    # msgspec leaves out what is equal to a default, unless a function makes it.
    return msgspec.field(default_factory=lambda: default)


def kind_of(hint: Any) -> Kind | None:
    """How a field with this annotation is read; None if something about it is not known."""
    if get_origin(hint) in (Union, UnionType):
        inner, *others = (each for each in get_args(hint) if each is not NoneType)
        found = None if others else kind_of(inner)
        if found is None or found.type is Raw:  # which never is one of several
            return found
        return found._replace(type=found.type | None)
    if hint is bool:
        return Kind(hint)
    if get_origin(hint) is Literal:
        return Kind(hint) if all(isinstance(each, str) for each in get_args(hint)) else None
    if isinstance(hint, type) and is_dataclass(hint):
        part = content_of(hint)
        return None if part is None or part.fixes else Kind(part.type, deep=True)
    if get_origin(hint) is not Annotated:
        return _members(hint, ())
    base, *marks = get_args(hint)
    return _marked(base, marks)


def _marked(base: Any, marks: list[Any]) -> Kind | None:
    checks = tuple(_checks(marks))
    functions = {each.func for each in checks if isinstance(each, AfterValidator | BeforeValidator)}
    others = [each for each in checks if not isinstance(each, AfterValidator | BeforeValidator)]
    if base is str:
        return _text(functions, others)
    if base is int and functions == _NUMBER:
        return _whole(others)
    if base is Decimal and functions <= _NUMBER:
        return Kind(Raw, forms.amount) if all(map(_holds_amounts, others)) else None
    if base is datetime and functions == _INSTANT and not others:
        return Kind(str, forms.time)
    if base is date and functions == _DAY and not others:
        return Kind(str, forms.day)
    return None if functions else _members(base, others)


def _checks(found: Iterable[Any]) -> Iterator[Any]:
    for each in found:
        if isinstance(each, FieldInfo):
            yield from each.metadata
        elif not isinstance(each, _SILENT):
            yield each


def _text(functions: set[Any], others: Iterable[Any]) -> Kind | None:
    line, pattern, least, most = bool(functions & _LINES), None, 0, None
    for each in others:
        if not isinstance(each, StringConstraints) or each.to_upper or each.ascii_only:
            return None
        if each.strip_whitespace and not line:
            return None
        if each.pattern is not None:
            # In Python, $ would take a line break at the end, and other signs may differ, too.
            start = str(each.pattern).removesuffix("$")
            if any(sign in start for sign in ("\\", "$", "(?")):
                return None
            pattern = start + (r"\Z" if start != each.pattern else "")
        least, most = each.min_length or 0, each.max_length
    if not functions <= _LINES | _TEXT or not (functions or pattern):
        return None
    text = Annotated[str, Meta(pattern=pattern, min_length=least, max_length=most)]
    return Kind(text, line=line)


def _whole(others: Iterable[Any]) -> Kind | None:
    least: list[Any] = []
    most: list[Any] = []
    for each in others:
        if isinstance(each, Ge):
            least.append(each.ge)
        elif isinstance(each, Le):
            most.append(each.le)
        else:
            return None
    if not least or not most:
        return None
    return Kind(Annotated[int, Meta(ge=max(least), le=min(most))])


def _holds_amounts(check: Any) -> bool:
    if isinstance(check, Gt | Ge):
        return (check.gt if isinstance(check, Gt) else check.ge) == 0
    digits, places = (getattr(check, name, 0) for name in ("max_digits", "decimal_places"))
    return isinstance(check, AllowInfNan) or (
        digits >= forms.MOST_DIGITS and places >= forms.MOST_PLACES
    )


def _members(hint: Any, others: Iterable[Any]) -> Kind | None:
    """A tuple of any length of one kind of members."""
    members = get_args(hint)
    if get_origin(hint) is not tuple or len(members) != 2 or members[1] is not Ellipsis:
        return None
    kind, least, most = kind_of(members[0]), 0, None
    for each in others:
        if isinstance(each, MinLen):
            least = each.min_length
        elif isinstance(each, MaxLen):
            most = each.max_length
        else:
            return None
    if kind is None or kind.fix is not None:
        return None
    of: Any = tuple.__class_getitem__((kind.type, ...))
    return Kind(Annotated[of, Meta(min_length=least, max_length=most)], deep=True)
