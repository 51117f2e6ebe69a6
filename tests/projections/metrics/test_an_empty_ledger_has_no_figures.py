"""Every question about figures comes to an end, and to nothing, where nothing has happened."""

import psycopg
import pytest

from ledger import log
from ledger.database import Location
from projections.engine.catch_up import catch_up
from projections.metrics.metrics import GROUPS, Every, metrics
from projections.questions.sales.funnel import funnel
from projections.view import View


@pytest.mark.parametrize("every", ["month", "quarter", "year"])
def test_no_figures_in_any_period(
    location: Location, owner: psycopg.Connection, every: Every
) -> None:
    catch_up(owner, location)
    view = View.now(log.head(owner), "Europe/Moscow")
    for by in GROUPS:
        assert metrics(owner, view, by=by, every=every) == []
    assert funnel(owner, view) == []


def test_the_whole_says_no_data_and_never_nought_per_cent(
    location: Location, owner: psycopg.Connection
) -> None:
    catch_up(owner, location)
    found = metrics(owner, View.now(log.head(owner)), by="whole")
    rates = {row.metric: row.value for row in found if row.unit == "ratio"}
    assert {"connect_rate", "win_rate", "overdue_share", "retention_rate"} <= rates.keys()
    assert set(rates.values()) == {None}
