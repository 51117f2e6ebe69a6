"""`iledger report page`: a period on one page of HTML."""

from hashlib import sha256
from pathlib import Path

import click

from commands.cli.shell.output import remark, write_whole
from commands.cli.shell.question import opened, zoned
from ledger import schema
from projections.periods import period_of as span_of


@click.command(epilog="Example: iledger report page --period 2025-Q3 --html q3.html")
@click.option(
    "--html",
    "place",
    metavar="FILE",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The page to write.",
)
@click.option("--period", metavar="PERIOD", required=True, help="A year, 2026-Q3 or 2026-09.")
@click.option(
    "--metric",
    "leading",
    metavar="NAME",
    multiple=True,
    help="The metric that ranks the leaders; further ones are shown beside it.  "
    "[default: won_value, deals_won, win_rate]",
)
@click.option("--less", is_flag=True, help="Rank the least first instead of the most.")
@click.option(
    "--credit",
    metavar="MODE",
    default="owner-at-event",
    show_default=True,
    help="Who is credited, as in `iledger metrics`.",
)
@click.option(
    "--as-of",
    metavar="POSITION|DATE|TIME",
    help="Use what was recorded by then. Default: everything recorded.",
)
@zoned
def page(
    place: Path,
    period: str,
    leading: tuple[str, ...],
    credit: str,
    as_of: str | None,
    zone: str | None,
    *,
    less: bool,
) -> None:
    """Write a report page for a period.

    One self-contained file with attainment, shortfalls, the funnel, ownership over time, leaders
    and the last twelve months, seen from the period's end. The same position always gives the same
    bytes.
    """
    # 29 ms
    from commands.cli.reports.page import page
    from projections.questions.motivation.period_overview import LEADING, overview

    with opened(as_of, zone=zone) as question:
        ledger = schema.check(question.connection).ledger_id
        told = overview(
            question.connection,
            ledger,
            question.view,
            span_of(period),
            credit=credit,
            leading=leading or LEADING,
        )
    content = page(told, less=less)
    write_whole(content, place)
    made = f"as of position {told.made.as_of}, SHA-256 {sha256(content).hexdigest()}"
    remark(f"written: {place}, {made}")
