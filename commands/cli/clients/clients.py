"""`iledger card`, `timeline`, `diff`, `owner`, `clients`, `portfolio`, `orphans` and more lists."""

from collections import Counter
from typing import Literal

import click

from commands.cli.shell.output import remark
from commands.cli.shell.question import Question, asked, moment, recorded_position
from ledger.errors import InvalidQuestion
from projections.view import View

Axis = Literal["known", "true"]


@click.command(epilog="Example: iledger card C-0104 --on 2025-06-30")
@click.argument("client", metavar="CLIENT")
@asked
def card(question: Question, client: str) -> None:
    """Show what is known about a client.

    Every line has the position of the event that says so: `iledger replay --after` shows it.
    In CSV, all sections are one table of section, name, value, since and position. An id that was
    merged into another is answered with the other's card.
    """
    from projections.questions.clients import card
    from projections.tables.clients import merges

    found = card.card(question.connection, question.view, client)
    _say_merged(question, client)
    if question.printer.form == "csv":
        shown = ("name", "value", "since", "precision", "position", "client")
        question.show(
            [
                {"section": section} | {column: line[column] for column in shown if column in line}
                for section, lines in found._asdict().items()
                for line in merges.shown(lines)
            ]
        )
        return
    for section, lines in found._asdict().items():
        if lines or question.printer.form == "json":
            question.show(merges.shown(lines), section)


@click.command(epilog="Example: iledger timeline C-0104 --since 2025-06 --kind call,letter")
@click.argument("client", metavar="CLIENT")
@click.option("--since", metavar="DATE|TIME", help="Only what happened from then on.")
@click.option("--until", metavar="DATE|TIME", help="Only what happened by then (the whole day).")
@click.option("--kind", metavar="KIND,KIND…", help="Only these kinds, such as call,letter,deal.")
@asked
def timeline(
    question: Question, client: str, since: str | None, until: str | None, kind: str | None
) -> None:
    """Show everything that happened with a client.

    Every line says whose the client was at that moment. An annulled event stays in sight, with
    the position that annulled it.
    """
    from projections.questions.clients import card
    from projections.tables.clients import merges

    _say_merged(question, client)
    kinds = [each.strip() for each in (kind or "").split(",") if each.strip()]
    found = card.timeline(
        question.connection,
        question.view,
        client,
        since=question.start(since),
        until=question.end(until),
        kinds=kinds,
    )
    question.show(merges.shown(found))


@click.command(epilog="Example: iledger diff C-0104 --from 2025-06-01 --to 2025-07-01 --axis true")
@click.argument("client", metavar="CLIENT")
@click.option(
    "--from", "start", metavar="POSITION|DATE|TIME", required=True, help="The earlier moment."
)
@click.option("--to", "end", metavar="POSITION|DATE|TIME", help="The later moment. Default: now.")
@click.option(
    "--axis",
    type=click.Choice(["known", "true"]),
    default="known",
    show_default=True,
    help="Whether the moments are of what was recorded or of what had happened.",
)
@asked
def diff(question: Question, client: str, start: str, end: str | None, axis: Axis) -> None:
    """Show what changed on a client's card between two moments."""
    from projections.questions.clients import card

    before = _moved(question, "--from", start, axis)
    after = question.view if end is None else _moved(question, "--to", end, axis)
    question.show(card.difference(question.connection, before, after, client))


@click.command(epilog="Example: iledger owner C-0104 --on 2025-06-30")
@click.argument("client", metavar="CLIENT")
@asked
def owner(question: Question, client: str) -> None:
    """Show whose a client is and was, and why.

    Of ids that are one client the surviving one says whose it is; the history is of all.
    """
    from projections.questions.clients import card
    from projections.tables.clients import merges
    from projections.tables.ownership import ownership

    card.check_known(question.connection, question.view, client)
    survivor = _say_merged(question, client)
    question.show(ownership.owner(question.connection, question.view, survivor), "owner")
    history = ownership.history(question.connection, question.view, client)
    question.show(merges.shown(history), "history")


@click.command(epilog="Example: iledger clients --unit U-2 --search ромашка")
@click.option("--owner", metavar="EMPLOYEE", help="Only this employee's.")
@click.option("--unit", metavar="UNIT", help="Only of owners in this unit and those below it.")
@click.option("--search", metavar="TEXT", help="Only with this in the name (in any case), or id.")
@asked
def clients(question: Question, owner: str | None, unit: str | None, search: str | None) -> None:
    """List the clients, whose they are and when last heard of."""
    from projections.questions.ownership import portfolio

    found = portfolio.clients(
        question.connection, question.view, owner=owner, unit=unit, search=search
    )
    question.show(found)


@click.command(epilog="Example: iledger portfolio E-07 --on 2025-06-30")
@click.argument("employee", metavar="EMPLOYEE")
@asked
def portfolio(question: Question, employee: str) -> None:
    """List the clients that an employee has, or had then, and count them."""
    from projections.questions.ownership import portfolio as asking

    found = asking.portfolio(question.connection, question.view, employee)
    question.show(found)
    kinds = Counter(row.kind for row in found)
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    remark(f"{len(found)} {'client' if len(found) == 1 else 'clients'}: {counts or 'none'}")


@click.command(epilog="Example: iledger orphans --on 2025-06-30 --format csv")
@asked
def orphans(question: Question) -> None:
    """List the clients whose owner has left."""
    from projections.questions.ownership import portfolio

    question.show(portfolio.orphans(question.connection, question.view))


@click.command(epilog="Example: iledger departures --format csv")
@asked
def departures(question: Question) -> None:
    """List who has left, and what became of their clients.

    A client is an orphan from the departure until it is placed with another or given back to the
    pool; orphan_hours is the sum over the clients.
    """
    from projections.questions.ownership import portfolio

    question.show(portfolio.departures(question.connection, question.view))


@click.command(epilog="Example: iledger employees --unit U-2 --on 2025-06-30")
@click.option("--unit", metavar="UNIT", help="Only those of this unit and of those below it.")
@asked
def employees(question: Question, unit: str | None) -> None:
    """List our own people, with units and departures."""
    from projections.questions.ownership import portfolio
    from projections.tables.people import people

    if unit is not None:
        portfolio.check_known(question.connection, question.view, "unit", unit)
    question.show(people.employees(question.connection, question.view, unit))


def _say_merged(question: Question, client: str) -> str:
    """The client that this one is a part of, or itself; a remark if it is another."""
    from projections.tables.clients import merges

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
            "name an earlier moment, or leave --as-of out"
        )
    return view._replace(as_of=position)
