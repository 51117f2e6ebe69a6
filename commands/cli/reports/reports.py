"""`iledger audit base`, `report`: what a supervisor looks through from month to month."""

import re
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from commands.cli.reports.metrics import period_of
from commands.cli.shell.charts import with_bars
from commands.cli.shell.formatting import NO_DATA
from commands.cli.shell.output import remark, write_whole
from commands.cli.shell.question import Question, asked, opened, zoned
from ledger.errors import InvalidQuestion
from projections.periods import period_of as span_of

if TYPE_CHECKING:
    from projections.tables.work.data_entry import Adoption


@click.group(epilog="Example: iledger audit base --month 2026-10")
def audit() -> None:
    """Look through what is to be right, and sign it."""


@audit.command(epilog="Example: iledger audit base --month 2026-10 --sign --by E-02")
@click.option("--month", metavar="MONTH", required=True, help="Such as 2026-10.")
@click.option("--active-days", type=int, default=365, show_default=True,
              help="Days without a purchase after which a client is lost.")  # fmt: skip
@click.option("--stale-days", type=int, default=90, show_default=True,
              help="Days without a contact after which a client is stale.")  # fmt: skip
@click.option("--sign", is_flag=True, help="Record that you have looked through it.")
@click.option("--by", metavar="EMPLOYEE", envvar="ILEDGER_BY",
              help="Who signs.  [env: ILEDGER_BY; default: the name of your login]")  # fmt: skip
@asked
def base(
    question: Question,
    month: str,
    active_days: int,
    stale_days: int,
    by: str | None,
    *,
    sign: bool,
) -> None:
    """Count the clients at the end of a month: new, lost, reactivated, without owner, stale.

    The answer names the position that it was given at; with --as-of and that position it is the
    same for ever, and so is its digest.
    """
    from projections.questions.clients.client_base_audit import base_audit

    span = period_of(month, None, None)
    if not re.fullmatch(r"\d{4}-\d\d", month, re.ASCII) or not span.since or not span.until:
        raise InvalidQuestion(f"--month {month!r} is not a month, such as 2026-10")
    if active_days < 1 or stale_days < 1:
        raise InvalidQuestion("--active-days and --stale-days are 1 or more")
    found = base_audit(
        question.connection, question.view, since=span.since, until=span.until,
        active_days=active_days, stale_days=stale_days,
    )  # fmt: skip
    told = {"month": month, "as_of": question.view.as_of} | found._asdict()
    question.show([told])
    if sign:
        _sign(question, span.until, by, {**told, "zone": question.view.zone,
              "active_days": active_days, "stale_days": stale_days})  # fmt: skip


def _sign(question: Question, until: date, by: str | None, told: dict[str, Any]) -> None:
    from commands.cli.shell.decision import context_of
    from commands.decisions.clients.audits import model, sign
    from commands.decisions.handle import handle
    from ledger.api import Ledger
    from ledger.events.clients import ClientBaseAuditSigned

    now = datetime.now(UTC)
    end = datetime(until.year, until.month, until.day, tzinfo=ZoneInfo(question.view.zone))
    if min(now, question.view.on) < end:
        raise InvalidQuestion(f"the month {told['month']} is not over; sign it when it is")
    context = context_of(by)
    with Ledger(question.location) as ledger:
        handled = handle(ledger, model(), context, sign(ClientBaseAuditSigned(**told)))
    positions = [receipt.position for receipt in handled.receipts]
    remark(f"signed at position {positions[0]}" if positions else "signed already")


@click.group(
    invoke_without_command=True,
    epilog="Example: iledger report --html q3.html --period 2026-Q3 && "
    "iledger report adoption --last 30d",
)
@click.option("--html", "place", metavar="FILE", help="The page to write.",
              type=click.Path(path_type=Path, dir_okay=False))  # fmt: skip
