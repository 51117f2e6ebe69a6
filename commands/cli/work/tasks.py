"""`iledger task …`: tasks, and whether they are done."""

import click

from commands.cli.shell.ids import CLIENT, EMPLOYEE
from commands.cli.shell.question import Question, asked
from projections.tables.work import tasks

_CLIENT = click.option(
    "--client", type=CLIENT, help="Only those of this client, merged ids included."
)
# What a table may lose where it is too wide, least important first.
_DROP = ("debtor", "steps_done", "steps", "ended_at", "deal", "case", "kind", "client", "overdue")


@click.command("list", epilog="Example: iledger task list --assignee E-09 --overdue")
@_CLIENT
@click.option("--assignee", type=EMPLOYEE, help="Only tasks assigned to this employee.")
@click.option("--overdue", is_flag=True, help="Only tasks done late, or overdue.")
@asked
def list_(question: Question, client: str | None, assignee: str | None, *, overdue: bool) -> None:
    """List the tasks, their assignees and whether they are done."""
    found = tasks.tasks(
        question.connection, question.view, assignee=assignee, client=client, overdue=overdue
    )
    question.show(found, drop=_DROP)
