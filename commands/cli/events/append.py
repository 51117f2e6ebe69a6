"""`iledger append`: events from JSON Lines into the ledger."""

import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO, Literal

import click
import msgspec

from commands.cli.shell.ledger_options import chosen
from commands.cli.shell.output import file_name, remark
from commands.cli.shell.progress import Bar
from ledger import schema
from ledger.database import Location, connect
from ledger.errors import InvalidQuestion, LedgerError
from ledger.intake import Batch, Intake, Verdict
from ledger.intake.rejects import Rejects, unused
from ledger.store import Store

_SHOWN = 5  # rejections spelt out on the terminal; the reject file has them all
_ROLES = ("writer",)
TERMINATED = 143  # 128 and the number of SIGTERM, as shells say it


@click.command(epilog="Example: iledger append calls.jsonl --rejects wrong.jsonl")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True), default="-")
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file for rejected lines.  [default: FILE.rejects.jsonl, or ledger.rejects.jsonl]",
)
@click.option(
    "--receipts",
    is_flag=True,
    help="Print the outcome of each line as soon as it is durable, one JSON object per line.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="Format of the summary: text on stderr, or JSON on stdout.",
)
def append(file: str, rejects: Path | None, receipts: bool, form: Literal["text", "json"]) -> None:
    """Record events from JSON Lines.

    One event per line, in FILE or on standard input ("-"). Malformed lines go to the reject file,
    and the exit code is 1; all others are recorded. Running the same load again is always safe:
    events that are recorded already are recognised by source and key. The lines of another ledger's
    `iledger replay --format jsonl` can be appended as they are; position, event_id, recorded_at and
    login are then this ledger's own.

    What comes through a pipe is recorded as it comes, within 200 ms. Ctrl-C or SIGTERM ends it once
    the batch under way is recorded; a second one, at once.
    """
    location = chosen()
    sink = Rejects(_rejects_path(file, rejects), None if file == "-" else Path(file))
    # A lost connection is reported once, by the error that ends the command.
    logging.getLogger("psycopg.pool").addHandler(logging.NullHandler())
    with closing(connect(location, *_ROLES)) as connection:
        schema.check(connection)
    tally = _Tally(sink)
    try:
        with _opened(file) as stream, Bar(_title(file), _unit(file)) as bar:
            _load(location, stream, bar, tally, receipts)
    except (LedgerError, OSError, KeyboardInterrupt, click.exceptions.Exit):
        sink.close(complete=False)
        tally.tell("stopped early: ")
        raise
    sink.close(complete=True)
    if form == "json":
        click.echo(msgspec.json.encode(tally.summary()))
    else:
        tally.tell()
    if sink.count:
        raise click.exceptions.Exit(1)


class _Tally:
    """Counts the outcomes of the lines and reports them."""

    def __init__(self, sink: Rejects) -> None:
        self.sink = sink
        self.lines = self.recorded = self.duplicates = 0

    def add(self, batch: Batch) -> None:
        for verdict in batch.verdicts:
            self.lines += 1
            if verdict.outcome is None:
                if self.lines - self.recorded - self.duplicates <= _SHOWN:
                    remark(f"line {verdict.line.number}: {verdict.error}")
            elif verdict.outcome.outcome == "recorded":
                self.recorded += 1
            else:
                self.duplicates += 1
        self.sink.add(batch.verdicts)

    def summary(self) -> dict[str, Any]:
        return {
            "events": self.lines,
            "recorded": self.recorded,
            "duplicates": self.duplicates,
            "rejected": self.sink.count,
            "rejects": str(self.sink.path) if self.sink.count else None,
        }

    def tell(self, prefix: str = "") -> None:
        more = f"; {self.sink.count - _SHOWN:,} more than shown" if self.sink.count > _SHOWN else ""
        where = f" (see {self.sink.path}{more})" if self.sink.count else ""
        remark(
            f"{prefix}recorded {self.recorded:,}, duplicates {self.duplicates:,}, "
            f"rejected {self.sink.count:,}{where}"
        )


def _load(location: Location, stream: BinaryIO, bar: Bar, tally: _Tally, receipts: bool) -> None:
    size = os.fstat(stream.fileno()).st_size if stream is not sys.stdin.buffer else 0
    lost: OSError | None = None
    with Store(location, *_ROLES, max_connections=1) as store:
        intake = Intake(store, stream)
        with _stopped_by_signals(intake):
            for batch in intake:
                try:
                    tally.add(batch)
                    if receipts and lost is None:
                        _answer(batch)
                except OSError as error:
                    # What is under way is recorded all the same, and counted.
                    lost = lost or error
                    intake.stop()
                bar(batch.read if size else tally.lines, size or None)
    if lost is not None:
        raise lost


@contextmanager
def _stopped_by_signals(intake: Intake) -> Iterator[None]:
    """Let the first SIGINT or SIGTERM end the intake in order, and the second one the process.

    Raises KeyboardInterrupt, or leaves with 143, after the intake has ended.
    """
    came: list[int] = []

    def stop(number: int, _: FrameType | None) -> None:
        came.append(number)
        intake.stop()
        signal.signal(number, signal.SIG_DFL)

    # A shell has the processes in its background ignore SIGINT.
    numbers = [n for n in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(n) != signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if signal.SIGINT in came:
        raise KeyboardInterrupt
    if came:
        raise click.exceptions.Exit(TERMINATED)


def _answer(batch: Batch) -> None:
    """Print a receipt for each line, now."""
    try:
        sys.stdout.buffer.writelines(map(_receipt, batch.verdicts))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # Python would try to write the rest once more as it ends, and fail once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OSError(error.errno, error.strerror, "receipts on standard output") from None


def _receipt(verdict: Verdict) -> bytes:
    found: dict[str, Any] = {"line": verdict.line.number, "outcome": "rejected"}
    event, outcome = verdict.event, verdict.outcome
    if event is not None and outcome is not None:
        found |= {"outcome": outcome.outcome, "position": outcome.position}
        found |= {"recorded_at": outcome.recorded_at, "event_id": event.event_id}
    if event is not None:
        found |= {"source": event.source, "key": event.key}
    return msgspec.json.encode(found) + b"\n"


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file != "-":
        with Path(file).open("rb") as stream:
            yield stream
        return
    if sys.stdin.isatty():
        remark("reading events from the terminal, one JSON object a line; end with Ctrl-D")
    yield sys.stdin.buffer


def _rejects_path(file: str, asked: Path | None) -> Path:
    if asked is None:
        default = Path("ledger.rejects.jsonl")
        if _piped(file):
            return unused(default)
        return Path(file).with_name(file_name(Path(file).name, ".rejects.jsonl"))
    if file != "-" and asked.exists() and asked.samefile(file):
        raise InvalidQuestion("--rejects names the input itself; name another file")
    return asked


def _piped(file: str) -> bool:
    """Whether the input cannot be read again under this name, as /dev/stdin or <(zcat …) cannot."""
    path = Path(file)
    return file == "-" or not path.is_file() or path.is_relative_to("/dev")


def _title(file: str) -> str:
    return "Appending" if file == "-" else f"Appending {Path(file).name}"


def _unit(file: str) -> str:
    return "bytes" if file != "-" and Path(file).stat().st_size else "events"
