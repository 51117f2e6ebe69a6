"""`iledger task calendars`: the business calendars."""

import click

from commands.cli.shell.question import Question, asked
from projections.tables.work import calendar


@click.command(epilog="Example: iledger task calendars")
@asked
def calendars(question: Question) -> None:
    """List the business calendars, their first and last days and their time zones."""
    question.show(calendar.calendars(question.connection, question.view))
