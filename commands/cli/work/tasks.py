"""`iledger task …`: tasks, and whether they are done."""

import click

from commands.cli.shell.question import Question, asked

_CLIENT = click.option(
    "--client", metavar="CLIENT", help="Only of this client, merged ids included."
)
# What a table may lose where it is too wide, least important first.
_DROP = ("debtor", "steps_done", "steps", "ended_at", "deal", "case", "kind", "client", "overdue")


@click.command("list", epilog="Example: iledger task list --assignee E-07 --overdue")
@_CLIENT
@click.option("--assignee", metavar="EMPLOYEE", help="Only those that this employee has.")
@click.option("--overdue", is_flag=True, help="Only those done late, or late and not done.")
@asked
def list_(question: Question, client: str | None, assignee: str | None, *, overdue: bool) -> None:
    """List the tasks, who has them and whether they are done."""
    from projections.tables.work import tasks

    found = tasks.tasks(
        question.connection, question.view, assignee=assignee, client=client, overdue=overdue
    )
    question.show(found, drop=_DROP)
