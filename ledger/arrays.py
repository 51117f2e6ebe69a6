"""Columns of a batch as PostgreSQL arrays, packed in one go.

psycopg inspects every element of a list for its type, which costs a small batch more than
everything else. Each function takes a column, None for NULL, and returns what psycopg sends
unchanged. Source: `array_recv` of PostgreSQL reads this form.
"""

import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from psycopg import adapters
from psycopg.abc import AdaptContext
from psycopg.adapt import Dumper
from psycopg.pq import Format

_HEAD = struct.Struct(">iiiii")  # dimensions, whether NULLs occur, element's type, length, first
_LENGTH = struct.Struct(">i")
_SMALLINT = struct.Struct(">h")
_BIGINT = struct.Struct(">q")
_NULL = _LENGTH.pack(-1)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Packed(bytes):
    """An array in PostgreSQL's binary form; one subclass for each type of element."""

    array_oid: int


class _PackedDumper(Dumper):
    format = Format.BINARY

    def __init__(self, cls: type[Packed], context: AdaptContext | None = None) -> None:
        super().__init__(cls, context)
        # Not of the class: psycopg would then send every list of that type this way.
        self.oid = cls.array_oid

    def dump(self, obj: Packed) -> bytes:
        return obj


def _packed(element: str) -> tuple[type[Packed], int]:
    """A class of packed arrays of this type of element, and the type's number."""
    known = adapters.types[element]
    kind = type(f"Packed_{element}", (Packed,), {"array_oid": known.array_oid})
    adapters.register_dumper(kind, _PackedDumper)
    return kind, known.oid


_TEXTS, _SMALLINTS, _TIMES, _BLOBS = map(_packed, ("text", "int2", "timestamptz", "bytea"))


def texts(column: Sequence[str | None]) -> Packed:
    """A text[]."""
    return _pack(_TEXTS, [None if text is None else text.encode() for text in column])


def smallints(column: Sequence[int]) -> Packed:
    """A smallint[]."""
    return _pack(_SMALLINTS, [_SMALLINT.pack(number) for number in column])


def times(column: Sequence[datetime | None]) -> Packed:
    """A timestamptz[]: microseconds since the year 2000."""
    return _pack(
        _TIMES,
        [None if at is None else _BIGINT.pack((at - _EPOCH) // _MICROSECOND) for at in column],
    )


def blobs(column: Sequence[bytes]) -> Packed:
    """A bytea[]."""
    return _pack(_BLOBS, column)


def literals(column: Sequence[Iterable[str]]) -> Packed:
    """A text[] of array literals, since an array of arrays would have to be rectangular."""
    return texts([literal(each) for each in column])


def literal(elements: Iterable[str]) -> str:
    """Write texts as PostgreSQL writes an array of them."""
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in elements)
    return "{" + ",".join(f'"{text}"' for text in quoted) + "}"


def _pack(of: tuple[type[Packed], int], elements: Sequence[bytes | None]) -> Packed:
    kind, oid = of
    parts = [_HEAD.pack(1, None in elements, oid, len(elements), 1)]
    for element in elements:
        parts += (_NULL,) if element is None else (_LENGTH.pack(len(element)), element)
    return kind(b"".join(parts))
