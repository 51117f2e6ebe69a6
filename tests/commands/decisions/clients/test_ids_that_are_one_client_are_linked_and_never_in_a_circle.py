"""Merging and unmerging, decided without a database."""

import re
from datetime import UTC, datetime
from functools import reduce
from typing import Any
from uuid import UUID

import pytest

from commands.decisions.clients.merging import Links, evolve, merge, unmerge
from commands.decisions.handle import Context, Decision
from ledger.envelope import Recorded
from ledger.errors import Refused
from ledger.events.clients import ClientMerged, ClientRegistered, ClientUnmerged
from ledger.events.fields import type_name

AT = datetime(2026, 3, 1, tzinfo=UTC)
CONTEXT = Context("E-02", AT, key="1")


def state(*events: tuple[str, Any], last_at: datetime = AT) -> Links:
    """The state after these events about clients, in order of recording."""
    times = [AT] * (len(events) - 1) + [last_at]
    recorded = [
        Recorded(
            data=data, client=client, position=n, recorded_at=AT, event_id=UUID(int=n), version=1,
            source="crm", key=str(n), type=type_name(type(data)), recorded_by="crm",
            occurred_at=at, occurred_text=at.isoformat(),
        )
        for n, ((client, data), at) in enumerate(zip(events, times, strict=True), 1)
    ]  # fmt: skip
    return reduce(evolve, recorded, Links())


def known(*clients: str) -> list[tuple[str, Any]]:
    return [(each, ClientRegistered(kind="company", name=each)) for each in clients]


def merged(survivor: str, absorbed: str) -> tuple[str, Any]:
    return survivor, ClientMerged(survivor=survivor, absorbed=absorbed, evidence="INN")


def unmerged(survivor: str, absorbed: str) -> tuple[str, Any]:
    return survivor, ClientUnmerged(survivor=survivor, absorbed=absorbed, reason="two branches")


def only(decision: Decision) -> Any:
    (event,) = decision.events
    return event


ABC = known("C-1", "C-2", "C-3")


def test_a_merge_is_an_event_of_the_survivor() -> None:
    event = only(merge("C-1", "C-2", evidence="INN")(state(*ABC), CONTEXT))
    assert event.client == "C-1"
    assert event.data == ClientMerged(survivor="C-1", absorbed="C-2", evidence="INN")


def test_what_is_so_already_needs_no_event() -> None:
    again = merge("C-1", "C-2", evidence="phone")(state(*ABC, merged("C-1", "C-2")), CONTEXT)
    assert again.events == ()


def test_one_that_absorbed_others_brings_them_along() -> None:
    chain = state(*ABC, merged("C-2", "C-3"))
    assert only(merge("C-1", "C-2", evidence="INN")(chain, CONTEXT)).data.absorbed == "C-2"


@pytest.mark.parametrize(
    ("before", "survivor", "absorbed", "said"),
    [
        ([], "C-1", "C-1", "with itself"),
        ([], "C-1", "C-9", "nothing was ever recorded about a client 'C-9'"),
        ([], "C-1", "c-1", "Did you mean 'C-1'?"),
        ([], "C-1", "C\N{NO-BREAK SPACE}-2", "Did you mean 'C-2'?"),
        ([], "C-1", "С-2", "Did you mean 'C-2'?"),
        ([merged("C-2", "C-1")], "C-1", "C-2", "so the reverse would be a cycle"),
        (
            [merged("C-2", "C-1"), merged("C-3", "C-2")],
            "C-1",
            "C-3",
            "so the reverse would be a cycle",
        ),
        ([merged("C-3", "C-2")], "C-1", "C-2", "merged into C-3 already"),
        ([merged("C-3", "C-1")], "C-1", "C-2", "iledger client merge C-3 C-2"),
    ],
)
def test_a_merge_that_makes_no_sense_is_refused(
    before: list[tuple[str, Any]], survivor: str, absorbed: str, said: str
) -> None:
    with pytest.raises(Refused, match=re.escape(said)):
        merge(survivor, absorbed, evidence="INN")(state(*ABC, *before), CONTEXT)


def test_separated_ones_can_be_merged_again_the_other_way_round() -> None:
    parted = state(*ABC, merged("C-1", "C-2"), unmerged("C-1", "C-2"))
    assert only(merge("C-2", "C-1", evidence="INN")(parted, CONTEXT)).client == "C-2"


def test_a_separation_recorded_late_ends_no_later_merge() -> None:
    events = (*ABC, merged("C-1", "C-2"), unmerged("C-1", "C-2"))
    late = state(*events, last_at=datetime(2026, 2, 1, tzinfo=UTC))
    assert late.into("C-2") == "C-1"


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ([], "it is a separate client"),
        ([merged("C-3", "C-2")], "it is part of C-3"),
        ([merged("C-1", "C-2"), unmerged("C-1", "C-2")], "it is a separate client"),
    ],
)
def test_what_is_not_merged_cannot_be_separated(before: list[tuple[str, Any]], said: str) -> None:
    with pytest.raises(Refused, match=said):
        unmerge("C-1", "C-2", reason="two branches")(state(*ABC, *before), CONTEXT)


def test_a_decision_by_a_slow_clock_still_comes_after_what_it_rests_on() -> None:
    early = CONTEXT._replace(at=datetime(2026, 2, 1, tzinfo=UTC))
    event = only(unmerge("C-1", "C-2", reason="x")(state(*ABC, merged("C-1", "C-2")), early))
    assert event.occurred_at == AT
