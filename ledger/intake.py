"""Importing JSON Lines: one event per line, any number of lines, in bounded memory.

Every line gets its own verdict; a bad line does not affect the others. Importing the same lines
again adds nothing twice, because source and key identify an event: after any interruption, run the
same import again. While one batch is being recorded, the next is read and checked.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import BinaryIO, NamedTuple

from ledger.codec import MAX_BODY, encode_json
from ledger.envelope import Encoded, Outcome, Receipt
from ledger.errors import InvalidEvent, KeyConflict
from ledger.receipts import receipt
from ledger.store import Store

BATCH = 1_000
BATCH_BYTES = 8 << 20
_BOM = b"\xef\xbb\xbf"
_CONVERT = "Convert it first, for example: iconv -f UTF-16 -t UTF-8"
_CUT_SHORT = " The last line has no line break: the input may be cut short."
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


class Verdict(NamedTuple):
    """The result for a line: a receipt (new or duplicate), or why it was rejected."""

    line: Line
    receipt: Receipt | None
    error: InvalidEvent | KeyConflict | None


class Batch(NamedTuple):
    """Verdicts of successive lines, and how many bytes have been read up to the last of them."""

    verdicts: list[Verdict]
    read: int


def take_in(store: Store, stream: BinaryIO, size: int = BATCH) -> Iterator[Batch]:
    """Record the events of a stream. Yields each batch of verdicts when it is durable.

    Blank lines are skipped. Raises InvalidEvent if the stream is not text in UTF-8,
    ServerUnavailable if the database fails; batches yielded before stay recorded.
    """
    with ThreadPoolExecutor(1, "intake") as recorder:
        record = _recording(store)
        pending: Future[Batch] | None = None
        for checked in _checked(stream, size):
            future = recorder.submit(record, checked)
            if pending is not None:
                yield pending.result()
            pending = future
        if pending is not None:
            yield pending.result()


def lines(stream: BinaryIO) -> Iterator[Line]:
    """Split a stream into lines; of one that is too long only the beginning is kept."""
    number, first = 0, b""
    while text := stream.readline(MAX_BODY + 2):
        number += 1
        size, ended = len(text), text.endswith(b"\n")
        while not ended and (rest := stream.readline(MAX_BODY)):
            size, ended = size + len(rest), rest.endswith(b"\n")
        if number == 1:
            _refuse_foreign(text)
            first = text = text.removeprefix(_BOM)
        if number == 2 and _are_table(first, text):
            raise InvalidEvent("the input", first, *_TABLE)
        yield Line(number, text.rstrip(b"\r\n"), size, ended)


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


class _Checked(NamedTuple):
    """A batch ready to be recorded; an event for every line that passed the checks."""

    lines: list[Line]
    found: list[Encoded | InvalidEvent]
    read: int


def _checked(stream: BinaryIO, size: int) -> Iterator[_Checked]:
    source, read = lines(stream), 0
    while group := list(_group(source, size)):
        read += sum(line.size for line in group)
        kept = [line for line in group if line.text.strip()]
        yield _Checked(kept, [_check(line) for line in kept], read)


def _group(source: Iterator[Line], size: int) -> Iterator[Line]:
    held = 0
    for line in islice(source, size):
        yield line
        held += len(line.text)
        if held > BATCH_BYTES:
            return


def _check(line: Line) -> Encoded | InvalidEvent:
    if line.size > MAX_BODY + 2:
        remedy = "Keep the document elsewhere and record its SHA-256."
        return InvalidEvent("event", f"{line.size:,} bytes", "is larger than 1 MiB", remedy)
    try:
        return encode_json(line.text)
    except InvalidEvent as error:
        if not line.ended and error.field == "event":
            remedy = error.remedy + _CUT_SHORT
            return InvalidEvent(error.field, error.value, error.problem, remedy)
        return error


def _recording(store: Store) -> Callable[[_Checked], Batch]:
    """Make the function that records batches, one after another, until one of them fails."""
    failure: list[BaseException] = []

    def record(checked: _Checked) -> Batch:
        if failure:
            raise failure[0]
        batch = [found for found in checked.found if isinstance(found, Encoded)]
        try:
            outcomes = iter(store.record(batch, atomic=False) if batch else ())
        except BaseException as error:
            failure.append(error)
            raise
        pairs = zip(checked.lines, checked.found, strict=True)
        return Batch([_verdict(line, found, outcomes) for line, found in pairs], checked.read)

    return record


def _verdict(line: Line, found: Encoded | InvalidEvent, outcomes: Iterator[Outcome]) -> Verdict:
    if isinstance(found, InvalidEvent):
        return Verdict(line, None, found)
    try:
        return Verdict(line, receipt(found, next(outcomes)), None)
    except (InvalidEvent, KeyConflict) as error:
        return Verdict(line, None, error)
