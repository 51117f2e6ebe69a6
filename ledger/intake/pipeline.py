"""Recording JSON Lines: one event per line, any number of lines, in bounded memory.

Every line gets its own verdict; a bad line does not affect the others. Importing the same lines
again adds nothing twice, because source and key identify an event: after any interruption, run the
same import again. While one batch is being recorded, the next is read and checked.
"""

import os
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import BinaryIO, NamedTuple

from ledger.codec import MAX_BODY, encode_json
from ledger.envelope import Encoded, Outcome
from ledger.errors import InvalidEvent, KeyConflict, LedgerError
from ledger.intake.lines import CHUNK, Line, Source, Splitter
from ledger.receipts import receipt
from ledger.store import Store

BATCH, MOST = 1_000, 8_000  # lines: of a pipe, and at first; of a file at most
BATCH_BYTES = 8 << 20
LINGER = 0.1  # seconds that a line of a pipe waits for others at most
_LONG = 0.2  # seconds in which a batch of a file should be recorded, so that it soon ends if asked
_REFUSALS = ("IL005", "IL006")  # no event of known form, or not this login's to record
_ANNULLED = "event.annulled"
_CUT_SHORT = " The last line has no line break: the input may be cut short."


class Verdict(NamedTuple):
    """The result for a line: its outcome, recorded or duplicate, or why it was rejected.

    event: None if the line is none; outcome: None if it was rejected.
    """

    line: Line
    event: Encoded | None
    outcome: Outcome | None
    error: LedgerError | None


class Batch(NamedTuple):
    """Verdicts of successive lines, and how many bytes of the stream have been read by then."""

    verdicts: list[Verdict]
    read: int


_Door = tuple[str, str, str | None]
_Checked = tuple[Line, Encoded | InvalidEvent]


class Intake:
    """Records the events of a stream: iterate over it once for the batches of verdicts.

    A batch is given when it is durable. Of a pipe, what has come is recorded as soon as the batch
    before it is; of a file, in batches that grow while they are quick. Blank lines are skipped.
    Iterating raises InvalidEvent if the stream is not text in UTF-8, ServerUnavailable if the
    database fails: nothing after that is recorded, and batches given before stay.
    """

    def __init__(self, store: Store, stream: BinaryIO) -> None:
        self._store, self._source, self._splitter = store, Source(stream), Splitter()
        self._held: list[_Checked] = []
        self._size = self._read = 0  # bytes that are held, and that have been read
        self._most, self._due = BATCH, 0.0
        self._ended = self._stopped = False
        self._recording: Future[list[Verdict]] | None = None
        self._bell: tuple[int, int] | None = None

    def stop(self) -> None:
        """Read no more; what is being recorded is still given. A signal handler may call this."""
        self._stopped = True
        self._ring()

    def __iter__(self) -> Iterator[Batch]:
        """Give the batches in the order of the lines."""
        self._bell = listening, ringing = os.pipe()
        os.set_blocking(ringing, False)
        try:
            with ThreadPoolExecutor(1, "intake") as recorder:
                while not self._stopped:
                    if self._recording and (self._recording.done() or self._full()):
                        yield self._recorded(self._recording)
                    elif self._full() or self._idle():
                        self._submit(recorder)
                    elif self._ended:
                        break
                    elif self._source.ready(listening):
                        self._take_more()
                    else:
                        os.read(listening, CHUNK)
                if self._recording:
                    yield self._recorded(self._recording)
        finally:
            ends, self._bell = self._bell, None
            for end in ends:
                os.close(end)

    def _full(self) -> bool:
        """Whether what is held waits for nothing but the batch before it."""
        if not self._held:
            return False
        enough = len(self._held) >= self._most or self._size >= BATCH_BYTES
        return enough or self._ended or (self._source.live and time.monotonic() >= self._due)

    def _idle(self) -> bool:
        """Whether lines are held while nothing is being recorded and no more have come."""
        return bool(self._held) and self._recording is None and not self._source.ready()

    def _take_more(self) -> None:
        read = self._source.read()
        self._ended, self._read = not read, self._read + len(read)
        if not self._held:
            self._due = time.monotonic() + LINGER
        for line in self._splitter.split(read):
            if line.text.strip():
                self._held.append((line, _check(line)))
                self._size += len(line.text)

    def _submit(self, recorder: ThreadPoolExecutor) -> None:
        batch, self._held = self._held[: self._most], self._held[self._most :]
        self._size = sum(len(line.text) for line, _ in self._held)
        self._recording = recorder.submit(self._record, batch)
        self._recording.add_done_callback(lambda _: self._ring())

    def _recorded(self, recording: Future[list[Verdict]]) -> Batch:
        verdicts, self._recording = recording.result(), None
        return Batch(verdicts, self._read)

    def _record(self, batch: list[_Checked]) -> list[Verdict]:
        began = time.monotonic()
        events = [found for _, found in batch if isinstance(found, Encoded)]
        outcomes = iter(self._outcomes(events, {}))
        verdicts = [_verdict(line, found, outcomes) for line, found in batch]
        if not self._source.live and len(batch) == self._most:
            quick = time.monotonic() - began < _LONG / 2
            self._most = min(self._most * 2, MOST) if quick else max(self._most // 2, BATCH)
        return verdicts

    def _outcomes(
        self, events: list[Encoded], refused: dict[_Door, LedgerError]
    ) -> list[Outcome | LedgerError]:
        """Record events: each its outcome, or why the database refuses it.

        It refuses the whole batch in which there is one such event, so that this one is looked for.
        """
        asked = [event for event in events if _door(event) not in refused]
        try:
            found = iter(self._store.record(asked, atomic=False) if asked else ())
        except LedgerError as error:
            if getattr(error.__cause__, "sqlstate", None) not in _REFUSALS:
                raise
            if len(asked) == 1:
                refused[_door(asked[0])] = error
            half = 0 if len(asked) == 1 else len(events) // 2
            return [
                *self._outcomes(events[:half], refused),
                *self._outcomes(events[half:], refused),
            ]
        return [refused.get(_door(event)) or next(found) for event in events]

    def _ring(self) -> None:
        if self._bell is not None:
            with suppress(BlockingIOError):  # nobody has heard it for long
                os.write(self._bell[1], b".")


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


def _door(event: Encoded) -> _Door:
    """By what the database refuses an event: source and type; of an annulment, which one."""
    return event.source, event.type, event.key if event.type == _ANNULLED else None


def _verdict(
    line: Line, found: Encoded | InvalidEvent, outcomes: Iterator[Outcome | LedgerError]
) -> Verdict:
    if isinstance(found, InvalidEvent):
        return Verdict(line, None, None, found)
    outcome = next(outcomes)
    if isinstance(outcome, LedgerError):
        return Verdict(line, found, None, outcome)
    if outcome.outcome in ("recorded", "duplicate"):
        return Verdict(line, found, outcome, None)
    try:
        receipt(found, outcome)  # or an error; in other words, the same event is a duplicate
        return Verdict(line, found, outcome._replace(outcome="duplicate"), None)
    except (InvalidEvent, KeyConflict) as error:
        return Verdict(line, found, None, error)
