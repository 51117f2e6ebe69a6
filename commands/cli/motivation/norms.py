"""`iledger norms` and `iledger norm …`: what is to be kept, and who did not keep it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import click

from commands.cli.motivation.targets import number
from commands.cli.shell.decision import DecisionShell, deciding
from commands.cli.shell.output import remark
from commands.cli.shell.question import Question, asked, opened
from commands.decisions.motivation import norms as deciding_norms
from ledger.errors import InvalidQuestion
from ledger.events.motivation import Bound, NormDefined, NormScope
from projections.motivation.compliance import Compliance
from projections.motivation.rounding import trimmed
from projections.periods import Period, period_of


@click.command(epilog="Example: iledger norms --period 2026-Q3 --employee E-07 --explain")
@click.option("--period", metavar="PERIOD", help="Who did not keep them in 2026, 2026-Q3, 2026-09.")
@click.option("--norm", metavar="NORM", help="Only this norm.")
@click.option("--employee", metavar="EMPLOYEE", help="Only this employee.")
@click.option("--all", "everybody", is_flag=True, help="Who kept them too, and where data lack.")
@click.option("--explain", is_flag=True, help="List the events behind the breaches.")
@asked
def norms(
    question: Question,
    period: str | None,
    norm: str | None,
    employee: str | None,
    *,
    everybody: bool,
    explain: bool,
) -> None:
    """List the norms; with --period, who did not keep them, by which figure.

    Only months, quarters and years that are over are looked at. What is on record as a breach
    (`iledger norm record`) is shown with its position, even if by now it is none.
    """
    from projections.motivation.compliance import BREACHED, behind, compliance
    from projections.tables.motivation.norms import norms

    if period is None:
        found = norms(question.connection, question.view, norm)
        question.show([each._asdict() for each in found])
        return
    span = period_of(period)
    _say_running(question, span)
    told = [
        each
        for each in compliance(question.connection, question.view, span, norm=norm)
        if employee in (None, each.employee)
        and (everybody or each.state == BREACHED or each.position is not None)
    ]
    if not explain:
        question.show([_line(each) for each in told])
        return
    rows: list[dict[str, Any]] = []
    for each in told:
        about = {"norm": each.norm.norm, "employee": each.employee, "period": each.period.name}
        evidence = behind(question.connection, question.view, each.norm, each.period, each.employee)
        rows += [about | row._asdict() | about for row in evidence]
    question.show(rows)


@click.group(epilog="Example: iledger norm record --period 2026-Q3 --by E-03")
def norm() -> None:
    """Lay down norms, and put breaches of them on record."""


@norm.command(
    epilog="Example: iledger norm define CALLS --metric interactions.call --at-least 8 "
    "--per-working-day --every month --unit MSK-1 --by E-03"
)
@click.argument("name", metavar="NORM")
@click.option("--metric", metavar="NAME", required=True, help="Of which metric.")
@click.option("--at-least", type=number, help="The figure is to be this or more.")
@click.option("--at-most", type=number, help="The figure is to be this or less.")
@click.option("--currency", metavar="CODE", help="Of money: which, such as RUB.")
@click.option(
    "--every",
    type=click.Choice(["month", "quarter", "year"]),
    default="month",
    show_default=True,
    help="In each of these.",
)
@click.option("--per-working-day", is_flag=True, help="An amount: as the mean of a working day.")
@click.option("--counting", is_flag=True, help="A share: how many it counts, instead of the share.")
@click.option(
    "--hours", type=number, help="An inquiry is to be answered within so many. Default: 1."
)
@click.option("--calendar", metavar="NAME", help="Working days and hours. Default: the ledger's.")
@click.option(
    "--credit",
    metavar="MODE",
    default="owner-at-event",
    show_default=True,
    help="To whose credit; as for `iledger metrics`.",
)
@click.option("--employee", metavar="EMPLOYEE", help="For whom; or --unit, --position; or for all.")
@click.option("--unit", metavar="UNIT", help="For everybody in this unit, and below.")
@click.option("--position", metavar="TEXT", help="For everybody last hired as this.")
@click.option("--from", "first", metavar="DATE", help="From when on. Default: today.")
@click.option("--until", metavar="DATE", help="No longer from this day on.")
@click.option("--allow-late", "late", metavar="REMARK", help="Why it holds for the past, too.")
@deciding
def define(
    shell: DecisionShell, name: str, at_least: Decimal | None, at_most: Decimal | None,
    first: str | None, until: str | None, employee: str | None, unit: str | None,
    position: str | None, **said: Any,
) -> None:  # fmt: skip
    """Lay down a norm, or another version of it: everybody it is for is to keep a figure.

    It holds for the months, quarters or years that begin on --from or later.
    """
    bounds: dict[Bound, Decimal | None] = {"at_least": at_least, "at_most": at_most}
    bounded = [(bound, value) for bound, value in bounds.items() if value is not None]
    if len(bounded) != 1:
        raise click.UsageError("give one of --at-least and --at-most")
    named: dict[NormScope, str | None] = {"employee": employee, "unit": unit, "position": position}
    given = [(scope, text) for scope, text in named.items() if text is not None]
    if len(given) > 1:
        raise click.UsageError("give one of --employee, --unit and --position, or none of them")
    scope: NormScope
    scope, scope_id = given[0] if given else ("whole", None)
    today = datetime.now(UTC).astimezone(ZoneInfo(shell.zone)).date()
    wanted = NormDefined(
        norm=name,
        version=1,
        bound=bounded[0][0],
        value=bounded[0][1],
        scope=scope,
        scope_id=scope_id,
        effective_from=_day("--from", first) or today,
        until=_day("--until", until),
        **said,
    )
    model = deciding_norms.model(scope_id if scope != "position" else None)
    shell.take(model, deciding_norms.define(wanted, shell.zone))


@norm.command(epilog="Example: iledger norm record --period 2026-Q3 --by E-03 --dry-run")
@click.option("--period", metavar="PERIOD", required=True, help="A year, 2026-Q3 or 2026-09.")
@click.option("--norm", "name", metavar="NORM", help="Only of this norm.")
@deciding
def record(shell: DecisionShell, period: str, name: str | None) -> None:
    """Put the breaches of a period on record, each once, with the events behind it.

    One whose record was annulled is let be.
    """
    from projections.motivation.compliance import BREACHED, behind, compliance

    span = period_of(period)
    evidence: dict[tuple[str, str, str], list[int]] = {}
    with opened(None, None, shell.zone, shell.printer.form) as question:
        _say_running(question, span)
        found = [
            each
            for each in compliance(question.connection, question.view, span, norm=name)
            if each.state == BREACHED and each.position is None
        ]
        for norm, part in dict.fromkeys((each.norm, each.period) for each in found):
            for row in behind(question.connection, question.view, norm, part):
                of = evidence.setdefault((norm.norm, row.group, part.name), [])
                if row.position not in of[-1:]:
                    of.append(row.position)
    if found:
        shell.confirm(f"Put {len(found)} breaches on record?")
    model = deciding_norms.model(periods=sorted({each.period.name for each in found}))
    shell.take(model, deciding_norms.record(found, evidence))


def _say_running(question: Question, span: Period) -> None:
    if span.end(question.view.zone) > question.view.on:
        remark(f"{span.name} is not over; what is still running of it is not looked at")


def _line(each: Compliance) -> dict[str, Any]:
    return {
        "norm": each.norm.norm,
        "version": each.norm.version,
        "metric": each.norm.metric,
        "employee": each.employee,
        "period": each.period.name,
        "state": "annulled" if each.annulled else each.state,
        "figure": "no data" if each.figure.value is None else trimmed(each.figure.value),
        "bound": f"{each.norm.bound.replace('_', ' ')} {trimmed(each.limit):f}",
        "numerator": None if each.figure.numerator is None else trimmed(each.figure.numerator),
        "denominator": each.figure.denominator,
        "recorded": each.position,
    }


def _day(option: str, text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise InvalidQuestion(f"{option} {text!r} is not a day; give it as 2026-06-30") from None
