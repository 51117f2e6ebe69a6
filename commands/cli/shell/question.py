"""What all questions share: from where it looks, and how its answer is printed.

@click.command(epilog="Example: iledger card C-0104 --on 2025-06-30")
@click.argument("client")
@asked
def card(question: Question, client: str) -> None:
    "Show what is known about a client."
    question.show(clients.card(question.connection, question.view, client))
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

import click

from commands.cli.shell.formats import formatted
from commands.cli.shell.ids import check_given
from commands.cli.shell.ledger_options import chosen
from commands.cli.shell.output import Format, Printer, Rows, remark
from commands.cli.shell.passed_over import say_passed_over
from commands.cli.shell.progress import Bar
from commands.cli.shell.selection import WHOLE, Selection, selected
from commands.cli.shell.times import known_zone, moment, zone_named
from ledger import following, log, schema
from ledger.database import Connection, Location, connect
from ledger.errors import InvalidQuestion
from ledger.moments import AHEAD
from projections.engine.catch_up import catch_up
from projections.engine.runner import Progress
from projections.shown_times import local
from projections.view import View

ROLES = ("keeper", "supervisor", "auditor")


@dataclass(frozen=True)
class Question:
    """A question being asked: a connection whose projections have caught up, and the view.

    show: prints an answer in the format asked for; `shell.output.Printer` describes titles.
    """

    connection: Connection
    view: View
    location: Location
    printer: Printer

    def show(
        self,
        rows: Rows,
        title: str | None = None,
        columns: Sequence[str] = (),
        drop: Sequence[str] | None = None,
    ) -> None:
        """Print one answer, as `shell.output.Printer.show` does."""
        self.printer.show(rows, title, columns, drop)

    def start(self, since: str | None) -> datetime | None:
        """The local time at which a --since begins."""
        if since is None:
            return None
        first = moment("--since", since, self.view.zone).first
        return local(first, known_zone(self.view.zone)).replace(tzinfo=None)

    def end(self, until: str | None) -> datetime | None:
        """The local time before which an --until, the whole of it included, ends."""
        if until is None:
            return None
        last = moment("--until", until, self.view.zone).last + timedelta(microseconds=1)
        return local(last, known_zone(self.view.zone)).replace(tzinfo=None)


def asked(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of every question, and a Question as its first argument."""

    @click.option(
        "--as-of",
        metavar="POSITION|DATE|TIME",
        help="Use only what was recorded by then (a date: by the end of that day).",
    )
    @click.option(
        "--on",
        metavar="DATE|TIME",
        help="Show the state at this time (a date: at the end of that day). Default: now.",
    )
    @zoned
    @listed
    @wraps(command)
    def run(
        *args: Any,
        as_of: str | None,
        on: str | None,
        zone: str | None,
        form: Format,
        selection: Selection,
        **given: Any,
    ) -> None:
        with opened(
            as_of, on, zone, form, selection=selection, client=given.get("client")
        ) as question:
            if as_of or on:
                view = question.view
                remark(f"as of position {view.as_of}, on {_shown(view)}")
            command(question, *args, **given)

    return run


def listed(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of every list: --columns, --sort, --limit and --format.

    It takes them as the arguments `selection` and `form`.
    """

    @click.option("--columns", metavar="COLUMN,COLUMN…", help="Show only these columns.")
    @click.option(
        "--sort",
        metavar="COLUMN[:desc]",
        help="Sort by this column; empty values come last, amounts of each currency are apart.",
    )
    @click.option("--limit", metavar="N", type=click.IntRange(1), help="Show at most N rows.")
    @formatted
    @wraps(command)
    def run(
        *args: Any, columns: str | None, sort: str | None, limit: int | None, **given: Any
    ) -> None:
        command(*args, selection=selected(columns, sort, limit), **given)

    return run


def zoned(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the option --zone."""
    option = click.option(
        "--zone", metavar="NAME", help="Time zone for dates and times. Default: the ledger's."
    )
    return option(command)


@contextmanager
def opened(
    as_of: str | None,
    on: str | None = None,
    zone: str | None = None,
    form: Format = "table",
    roles: Sequence[str] = ROLES,
    selection: Selection = WHOLE,
    client: str | None = None,
) -> Iterator[Question]:
    """Connect, catch up, determine the view. client: the only one that the answer is about.

    Raises NotFound for an unknown id, and others.
    """
    location = chosen()
    with closing(connect(location, *roles)) as connection:
        about = schema.check(connection)
        name = zone_named(zone, about.zone)
        with Bar("Catching up") as bar:
            progress = catch_up(connection, location, bar, workers=None)
        if (standby := following.replica(connection)) is not None:
            remark(f"this is a read replica, {standby}")
        if progress.behind:
            events = "event" if progress.behind == 1 else "events"
            remark(
                f"answers are as of position {progress.position}, "
                f"{progress.behind} {events} behind the head"
            )
        view = View(position(connection, as_of, progress, name), _on(on, name), name)
        say_passed_over(connection, view, client)
        with Printer(form, name, selection) as printer:
            check_given(connection, view)
            yield Question(connection, view, location, printer)


def position(connection: Connection, as_of: str | None, at: Progress, zone: str) -> int:
    """The position that --as-of means; where the projections stand if it is not given."""
    if as_of is None:
        return at.position
    wanted = recorded_position(connection, as_of, zone)
    if wanted > at.position:
        raise InvalidQuestion(
            f"position {wanted} is not in the projections yet, which are at {at.position}; ask "
            "with a login that may update them, or as of an earlier position"
        )
    return wanted


def recorded_position(
    connection: Connection, as_of: str, zone: str, option: str = "--as-of", truth: str = "--on {}"
) -> int:
    """The position that --as-of means: itself, or the last one recorded by that date or time.

    option: what was typed, for messages; truth: the option that asks on the other time axis.
    """
    head = log.head(connection)
    if re.fullmatch(r"[0-9]{1,18}", as_of):
        if int(as_of) > head:
            raise InvalidQuestion(
                f"position {as_of} is ahead of the head, which is {head}; "
                f"{option} takes positions up to it"
            )
        return int(as_of)
    span = moment(option, as_of, zone)
    if span.first > datetime.now(UTC) + AHEAD:
        raise InvalidQuestion(
            f"{option} {as_of} is in the future; what will be recorded by then is unknown"
        )
    found = log.position_at(connection, span.last)
    if head and not found:
        remark(
            f"nothing had been recorded by {as_of} yet; "
            f"{truth.format(as_of)} asks for what was true then, as it is known now"
        )
    return found


def _on(on: str | None, zone: str) -> datetime:
    return datetime.now(UTC) if on is None else moment("--on", on, zone).last


def _shown(view: View) -> str:
    return f"{local(view.on, ZoneInfo(view.zone)):%Y-%m-%d %H:%M} ({view.zone})"
