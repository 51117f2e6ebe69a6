"""`iledger report adoption`: who records their work, and how late."""

import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click

from commands.cli.reports.spans import period_of
from commands.cli.shell.cells import Formatted
from commands.cli.shell.charts import with_bars
from commands.cli.shell.figures import NO_DATA
from commands.cli.shell.question import Question, asked
from ledger.errors import InvalidQuestion
from projections.shown_times import local
from projections.tables.work.data_entry import Adoption

# What a table may lose where it is too wide, least important first.
_DROP = ("back_dated", "per_workday", "workdays", "late", "name")


@click.command(epilog="Example: iledger report adoption --last 30d")
@click.option("--last", metavar="DAYS", help="The last DAYS days, such as 30d, up to --on.")
@click.option("--since", metavar="DATE", help="From the start of this day, month, quarter or year.")
@click.option("--until", metavar="DATE", help="To the end of this day, month, quarter or year.")
@asked
def adoption(question: Question, last: str | None, since: str | None, until: str | None) -> None:
    """Show who records their work, and how late; those who record nothing come first.

    Workdays are Mondays to Fridays on which the employee was employed and not absent. Late means
    recorded more than 24 hours after it happened, back-dated more than 7 days. Imports do not
    count.
    """
    # 115 ms
    from projections.tables.work.data_entry import adoption

    span = period_of(None, since, until)
    today = local(question.view.on, ZoneInfo(question.view.zone)).date()
    first, after = span.since, span.until or today + timedelta(days=1)
    if last is not None or first is None:
        if last is not None and since is not None:
            raise InvalidQuestion("--last and --since both say where it begins; give one of them")
        found = re.fullmatch(r"([1-9]\d{0,3})d", "30d" if last is None else last, re.ASCII)
        if not found:
            raise InvalidQuestion(f"--last {last!r} is not a number of days; give it as in 30d")
        first = after - timedelta(days=int(found[1]))
    if first >= after:
        raise InvalidQuestion(f"the period from {first} to {after} is empty")
    rows = adoption(question.connection, question.view, since=first, until=after)
    if question.printer.form == "table":
        shares = [row.same_day_share for row in rows]
        told = with_bars([_habits(row) for row in rows], shares, "same_day_share")
        question.show(told, drop=_DROP)
    else:
        question.show(rows)


def _habits(row: "Adoption") -> dict[str, Any]:
    share, daily = row.same_day_share, row.per_workday
    return {
        "employee": row.employee,
        "name": row.name,
        "events": Formatted("silent", row.events) if row.silent else row.events,
        "workdays": row.workdays,
        "per_workday": Formatted(NO_DATA if daily is None else f"{daily:.1f}", daily),
        "same_day_share": Formatted(NO_DATA if share is None else f"{share * 100:.0f} %", share),
        "late": row.late,
        "back_dated": row.back_dated,
    }
