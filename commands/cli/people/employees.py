"""`iledger employee list`: our own people."""

import click

from commands.cli.shell.ids import UNIT
from commands.cli.shell.question import Question, asked
from projections.tables.people import people

# What a table may lose where it is too wide, least important first.
_DROP = ("hired_at", "unit_name", "departed", "manager", "job")


@click.command("list", epilog="Example: iledger employee list --unit MSK-1 --on 2025-06-30")
@click.option("--unit", type=UNIT, help="Only employees of this unit and those below it.")
@asked
def list_(question: Question, unit: str | None) -> None:
    """List the employees, with their units and departures."""
    question.show(people.employees(question.connection, question.view, unit), drop=_DROP)
