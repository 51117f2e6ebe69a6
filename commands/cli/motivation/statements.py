"""`iledger bonus statement …`: what is paid for a closed period, and what became of it."""

from decimal import Decimal
from typing import Any

import click

from commands.cli.motivation.periods import tell_taken_from_nobody
from commands.cli.motivation.targets import number
from commands.cli.shell.decision import DecisionShell, decided_anew, deciding
from commands.cli.shell.ids import EMPLOYEE, STATEMENT
from commands.cli.shell.names import with_names
from commands.cli.shell.output import remark
from commands.cli.shell.parts import parted
from commands.cli.shell.question import Question, asked, opened
from commands.cli.shell.seeing import refuse_unseen, visible
from commands.decisions.motivation import settlement as deciding_settlement
from ledger.errors import InvalidQuestion, NotFound
from projections.motivation.payout_statement import StatementContent, read_back
from projections.motivation.recalculation import ProposedCorrection
from projections.periods import period_of
from projections.tables.motivation.settlement import issued, never_issued, rulings
from projections.tables.people import people

# What a table may lose where it is too wide, least important first.
_DROP = ("sha256", "disputes", "period", "employee", "name", "currency")
_CORRECTIONS = ("evidence", "changed", "settled", "corrected", "employee", "name", "now")


@click.command("list", epilog="Example: iledger bonus statement list --period 2025-Q3 --format csv")
@click.option("--period", metavar="PERIOD", help="Only those of this period.")
@click.option("--employee", type=EMPLOYEE, help="Only those of this employee.")
@asked
def list_(question: Question, period: str | None, employee: str | None) -> None:
    """List the statements, with corrections and disputes.

    Employees who became known after a period was closed have no statement in it, but may have
    corrections.
    """
    wanted = {"period": period and period_of(period).name, "employee": employee}
    rows = [row._asdict() for row in issued(question.connection, question.view, **wanted)]
    rows += [row._asdict() for row in never_issued(question.connection, question.view, **wanted)]
    told = [{key: row[key] for key in row if key != "document"} for row in rows]
    told = visible(question, told, lambda row: str(row["employee"]))
    known = people.names(question.connection, question.view)
    question.show(with_names(told, known, "employee"), drop=_DROP)


@click.command(epilog="Example: iledger bonus statement show 2025-Q3/E-09 --format json")
@click.argument("name", metavar="[STATEMENT]", type=STATEMENT, required=False)
@click.option("--employee", type=EMPLOYEE, help="The employee, instead of the statement's name.")
@click.option("--period", metavar="PERIOD", help="The period.")
@parted("statement", "components", "rulings")
@asked
def show(question: Question, name: str | None, employee: str | None, period: str | None) -> None:
    """Show a statement as it was issued; --format json prints exactly the recorded bytes."""
    if not name and not (employee and period):
        raise InvalidQuestion("name the statement, or --employee and --period")
    found = issued(
        question.connection, question.view, statement=name, employee=employee, period=period
    )
    whose = found[-1].employee if found else employee or str(name).partition("/")[2]
    refuse_unseen(question, [whose])
    if not found:
        name = name or f"{period}/{employee}"
        became = rulings(question.connection, question.view, name)
        if not became:
            raise NotFound(f"no statement {name!r} was issued")
        remark(f"no statement {name!r} was issued when the period was closed")
        question.show(became)
        return
    content = read_back(found[-1].document)
    if question.printer.form == "json":
        if question.printer.named():
            question.show([content])
        else:
            click.echo(found[-1].document, nl=False)
        return
    question.show(lines(content), "statement")
    question.show(components(content), "components")
    became = rulings(question.connection, question.view, found[-1].statement)
    if became:
        question.show(became, "rulings")


@click.command(epilog="Example: iledger bonus statement verify 2025-Q3")
@click.argument("period", metavar="PERIOD")
@asked
@click.pass_context
def verify(context: click.Context, question: Question, period: str) -> None:
    """Recompute the statements of a closed period and compare them byte by byte.

    Exit code 1 if one differs.
    """
    # 47 ms
    from projections.motivation.recalculation import verified

    rows = verified(question.connection, question.view, period_of(period).name)
    wrong = [row for row in rows if not row.same]
    question.show(wrong or rows[-1:])
    remark(f"{len(rows) - 1} statements recomputed, {len(wrong)} differences")
    if wrong:
        context.exit(1)


