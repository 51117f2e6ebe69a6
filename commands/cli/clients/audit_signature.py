"""The signature under an audit of the client base: an event with the counts that were shown."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from commands.cli.shell.decision import requesting, say_before
from commands.cli.shell.output import remark
from commands.cli.shell.question import Question
from commands.decisions.clients import audits
from commands.decisions.handle import Handled, answered, handle
from ledger.api import Ledger
from ledger.errors import InvalidQuestion
from ledger.events.clients import ClientBaseAuditSigned
from projections.questions.clients.client_base_audit import Totals


def signed_before(question: Question, key: str, by: str | None) -> dict[str, Any] | None:
    """The fields of the audit that was signed when the same was asked first, which is reported.

    None if it is still to be signed, or was signed before that. Raises KeyTaken.
    """
    with Ledger(question.location) as ledger:
        context = requesting(ledger, key, by, question.view.zone)
        before = answered(ledger, context.request) if context.request else None
    if before is None or not before.events:
        return None
    say_before(key)
    _say(before)
    signed = before.events[0].data
    return {name: getattr(signed, name) for name in ("month", "as_of", *Totals._fields)}


def sign(
    question: Question, until: date, key: str | None, by: str | None, audit: dict[str, Any]
) -> None:
    """Record the audit as signed. Raises InvalidQuestion while its month is not over.

    until: the day after the month; audit: the fields of the event.
    """
    now = datetime.now(UTC)
    end = datetime(until.year, until.month, until.day, tzinfo=ZoneInfo(question.view.zone))
    if min(now, question.view.on) < end:
        raise InvalidQuestion(f"the month {audit['month']} is not over; sign it when it is")
    decide = audits.sign(ClientBaseAuditSigned(**audit))
    with Ledger(question.location) as ledger:
        context = requesting(ledger, key, by, question.view.zone)
        _say(handle(ledger, audits.model(), context, decide))


def _say(handled: Handled) -> None:
    positions = [receipt.position for receipt in handled.receipts]
    remark(f"signed at position {positions[0]}" if positions else "already signed")
