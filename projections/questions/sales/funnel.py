"""The funnel: of the deals opened in a period, how far they came, and where they were lost."""

from datetime import date

from ledger.database import Connection
from ledger.sql import statements
from projections.view import Answer, View, ask

_SQL = statements("projections.questions.sales", "funnel.sql")


def funnel(
    connection: Connection,
    view: View,
    *,
    pipeline: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Answer:
    """The steps of each pipeline in order: created, every stage, closed, won.

    since, until: local dates of the opening, half-open; without `since` deals opened at an unknown
    time belong to it. Rows: pipeline ("(none)" for deals without one), step (created, stage,
    closed, won), stage, deals (that ever came so far: a later loss does not lessen it), entered
    (that entered this very stage), went_on (farther, or won), conversion (went_on / deals; None of
    none), lost (from here), open (still here), hours_mean and hours_median in the stage of those
    who have left it, allotted_hours, over_allotted (deals longer in it than allotted, those still
    there too). Hours are of the clock. A stage that no pipeline names stands after the others.
    """
    return ask(
        connection,
        _SQL["funnel"],
        view,
        pipeline=pipeline,
        starts=since.isoformat() if since else "-infinity",
        ends=until.isoformat() if until else "infinity",
    )
