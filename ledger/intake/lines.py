"""A stream of bytes as lines: of a file as quickly as it can be read, of a pipe as they come."""

import os
import select
import stat
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from ledger.codec import MAX_BODY
from ledger.errors import InvalidEvent

CHUNK = 1 << 16  # what a pipe holds
_NONE = -1  # instead of a file descriptor
_KEPT = MAX_BODY + 2  # bytes of a line
_BOM = b"\xef\xbb\xbf"
_CONVERT = "Convert it first, for example: iconv -f UTF-16 -t UTF-8"
# The first bytes of files that are not text in UTF-8, and what to do about them.
_FOREIGN = {
    b"\xff\xfe": ("is text in UTF-16 or UTF-32, not UTF-8", _CONVERT),
    b"\xfe\xff": ("is text in UTF-16, not UTF-8", _CONVERT),
    b"{\0": ("is text in UTF-16, not UTF-8", _CONVERT),
    b"\0{": ("is text in UTF-16, not UTF-8", _CONVERT),
    b"\x1f\x8b": ("is compressed", "Unpack it on the way: gunzip -c FILE | iledger append -"),
    b"PK": (
        "is a ZIP archive or an office document",
        "Unpack it first. For spreadsheets there is no command yet: write each row as a line.",
    ),
}
_LINES = (
    "`append` takes JSON Lines, and there is no command for {} yet: write each {} as one JSON "
    "object a line. `iledger event types` lists the types."
)
_TABLE = ("is a table in CSV, not JSON Lines", _LINES.format("CSV", "row"))
# How the first lines of other kinds of text begin.
_OTHERS = (
    (b"From ", "is a mailbox (mbox)", _LINES.format("mail", "message")),
    (b"Return-Path:", "is an e-mail", _LINES.format("mail", "message")),
    (b"Received:", "is an e-mail", _LINES.format("mail", "message")),
    (b"BEGIN:VCARD", "is a vCard file", _LINES.format("vCard", "contact")),
    (b"BEGIN:VCALENDAR", "is a calendar (iCalendar)", _LINES.format("iCalendar", "entry")),
    (b"<", "is XML or HTML", _LINES.format("XML", "record")),
    (b"%PDF", "is a PDF", _LINES.format("PDF", "fact in it")),
)
_SEPARATORS = (b",", b";", b"\t", b"|")


class Line(NamedTuple):
    """One line as it came in, without its line break.

    number: from 1; size: its bytes, of which `text` holds at most 1 MiB; ended: by a line break.
    """

    number: int
    text: bytes
    size: int
    ended: bool


class Source:
    """The bytes of a stream as they come.

    live: whether they come when somebody writes them; False for a file, and for what has no file
    descriptor, whose bytes are there already.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        try:
            self._number = stream.fileno()
            self.live = not stat.S_ISREG(os.fstat(self._number).st_mode)
        except OSError:
            self._number, self.live = _NONE, False

    def ready(self, bell: int | None = None) -> bool:
        """Whether more has come, or the end; with a bell, another descriptor, wait for either."""
        if not self.live:
            return True
        wanted = [self._number] if bell is None else [self._number, bell]
        return self._number in select.select(wanted, (), (), None if bell is not None else 0)[0]

    def read(self) -> bytes:
        """Read what has come; nothing at the end. Waits if nothing has come yet."""
        if self._number == _NONE:
            return self._stream.read(CHUNK)
        return os.read(self._number, CHUNK)


class Splitter:
    """Splits what is read into lines; of one that is too long only the beginning is kept."""

    def __init__(self) -> None:
        self._number = self._size = 0
        self._held = bytearray()
        self._first = b""

    def split(self, read: bytes) -> Iterator[Line]:
        """The lines that what was read brings to an end; nothing read is the end of the stream.

        Raises InvalidEvent if the stream is not JSON Lines in UTF-8.
        """
        *whole, rest = read.split(b"\n")
        for piece in whole:
            if self._size:
                self._hold(piece)
                yield self._line(bytes(self._held), self._size + 1)
                self._held.clear()
                self._size = 0
            else:
                yield self._line(piece[:_KEPT], len(piece) + 1)
        self._hold(rest)
        if not read and self._size:
            yield self._line(bytes(self._held), self._size, ended=False)

    def _hold(self, piece: bytes) -> None:
        self._size += len(piece)
        self._held += piece[: _KEPT - len(self._held)]

    def _line(self, text: bytes, size: int, *, ended: bool = True) -> Line:
        self._number += 1
        if self._number == 1:
            _refuse_foreign(text)
            self._first = text = text.removeprefix(_BOM)
        if self._number == 2 and _are_table(self._first, text):
            raise InvalidEvent("the input", self._first, *_TABLE)
        return Line(self._number, text.rstrip(b"\r"), size, ended)


def _refuse_foreign(beginning: bytes) -> None:
    found = _FOREIGN.get(beginning[:2])
    if found:
        raise InvalidEvent("the input", beginning[:8], *found)
    text = beginning.removeprefix(_BOM).lstrip().upper()
    for start, *said in _OTHERS:
        if text.startswith(start.upper()):
            raise InvalidEvent("the input", beginning, *said)


def _are_table(first: bytes, second: bytes) -> bool:
    """Whether two lines are rows of a table: neither is JSON, and both have as many cells."""
    if any(row.lstrip()[:1] in (b"{", b"[", b"") for row in (first, second)):
        return False
    return any(0 < first.count(each) == second.count(each) for each in _SEPARATORS)
