"""`iledger card`, `timeline` and `client diff`: what is known about a client."""

from typing import Any, Literal
from zoneinfo import ZoneInfo

import click

from commands.cli.shell.ids import CLIENT
from commands.cli.shell.output import remark
from commands.cli.shell.question import Question, asked, recorded_position
from commands.cli.shell.times import moment
from ledger.errors import InvalidQuestion
from ledger.suggestions import did_you_mean
from projections.questions.clients import card as card_question
from projections.shown_times import date_in
from projections.tables.clients import merges
from projections.tables.clients.timeline import KINDS
from projections.view import View

Axis = Literal["known", "true"]
# What a table may lose where it is too wide, least important first.
_TIMELINE = (
    "type",
    "words",
    "channel",
    "subject",
    "performed_by",
    "owner",
    "annulled_by",
)
_DIFFERENCE = ("before_position", "after_position")


@click.command(epilog="Example: iledger card C-0112 --on 2025-06-30")
@click.argument("client", type=CLIENT)
@asked
def card(question: Question, client: str) -> None:
    """Show what is known about a client.

    Every line has the position of the event behind it; `iledger replay --after` shows the event.
    In CSV, all sections are one table of section, name, value, since and position. For an id that
    was merged into another, the surviving client's card is shown.
    """
    found = card_question.card(question.connection, question.view, client)
    say_merged(question, client)
    if question.printer.form == "csv" or question.printer.named("section"):
        lines = [
            {"section": section} | line
            for section, lines in found._asdict().items()
            for line in merges.shown(lines)
        ]
        names = ("section", "name", "value", "since", "precision", "position", "client")
        columns = [name for name in names if any(name in line for line in lines)]
        question.show([_of_these(columns, line, ZoneInfo(question.view.zone)) for line in lines])
        return
    for section, lines in found._asdict().items():
        if lines or question.printer.form == "json":
            told = merges.shown(lines)
            # Of a name and its value, neither is lost.
            question.show(told, section, drop=[*reversed(list(told[0])[2:])] if told else None)


@click.command(epilog="Example: iledger timeline C-0112 --since 2025-06 --kind call,letter")
@click.argument("client", type=CLIENT)
@click.option("--since", metavar="DATE|TIME", help="Only what happened at or after this time.")
@click.option(
    "--until",
    metavar="DATE|TIME",
    help="Only what happened by this time (a date: by the end of that day).",
)
@click.option("--kind", metavar="KIND,KIND…", help="Only these kinds, such as call,letter,deal.")
@asked
def timeline(
    question: Question, client: str, since: str | None, until: str | None, kind: str | None
) -> None:
    """Show everything that happened with a client.

    Every line includes the client's owner at that moment. Annulled events remain visible, with the
    position of the annulment.
    """
    say_merged(question, client)
    kinds = [each.strip() for each in (kind or "").split(",") if each.strip()]
    for each in kinds:
        if each not in KINDS:
            hint = did_you_mean(each, KINDS) or f"There are: {', '.join(sorted(KINDS))}"
            raise InvalidQuestion(f"no kind {each!r} of event. {hint}")
    found = card_question.timeline(
        question.connection,
        question.view,
        client,
        since=question.start(since),
        until=question.end(until),
        kinds=kinds,
    )
    question.show(merges.shown(found), drop=_TIMELINE)


@click.command(
    epilog="Example: iledger client diff C-0112 --from 2025-06-01 --to 2025-07-01 --axis true"
)
@click.argument("client", type=CLIENT)
@click.option(
    "--from", "start", metavar="POSITION|DATE|TIME", required=True, help="The earlier moment."
)
@click.option("--to", "end", metavar="POSITION|DATE|TIME", help="The later moment. Default: now.")
@click.option(
    "--axis",
    type=click.Choice(["known", "true"]),
    default="known",
    show_default=True,
    help="Compare what had been recorded by then (known) or what had happened by then (true).",
)
@asked
def diff(question: Question, client: str, start: str, end: str | None, axis: Axis) -> None:
    """Show what changed on a client's card between two moments."""
    before = _moved(question, "--from", start, axis)
    after = question.view if end is None else _moved(question, "--to", end, axis)
    if (after.on, after.as_of) < (before.on, before.as_of):
        raise InvalidQuestion(
            f"--from {start} is later than {'now' if end is None else f'--to {end}'}; "
            "exchange the two"
        )
    found = card_question.difference(question.connection, before, after, client)
    question.show(found, drop=_DIFFERENCE)


def _of_these(columns: list[str], line: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """These columns of a line; dates as such, though what tells that one is is not among them."""
    return {name: date_in(line, name, zone) or line.get(name) for name in columns}


def say_merged(question: Question, client: str) -> str:
    """The client that this one is a part of, or itself; a remark if it is another."""
    survivor = merges.members(question.connection, question.view, client)[0]
    if survivor != client:
        remark(f"{client} was merged into {survivor}; this is the answer for {survivor}")
    return survivor


def _moved(question: Question, option: str, text: str, axis: Axis) -> View:
    """The question's view, moved to another moment on one of the two axes."""
    view = question.view
    if axis == "true":
        return view._replace(on=moment(option, text, view.zone).last)
    position = recorded_position(question.connection, text, view.zone, option, "--axis true")
    if position > view.as_of:
        raise InvalidQuestion(
            f"{option} {text} is position {position}, later than the answer's {view.as_of}; "
            "name an earlier moment or leave --as-of out"
        )
    return view._replace(as_of=position)
