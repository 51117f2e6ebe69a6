"""Deals, tasks, cases and metrics on any history: as of then, and as if the annulled never were."""

from datetime import date, datetime
from itertools import product
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ledger.database import Connection
from ledger.envelope import Event
from projections.metrics.definitions import EVIDENCE, METRICS
from projections.metrics.metrics import GROUPS, explain, metrics
from projections.questions.ownership import handover_outcomes
from projections.questions.sales import funnel
from projections.questions.service import service_report as service
from projections.tables.sales import deals, offers, purchases
from projections.tables.service import cases
from projections.tables.work import tasks
from projections.view import View
from tests.projections.engine.test_an_annulled_event_is_as_if_it_had_never_happened import (
    beside_the_point,
)
from tests.projections.ledgers import as_then, ledger_of, view
from tests.projections.questions.test_a_card_as_of_then_equals_the_card_shown_then import MOMENTS
from tests.projections.random_events import annulment, histories
from tests.surroundings.groups import examples

STREAMS = ("people", "ownership", "contacts", "sales", "work", "service")

# It counts every event, so that none is beside the point.
TOLD = [name for name, each in METRICS.items() if each.evidence != "entry"
        and not EVIDENCE[each.evidence].business]  # fmt: skip
CREDITED = ("owner-at-event", "performer", "first-claimant", "split:10:0.3", "current-owner")
# By what, and credited how: one each time, since that takes nearly all the time.
HOW = [*product((*GROUPS, "fact:inn"), CREDITED)]


def answers(connection: Connection, seen: View, how: tuple[str, str]) -> dict[str, Any]:
    """Every question about figures, with its answer."""
    found: dict[str, Any] = {
        "offers": offers.offers(connection, seen),
        "deals": deals.deals(connection, seen),
        "deal": deals.history(connection, seen, "D-1"),
        "aging": deals.aging(connection, seen, [1, 30]),
        "purchases": purchases.purchases(connection, seen),
        "tasks": tasks.tasks(connection, seen),
        "cases": cases.cases(connection, seen),
        "holders": cases.holders(connection, seen, "S-1"),
        "case": cases.history(connection, seen, "S-1"),
        "funnel": funnel.funnel(connection, seen),
        "funnel of a month": funnel.funnel(connection, seen, since=date(2026, 1, 1)),
        "opened": service.opened(connection, seen, by=service.OPENED_BY),
        "touches": service.touches(connection, seen, by=service.TOUCHED_BY),
        "moves": service.moves(connection, seen),
        "handovers": service.handovers(connection, seen),
        "hours": service.hours_in_state(connection, seen),
        "durations": service.durations(connection, seen, by="assignee"),
        "outcomes": handover_outcomes.handover_outcomes(connection, seen, days=20),
        "explained": explain(connection, seen, "deals_open.*", by="team", every="month"),
    }
    by, credit = how
    found["metrics"] = metrics(
        connection, seen, by=by, credit=credit, every="month", until=date(2026, 4, 1),
        metrics=TOLD,
    )  # fmt: skip
    return found


@settings(max_examples=examples(), phases=[Phase.reuse, Phase.generate])
@given(data=st.data(), history=histories(*STREAMS, max_size=25), on=st.sampled_from(MOMENTS))
def test_as_of_then_is_what_was_shown_then(
    embedded_dsn: str, data: st.DataObject, history: list[Event], on: datetime
) -> None:
    position, how = data.draw(st.integers(1, len(history))), data.draw(st.sampled_from(HOW))
    with ledger_of(embedded_dsn, history) as (target, connection):
        now = answers(connection, view(position, on), how)
        then = as_then(target, connection, position)
        assert answers(then, view(position, on), how) == now


@settings(max_examples=examples(), phases=[Phase.reuse, Phase.generate])
@given(
    data=st.data(),
    history=histories(*STREAMS, annulled=False, max_size=20),
    on=st.sampled_from(MOMENTS),
    steps=st.lists(st.integers(1, 30), max_size=3),
)
def test_annulled_is_as_if_never_happened(
    embedded_dsn: str, data: st.DataObject, history: list[Event], on: datetime, steps: list[int]
) -> None:
    wrong = data.draw(st.sets(st.sampled_from(range(len(history))), max_size=4))
    keys = range(len(history) + 1, len(history) + len(wrong) + 1)
    mended = [annulment(history[at], key=str(key)) for at, key in zip(wrong, keys, strict=True)]
    never = [
        beside_the_point(event.key) if at in wrong else event for at, event in enumerate(history)
    ] + [beside_the_point(str(key)) for key in keys]
    seen, how = view(len(never), on), data.draw(st.sampled_from(HOW))
    with ledger_of(embedded_dsn, history + mended, steps) as (_, connection):
        with_annulments = answers(connection, seen, how)
    with ledger_of(embedded_dsn, never) as (_, connection):
        assert answers(connection, seen, how) == with_annulments
