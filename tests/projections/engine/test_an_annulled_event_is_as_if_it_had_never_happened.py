"""An annulled event leaves no trace in any answer but the timeline, which shows it marked."""

from datetime import datetime

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ledger.envelope import Event
from ledger.events.contacts import CallLogged
from ledger.events.people import AbsenceRecorded
from projections.questions.clients import card
from tests.projections.ledgers import NOW, ledger_of, view
from tests.projections.questions.test_a_card_as_of_then_equals_the_card_shown_then import (
    MOMENTS,
    STREAMS,
    answers,
)
from tests.projections.random_events import POOLS, SOURCE, annulment, histories
from tests.projections.stories import told
from tests.surroundings.groups import examples


def beside_the_point(key: str) -> Event:
    """An event that says nothing of a client, an owner or a unit, in place of another."""
    content = AbsenceRecorded(employee="E-9", first_day=NOW.date(), last_day=NOW.date())
    return Event(
        data=content, source=SOURCE, key=key, recorded_by="crm", occurred_at="2026-03-06",
    )  # fmt: skip


@settings(max_examples=examples(), phases=[Phase.reuse, Phase.generate])
@given(
    data=st.data(),
    history=histories(*STREAMS, annulled=False, max_size=20),
    on=st.sampled_from(MOMENTS),
    steps=st.lists(st.integers(1, 30), max_size=3),
)
def test_annulled_is_as_if_never_happened(
    embedded_dsn: str,
    data: st.DataObject,
    history: list[Event],
    on: datetime,
    steps: list[int],
) -> None:
    wrong = data.draw(st.sets(st.sampled_from(range(len(history))), max_size=4))
    keys = range(len(history) + 1, len(history) + len(wrong) + 1)
    mended = [annulment(history[at], key=str(key)) for at, key in zip(wrong, keys, strict=True)]
    never = [
        beside_the_point(event.key) if at in wrong else event for at, event in enumerate(history)
    ] + [beside_the_point(str(key)) for key in keys]
    seen = view(len(never), on)
    with ledger_of(embedded_dsn, history + mended, steps) as (_, connection):
        with_annulments = answers(connection, seen)
        shown = {
            client: card.timeline(connection, seen, client)
            for client in POOLS["client"]
            if isinstance(with_annulments[f"timeline {client}"], list)
        }
    with ledger_of(embedded_dsn, never) as (_, connection):
        without = answers(connection, seen)
    for question in with_annulments:
        if not question.startswith("timeline "):
            assert with_annulments[question] == without[question]
    for lines in shown.values():
        for line in lines:
            annulled = line.position - 1 in wrong
            assert (line.annulled_by is not None) == annulled


def test_an_annulment_recorded_before_its_event_annuls_nothing(embedded_dsn: str) -> None:
    call = told(CallLogged(direction="outbound", outcome="reached"), "2026-01-02", client="C-1")
    with ledger_of(embedded_dsn, [annulment(call, key="before"), call]) as (_, connection):
        lines = card.timeline(connection, view(2, NOW), "C-1")
        assert {line.position: line.annulled_by for line in lines}[2] is None
