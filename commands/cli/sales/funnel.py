"""`iledger funnel`: how far deals come, and where they are lost."""

from typing import Any

import click

from commands.cli.reports.spans import PERIOD, SINCE, UNTIL, period_of
from commands.cli.shell.cells import Formatted
from commands.cli.shell.charts import with_bars
from commands.cli.shell.figures import NO_DATA
from commands.cli.shell.ids import PIPELINE
from commands.cli.shell.question import Question, asked
from projections.questions.sales import funnel as funnel_question
from projections.questions.sales.funnel import Step


@click.command(epilog="Example: iledger funnel --period 2025-Q3")
@click.option("--pipeline", type=PIPELINE, help="Only this pipeline; (none) for deals without one.")
@PERIOD
@SINCE
@UNTIL
@asked
def funnel(
    question: Question,
    pipeline: str | None,
    period: str | None,
    since: str | None,
    until: str | None,
) -> None:
    """Show how far the deals opened in a period got, and where they were lost.

    A deal counts in every stage that it reached, whatever its outcome. went_on counts those that
    reached a later stage or were won; hours are for deals that have left the stage.
    """
    span = period_of(period, since, until)
    found = funnel_question.funnel(
        question.connection,
        question.view,
        pipeline=pipeline,
        since=span.since,
        until=span.until,
    )
    table = _step(found[0]) if found else ()
    if question.printer.by_row(Step._fields, [*table]):
        question.show(found)
        return
    for name in dict.fromkeys(row.pipeline for row in found) or [""]:
        steps = [row for row in found if row.pipeline == name]
        of_all = [row.deals / max(steps[0].deals, 1) for row in steps]
        lines = with_bars([_step(row) for row in steps], of_all, "deals")
        question.show(lines, f"pipeline {name}" if name else None)


def _step(row: Step) -> dict[str, Any]:
    went_on = NO_DATA if row.step != "won" else ""
    if row.conversion is not None:
        went_on = f"{row.conversion * 100:.0f} % ({row.went_on}/{row.deals})"
    hours = row.hours_median
    return {
        "step": row.stage or row.step,
        "deals": row.deals,
        "went_on": Formatted(went_on, row.conversion),
        "lost": row.lost,
        "open": row.open,
        "hours_median": None if hours is None else round(hours, 1),
        "allotted_hours": row.allotted_hours,
        "over_allotted": row.over_allotted,
    }
