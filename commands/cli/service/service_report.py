"""`iledger report service …`: figures over all service cases."""

import click

from commands.cli.shell.names import with_names
from commands.cli.shell.question import Question, asked
from projections.questions.service import service_report
from projections.tables.people import people

_SINCE = click.option(
    "--since", metavar="DATE|TIME", help="Only what happened at or after this time."
)
_UNTIL = click.option(
    "--until",
    metavar="DATE|TIME",
    help="Only what happened by this time (a date: by the end of that day).",
)
_TRACK = click.option(
    "--track",
    type=click.Choice(["person", "unit", "location"]),
    default="person",
    show_default=True,
    help="Whether employees or units hold the cases, or where they are.",
)


@click.command(epilog="Example: iledger report service opened --by month,kind --since 2025")
@click.option(
    "--by",
    metavar="GROUPS",
    default="month",
    show_default=True,
    help=f"One or more of {', '.join(service_report.OPENED_BY)}.",
)
@_SINCE
@_UNTIL
@asked
def opened(question: Question, by: str, since: str | None, until: str | None) -> None:
    """Count the cases opened."""
    keys = _groups(by)
    found = service_report.opened(
        question.connection,
        question.view,
        by=keys,
        since=question.start(since),
        until=question.end(until),
    )
    question.show(service_report.shown(found, keys))


@click.command(epilog="Example: iledger report service touches --by performer,kind")
@click.option(
    "--by",
    metavar="GROUPS",
    default="performer",
    show_default=True,
    help=f"One or more of {', '.join(service_report.TOUCHED_BY)}.",
)
@_SINCE
@_UNTIL
@asked
def touches(question: Question, by: str, since: str | None, until: str | None) -> None:
    """Count work notes on cases, with the first and the last.

    assignee, unit and state are those of the case when the note was made.
    """
    keys = _groups(by)
    found = service_report.touches(
        question.connection,
        question.view,
        by=keys,
        since=question.start(since),
        until=question.end(until),
    )
    question.show(service_report.shown(found, keys))


@click.command(epilog="Example: iledger report service moves")
@asked
def moves(question: Question) -> None:
    """Count how cases changed hands and states.

    first: before any note of work; given: the case had no holder; passed: another held it; taken:
    it has no holder now.
    """
    question.show(service_report.moves(question.connection, question.view))


@click.command(epilog="Example: iledger report service handovers --track unit")
@_TRACK
@asked
def handovers(question: Question, track: str) -> None:
    """Count the cases by how often they passed from one holder to another."""
    question.show(service_report.handovers(question.connection, question.view, track))


@click.command(epilog="Example: iledger report service holders --track unit")
@_TRACK
@asked
def holders(question: Question, track: str) -> None:
    """Count the cases that each holder has ever held."""
    found = service_report.holders(question.connection, question.view, track)
    known = people.names(question.connection, question.view)
    question.show(with_names(found, known, "holder"))


@click.command(epilog="Example: iledger report service states")
@asked
def states(question: Question) -> None:
    """Show how many hours cases spent in each state.

    A state lasts until the next one or the close. A state entered at an unknown time has no
    hours.
    """
    question.show(service_report.hours_in_state(question.connection, question.view))


@click.command(epilog="Example: iledger report service durations --by kind --since 2025-07")
@click.option(
    "--by",
    type=click.Choice(service_report.FINAL),
    default="whole",
    show_default=True,
    help="How to group the cases: by their last holder, or by another of these.",
)
@_SINCE
@_UNTIL
@asked
def durations(question: Question, by: str, since: str | None, until: str | None) -> None:
    """Show how many hours cases took from the opening until they were resolved and closed."""
    found = service_report.durations(
        question.connection,
        question.view,
        by=by,
        since=question.start(since),
        until=question.end(until),
    )
    question.show(found)


def _groups(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
