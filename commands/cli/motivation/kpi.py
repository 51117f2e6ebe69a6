"""`iledger kpi`, `kpi replay`, `my kpi`, `team kpi`: the same figures for everybody."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

import click

from commands.cli.motivation.periods import summary
from commands.cli.motivation.schemes import scheme_named
from commands.cli.motivation.statements import components, lines
from commands.cli.shell.charts import with_bars
from commands.cli.shell.output import Format, remark
from commands.cli.shell.question import Question, formatted, opened, zoned
from ledger.errors import InvalidQuestion, NotFound
from projections.motivation.payout_statement import StatementContent, read_back
from projections.motivation.scheme import Scheme, scheme_of
from projections.periods import Period, period_of
from projections.view import View

_PERIOD = click.option("--period", metavar="PERIOD", help="A year, 2026-Q3 or 2026-09.")
_BY = click.option(
    "--by",
    metavar="EMPLOYEE",
    envvar="ILEDGER_BY",
    required=True,
    help="Who asks.  [env: ILEDGER_BY]",
)
_EXPLAIN = click.option(
    "--explain",
    metavar="METRIC",
    help="List the events behind this metric (METRIC/unit, METRIC/company: of all) instead.",
)
_SCHEME = click.option(
    "--scheme",
    metavar="SCHEME|FILE",
    help="By which scheme. Default: as settled, or the one in force.",
)


class Shown(NamedTuple):
    """Statements as they are written, and from where they are seen; corrected: by employee, by how
    much those that are settled were corrected since.
    """

    contents: list[StatementContent[str]]
    scheme: Scheme
    view: View
    corrected: Mapping[str, Decimal] = {}


def shown(question: Question, period: Period, name: str | None) -> Shown:
    """The statements of a period: as settled, or provisional by the scheme named or in force."""
    from projections.motivation.recalculation import pinned, settled_scheme
    from projections.motivation.statements import compute_statements
    from projections.motivation.target_groups import refuse_opposed
    from projections.tables.motivation.settlement import closings, issued

    connection, view = question.connection, question.view
    closed = closings(connection, view, period.name)
    if closed and name is None:
        rows = issued(connection, view, period=period.name)
        scheme = settled_scheme(connection, view, closed[-1])
        contents = [read_back(row.document) for row in rows]
        remark(f"settled by {scheme.name}@{scheme.version}, position {closed[-1].as_of}")
        corrected = {row.employee: row.corrected for row in rows if row.corrected}
        return Shown(contents, scheme, pinned(view, closed[-1]), corrected)
    scheme = scheme_named(question, name) if name else _in_force(question, period)
    seen = pinned(view, closed[-1]) if closed else view
    refuse_opposed(connection, seen, period, scheme)
    found = compute_statements(connection, seen, period, scheme)
    remark(f"provisional, by {scheme.name}@{scheme.version}: nothing of this is settled")
    return Shown([each.written for each in found], scheme, seen)


def _in_force(question: Question, period: Period) -> Scheme:
    from projections.tables.motivation.settlement import schemes

    rows = [
        row
        for row in schemes(question.connection, question.view)
        if row.effective_from <= period.since
    ]
    names = sorted({row.scheme for row in rows})
    if len(names) != 1:
        raise InvalidQuestion(
            f"schemes in force when {period.name} began: {', '.join(names) or 'none'}; name one "
            "with --scheme"
        )
    return scheme_of(max(rows, key=lambda row: (row.effective_from, row.version)).toml)


def _answer(
    question: Question,
    period: str | None,
    scheme: str | None,
    explain: str | None,
    wanted: Callable[[Question, View], Sequence[str]] | None,
) -> None:
    """Show those wanted, or everybody: one in full, several in a row each."""
    from projections.motivation.statements import figures_behind

    if period is None:
        raise InvalidQuestion("name the period, such as --period 2026-Q3")
    span = period_of(period)
    found = shown(question, span, scheme)
    among = None if wanted is None else wanted(question, found.view)
    if explain is not None:
        question.show(
            figures_behind(question.connection, found.view, span, found.scheme, explain, among)
        )
        return
    told = [each for each in found.contents if among is None or each["employee"] in among]
    for each in told:
        if delta := found.corrected.get(each["employee"]):
            name = f"{span.name}/{each['employee']}"
            remark(
                f"corrected since by {delta:+f} {each['currency']}: iledger statement show {name}"
            )
    if among is not None and len(among) == 1 and told and question.printer.form == "table":
        question.show(lines(told[0]), "figures")
        question.show(components(told[0]), "components")
        return
    if not told and among:
        raise NotFound(f"{', '.join(among)}: no figures by {found.scheme.name} in {period}")
    if question.printer.form == "json":
        question.show(told)
    else:
        _show_rows(question, told, found.view)


def _show_rows(question: Question, contents: list[StatementContent[str]], view: View) -> None:
    from projections.tables.people.people import names

    known = names(question.connection, view)
    rows = [summary(each, known) for each in contents]
    if question.printer.form == "table":
        rows = with_bars(rows, [row["score"] for row in rows], "score")
    question.show(rows)


@click.group(
    invoke_without_command=True,
    epilog="Example: iledger kpi --employee E-07 --period 2026-Q3 --explain won_value",
)
@click.option("--employee", metavar="EMPLOYEE", help="Only this employee.")
@_PERIOD
@_SCHEME
@_EXPLAIN
@zoned
@formatted
@click.pass_context
def kpi(
    context: click.Context,
    employee: str | None,
    period: str | None,
    scheme: str | None,
    explain: str | None,
    zone: str | None,
    form: Format,
) -> None:
    """Show scores and bonus of a period: as settled, or provisional by the scheme in force."""
    if context.invoked_subcommand is None:
        with opened(None, None, zone, form) as question:
            only = None if employee is None else lambda *_: (employee,)
            _answer(question, period, scheme, explain, only)


@kpi.command(
    epilog="Example: iledger kpi replay --period 2026-Q3 --scheme other.toml --diff settled"
)
@click.option("--period", metavar="PERIOD", required=True, help="A year, 2026-Q3 or 2026-09.")
@click.option(
    "--scheme", metavar="SCHEME|FILE", required=True, help="By which scheme to compute it."
)
@click.option(
    "--diff",
    "against",
    metavar="settled|SCHEME|FILE",
    default="settled",
    show_default=True,
    help="With what to compare it.",
)
@zoned
@formatted
def replay(period: str, scheme: str, against: str, zone: str | None, form: Format) -> None:
    """Show what a period would have paid by another scheme, and why; records nothing."""
    from projections.motivation.recalculation import SETTLED, replayed

    with opened(None, None, zone, form) as question:
        one = scheme_named(question, scheme)
        other = None if against == SETTLED else scheme_named(question, against)
        rows = replayed(question.connection, question.view, period_of(period), one, other)
        question.show(rows)


@click.group(epilog="Example: iledger my kpi --period 2026-Q3 --by E-07")
def my() -> None:
    """Show what concerns yourself."""


@my.command("kpi", epilog="Example: iledger my kpi --period 2026-Q3 --by E-07")
@_BY
@_PERIOD
@_SCHEME
@_EXPLAIN
@zoned
@formatted
def my_kpi(
    by: str, period: str | None, scheme: str | None, explain: str | None, zone: str | None,
    form: Format,
) -> None:  # fmt: skip
    """Show your own scores and bonus: the same figures that your superior sees."""
    with opened(None, None, zone, form) as question:
        _answer(question, period, scheme, explain, lambda *_: (by,))


@click.command("kpi", epilog="Example: iledger team kpi --period 2026-Q3 --by E-03")
@_BY
@_PERIOD
@_SCHEME
@_EXPLAIN
@zoned
@formatted
def team_kpi(
    by: str, period: str | None, scheme: str | None, explain: str | None, zone: str | None,
    form: Format,
) -> None:  # fmt: skip
    """Show the scores and bonuses of all in the units that you manage, and below."""
    from projections.tables.people.people import managed

    with opened(None, None, zone, form) as question:
        _answer(
            question, period, scheme, explain,
            lambda asked, view: managed(asked.connection, view, by),
        )  # fmt: skip
