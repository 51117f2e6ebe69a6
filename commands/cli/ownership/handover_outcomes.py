"""`iledger handover outcomes`: what became of clients after they changed hands."""

from collections.abc import Sequence
from typing import Any

import click

from commands.cli.reports.spans import SINCE, UNTIL, period_of
from commands.cli.shell.cells import Formatted
from commands.cli.shell.figures import NO_DATA
from commands.cli.shell.question import Question, asked
from projections.questions.ownership import handover_outcomes as asking
from projections.questions.ownership.handover_outcomes import Outcome


@click.command(
    epilog="Example: iledger handover outcomes --days 60 --since 2025-04 --until 2025-09"
)
@click.option(
    "--days",
    type=int,
    default=90,
    show_default=True,
    help="How many days before and after a hand-over to compare.",
)
@SINCE
@UNTIL
@asked
def outcomes(question: Question, days: int, since: str | None, until: str | None) -> None:
    """Compare clients before and after they changed hands, by reason.

    Hand-overs whose days after are not over yet count as unfinished and nowhere else. A client
    counts as retained after a two-way contact or a purchase. Mood and survey answers are means of
    the last ones before and after, with the number of hand-overs for which both are known.
    """
    span = period_of(None, since, until)
    found = asking.handover_outcomes(
        question.connection, question.view, days=days, since=span.since, until=span.until
    )
    table = question.printer.form == "table"
    question.show([_outcome(row, asking.FEELINGS) for row in found] if table else found)


def _outcome(row: Outcome, feelings: Sequence[str]) -> dict[str, Any]:
    share = row.retained_share
    shown: dict[str, Formatted] = {}
    for name in feelings:
        parts = (f"{name}_{part}" for part in ("before", "after", "known"))
        before, after, known = (getattr(row, part) for part in parts)
        shown[name] = (
            Formatted(f"{before:.1f} → {after:.1f} ({known})", after - before)
            if known
            else Formatted(NO_DATA, None)
        )
    kept = NO_DATA if share is None else f"{share * 100:.0f} % ({row.retained}/{row.complete})"
    changed = f"{row.contacts_before} → {row.contacts_after}"
    return {
        "reason": row.reason,
        "handovers": row.handovers,
        "unfinished": row.unfinished,
        "contacts": Formatted(changed, row.contacts_after - row.contacts_before),
        "retained": Formatted(kept, share),
        **shown,
    }
