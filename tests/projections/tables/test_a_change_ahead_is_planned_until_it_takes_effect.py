"""A change of owner that is dated ahead is shown until its moment, unless it is cancelled."""

from datetime import UTC, datetime, timedelta

from ledger.envelope import Event
from ledger.events.ownership import ClientReassigned, CuratorAssigned
from projections.questions.clients import card
from projections.questions.ownership import portfolio
from projections.tables.ownership import handovers, ownership
from projections.view import View
from tests.projections.ledgers import ledger_of
from tests.projections.random_events import annulment
from tests.projections.stories import told

DECIDED, AHEAD = datetime(2026, 3, 1, 9, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
PASSES = told(
    ClientReassigned(
        from_employee="E-1", to_employee="E-2", reason="workload", effective_at=AHEAD
    ),
    DECIDED.isoformat(), client="C-1",
)  # fmt: skip
HISTORY = [told(CuratorAssigned(employee="E-1"), "2026-02-01", client="C-1"), PASSES]
MOMENT = timedelta(microseconds=1)


def planned(dsn: str, on: datetime, *more: Event, as_of: int = 0) -> list[list[str | None]]:
    """Who is to own the client next, by the list, the card and the portfolio of its owner."""
    history = [*HISTORY, *more]
    with ledger_of(dsn, history) as (_, connection):
        seen = View(as_of or len(history), on, "UTC")
        owners = [row.owner for row in ownership.owner(connection, seen, "C-1")]
        own = portfolio.portfolio(connection, seen, owners[0] or "")
        return [
            owners,
            [row.to_employee for row in ownership.planned(connection, seen)],
            [
                line.name
                for line in card.card(connection, seen, "C-1").owner
                if line.value == "planned"
            ],
            [row.planned_owner for row in own],
        ]


def test_from_when_it_is_decided_until_it_takes_effect(embedded_dsn: str) -> None:
    nothing, ahead = [["E-1"], [], [], [None]], [["E-1"], ["E-2"], ["E-2"], ["E-2"]]
    assert planned(embedded_dsn, DECIDED - MOMENT) == nothing
    assert planned(embedded_dsn, DECIDED) == ahead
    assert planned(embedded_dsn, AHEAD - MOMENT) == ahead
    assert planned(embedded_dsn, AHEAD) == [["E-2"], [], [], [None]]


def test_once_cancelled_it_is_planned_only_as_of_before(embedded_dsn: str) -> None:
    cancelled = annulment(PASSES, key="cancelled")
    assert planned(embedded_dsn, AHEAD - MOMENT, cancelled) == [["E-1"], [], [], [None]]
    assert planned(embedded_dsn, AHEAD, cancelled) == [["E-1"], [], [], [None]]
    assert planned(embedded_dsn, AHEAD - MOMENT, cancelled, as_of=2)[1] == ["E-2"]


def test_nobody_waits_for_a_client_before_it_passes(embedded_dsn: str) -> None:
    with ledger_of(embedded_dsn, HISTORY) as (_, connection):
        for on, waited in ((AHEAD - MOMENT, None), (AHEAD + MOMENT, MOMENT)):
            (found,) = handovers.handovers(connection, View(2, on, "UTC"))
            assert found.waited == waited
