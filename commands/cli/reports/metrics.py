"""`iledger metrics`, `funnel`, `outcomes`."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import click

from commands.cli.shell.charts import with_bars
from commands.cli.shell.formatting import NO_DATA, courses, pivoted
from commands.cli.shell.output import remark
from commands.cli.shell.question import Question, asked
from ledger.errors import InvalidQuestion
from projections.metrics import metrics as figures
from projections.metrics.credit import COMPARISON
from projections.metrics.rows import EvidenceRow, MetricRow
from projections.metrics.sql_script import script_of
from projections.questions.ownership.handover_outcomes import Outcome
from projections.questions.sales.funnel import Step
from projections.tables.clients import clients
from projections.tables.people import people
from projections.view import HASHED, UNSORTED

# What a table shows where no metric is asked for: no more than fits a screen.
_SHOWN = (
    "interactions",
    "connect_rate",
    "offers_sent",
    "deals_opened",
    "deals_won",
    "deals_lost",
    "deals_open",
    "win_rate",
    "won_value",
    "cycle_won_median",
    "overdue_share",
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_FROM = click.option("--since", metavar="DATE", help="From this day, month, quarter or year on.")
_TO = click.option("--until", metavar="DATE", help="Up to its end, the whole of it included.")
_PERIOD = click.option("--period", metavar="PERIOD", help="A year, 2025-Q3, 2025-09 or a day.")


class Period(NamedTuple):
    """Local dates, half-open; None is no bound."""

    since: date | None
    until: date | None


@click.command(epilog="Example: iledger metrics --period 2025-09 --by employee --metric win_rate")
@click.option(
    "--by",
    metavar="GROUPS",
    default="employee",
    show_default=True,
    help="Group by employee, unit, team (all units of one manager), office (the branch), whole, "
    "product, client, or fact:FIELD.",
)
@click.option(
    "--every",
    type=click.Choice(["month", "quarter", "year", "whole"]),
    default="whole",
    show_default=True,
    help="One figure for each of these.",
)
@_PERIOD
@_FROM
@_TO
@click.option(
    "--credit",
    metavar="MODE",
    default="owner-at-event",
    show_default=True,
    help="Who is credited: owner-at-event, performer, first-claimant, split:DAYS:SHARE (SHARE of "
    "an event goes to the former owner for DAYS days after a change, as in split:30:0.5), or "
    "current-owner (for comparison only: reassigning a client moves its past).",
)
@click.option("--metric", "chosen", metavar="NAME", multiple=True, help="Only this; repeatable.")
@click.option("--calendar", metavar="NAME", help="Also count business hours, by this calendar.")
@click.option("--group", metavar="NAME", help="Only this employee, unit or other group.")
@click.option("--explain", is_flag=True, help="List the events behind one metric.")
@click.option(
    "--show-sql", is_flag=True, help="Print the SQL that would run, for psql; run nothing."
)
@asked
def metrics(
    question: Question,
    by: str,
    every: Any,
    period: str | None,
    since: str | None,
    until: str | None,
    credit: str,
    chosen: tuple[str, ...],
    calendar: str | None,
    group: str | None,
    *,
    explain: bool,
    show_sql: bool,
) -> None:
    """Show what was achieved: contacts, offers, deals, tasks.

    One line per group. A ratio comes with its numerator and denominator. JSON and CSV have one
    figure per row, and all metrics; `--metric` also takes the kinds, such as interactions.call.
    """
    _remark_on(credit)
    span = period_of(period, since, until)
    if explain and len(chosen) != 1:
        raise InvalidQuestion("--explain explains one metric; name it with --metric")
    terms = figures.TERMS._replace(calendar=calendar)
    asked_for = figures.Selection(by, every, span.since, span.until, credit, terms)
    wanted = chosen or (_SHOWN if question.printer.form == "table" else None)
    if show_sql:
        click.echo(_sql(question, asked_for, wanted, group, explain=explain), nl=False)
        return
    how: dict[str, Any] = asked_for._asdict()
    names = _names(question, by)
    if explain:
        rows = figures.explain(question.connection, question.view, chosen[0], group=group, **how)
        question.show([_with_name(row, names) for row in rows])
        return
    found = figures.metrics(question.connection, question.view, metrics=wanted, **how)
    _show(question, [row for row in found if group is None or row.group == group], by, names)


def _sql(
    question: Question,
    asked_for: figures.Selection,
    wanted: Sequence[str] | None,
    group: str | None,
    *,
    explain: bool,
) -> str:
    connection, view = question.connection, question.view
    if explain and wanted:
        found = figures.explain_question(connection, view, asked_for, wanted[0], group)
        return script_of(connection, [found], HASHED)
    questions = figures.metrics_questions(connection, view, asked_for, wanted)
    return script_of(connection, questions, (UNSORTED, *HASHED))


def _names(question: Question, by: str) -> Mapping[str, str] | None:
    """The names of groups by id; None for groups that are not ids."""
    if by == "client":
        return clients.names(question.connection, question.view)
    if by in ("employee", "team", "unit", "office"):
        return people.names(question.connection, question.view)
    return None


def _with_name(row: MetricRow | EvidenceRow, names: Mapping[str, str] | None) -> dict[str, Any]:
    if names is None:
        return row._asdict()
    return {"group": row.group, "name": names.get(row.group)} | row._asdict()


def _show(
    question: Question, found: list[MetricRow], by: str, names: Mapping[str, str] | None
) -> None:
    if question.printer.form != "table":
        question.show([_with_name(row, names) for row in found])
        return
    periods: dict[str, list[MetricRow]] = {}
    for row in found:
        periods.setdefault(row.period, []).append(row)
    for name, rows in (periods or {"": []}).items():
        question.show(pivoted(rows, by, names), name or None)
    drawn = courses(found, by, names)
    if drawn:
        question.show(drawn, "course of each from 0 to its highest; · is no data")


@click.command(epilog="Example: iledger funnel --period 2025-Q3 --pipeline sales")
@click.option("--pipeline", metavar="NAME", help="Only this pipeline; (none) for deals without.")
@_PERIOD
@_FROM
@_TO
@asked
def funnel(
    question: Question,
    pipeline: str | None,
    period: str | None,
    since: str | None,
    until: str | None,
) -> None:
    """Show how far the deals opened in a period have come, and where they were lost.

    A deal counts in every stage that it reached, whatever became of it later. "went on" is how many
    of them reached a later stage or were won; hours are those of deals that have left the stage.
    """
    from projections.questions.sales import funnel

    span = period_of(period, since, until)
    found = funnel.funnel(
        question.connection, question.view,
        pipeline=pipeline, since=span.since, until=span.until,
    )  # fmt: skip
    if question.printer.form != "table":
        question.show(found)
        return
    for name in dict.fromkeys(row.pipeline for row in found) or [""]:
        steps = [row for row in found if row.pipeline == name]
        of_all = [row.deals / max(steps[0].deals, 1) for row in steps]
        lines = with_bars([_step(row) for row in steps], of_all, "deals")
        question.show(lines, f"pipeline {name}" if name else None)


@click.command(epilog="Example: iledger outcomes --days 60 --since 2025-04 --until 2025-09")
@click.option(
    "--days",
    type=int,
    default=90,
    show_default=True,
    help="How many days before a hand-over to compare with how many after.",
)
@_FROM
@_TO
@asked
def outcomes(question: Question, days: int, since: str | None, until: str | None) -> None:
    """Show how it went on with clients that passed from one employee to another, by reason.

    Hand-overs whose days after are not over yet are "unfinished" and counted in nothing else.
    Retained is a client who was in two-way contact or bought; mood and answers are means of the
    last ones before and after, with the number of hand-overs for which both are known.
    """
    from projections.questions.ownership import handover_outcomes as asking

    span = period_of(None, since, until)
    found = asking.handover_outcomes(
        question.connection, question.view, days=days, since=span.since, until=span.until
    )
    table = question.printer.form == "table"
    question.show([_outcome(row, asking.FEELINGS) for row in found] if table else found)


def _outcome(row: Outcome, feelings: Sequence[str]) -> dict[str, Any]:
    share, told = row.retained_share, {}
    for name in feelings:
        parts = (f"{name}_{part}" for part in ("before", "after", "told"))
        before, after, known = (getattr(row, part) for part in parts)
        told[name] = f"{before:.1f} → {after:.1f} ({known})" if known else NO_DATA
    retained = (
        NO_DATA if share is None else (f"{share * 100:.0f} % ({row.retained}/{row.complete})")
    )
    return {
        "reason": row.reason,
        "handovers": row.handovers,
        "unfinished": row.unfinished,
        "contacts": f"{row.contacts_before} → {row.contacts_after}",
        "retained": retained,
        **told,
    }


def _remark_on(credit: str) -> None:
    if credit == COMPARISON:
        remark(f"{COMPARISON} is for comparison only: past figures move with the clients' owners")


def period_of(period: str | None, since: str | None, until: str | None) -> Period:
    """The dates that the three options mean together. Raises InvalidQuestion."""
    if period and (since or until):
        raise InvalidQuestion("--period already says from when and until when; leave it or them")
    first = _span("--period" if period else "--since", period or since)
    last = _span("--period" if period else "--until", period or until)
    return Period(first.since, last.until)


def _span(option: str, text: str | None) -> Period:
    from projections import periods

    if text is None:
        return Period(None, None)
    try:
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text)
            return Period(day, day + timedelta(days=1))
        named = periods.period_of(text)
    except (ValueError, OverflowError, InvalidQuestion):
        raise InvalidQuestion(
            f"{option} {text!r} is no day or period; give 2025, 2025-Q3, 2025-09 or 2025-09-30"
        ) from None
    return Period(named.since, named.until)


def _step(row: Step) -> dict[str, Any]:
    went_on = NO_DATA if row.step != "won" else ""
    if row.conversion is not None:
        went_on = f"{row.conversion * 100:.0f} % ({row.went_on}/{row.deals})"
    hours = row.hours_median
    return {
        "step": row.stage or row.step,
        "deals": row.deals,
        "went on": went_on,
        "lost": row.lost,
        "open": row.open,
        "median hours": None if hours is None else round(hours, 1),
        "allotted": row.allotted_hours,
        "over": row.over_allotted,
    }
