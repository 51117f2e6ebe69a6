"""`iledger client conflict …`: conflicts between clients and employees."""

from typing import get_args

import click

from commands.cli.shell.decision import DecisionShell, deciding
from commands.cli.shell.ids import CLIENT, EMPLOYEE
from commands.cli.shell.question import Question, asked
from ledger.events.ownership import Outcome, Severity
from projections.tables.ownership import disputes
from projections.tables.ownership.disputes import By

_CLIENT = click.argument("client", type=CLIENT)
_EMPLOYEE = click.option(
    "--employee", type=EMPLOYEE, required=True, help="The employee in the conflict."
)
# What a table may lose where it is too wide, least important first.
_DROP = ("owner_unit", "unit", "owner")


@click.command(
    epilog="Example: iledger client conflict report C-0112 --employee E-07 --severity high "
    '--account "asks for somebody else" --by E-02'
)
@_CLIENT
@_EMPLOYEE
@click.option(
    "--severity",
    type=click.Choice(get_args(Severity)),
    default="medium",
    show_default=True,
    help="How severe the conflict is.",
)
@click.option("--account", metavar="TEXT", help="What happened, in a few words.")
@deciding
def report(
    shell: DecisionShell, client: str, employee: str, severity: Severity, account: str | None
) -> None:
    """Report a conflict between a client and an employee."""
    # 31 ms
    from commands.decisions.ownership import disputes

    shell.take(disputes.model(client, employee), disputes.report(employee, severity, account))


@click.command(
    "resolve",
    epilog="Example: iledger client conflict resolve C-0112 --employee E-07 --outcome reconciled",
)
@_CLIENT
@_EMPLOYEE
@click.option(
    "--outcome",
    type=click.Choice(get_args(Outcome)),
    required=True,
    help="How it ended.",
)
@click.option("--remark", "said", metavar="TEXT", help="Anything to add.")
@deciding
def resolve(
    shell: DecisionShell, client: str, employee: str, outcome: Outcome, said: str | None
) -> None:
    """Resolve a conflict between a client and an employee."""
    # 31 ms
    from commands.decisions.ownership import disputes

    shell.take(disputes.model(client, employee), disputes.settle(employee, outcome, said))


@click.command(
    "list",
    epilog="Example: iledger client conflict list --by branch --since 2025-Q2 --until 2025-Q3",
)
@click.option(
    "--by", type=click.Choice(get_args(By)), help="Count them by this instead of listing them."
)
@click.option("--since", metavar="DATE|TIME", help="Only what happened at or after this time.")
@click.option(
    "--until",
    metavar="DATE|TIME",
    help="Only what happened by this time (a date: by the end of that day).",
)
@asked
def list_(question: Question, by: By | None, since: str | None, until: str | None) -> None:
    """List conflicts, blocked approaches, and approaches made in breach of a reservation.

    Decisions that were refused for want of the right are listed as blocked, those that the access
    policy let through as breaches; `iledger access breaches` lists them also where no client is
    concerned.

    A branch is the employee's unit at that moment.
    """
    asked = (question.connection, question.view)
    start, end = question.start(since), question.end(until)
    if by is None:
        question.show(disputes.incidents(*asked, since=start, until=end), drop=_DROP)
    else:
        question.show(disputes.incident_counts(*asked, by=by, since=start, until=end))
