"""`iledger target …`: what is to be reached."""

from decimal import Decimal, InvalidOperation

import click

from commands.cli.shell.decision import DecisionShell, deciding
from commands.cli.shell.ids import EMPLOYEE, TARGET, UNIT
from commands.cli.shell.question import Question, asked
from commands.cli.shell.seeing import visible
from commands.decisions.motivation import targets as deciding_targets
from projections.motivation import attainment
from projections.periods import period_of
from projections.tables.motivation import targets

PERIOD = click.option(
    "--period", metavar="PERIOD", required=True, help="A year, 2026-Q3 or 2026-09."
)
_METRIC = click.option("--metric", metavar="NAME", required=True, help="The metric.")
CREDIT = click.option(
    "--credit",
    metavar="MODE",
    default="owner-at-event",
    show_default=True,
    help="Who is credited, as in `iledger metrics`.",
)


def number(text: str) -> Decimal:
    """Read a number as an exact decimal. Raises click.BadParameter."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise click.BadParameter(f"{text!r} is not a number, such as 250000 or 0.35")
    return found


# What a table may lose where it is too wide, least important first.
_DROP = ("revisions", "method", "direction", "causes", "scope", "first", "period")


@click.command(
    "set",
    epilog="Example: iledger target set --employee E-07 --metric won_value --period 2025-Q3 "
    "--value 900000 --currency RUB --by E-03",
)
@click.option(
    "--employee",
    type=EMPLOYEE,
    help="The employee; give --unit instead, or neither for the company.",
)
@click.option("--unit", type=UNIT, help="The unit.")
@_METRIC
@PERIOD
@click.option("--value", type=number, required=True, help="The value to reach, above 0.")
@click.option("--currency", metavar="CODE", help="The currency of an amount of money, such as RUB.")
@click.option("--less", is_flag=True, help="Less is better: the value must not be exceeded.")
@click.option("--from-achieved", is_flag=True, help="The value was derived from past results.")
@click.option(
    "--id",
    "name",
    metavar="TARGET",
    help="The id. Default: PERIOD/WHO/METRIC, "
    "with /CURRENCY if there is a target in another currency.",
)
@deciding
def set_(
    shell: DecisionShell,
    employee: str | None,
    unit: str | None,
    metric: str,
    period: str,
    value: Decimal,
    currency: str | None,
    name: str | None,
    *,
    less: bool,
    from_achieved: bool,
) -> None:
    """Set a target for an employee, a unit or the company."""
    if employee and unit:
        raise click.UsageError("a target is an employee's or a unit's; give one of the two")
    decide = deciding_targets.set_target(
        metric,
        period,
        value,
        scope="employee" if employee else "unit" if unit else "whole",
        scope_id=employee or unit,
        currency=currency,
        direction="less" if less else "more",
        method="from_achieved" if from_achieved else "given",
        target=name,
    )
    shell.take(deciding_targets.model(employee or unit), decide)


@click.command(
    epilog="Example: iledger target revise 2025-Q3/E-07/won_value --to 800000 "
    '--reason "the plant stood still in August" --by E-03'
)
@click.argument("name", metavar="TARGET", type=TARGET)
@click.option("--to", type=number, required=True, help="The new value.")
@click.option("--reason", metavar="TEXT", required=True, help="Why.")
@click.option("--approved-by", metavar="EMPLOYEE", help="Who approved it, if not --by.")
@deciding
def revise(
    shell: DecisionShell, name: str, to: Decimal, reason: str, approved_by: str | None
) -> None:
    """Revise a target; the original value stays on record."""
    decide = deciding_targets.revise(
        name, to, reason=reason, approved_by=approved_by or shell.context.by
    )
    shell.take(deciding_targets.model(), decide)


@click.command(
    epilog='Example: iledger target explain 2025-Q3/E-07/won_value --cause "client insolvent"'
)
@click.argument("name", metavar="TARGET", type=TARGET)
@click.option("--cause", metavar="TEXT", required=True, help="The cause, in a few words.")
@click.option("--remark", metavar="TEXT", help="Anything to add.")
@deciding
def explain(shell: DecisionShell, name: str, cause: str, remark: str | None) -> None:
    """Record why a target was missed."""
    shell.take(deciding_targets.model(), deciding_targets.explain(name, cause, remark))


@click.command("list", epilog="Example: iledger target list --period 2025-Q3 --employee E-09")
@click.option("--period", metavar="PERIOD", help="Only targets of this period.")
@click.option("--employee", type=EMPLOYEE, help="Only those of this employee.")
@click.option("--unit", type=UNIT, help="Only targets of this unit and those below it.")
@asked
def list_(question: Question, period: str | None, employee: str | None, unit: str | None) -> None:
    """List the targets with their original and revised values."""
    found = targets.targets(
        question.connection,
        question.view,
        period=period_of(period).name if period else None,
        scope="employee" if employee else "unit" if unit else None,
        scope_id=employee or unit,
    )
    own = visible(question, found, lambda row: row.scope_id if row.scope == "employee" else None)
    question.show(own, drop=_DROP)


@click.command(
    epilog="Example: iledger target propose --metric won_value --period 2025-Q4 --from pipeline "
    "--on 2025-10-01"
)
@_METRIC
@PERIOD
@click.option(
    "--by",
    type=click.Choice(["employee", "unit", "whole"]),
    default="employee",
    show_default=True,
    help="Whose targets to propose.",
)
@click.option(
    "--from",
    "source",
    type=click.Choice(["achieved", "pipeline"]),
    default="achieved",
    show_default=True,
    help="Past results, or the open deals.",
)
@click.option(
    "--last",
    type=int,
    help="With achieved: how many earlier periods to average. Default: 4.",
)
@CREDIT
@asked
def propose(
    question: Question,
    metric: str,
    period: str,
    by: str,
    source: str,
    last: int | None,
    credit: str,
) -> None:
    """Propose targets from past results or from the open deals. Records nothing.

    achieved: the mean of the last comparable periods (quarters for a quarter) that have data.
    pipeline (won_value, deals_won): each open deal of a holder, weighted by the share of closed
    deals that were won after reaching its stage; "plain" weights all of them by the overall share.
    """
    # 25 ms
    from projections.motivation import forecast as pipeline

    connection, view, span = question.connection, question.view, period_of(period)
    if source == "achieved":
        last = 4 if last is None else last
        question.show(
            attainment.proposed(connection, view, span, metric, by=by, last=last, credit=credit)
        )
    elif last is not None:
        raise click.UsageError("--last is for --from achieved; leave it out")
    else:
        question.show(pipeline.proposed(connection, view, span, metric, by=by))
