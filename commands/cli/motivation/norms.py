"""`iledger norm list`, `define`: figures that everyone in their scope must meet."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import click

from commands.cli.motivation.targets import number
from commands.cli.shell.decision import DecisionShell, deciding
from commands.cli.shell.ids import EMPLOYEE, NORM, UNIT
from commands.cli.shell.question import Question, asked
from commands.cli.shell.times import day_of
from commands.decisions.motivation import norms as deciding_norms
from ledger.events.motivation import Bound, NormDefined, NormScope
from projections.tables.motivation.norms import norms

# What a table may lose where it is too wide, least important first.
_DROP = (
    "late",
    "calendar",
    "hours",
    "credit",
    "counting",
    "per_working_day",
    "until",
    "currency",
    "scope",
    "every",
    "effective_from",
)


@click.command("list", epilog="Example: iledger norm list --norm CALLS")
@click.option("--norm", type=NORM, help="Only this norm.")
@asked
def list_(question: Question, norm: str | None) -> None:
    """List the norms and when each version takes effect."""
    found = norms(question.connection, question.view, norm)
    rows = [each._asdict() for each in found]
    question.show([row | {"position": row.pop("position")} for row in rows], drop=_DROP)


@click.command(
    epilog="Example: iledger norm define CALLS --metric interactions.call --at-least 8 "
    "--per-working-day --every month --unit MSK-1 --by E-03"
)
@click.argument("name", metavar="NORM")
@click.option("--metric", metavar="NAME", required=True, help="The metric.")
@click.option("--at-least", type=number, help="The figure must be this or more.")
@click.option("--at-most", type=number, help="The figure must be this or less.")
@click.option("--currency", metavar="CODE", help="The currency of an amount of money, such as RUB.")
@click.option(
    "--every",
    type=click.Choice(["month", "quarter", "year"]),
    default="month",
    show_default=True,
    help="The period in which it must be met.",
)
@click.option("--per-working-day", is_flag=True, help="For amounts: the mean per working day.")
@click.option("--counting", is_flag=True, help="For shares: the numerator instead of the share.")
@click.option(
    "--hours", type=number, help="Hours within which an inquiry must be answered. Default: 1."
)
@click.option("--calendar", metavar="NAME", help="The business calendar. Default: the ledger's.")
@click.option(
    "--credit",
    metavar="MODE",
    default="owner-at-event",
    show_default=True,
    help="Who is credited, as in `iledger metrics`.",
)
@click.option(
    "--employee",
    type=EMPLOYEE,
    help="The employee it applies to; or --unit, --position, or everyone.",
)
@click.option("--unit", type=UNIT, help="Everyone in this unit and those below it.")
@click.option("--position", metavar="TEXT", help="Everyone hired in this position.")
@click.option("--from", "first", metavar="DATE", help="The first day. Default: today.")
@click.option("--until", metavar="DATE", help="The first day on which it no longer applies.")
@click.option("--allow-late", "late", metavar="REMARK", help="Why it also applies to the past.")
@deciding
def define(
    shell: DecisionShell,
    name: str,
    at_least: Decimal | None,
    at_most: Decimal | None,
    first: str | None,
    until: str | None,
    employee: str | None,
    unit: str | None,
    position: str | None,
    **said: Any,
) -> None:
    """Define a norm, or a new version of it: a figure that everyone in its scope must meet.

    It applies to the months, quarters or years that begin on --from or later.
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
        effective_from=day_of("--from", first) if first else today,
        until=day_of("--until", until) if until else None,
        **said,
    )
    model = deciding_norms.model(scope_id if scope != "position" else None)
    shell.take(model, deciding_norms.define(wanted, shell.zone))
