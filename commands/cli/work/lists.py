"""`iledger offers`, `deals`, `tasks`, `cases`: lists of what is in hand."""

import click

from commands.cli.shell.question import Question, asked

_CLIENT = click.option(
    "--client", metavar="CLIENT", help="Only of this client, merged ids included."
)


@click.command(epilog="Example: iledger offers --client C-0104")
@_CLIENT
@asked
def offers(question: Question, client: str | None) -> None:
    """List the offers, and what became of them."""
    from projections.tables.sales import offers

    question.show(offers.offers(question.connection, question.view, client))


@click.command(epilog="Example: iledger deals --status open --holder E-07")
@_CLIENT
@click.option("--holder", metavar="EMPLOYEE", help="Only those that this employee pursues.")
@click.option("--status", type=click.Choice(["open", "won", "lost"]), help="Only these.")
@click.option("--stage", metavar="STAGE", help="Only those in this stage.")
@asked
def deals(
    question: Question,
    client: str | None,
    holder: str | None,
    status: str | None,
    stage: str | None,
) -> None:
    """List the deals, where they stand and who pursues them."""
    from projections.tables.sales import deals

    found = deals.deals(
        question.connection, question.view,
        client=client, holder=holder, status=status, stage=stage,
    )  # fmt: skip
    question.show(found)


@click.command(epilog="Example: iledger tasks --assignee E-07 --overdue")
@_CLIENT
@click.option("--assignee", metavar="EMPLOYEE", help="Only those that this employee has.")
@click.option("--overdue", is_flag=True, help="Only those done late, or late and not done.")
@asked
def tasks(question: Question, client: str | None, assignee: str | None, *, overdue: bool) -> None:
    """List the tasks, who has them and whether they are done."""
    from projections.tables.work import tasks

    found = tasks.tasks(
        question.connection, question.view, assignee=assignee, client=client, overdue=overdue
    )
    question.show(found)


@click.command(epilog="Example: iledger cases --unit U-2 --status open")
@_CLIENT
@click.option("--assignee", metavar="EMPLOYEE", help="Only those that this employee holds.")
@click.option("--unit", metavar="UNIT", help="Only those that this unit holds.")
@click.option("--status", type=click.Choice(["open", "resolved", "closed"]), help="Only these.")
@click.option("--overdue", is_flag=True, help="Only those resolved late, or late and not resolved.")
@asked
def cases(
    question: Question,
    client: str | None,
    assignee: str | None,
    unit: str | None,
    status: str | None,
    *,
    overdue: bool,
) -> None:
    """List the service cases, who holds them and how far they are."""
    from projections.tables.service import cases

    found = cases.cases(
        question.connection, question.view,
        client=client, assignee=assignee, unit=unit, status=status, overdue=overdue,
    )  # fmt: skip
    question.show(found)
