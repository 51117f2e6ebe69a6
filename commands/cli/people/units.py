"""`iledger employee units`: the units of the company."""

import click

from commands.cli.shell.question import Question, asked
from projections.tables.people import people


@click.command(epilog="Example: iledger employee units --on 2025-06-30")
@asked
def units(question: Question) -> None:
    """List the units, with their parents and managers."""
    question.show(people.units(question.connection, question.view))
