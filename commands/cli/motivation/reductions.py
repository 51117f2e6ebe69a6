"""`iledger bonus reduction …`: what the rules of a scheme take off, and what was decided."""

import click

from commands.cli.motivation.periods import SCHEME, looking
from commands.cli.shell.decision import DecisionShell, deciding
from commands.cli.shell.ids import EMPLOYEE, REDUCTION
from commands.cli.shell.names import with_names
from commands.cli.shell.question import Question, asked
from commands.cli.shell.seeing import visible
from commands.decisions.motivation import reductions as deciding_reductions
from commands.decisions.motivation import settlement as deciding_settlement
from projections.motivation.scheme import recorded_scheme
from projections.periods import period_of
from projections.tables.motivation.reductions import reductions
from projections.tables.motivation.settlement import published
from projections.tables.people import people

# What a table may lose where it is too wide, least important first.
_DROP = (
    "evidence",
    "rule",
    "by",
    "reason",
    "currency",
    "period",
    "name",
    "employee",
)


@click.command(
    "propose", epilog="Example: iledger bonus reduction propose --period 2025-Q3 --scheme sales@1"
)
@click.option("--period", metavar="PERIOD", required=True, help="A year, 2026-Q3 or 2026-09.")
@SCHEME
@deciding
def propose_(shell: DecisionShell, period: str, name: str) -> None:
    """Propose the reductions that follow from a scheme, with the events behind them."""
    # 36 ms
    from projections.motivation.reductions import reductions_due

    span = period_of(period)
    with looking(shell, span) as (question, seen):
        scheme = recorded_scheme(published(question.connection, question.view, name))
        dues = reductions_due(question.connection, seen, span, scheme)
    decide = deciding_reductions.propose(span, shell.zone, scheme, dues)
    shell.take(deciding_settlement.model(period=period), decide)


@click.command("list", epilog="Example: iledger bonus reduction list --employee E-13")
@click.option("--period", metavar="PERIOD", help="Only those of this period.")
@click.option("--employee", type=EMPLOYEE, help="Only those of this employee.")
@asked
def list_(question: Question, period: str | None, employee: str | None) -> None:
    """List the proposed reductions and the decisions on them."""
    found = reductions(
        question.connection,
        question.view,
        period=period and period_of(period).name,
        employee=employee,
    )
    found = visible(question, found, lambda row: row.employee)
    known = people.names(question.connection, question.view)
    question.show(with_names(found, known, "employee"), drop=_DROP)


@click.command(
    epilog="Example: iledger bonus reduction decide 2025-Q3/E-13/overdue --confirm "
    '--reason "nobody else could do it" --by E-03'
)
@click.argument("name", metavar="REDUCTION", type=REDUCTION)
@click.option("--confirm/--waive", required=True, help="Apply the reduction, or waive it.")
@click.option("--reason", metavar="TEXT", required=True, help="Why.")
@deciding
def decide(shell: DecisionShell, name: str, reason: str, *, confirm: bool) -> None:
    """Confirm or waive a reduction."""
    ruled = deciding_reductions.rule(name, "confirmed" if confirm else "waived", reason)
    shell.take(deciding_settlement.model(reduction=name), ruled)
