"""Promise 5: what was shown then is shown again, for every question about clients."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ledger.database import Connection
from ledger.envelope import Event
from ledger.errors import NotFound
from projections.questions.clients import card
from projections.questions.ownership import custody, portfolio
from projections.questions.service import service_report
from projections.tables.ownership import disputes, handovers, ownership
from projections.view import View
from tests.projections.ledgers import NOW, as_then, ledger_of, view
from tests.projections.random_events import POOLS, histories
from tests.surroundings.groups import examples

STREAMS = ("clients", "people", "ownership", "contacts", "sales", "service")
MOMENTS = (
    datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 10, tzinfo=UTC),
    datetime(2026, 2, 1, 12, tzinfo=UTC), NOW,
)  # fmt: skip


def answers(connection: Connection, seen: View) -> dict[str, Any]:
    """The answer to every question about clients, from one view."""
    found: dict[str, Any] = {
        "clients": portfolio.clients(connection, seen),
        "orphans": portfolio.orphans(connection, seen),
        "disputes": disputes.disputes(connection, seen),
        "incidents": disputes.incidents(connection, seen),
        "conflicts by branch": disputes.incident_counts(connection, seen, by="branch"),
        "handovers": handovers.handovers(connection, seen),
        "open handovers": handovers.handovers(connection, seen, only_open=True),
        "hours in states": service_report.hours_in_state(connection, seen),
    }
    for client in POOLS["client"]:
        found[f"owner {client}"] = ownership.owner(connection, seen, client)
        found[f"chain {client}"] = custody.chain(connection, seen, client)
        for question in (card.card, card.timeline):
            try:
                found[f"{question.__name__} {client}"] = question(connection, seen, client)
            except NotFound as error:
                found[f"{question.__name__} {client}"] = str(error)
    return found


@settings(max_examples=examples(), phases=[Phase.reuse, Phase.generate])
@given(data=st.data(), history=histories(*STREAMS), on=st.sampled_from(MOMENTS))
def test_as_of_then_equals_what_was_shown_then(
    embedded_dsn: str, data: st.DataObject, history: list[Event], on: datetime
) -> None:
    then = data.draw(st.integers(0, len(history)))
    with ledger_of(embedded_dsn, history) as (target, connection):
        now = answers(connection, view(then, on))
        shown_then = answers(as_then(target, connection, then), view(then, on))
    for question, answer in now.items():
        assert shown_then[question] == answer, question
