"""Whose a client is decides who is credited, but not what happened, when, and for how long."""

import dataclasses
from datetime import date
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.database import Connection
from ledger.envelope import Event
from ledger.events.fields import type_name
from projections.metrics.definitions import METRICS
from projections.metrics.metrics import metrics
from projections.view import View
from tests.projections.engine.test_an_annulled_event_is_as_if_it_had_never_happened import (
    beside_the_point,
)
from tests.projections.fold_places import OWNERSHIP
from tests.projections.ledgers import ledger_of, view
from tests.projections.metrics import (
    test_figures_as_of_then_equal_the_figures_shown_then as of_figures,
)
from tests.projections.random_events import annulment, histories
from tests.surroundings.groups import examples

# What is about owners, in figures and in answers.
OWNED = {"client_owned", "orphaned"}
TOLD = [name for name in of_figures.TOLD if METRICS[name].evidence not in OWNED]
SPAN = {"since": date(2025, 11, 1), "until": date(2026, 6, 1)}
CREDITED = ("outcomes", "explained", "metrics")
WORK = ("deal.opened", "deal.won", "deal.lost", "deal.reopened", "deal_stage.entered",
        "case.opened", "case.resolved", "case.reopened", "offer.sent", "offer.accepted",
        "task.assigned", "task.completed", "purchase.recorded", "goods.returned", "call.logged",
        "inquiry.received")  # fmt: skip


def of_one_client(history: list[Event]) -> list[Event]:
    """The same events, all of one client, at the times that they are dated by."""
    found = []
    for each in history:
        effective = {"effective_at": None} if getattr(each.data, "effective_at", None) else {}
        data = dataclasses.replace(each.data, **effective)
        found.append(replace(each, client="C-1", data=data))
    return found


HISTORIES = histories(*WORK, *OWNERSHIP * 3, annulled=False, min_size=25, max_size=50).map(
    of_one_client
)


def answers(connection: Connection, seen: View) -> dict[str, Any]:
    found = of_figures.answers(connection, seen, ("whole", "performer"))
    told = {question: answer for question, answer in found.items() if question not in CREDITED}
    return told | {
        "metrics": metrics(connection, seen, by="whole", every="month", metrics=TOLD, **SPAN)
    }


@settings(max_examples=examples(), phases=[Phase.reuse, Phase.generate])
@given(history=HISTORIES, steps=st.lists(st.integers(1, 60), max_size=3))
def test_without_them_the_same_happened(
    embedded_dsn: str, history: list[Event], steps: list[int]
) -> None:
    seen = view(len(history))
    changes = [each for each in history if type_name(type(each.data)) in OWNERSHIP]
    annulled = [annulment(each, key=f"annulled-{each.key}") for each in changes]
    never = [beside_the_point(each.key) if each in changes else each for each in history]
    with ledger_of(embedded_dsn, [*history, *annulled], [*steps, len(history)]) as (_, connection):
        told = answers(connection, seen)
        # As of the same events, and once all changes of owner are annulled.
        later = answers(connection, view(len(history) + len(annulled)))
    with ledger_of(embedded_dsn, never) as (_, connection):
        expected = answers(connection, seen)
    for question, answer in expected.items():
        assert told[question] == answer, question
        assert later[question] == answer, question
