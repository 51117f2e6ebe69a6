"""`iledger kpi`: scores and bonuses, the same figures for everyone."""

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

import click

from commands.cli.motivation.periods import summary
from commands.cli.motivation.schemes import scheme_named
from commands.cli.motivation.statements import components, lines
from commands.cli.shell.charts import with_bars
from commands.cli.shell.figures import EVIDENCE
from commands.cli.shell.ids import EMPLOYEE
from commands.cli.shell.output import Format, remark
from commands.cli.shell.question import Question, listed, opened, zoned
from commands.cli.shell.seeing import refuse_unseen, sight, visible
from commands.cli.shell.selection import Selection
from ledger.errors import InvalidQuestion, NotFound
from projections.motivation.payout_statement import StatementContent, read_back
from projections.motivation.scheme import Scheme, recorded_scheme
from projections.periods import Period, period_of
from projections.questions.integrity.ids import check_known
from projections.tables.motivation.settlement import PublishedScheme, closings, issued, schemes
from projections.tables.people.people import managed, names
from projections.view import View

_PERIOD = click.option(
    "--period", metavar="PERIOD", required=True, help="A year, 2026-Q3 or 2026-09."
)
_EXPLAIN = click.option(
    "--explain",
    metavar="METRIC",
    help="List the events behind this metric instead (METRIC/unit, METRIC/company: all of them).",
)
_SCHEME = click.option(
    "--scheme",
    metavar="SCHEME|FILE",
    help="The scheme to use. Default: as closed, or the scheme in force.",
)
# What a table may lose where it is too wide, least important first.
_DROP = (
    "days_of_period",
    "days_employed",
    "process_score",
    "result_score",
    "reduced",
    "factor",
    "gross",
    "name",
    "currency",
)
Wanted = Callable[[Question, View], Sequence[str]]


class Shown(NamedTuple):
    """Statements as they are written, and the view that they are seen from.

    corrected: by employee, the amount by which closed statements were corrected since; lacking: by
    employee, the targets without which there is no statement yet.
    """

    contents: list[StatementContent[str]]
    scheme: Scheme
    view: View
    corrected: Mapping[str, Decimal] = {}
    lacking: Mapping[str, Sequence[str]] = {}


def shown(question: Question, period: Period, name: str | None) -> Shown:
    """The statements of a period: as closed, or provisional by the scheme named or in force."""
    # 105 ms
    from projections.motivation.recalculation import closing_scheme, pinned
    from projections.motivation.statements import provisional_statements
    from projections.motivation.target_groups import refuse_opposed  # 82 ms

    connection, view = question.connection, question.view
    closed = closings(connection, view, period.name)
    if closed and name is None:
        rows = issued(connection, view, period=period.name)
        scheme = closing_scheme(connection, view, closed[-1])
        contents = [read_back(row.document) for row in rows]
        remark(f"closed by {scheme.name}@{scheme.version}, position {closed[-1].as_of}")
        corrected = {row.employee: row.corrected for row in rows if row.corrected}
        return Shown(contents, scheme, pinned(view, closed[-1]), corrected)
    scheme = scheme_named(question, name) if name else _in_force(question, period)
    seen = pinned(view, closed[-1]) if closed else view
    refuse_opposed(connection, seen, period, scheme)
    found, lacking = provisional_statements(connection, seen, period, scheme)
    if found or not lacking:
        remark(f"provisional, by {scheme.name}@{scheme.version}: the period is not closed")
    return Shown([each.written for each in found], scheme, seen, lacking=lacking)


def _in_force(question: Question, period: Period) -> Scheme:
    begun = [
        row
        for row in schemes(question.connection, question.view)
        if row.effective_from <= period.since
    ]
    rows = [row for row in begun if _readable(row)]
    names = sorted({row.scheme for row in rows})
    if len(names) != 1:
        raise InvalidQuestion(
            f"schemes in force when {period.name} began: {', '.join(names) or 'none'}; name one "
            "with --scheme"
        )
    return recorded_scheme(max(rows, key=lambda row: (row.effective_from, row.version)))


def _readable(row: PublishedScheme) -> bool:
    """Whether a scheme can be read; a remark if not: the others are all the same."""
    try:
        recorded_scheme(row)
    except InvalidQuestion as error:
        remark(f"passed over: {error}")
        return False
    return True


def _answer(
    question: Question,
    period: str,
    scheme: str | None,
    explain: str | None,
    wanted: Wanted | None,
    by: str | None,
) -> None:
    """Show the employees wanted, or all: one in full, several in a row each."""
    # 100 ms
    from projections.motivation.statements import figures_behind

    span = period_of(period)
    found = shown(question, span, scheme)
    found, among = _seen(question, found, wanted and wanted(question, found.view), by)
    if explain is not None:
        question.show(
            figures_behind(question.connection, found.view, span, found.scheme, explain, among),
            drop=EVIDENCE,
        )
        return
    told = [each for each in found.contents if among is None or each["employee"] in among]
    for each in told:
        if delta := found.corrected.get(each["employee"]):
            name = f"{span.name}/{each['employee']}"
            remark(
                f"corrected since by {delta:+f} {each['currency']}: "
                f"iledger bonus statement show {name}"
            )
    _tell_lacking(found, period, None if among is None else [*among], told)
    if among is not None and len(among) == 1 and told and _shown_in_full(question, told[0]):
        return
    if not told and among:
        raise _without_statement(among, found.scheme.name, period)
    if question.printer.form == "json":
        question.show(told)
    else:
        _show_rows(question, told, found.view)


