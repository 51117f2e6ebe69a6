"""`iledger bonus period …`: closing a period, and which are closed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from typing import Any

import click

from commands.cli.shell.decision import DecisionShell, decided_anew, deciding
from commands.cli.shell.output import remark
from commands.cli.shell.question import Question, asked, opened
from commands.decisions.handle import Handled, handle, propose
from commands.decisions.motivation import settlement as deciding_settlement
from ledger.events.motivation import PayoutStatementIssued, PeriodClosed
from projections.motivation.payout_statement import StatementContent, read_back
from projections.motivation.scheme import Scheme, recorded_scheme
from projections.periods import Period, period_of
from projections.tables.motivation.settlement import closings, published
from projections.tables.people.people import names
from projections.view import View

SCHEME = click.option(
    "--scheme", "name", metavar="SCHEME[@VERSION]", required=True, help="The scheme."
)
# What a table may lose where it is too wide, least important first.
_DROP = (
    "digest",
    "credit",
    "late_scheme",
    "as_of",
    "zone",
    "scheme_version",
    "disputes",
    "closed_at",
)


def _show_closed(shell: DecisionShell, closed: Handled, *_: Any, **__: Any) -> None:
    """Show the statements with which a period was closed, and the names as known then."""
    if closed.before:
        shell.say_before()
    issued = [each.data for each in closed.events if isinstance(each.data, PayoutStatementIssued)]
    (end,) = (each.data for each in closed.events if isinstance(each.data, PeriodClosed))
    span = period_of(end.period)
    with looking(shell, span, as_of=str(end.as_of)) as (question, seen):
        known = names(question.connection, seen)
        by = published(question.connection, seen, f"{end.scheme}@{end.scheme_version}")
        tell_taken_from_nobody(question, seen, span, recorded_scheme(by))
    remark(f"{end.period} is closed as of position {end.as_of}: {len(issued)} statements")
    shell.printer.show([summary(read_back(each.document), known) for each in issued])


@click.command(
    epilog="Example: iledger bonus period close 2025-Q3 --scheme sales@1 --by E-01 --dry-run"
)
@click.argument("period", metavar="PERIOD")
@SCHEME
@click.option(
    "--allow-late-scheme",
    "late",
    metavar="REMARK",
    help="Accept a scheme published after the period began; every statement shows why.",
)
@click.option(
    "--approved-by",
    metavar="EMPLOYEE",
    help="Who approved it; needed if you are paid for the period yourself.",
)
@partial(deciding, again=_show_closed)
def close(
    shell: DecisionShell, period: str, name: str, late: str | None, approved_by: str | None
) -> None:
    """Close a period: issue a statement for every employee from what is known now.

    Refused while the period is running, if a day of it is closed already, if the scheme was
    published or takes effect after it began, if targets are missing or have a direction that
    differs from the scheme's, and if reductions are not proposed or not decided. --zone is the
    period's time zone.
    """
    span = period_of(period)
    closed = decided_anew(lambda: _closed(shell, span, name, late, approved_by))
    if isinstance(closed, Handled):
        _show_closed(shell, closed)
    else:
        remark("dry run: nothing was recorded; these statements would be issued")
        shell.printer.show(closed)


def _closed(
    shell: DecisionShell, span: Period, name: str, late: str | None, approved_by: str | None
) -> Handled | list[dict[str, Any]]:
    """Close a period; with --dry-run, the statements that would be issued. Raises Outdated."""
    # 37 ms
    from projections.motivation.reductions import refuse_foreign, refuse_unproposed
    from projections.motivation.statements import compute_statements
    from projections.motivation.target_groups import refuse_opposed  # 31 ms

    model = deciding_settlement.model(period=span.name)
    with looking(shell, span) as (question, seen):
        row = published(question.connection, question.view, name)
        scheme = recorded_scheme(row)
        reason = deciding_settlement.lateness(scheme, row.recorded_at, span, shell.zone)
        late = late if reason else None
        # Refusals come before anything is computed.
        may = deciding_settlement.may_close(span, shell.zone, scheme, late)
        propose(shell.ledger, model, shell.context, may)
        refuse_opposed(question.connection, seen, span, scheme)
        refuse_unproposed(question.connection, seen, span, scheme)
        refuse_foreign(question.connection, seen, span, scheme)
        found = compute_statements(question.connection, seen, span, scheme, remark=late)
        known = names(question.connection, seen)
        if shell.dry_run:
            tell_taken_from_nobody(question, seen, span, scheme)
    decide = deciding_settlement.close(
        span, shell.zone, scheme, seen.as_of, found, late, approved_by
    )
    if shell.dry_run:
        propose(shell.ledger, model, shell.context, decide)
        return [summary(each.written, known) for each in found]
    return handle(shell.ledger, model, shell.context, decide)


def tell_taken_from_nobody(question: Question, seen: View, span: Period, scheme: Scheme) -> None:
    """Say what the period takes back from employees who had left before it."""
    # 37 ms
    from projections.motivation.rounding import trimmed
    from projections.motivation.taken_back import taken_from_nobody

    found = taken_from_nobody(question.connection, seen, span, scheme)
    if found:
        told = (f"{row.employee} {row.metric} {trimmed(row.value)} {row.unit}" for row in found)
        remark(f"taken back from nobody, for they had left by {span.name}: {'; '.join(told)}")


@click.command("list", epilog="Example: iledger bonus period list --period 2025-Q3")
@click.option("--period", "name", metavar="PERIOD", help="Only this period.")
@asked
def list_(question: Question, name: str | None) -> None:
    """List the closed periods, with totals, corrections and disputes."""
    found = closings(question.connection, question.view, name and period_of(name).name)
    question.show(found, drop=_DROP)


def summary(content: StatementContent[str], names: Mapping[str, str]) -> dict[str, Any]:
    """A statement in one row. names: of employees, by id."""
    process, result, score = (
        None if each is None else Decimal(each)
        for each in (content["process_score"], content["result_score"], content["score"])
    )
    return {
        "employee": content["employee"],
        "name": names.get(content["employee"]),
        "days_employed": Decimal(content["days_employed"]),
        "days_of_period": Decimal(content["days_of_period"]),
        "process_score": process,
        "result_score": result,
        "score": score,
        "factor": Decimal(content["factor"]),
        "gross": Decimal(content["gross"]),
        "reduced": sum((Decimal(each["amount"]) for each in content["reductions"]), Decimal(0)),
        "total": Decimal(content["total"]),
        "currency": content["currency"],
    }


@contextmanager
def looking(
    shell: DecisionShell, span: Period, as_of: str | None = None
) -> Iterator[tuple[Question, View]]:
    """A question as of a position or the head, and the view of the period's end."""
    with opened(as_of, None, shell.zone, shell.printer.form) as question:
        yield question, question.view._replace(on=span.end(shell.zone))
