"""What a period must be for a decision about it: over, and not closed yet."""

from collections.abc import Iterable

from commands.decisions.handle import Context
from ledger.errors import Refused
from projections.periods import Period, period_of
from projections.shown_times import named


def refuse_running(period: Period, zone: str, context: Context) -> None:
    """Raise Refused unless the period is over."""
    if context.at < period.end(zone):
        raise Refused(
            f"{period.name} is not over before {named(period.end(zone), zone)}; "
            "look at it with `iledger kpi` meanwhile"
        )


def refuse_closed(closed: Iterable[tuple[str, str]], period: Period, zone: str | None) -> None:
    """Raise Refused if a moment of the period is closed already.

    - closed: closed periods, each with its zone
    - zone: None for that of each closing
    """
    for name, closed_in in closed:
        other = period_of(name)
        if not period.overlaps(other, zone or closed_in, closed_in):
            continue
        if period.overlaps(other, closed_in, closed_in):
            raise Refused(
                f"{period.name} overlaps the closed period {name}; "
                "correct its statements with `iledger bonus statement correct`"
            )
        raise Refused(
            f"{period.name} in {zone} overlaps {name}, which is closed in {closed_in}: what "
            f"happened in between would be paid twice; give --zone {closed_in}"
        )
