"""The signature under an audit of the client base: an event with the counts that were shown."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from commands.cli.shell.decision import context_of
from commands.cli.shell.output import remark
from commands.cli.shell.question import Question
from commands.decisions.clients import audits
from commands.decisions.handle import handle
from ledger.api import Ledger
from ledger.errors import InvalidQuestion
from ledger.events.clients import ClientBaseAuditSigned


def sign(question: Question, until: date, by: str | None, audit: dict[str, Any]) -> None:
    """Record the audit as signed. Raises InvalidQuestion while its month is not over.

    until: the day after the month; audit: the fields of the event.
    """
    now = datetime.now(UTC)
    end = datetime(until.year, until.month, until.day, tzinfo=ZoneInfo(question.view.zone))
    if min(now, question.view.on) < end:
        raise InvalidQuestion(f"the month {audit['month']} is not over; sign it when it is")
    decide = audits.sign(ClientBaseAuditSigned(**audit))
    with Ledger(question.location) as ledger:
        handled = handle(ledger, audits.model(), context_of(by, question.view.zone), decide)
    positions = [receipt.position for receipt in handled.receipts]
    remark(f"signed at position {positions[0]}" if positions else "already signed")