def _seen(
    question: Question, found: Shown, among: Sequence[str] | None, by: str | None
) -> tuple[Shown, Sequence[str] | None]:
    """The statements that may be seen, of whom; None is all. Raises Refused."""
    if among is not None:
        refuse_unseen(question, among, by)
        return found, among
    contents = visible(question, found.contents, lambda each: each["employee"], by)
    if len(contents) == len(found.contents):
        return found, None
    return found._replace(contents=contents), [each["employee"] for each in contents]


def _tell_lacking(
    found: Shown, period: str, among: Sequence[str] | None, told: Sequence[object]
) -> None:
    """Name those who have no statement for want of a target; raise if nobody else was asked for."""
    lacking = {
        who: targets for who, targets in found.lacking.items() if among is None or who in among
    }
    if not lacking:
        return
    listed = "; ".join(f"{who}: {', '.join(targets)}" for who, targets in [*lacking.items()][:20])
    more = f" and {len(lacking) - 20} more" if len(lacking) > 20 else ""
    text = (
        f"targets are missing for {period}, and so are these statements: {listed}{more}. Set them "
        "with `iledger target set`, or give the scheme's component a number"
    )
    if not told:
        raise InvalidQuestion(text)
    remark(text)


def _shown_in_full(question: Question, content: StatementContent[str]) -> bool:
    """Show a statement in full, unless rows are asked for; whether it was shown."""
    figures, parts = lines(content), components(content)
    table = (*figures[0], *(parts[0] if parts else ()))
    if question.printer.form != "table" or question.printer.by_row([*summary(content, {})], table):
        return False
    question.show(figures, "figures")
    question.show(parts, "components")
    return True


def _without_statement(employees: Collection[str], scheme: str, period: str) -> NotFound:
    has = "has" if len(employees) == 1 else "have"
    return NotFound(
        f"{', '.join(employees)} {has} no statement under scheme {scheme} in {period}; "
        f"`iledger kpi --period {period}` lists everybody who has one"
    )


def _show_rows(question: Question, contents: list[StatementContent[str]], view: View) -> None:
    known = names(question.connection, view)
    rows = [summary(each, known) for each in contents]
    if question.printer.form == "table":
        rows = with_bars(rows, [row["score"] for row in rows], "score")
    question.show(rows, drop=_DROP)


class _Kpi(click.Command):
    """The command, and what to type instead of `kpi mine`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        for word in args[:1]:
            if word in ("mine", "team"):
                ctx.fail(f"no command `kpi {word}`; did you mean `iledger kpi --{word}`?")
        return super().parse_args(ctx, args)


@click.command(
    cls=_Kpi,
    epilog="Example: iledger kpi --employee E-09 --period 2025-Q3 --explain won_value && "
    "iledger kpi --mine --period 2025-Q3 --by E-09",
)
@click.option("--employee", type=EMPLOYEE, help="Only this employee.")
@click.option("--mine", is_flag=True, help="Only your own figures, as your manager sees them.")
@click.option(
    "--team", is_flag=True, help="Only the employees of the units that you manage, and below."
)
@click.option(
    "--by",
    metavar="EMPLOYEE",
    envvar="ILEDGER_BY",
    help="Who you are.  [env: ILEDGER_BY; default: whose your login is]",
)
@_PERIOD
@_SCHEME
@_EXPLAIN
@zoned
@listed
def kpi(
    employee: str | None,
    by: str | None,
    period: str,
    scheme: str | None,
    explain: str | None,
    zone: str | None,
    form: Format,
    selection: Selection,
    *,
    mine: bool,
    team: bool,
) -> None:
    """Show the scores and bonuses of a period: as closed, or provisional."""
    wanted = _whose(employee, by, mine=mine, team=team)
    with opened(None, None, zone, form, selection=selection) as question:
        _answer(question, period, scheme, explain, wanted, by)


def _whose(employee: str | None, by: str | None, *, mine: bool, team: bool) -> Wanted | None:
    """Which employees the options name; None is all. Raises click.UsageError."""
    if (employee is not None) + mine + team > 1:
        raise click.UsageError("give one of --employee, --mine and --team, or none of them.")
    if mine or team:
        return lambda asked, view: _of(asked, view, by, team=team)
    return None if employee is None else lambda *_: (employee,)


def _of(question: Question, view: View, by: str | None, *, team: bool) -> Sequence[str]:
    employee = by or sight(question).viewer
    if employee is None:
        raise click.UsageError(
            "--mine and --team need --by EMPLOYEE, ILEDGER_BY, or a login linked to an employee."
        )
    check_known(question.connection, view, "employee", employee)
    return managed(question.connection, view, employee) if team else (employee,)
