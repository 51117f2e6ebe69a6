"""`iledger audit base`: the state of the client base at the end of a month, and who signed it."""

import re
from typing import Any

import click

from commands.cli.reports.spans import period_of
from commands.cli.shell.asking import BY, KEY
from commands.cli.shell.question import Question, asked
from ledger.errors import InvalidQuestion
from projections.questions.clients.client_base_audit import base_audit


@click.command(epilog="Example: iledger audit base --month 2025-10 --sign --by E-02")
@click.option("--month", metavar="MONTH", required=True, help="Such as 2026-10.")
@click.option(
    "--active-days",
    type=int,
    default=365,
    show_default=True,
    help="Days without a purchase after which a client counts as lost.",
)
@click.option(
    "--stale-days",
    type=int,
    default=90,
    show_default=True,
    help="Days without a contact after which a client counts as stale.",
)
@click.option("--sign", is_flag=True, help="Sign the audit off: record that you reviewed it.")
@BY
@KEY
@asked
def base(
    question: Question,
    month: str,
    active_days: int,
    stale_days: int,
    by: str | None,
    key: str | None,
    *,
    sign: bool,
) -> None:
    """Count the clients at the end of a month: new, lost, reactivated, without owner, stale.

    The answer includes its position. With --as-of and that position, the answer and its digest
    never change.
    """
    span = period_of(month, None, None)
    if not re.fullmatch(r"\d{4}-\d\d", month, re.ASCII) or not span.since or not span.until:
        raise InvalidQuestion(f"--month {month!r} is not a month, such as 2026-10")
    if active_days < 1 or stale_days < 1:
        raise InvalidQuestion("--active-days and --stale-days are 1 or more")
    if key and not sign:
        raise click.UsageError("--key names what --sign records; add --sign.")
    days = {"active_days": active_days, "stale_days": stale_days}
    if sign and (before := _signed_before(question, key, by)):
        question.show([before])
        return
    found = base_audit(
        question.connection, question.view, since=span.since, until=span.until, **days
    )
    audit = {"month": month, "as_of": question.view.as_of} | found._asdict()
    question.show([audit])
    if sign:
        # 114 ms
        from commands.cli.clients.audit_signature import sign as sign_off

        sign_off(question, span.until, key, by, {**audit, "zone": question.view.zone, **days})


def _signed_before(question: Question, key: str | None, by: str | None) -> dict[str, Any] | None:
    # 114 ms
    from commands.cli.clients.audit_signature import signed_before

    return None if key is None else signed_before(question, key, by)
