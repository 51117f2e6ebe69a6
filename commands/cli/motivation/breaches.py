"""`iledger norm breaches`, `record`: who did not meet the norms, and the breaches on record."""

from decimal import Decimal
from typing import Any

import click

from commands.cli.shell.cells import Formatted
from commands.cli.shell.decision import DecisionShell, confirming, deciding
from commands.cli.shell.figures import NO_DATA
from commands.cli.shell.ids import EMPLOYEE, NORM
from commands.cli.shell.names import with_names
from commands.cli.shell.output import remark
from commands.cli.shell.question import Question, asked, opened
from commands.cli.shell.seeing import visible
from commands.decisions.motivation import norms as deciding_norms
from ledger.errors import InvalidQuestion
from projections.motivation.compliance import Compliance
from projections.motivation.rounding import trimmed
from projections.periods import Period, period_of
from projections.tables.motivation.norms import Norm
from projections.tables.people import people

# What a table may lose where it is too wide, least important first.
_DROP = ("denominator", "numerator", "recorded", "name", "metric")
_BEHIND = ("group", "counted", "unit", "performer", "weight", "metric", "employee", "period")


@click.command(
    "breaches",
    epilog="Example: iledger norm breaches --period 2025-Q3 --employee E-13 --explain",
)
@click.option("--period", metavar="PERIOD", required=True, help="A year, 2026-Q3 or 2026-09.")
@click.option("--norm", type=NORM, help="Only this norm.")
@click.option("--employee", type=EMPLOYEE, help="Only this employee.")
@click.option(
    "--all", "everybody", is_flag=True, help="Also those who met them, and those without data."
)
@click.option("--explain", is_flag=True, help="List the events behind the breaches.")
@asked
def breaches_(
    question: Question,
    period: str,
    norm: str | None,
    employee: str | None,
    *,
    everybody: bool,
    explain: bool,
) -> None:
    """List who did not meet the norms in a period, and by which figure.

    Only months, quarters and years that are over are checked. A recorded breach
    (`iledger norm record`) is shown with its position, even if it is not a breach any more.
    """
    # 22 ms
    from projections.motivation.compliance import BREACHED, behind

    span = period_of(period)
    _say_running(question, span)
    told = [
        each
        for each in _measured(question, span, norm)
        if employee in (None, each.employee)
        and (everybody or each.state == BREACHED or each.position is not None)
    ]
    told = visible(question, told, lambda each: each.employee)
    if not explain:
        known = people.names(question.connection, question.view)
        question.show(with_names([_line(each) for each in told], known, "employee"), drop=_DROP)
        return
    rows: list[dict[str, Any]] = []
    for each in told:
        about = {"norm": each.norm.norm, "employee": each.employee, "period": each.period.name}
        evidence = behind(question.connection, question.view, each.norm, each.period, each.employee)
        rows += [about | row._asdict() | about for row in evidence]
    question.show(rows, drop=_BEHIND)


@click.command(epilog="Example: iledger norm record --period 2025-Q3 --by E-03 --dry-run")
@click.option("--period", metavar="PERIOD", required=True, help="A year, 2026-Q3 or 2026-09.")
@click.option("--norm", "name", type=NORM, help="Only this norm.")
@confirming
@deciding
def record(shell: DecisionShell, period: str, name: str | None) -> None:
    """Record the breaches of a period, each once, with the events behind it.

    Breaches whose record was annulled are skipped.
    """
    # 22 ms
    from projections.motivation.compliance import BREACHED, behind

    span = period_of(period)
    evidence: dict[tuple[str, str, str], list[int]] = {}
    with opened(None, None, shell.zone, shell.printer.form) as question:
        _say_running(question, span)
        found = [
            each
            for each in _measured(question, span, name)
            if each.state == BREACHED and each.position is None
        ]
        for norm, part in dict.fromkeys((each.norm, each.period) for each in found):
            for row in behind(question.connection, question.view, norm, part):
                of = evidence.setdefault((norm.norm, row.group, part.name), [])
                if row.position not in of[-1:]:
                    of.append(row.position)
    if found:
        shell.confirm(f"Record {len(found)} breaches?")
    model = deciding_norms.model(periods=sorted({each.period.name for each in found}))
    shell.take(model, deciding_norms.record(found, evidence))


def _measured(question: Question, span: Period, name: str | None) -> list[Compliance]:
    """Compliance with all norms that can be measured; the others are named once each."""
    # 22 ms
    from projections.motivation.compliance import compliance

    told: dict[str, InvalidQuestion] = {}

    def pass_over(norm: Norm, error: InvalidQuestion) -> None:
        if told.setdefault(norm.norm, error) is error:
            remark(f"norm {norm.norm} cannot be measured and is passed over: {error}")

    over = pass_over if name is None else None
    found = compliance(question.connection, question.view, span, norm=name, pass_over=over)
    if told and not found:
        raise next(iter(told.values()))
    return found


def _say_running(question: Question, span: Period) -> None:
    if span.end(question.view.zone) > question.view.on:
        remark(f"{span.name} is not over; parts that are still running are not checked")


def _line(each: Compliance) -> dict[str, Any]:
    bound = f"{each.norm.bound.replace('_', ' ')} {trimmed(each.limit):f}"
    return {
        "norm": each.norm.norm,
        "version": each.norm.version,
        "metric": each.norm.metric,
        "employee": each.employee,
        "period": each.period.name,
        "state": "annulled" if each.annulled else each.state,
        "figure": _figure(each.figure.value),
        "bound": Formatted(bound, each.limit),
        "numerator": None if each.figure.numerator is None else trimmed(each.figure.numerator),
        "denominator": each.figure.denominator,
        "recorded": each.position,
    }


def _figure(value: Decimal | None) -> Decimal | Formatted:
    return Formatted(NO_DATA, None) if value is None else trimmed(value)
