"""`iledger metrics`: what was achieved."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import click

from commands.cli.reports.spans import PERIOD, SINCE, UNTIL, period_of
from commands.cli.shell.figures import EVIDENCE, courses, flat, least, pivoted
from commands.cli.shell.output import remark
from commands.cli.shell.question import Question, asked
from commands.cli.shell.seeing import visible
from ledger.errors import InvalidQuestion, NotFound
from ledger.suggestions import did_you_mean
from projections.metrics import metrics as figures
from projections.metrics.credit import COMPARISON
from projections.metrics.rows import MEASURED, EvidenceRow, MetricRow
from projections.metrics.sql_script import script_of
from projections.questions.integrity.ids import check_known
from projections.tables.clients import clients
from projections.tables.people import people
from projections.view import HASHED, UNSORTED

# The kinds of id that the groups are.
_IDS = {
    "employee": "employee",
    "team": "employee",
    "unit": "unit",
    "office": "unit",
    "client": "client",
}
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

T = TypeVar("T", MetricRow, EvidenceRow)


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
@PERIOD
@SINCE
@UNTIL
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
    _check_names(question, by, group)
    wanted = chosen or (_SHOWN if question.printer.form == "table" else None)
    if show_sql:
        click.echo(_sql(question, asked_for, wanted, group, explain=explain), nl=False)
        return
    how: dict[str, Any] = asked_for._asdict()
    names = _names(question, by)
    if explain:
        rows = figures.explain(question.connection, question.view, chosen[0], group=group, **how)
        told = [_with_name(row, names) for row in _seen(question, by, rows)]
        question.show(told, drop=EVIDENCE)
        return
    _show(question, _seen(question, by, _of_group(question, group, wanted, how)), by, names)


def _seen(question: Question, by: str, rows: Sequence[T]) -> list[T]:
    """The rows that may be seen: those of employees only within the role of who asks."""
    return visible(question, rows, lambda row: row.group if by == "employee" else None)


def _check_names(question: Question, by: str, group: str | None) -> None:
    """Raise NotFound for a field of facts, or an id of a group, of which nothing is recorded."""
    connection, view = question.connection, question.view
    if by.startswith("fact:"):
        check_known(connection, view, "field", by.removeprefix("fact:"))
    if group is not None and by in _IDS and group != figures.NOBODY:
        check_known(connection, view, _IDS[by], group)


def _of_group(
    question: Question, group: str | None, wanted: Sequence[str] | None, how: dict[str, Any]
) -> list[MetricRow]:
    """The figures of a group, or of all. Raises NotFound for one that has none at any time."""
    found = figures.metrics(question.connection, question.view, metrics=wanted, **how)
    of_group = [row for row in found if group in (None, row.group)]
    if group is not None and not of_group and how["by"] not in _IDS:
        _refuse_unknown(question, group, wanted, how)
    return of_group


def _refuse_unknown(
    question: Question, group: str, wanted: Sequence[str] | None, how: dict[str, Any]
) -> None:
    """Raise NotFound for a group that has no figure at any time."""
    ever = how | {"every": "whole", "since": None, "until": None}
    rows = figures.metrics(question.connection, question.view, metrics=wanted, **ever)
    known = {row.group for row in rows if row.group is not None}
    if group not in known | {figures.NOBODY}:
        some = ", ".join(sorted(known)[:10]) or "none"
        hint = did_you_mean(group, known) or f"There are: {some}"
        raise NotFound(f"no group {group!r} has a figure by {how['by']}. {hint}")


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
        return script_of(connection, [found], HASHED, view)
    questions = figures.metrics_questions(connection, view, asked_for, wanted)
    return script_of(connection, questions, (UNSORTED, *HASHED), view)


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
    in_table = question.printer.form == "table"
    table = pivoted(found, by, names) if in_table else flat(found, by, names)
    plain = [_with_name(row, names) for row in found]
    if question.printer.by_row([*plain[0]] if plain else [], [*table[0]] if table else []):
        question.show(plain)
        return
    if not in_table:
        _say_units(question, found)
        question.show(table)
        return
    periods: dict[str, list[MetricRow]] = {}
    for row in found:
        periods.setdefault(row.period, []).append(row)
    for name, rows in (periods or {"": []}).items():
        told = pivoted(rows, by, names)
        question.show(told, name or None, drop=least(told))
    drawn = courses(found, by, names)
    if drawn:
        title = "course of each from 0 to its highest; · is no data"
        question.show(drawn, title, drop=least(drawn))


def _say_units(question: Question, found: Sequence[MetricRow]) -> None:
    """Report the units of the columns asked for. Raises InvalidQuestion if one has several."""
    units: dict[str, set[str]] = {}
    for row in found:
        if question.printer.named(row.metric) and row.unit not in ("count", *MEASURED):
            units.setdefault(row.metric, set()).add(row.unit)
    for metric, several in units.items():
        if len(several) > 1:
            raise InvalidQuestion(
                f"{metric} is in {', '.join(sorted(several))}, which one column cannot tell "
                "apart; leave --columns out: then every figure has its unit"
            )
        remark(f"{metric}: {', '.join(several)}")


def _remark_on(credit: str) -> None:
    if credit == COMPARISON:
        remark(f"{COMPARISON} is for comparison only: past figures move with the clients' owners")
