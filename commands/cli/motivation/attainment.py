"""`iledger target attainment`: what was reached of the targets."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import click

from commands.cli.motivation.targets import CREDIT, PERIOD
from commands.cli.shell.cells import Formatted
from commands.cli.shell.charts import with_bars
from commands.cli.shell.figures import NO_DATA
from commands.cli.shell.question import Question, asked
from commands.cli.shell.seeing import visible
from projections.periods import period_of
from projections.tables.people.people import names

# What a table may lose where it is too wide, least important first.
_DROP = (
    "target",
    "causes",
    "attained_first",
    "first",
    "shortfall",
    "value",
)


@click.command(epilog="Example: iledger target attainment --period 2025-Q3 --by employee")
@PERIOD
@click.option(
    "--by",
    type=click.Choice(["employee", "unit", "whole"]),
    default="employee",
    show_default=True,
    help="Whose targets to show.",
)
@CREDIT
@asked
def attainment(question: Question, period: str, by: str, credit: str) -> None:
    """Show the attainment of every target, as first set and as revised.

    A past period is seen from its end. A branch includes the results of its units; any other unit
    has only its own.
    """
    # 21 ms
    from projections.metrics.credit import credit_of
    from projections.motivation import attainment

    credit_of(credit)  # refused even where there is no target
    connection, view = question.connection, question.view
    found = attainment.attainment(connection, view, period_of(period), by=by, credit=credit)
    found = visible(question, found, lambda row: row.scope_id if by == "employee" else None)
    known = names(connection, view)
    rows = [
        {"scope_id": row.scope_id, "name": known.get(row.scope_id or "")} | row._asdict()
        for row in found
    ]
    if question.printer.form == "table":
        rows = with_bars([_cells(row) for row in rows], [row.attained for row in found], "attained")
    question.show(rows, drop=_DROP)


def _cells(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of attainment for a table: the most important columns first."""
    cells = {
        **row,
        "fact": Formatted(NO_DATA, None) if row["fact"] is None else row["fact"],
        "attained_first": _percent(row["attained_first"]),
        "attained": _percent(row["attained"]),
    }
    first = ("scope_id", "name", "metric", "currency", "fact", "value", "attained", "shortfall")
    return {name: cells[name] for name in dict.fromkeys((*first, *cells))}


def _percent(share: Decimal | None) -> Formatted:
    return Formatted(NO_DATA if share is None else f"{share * 100:.1f} %", share)