@click.option("--period", metavar="PERIOD", help="Of which period: 2026, 2026-Q3 or 2026-09.")
@click.option("--metric", "leading", metavar="NAME", multiple=True,
              help="What leaders are ordered by; more of them stand beside it.  "
              "[default: won_value, deals_won, win_rate]")  # fmt: skip
@click.option("--less", is_flag=True, help="Leaders have the least of it, and not the most.")
@click.option("--credit", metavar="MODE", default="owner-at-event", show_default=True,
              help="To whose credit; as for `iledger metrics`.")  # fmt: skip
@click.option("--as-of", metavar="POSITION|DATE|TIME",
              help="What was recorded by then. Default: all that is recorded.")  # fmt: skip
@zoned
@click.pass_context
def report(
    context: click.Context,
    place: Path | None,
    period: str | None,
    leading: tuple[str, ...],
    credit: str,
    as_of: str | None,
    zone: str | None,
    *,
    less: bool,
) -> None:
    """Write the page of a period, or show how the ledger is kept.

    One file with attainment, shortfalls, the funnel, ownership over time, leaders and the last
    twelve months, seen from the period's end; it needs nothing else to be read. The same position
    gives the same bytes, whoever makes it and whenever.
    """
    if context.invoked_subcommand is not None:
        if place is not None:
            raise click.UsageError("--html writes the page of a period; give it without a command.")
        return
    if place is None or period is None:
        raise click.UsageError("name the page and its period: --html FILE --period PERIOD.")
    from commands.cli.reports.page import page
    from ledger import schema
    from projections.questions.motivation.period_overview import LEADING, overview

    with opened(as_of, zone=zone) as question:
        ledger = schema.check(question.connection).ledger_id
        told = overview(
            question.connection, ledger, question.view, span_of(period),
            credit=credit, leading=leading or LEADING,
        )  # fmt: skip
    content = page(told, less=less)
    write_whole(content, place)
    made = f"as of position {told.made.as_of}, SHA-256 {sha256(content).hexdigest()}"
    remark(f"written: {place}, {made}")


@report.command(epilog="Example: iledger report adoption --last 30d")
@click.option("--last", metavar="DAYS", help="The last so many days, such as 30d, up to --on.")
@click.option("--since", metavar="DATE", help="From this day, month, quarter or year on.")
@click.option("--until", metavar="DATE", help="Up to its end, the whole of it included.")
@asked
def adoption(question: Question, last: str | None, since: str | None, until: str | None) -> None:
    """Show who records what he does, and how late; the silent first.

    Workdays are Mondays to Fridays on which the employee was here and not absent. Late is more than
    24 hours after it happened, back-dated more than 7 days. Imports do not count.
    """
    from projections.tables.work.data_entry import adoption

    span = period_of(None, since, until)
    today = question.view.on.astimezone(ZoneInfo(question.view.zone)).date()
    first, after = span.since, span.until or today + timedelta(days=1)
    if last is not None or first is None:
        found = re.fullmatch(r"([1-9]\d{0,3})d", last or "30d", re.ASCII)
        if not found or (last and since):
            raise InvalidQuestion("give --last as days, such as 30d, or --since; not both")
        first = after - timedelta(days=int(found[1]))
    if first >= after:
        raise InvalidQuestion(f"the period from {first} to {after} is empty")
    rows = adoption(question.connection, question.view, since=first, until=after)
    if question.printer.form == "table":
        shares = [row.same_day_share for row in rows]
        question.show(with_bars([_habits(row) for row in rows], shares, "same day"))
    else:
        question.show(rows)


def _habits(row: "Adoption") -> dict[str, Any]:
    share, daily = row.same_day_share, row.per_workday
    return {
        "employee": row.employee,
        "name": row.name,
        "events": "silent" if row.silent else row.events,
        "workdays": row.workdays,
        "a workday": NO_DATA if daily is None else f"{daily:.1f}",
        "same day": NO_DATA if share is None else f"{share * 100:.0f} %",
        "late": row.late,
        "back-dated": row.back_dated,
    }