@click.command(epilog="Example: iledger bonus statement corrections 2025-Q3")
@click.argument("period", metavar="PERIOD")
@asked
def corrections(question: Question, period: str) -> None:
    """Show how a closed period would differ if recalculated now. Records nothing.

    A remark names what is taken back from nobody, because they had left before the period.
    """
    # 47 ms
    from projections.motivation.recalculation import (
        closing_of,
        closing_scheme,
        corrections,
        pinned,
    )

    span, connection, view = period_of(period), question.connection, question.view
    rows = visible(question, corrections(connection, view, span.name), lambda row: row.employee)
    closing = closing_of(connection, view, span.name)
    today = pinned(view, closing)._replace(as_of=view.as_of)
    tell_taken_from_nobody(question, today, span, closing_scheme(connection, view, closing))
    known = people.names(question.connection, question.view)
    question.show(with_names(rows, known, "employee"), drop=_CORRECTIONS)


@click.command(
    epilog='Example: iledger bonus statement correct 2025-Q3/E-09 --reason "paid late" --by E-01'
)
@click.argument("name", metavar="STATEMENT")
@click.option(
    "--delta",
    type=number,
    help="The amount, positive or negative. Default: as `corrections` proposes.",
)
@click.option("--reason", metavar="TEXT", required=True, help="Why.")
@click.option(
    "--evidence",
    metavar="POSITION",
    type=int,
    multiple=True,
    help="The position of an event behind it; repeatable. Default: as proposed.",
)
@deciding
def correct(
    shell: DecisionShell, name: str, delta: Decimal | None, reason: str, evidence: tuple[int, ...]
) -> None:
    """Correct a statement by an amount; the statement itself stays unchanged."""
    head = shell.ledger.store.head()
    if unknown := [each for each in evidence if not 1 <= each <= head]:
        raise InvalidQuestion(
            f"there is no event at position {unknown[0]}; the last one is {head}. `iledger replay` "
            "shows the events with their positions"
        )

    def attempt() -> None:
        amount, seen, behind = delta, None, evidence
        if amount is None:
            row = _proposed(shell, name)
            amount, seen = row.delta, row.now - row.delta
            behind = evidence or tuple(row.evidence)
        decide = deciding_settlement.correct(
            name, amount, reason=reason, evidence=behind, seen=seen
        )
        shell.take(deciding_settlement.model(statement=name), decide)

    decided_anew(attempt)


@click.command(
    epilog='Example: iledger bonus statement dispute 2025-Q3/E-09 --claim "D-1004 too" --by E-09'
)
@click.argument("name", metavar="STATEMENT")
@click.option("--claim", metavar="TEXT", required=True, help="What is wrong with it.")
@deciding
def dispute(shell: DecisionShell, name: str, claim: str) -> None:
    """Dispute a statement."""
    model = deciding_settlement.model(statement=name)
    shell.take(model, deciding_settlement.dispute(name, claim))


def lines(content: StatementContent[str]) -> list[dict[str, Any]]:
    """A statement but for its components, a line a field."""
    told: dict[str, Any] = {**content, "components": None}
    told["units"] = [f"{each['unit']}: {each['days']} days" for each in content["units"]]
    told["reductions"] = [f"{each['rule']}: {each['amount']}" for each in content["reductions"]]
    return [{"field": name, "value": value} for name, value in told.items() if value is not None]


def components(content: StatementContent[str]) -> list[dict[str, Any]]:
    """The components of a statement, a row each."""
    return [
        {
            "metric": f"{each['metric']} of {each['of_id']}" if "of_id" in each else each["metric"],
            "kind": each["kind"],
            "weight": each["weight"],
            "fact": "no data" if each["fact"] is None else each["fact"],
            "target_first": each["target_first"],
            "target": each["target"],
            "index": "no data" if each["index"] is None else each["index"],
        }
        for each in content["components"]
    ]


def _proposed(shell: DecisionShell, name: str) -> ProposedCorrection:
    # 47 ms
    from projections.motivation.recalculation import corrections

    with opened(None, None, shell.zone, shell.printer.form) as question:
        for row in corrections(question.connection, question.view, name.partition("/")[0]):
            if row.statement == name:
                return row
    raise NotFound(
        f"recalculated now, {name!r} needs no correction; give --delta to correct it nevertheless"
    )
