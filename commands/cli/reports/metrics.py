"""`iledger metrics`: what was achieved."""

from typing import Any

import click

from commands.cli.reports.spans import PERIOD, SINCE, UNTIL, period_of
from commands.cli.shell.formatting import courses, pivoted
from commands.cli.shell.output import remark
from commands.cli.shell.question import Question, asked
from ledger.errors import InvalidQuestion

# What a table shows where no metric is asked for: no more than fits a screen.
_SHOWN = (
    "interactions", "connect_rate", "offers_sent", "deals_opened", "deals_won", "deals_lost",
    "deals_open", "win_rate", "won_value", "cycle_won_median", "overdue_share",
)  # fmt: skip


@click.command(epilog="Example: iledger metrics --period 2025-09 --by employee --metric win_rate")
@click.option(
    "--by",
    metavar="GROUPS",
    default="employee",
    show_default=True,
    help="Of whom: employee, unit, team (all units of one manager), office (the branch), whole, "
    "product, client, or fact:FIELD.",
)
@click.option(
    "--every",
    type=click.Choice(["month", "quarter", "year", "whole"]),
    default="whole",
    show_default=True,
    help="One figure for each of these.",
)
@PERIOD
@SINCE
@UNTIL
@click.option(
    "--credit",
    metavar="MODE",
    default="owner-at-event",
    show_default=True,
    help="To whose credit: owner-at-event, performer, first-claimant, split:DAYS:SHARE (SHARE of "
    "an event goes to the former owner for DAYS days after a change, as in split:30:0.5), or "
    "current-owner (for comparison only: reassigning a client moves its past).",
)
@click.option("--metric", "chosen", metavar="NAME", multiple=True, help="Only this; repeatable.")
@click.option("--calendar", metavar="NAME", help="Count business hours, by this calendar, too.")
@click.option("--group", metavar="NAME", help="Only this employee, unit or other group.")
@click.option("--explain", is_flag=True, help="List the events behind one metric.")
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
) -> None:
    """Show what was achieved: contacts, offers, deals, tasks.

    Of each group a line. A ratio has its numerator and denominator with it. JSON and CSV have one
    figure a row, and all metrics; `--metric` also takes the kinds, such as interactions.call.
    """
    from projections.metrics import metrics as figures

    _remark_on(credit)
    span = period_of(period, since, until)
    how: dict[str, Any] = {
        "by": by, "every": every, "credit": credit, "since": span.since, "until": span.until,
        "terms": figures.TERMS._replace(calendar=calendar),
    }  # fmt: skip
    if explain:
        if len(chosen) != 1:
            raise InvalidQuestion("--explain explains one metric; name it with --metric")
        rows = figures.explain(question.connection, question.view, chosen[0], group=group, **how)
        question.show(rows)
        return
    table = question.printer.form == "table"
    wanted = chosen or (_SHOWN if table else None)
    found = figures.metrics(question.connection, question.view, metrics=wanted, **how)
    _show(question, [row for row in found if group is None or row["group"] == group], by)


def _show(question: Question, found: list[dict[str, Any]], by: str) -> None:
    if question.printer.form != "table":
        question.show(found)
        return
    periods: dict[str, list[dict[str, Any]]] = {}
    for row in found:
        periods.setdefault(row["period"], []).append(row)
    for name, rows in (periods or {"": []}).items():
        question.show(pivoted(rows, by), name or None)
    drawn = courses(found, by)
    if drawn:
        question.show(drawn, "course of each from 0 to its highest; · is no data")


def _remark_on(credit: str) -> None:
    from projections.metrics.credit import COMPARISON

    if credit == COMPARISON:
        remark(f"{COMPARISON} is for comparison only: past figures move with the clients' owners")
