"""The law of the `on` axis: what was true on a day does not depend on what happened after it."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ledger import codec
from ledger.envelope import Event
from ledger.events.sales import DealReopened
from projections.metrics.metrics import explain
from tests.projections.engine.test_an_annulled_event_is_as_if_it_had_never_happened import (
    beside_the_point,
)
from tests.projections.ledgers import ledger_of, view
from tests.projections.metrics import (
    test_figures_as_of_then_equal_the_figures_shown_then as of_figures,
)
from tests.projections.questions import (
    test_a_card_as_of_then_equals_the_card_shown_then as of_clients,
)
from tests.projections.questions.test_a_card_as_of_then_equals_the_card_shown_then import MOMENTS
from tests.projections.random_events import histories
from tests.surroundings.groups import examples

STREAMS = sorted({*of_clients.STREAMS, *of_figures.STREAMS})


@settings(max_examples=examples(), phases=[Phase.reuse, Phase.generate])
@given(
    data=st.data(),
    history=histories(*STREAMS, annulled=False, max_size=40),
    on=st.sampled_from(MOMENTS),
)
def test_later_events_change_nothing(
    embedded_dsn: str, data: st.DataObject, history: list[Event], on: datetime
) -> None:
    how, seen = data.draw(st.sampled_from(of_figures.HOW)), view(len(history), on)

    def answers(events: list[Event]) -> dict[str, Any]:
        with ledger_of(embedded_dsn, events) as (_, connection):
            return of_clients.answers(connection, seen) | of_figures.answers(connection, seen, how)

    whole = answers(history)
    never = [beside_the_point(event.key) if _is_later(event, on) else event for event in history]
    for question, answer in answers(never).items():
        assert whole[question] == answer, question


def test_a_first_event_after_the_day_does_not_choose_the_periods_explained(
    embedded_dsn: str,
) -> None:
    day = datetime(2026, 1, 10, tzinfo=UTC)
    undated = {"source": "test", "key": "1", "recorded_by": "crm", "occurred_at": "unknown"}
    reopened = Event(data=DealReopened(deal="D-1", reason="r"), **undated)

    def periods(*others: Event) -> list[str]:
        with ledger_of(embedded_dsn, [reopened, *others]) as (_, connection):
            seen = view(1 + len(others), day)
            return [row.period for row in explain(connection, seen, "deals_open.*", every="month")]

    in_march = beside_the_point("2")
    assert periods() == periods(in_march) == ["2026-01"]


def _is_later(event: Event, on: datetime) -> bool:
    """Whether all that an event says is about the time after a moment."""
    at, effective = codec.encode(event).occurred_at, getattr(event.data, "effective_at", None)
    return at is not None and at > on and (effective is None or effective > on)
