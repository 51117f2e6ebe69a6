"""The funnel: of the deals opened in a period, how far they came, and where they were lost."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ledger.database import Connection
from ledger.sql import statements
from projections.view import View, ask

_SQL = statements("projections.questions.sales", "funnel.sql")


class Step(NamedTuple):
    """A step of a pipeline; hours are of the clock.

    - pipeline: "(none)" for deals without one; step: created, stage, closed or won.
    - deals: how many ever came this far, whatever happened later; entered: how many entered this
      very stage; went_on: how many came farther, or were won; conversion: went_on / deals, or None.
    - lost: how many were lost from here; open: how many are still here.
    - hours_mean, hours_median: the hours in the stage of the deals that have left it.
    - allotted_hours; over_allotted: deals longer in the stage than that, also those in it now.
    """

    pipeline: str
    step: str
    stage: str | None
    deals: int
    entered: int | None
    went_on: int | None
    conversion: float | None
    lost: int | None
    open: int | None
    hours_mean: float | None
    hours_median: float | None
    allotted_hours: Decimal | None
    over_allotted: int | None


def funnel(
    connection: Connection,
    view: View,
    *,
    pipeline: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> list[Step]:
    """The steps of each pipeline in order: created, every stage, closed, won.

    A stage that no pipeline names stands after the others.

    - since, until: local dates of the opening, half-open; without `since` deals opened at an
      unknown time belong to it.
    """
    return ask(
        connection,
        _SQL["funnel"],
        view,
        Step,
        pipeline=pipeline,
        starts=since.isoformat() if since else "-infinity",
        ends=until.isoformat() if until else "infinity",
    )
