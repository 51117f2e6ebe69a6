"""The reject file: the lines that an import could not record, with the reasons.

One JSON object a line: `line` (its number), `input` (seen from this file's folder; - if piped),
`reason`, `field`, `value`, and the original as `text`, or as `base64` where it is not UTF-8; `cut`
is true where only its beginning fits.
"""

import base64
import os
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from ledger.codec import MAX_BODY
from ledger.errors import InvalidEvent, InvalidQuestion, KeyConflict, LedgerError, shorten
from ledger.intake.pipeline import Verdict

_SHOWN = 4096  # of a line that is too long


class Rejects:
    """Writes a reject file, which is created with the first rejected line.

    - load: the imported file; None if it is not a file

    A reject file of an earlier run of the same import is replaced, because this run checks every
    line again. Raises InvalidQuestion if another file, or the rejects of another import, would be
    overwritten.
    """

    def __init__(self, path: Path, load: Path | None = None) -> None:
        self.path, self._place = path, path.resolve()
        self._input = "-"
        if load is not None and load.is_file():
            seen = os.path.relpath(load.resolve(), self._place.parent)
            self._input = seen.encode(errors="backslashreplace").decode()
        self.count = 0
        self._file: BinaryIO | None = None
        self._refuse_other_files()

    def add(self, verdicts: list[Verdict]) -> None:
        """Write the rejected ones of these verdicts."""
        for verdict in verdicts:
            if verdict.error is not None:
                entry = _entry(verdict, self._input, verdict.error)
                self._out().write(msgspec.json.encode(entry) + b"\n")
                self.count += 1
        if self._file is not None:
            self._file.flush()

    def close(self, *, complete: bool) -> None:
        """Finish. complete: all lines were checked, so an earlier run's rejects are outdated."""
        if self._file is not None:
            self._file.close()
        elif complete:
            self._place.unlink(missing_ok=True)

    def _out(self) -> BinaryIO:
        if self._file is None:
            self._place.unlink(missing_ok=True)
            # Rejected lines hold personal data like any others.
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            self._file = os.fdopen(os.open(self._place, flags, 0o600), "wb")
        return self._file

    def _refuse_other_files(self) -> None:
        if self.path.exists() and not self.path.is_file():
            # Replacing would remove a device or a pipe, /dev/null for one.
            raise InvalidQuestion(f"{self.path} is not a file; name a file with --rejects")
        if not self._place.parent.is_dir():
            raise InvalidQuestion(
                f"there is no folder {self._place.parent} for the reject file; make it, or name "
                "another file with --rejects"
            )
        try:
            with self._place.open("rb") as existing:
                first = existing.readline(1 << 22)
        except FileNotFoundError:
            return
        # A killed run may have left the file cut in its first line.
        if first and not first.startswith(b'{"line":'):
            raise InvalidQuestion(
                f"{self.path} exists and is not a reject file; name another with --rejects"
            )
        mine = b'"input":' + msgspec.json.encode(self._input) + b","
        if mine not in first and b',"reason":' in first:
            raise InvalidQuestion(
                f"{self.path} holds what was rejected of another input; name another with "
                "--rejects, or remove it"
            )


def unused(path: Path) -> Path:
    """This path, or the next free one: what came through a pipe cannot be read again."""
    number, found = 2, path
    while found.exists():
        found = path.with_name(path.name.replace(".rejects", f".{number}.rejects"))
        number += 1
    return found


def _entry(verdict: Verdict, input_: str, error: LedgerError) -> dict[str, Any]:
    line = verdict.line
    field, value = "source", verdict.event and verdict.event.source
    if isinstance(error, KeyConflict):
        field, value = "key", error.key
    if isinstance(error, InvalidEvent):
        field, value = error.field, error.value
    if value is not None and not isinstance(value, str):
        value = shorten(value)
    whole = line.size <= MAX_BODY + 2  # what `intake.lines` keeps of it
    text = line.text if whole else line.text[:_SHOWN]
    entry = {
        "line": line.number,
        "input": input_,
        "reason": str(error),
        "field": field,
        "value": value,
    }
    if not whole:
        entry["cut"] = True
    try:
        return _wellformed(entry) | {"text": text.decode()}
    except UnicodeDecodeError:
        return _wellformed(entry) | {"base64": base64.b64encode(text).decode()}


def _wellformed(entry: dict[str, Any]) -> dict[str, Any]:
    """Half a surrogate pair, which cannot be written as UTF-8, is shown by its number instead."""
    return {
        name: value.encode(errors="backslashreplace").decode() if isinstance(value, str) else value
        for name, value in entry.items()
    }
