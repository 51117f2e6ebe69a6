"""A batch as given–when–then tables: which clients pass on, go back, or stay, and why."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
import pytest

from commands.decisions.ownership import transfer_batch as batch
from commands.decisions.ownership.transfer_plan import Move, Plan
from ledger.envelope import Event, event_id
from ledger.errors import Refused
from ledger.events import ownership as facts
from ledger.events.clients import ClientMerged, ClientRegistered
from ledger.events.ownership import (
    TransferBatchCompleted,
    TransferBatchReversed,
    TransferBatchStarted,
    TransferReversalStarted,
)
from ledger.events.people import EmployeeDeparted, EmployeeHired
from tests.commands.decisions.given import CONTEXT, NOW, day, event, given, told, when

MOVES = (Move("C-1", "E-2", "in turn"), Move("C-2", "E-3", "in turn"))
PLAN = Plan(
    batch="T-1", from_employee="E-1", rule="round-robin", reason="departure", effective_at=None,
    position=0, moves=MOVES, unplaced=(),
)  # fmt: skip
CASE = batch.model("T-1", ["C-1", "C-2"], ["E-2", "E-3"])
BY = {
    each: str(event_id(batch.SOURCE, batch.key_of("T-1", "moved", each))) for each in ("C-1", "C-2")
}
PEOPLE = [
    event(EmployeeHired(employee=each, name="Анна"), 0, None, key=each) for each in ("E-2", "E-3")
]
CLIENTS = [
    made
    for each in ("C-1", "C-2")
    for made in (
        event(ClientRegistered(kind="company", name="Ёлка"), 1, each, key=f"{each}/registered"),
        event(facts.CuratorAssigned(employee="E-1"), 10, each, key=f"{each}/assigned"),
    )
]
STARTED = event(
    TransferBatchStarted(
        batch="T-1", from_employee="E-1", rule="round-robin", reason="departure", planned=2,
        plan_sha256=PLAN.sha256,
    ),
    150, None, key="T-1",
)  # fmt: skip
COMPLETED = event(TransferBatchCompleted(batch="T-1", moved=2, skipped=0), 150, None, key="c")
REVERSED = event(
    TransferBatchReversed(batch="T-1", reason="x", restored=2, kept=0), 150, None, key="r"
)
TURNED = event(TransferReversalStarted(batch="T-1", reason="x"), 150, None, key="t")


def state(*events: Event) -> batch.Batch:
    found: batch.Batch = given(CASE, *PEOPLE, *CLIENTS, *events)
    return found


def moved(client: str, to: str, at: int = 150, **more: Any) -> Event:
    content = facts.ClientReassigned(
        from_employee="E-1", to_employee=to, reason="departure", batch="T-1", **more
    )
    key = batch.key_of("T-1", "moved", client)
    return event(content, at, client, source=batch.SOURCE, key=key)


def changed(content: Any, at: int = 151, client: str = "C-1") -> Event:
    return event(content, at, client, key=f"{client}/changed")


def leaves(employee: str, at: datetime | None = None) -> Event:
    content = EmployeeDeparted(employee=employee, effective_at=at)
    return event(content, 100, None, key=f"{employee}/gone")


class TestTheBeginning:
    def test_is_put_on_record_once(self) -> None:
        (fact,) = when(batch.start(PLAN, "E-boss"), state())
        assert fact == replace(STARTED.data, approved_by="E-boss")
        assert when(batch.start(PLAN, "E-boss"), state(STARTED)) == []

    @pytest.mark.parametrize(
        ("plan", "events", "said"),
        [
            ({"rule": "one"}, (STARTED,), "started with another plan"),
            ({}, (STARTED, REVERSED), "was reversed"),
            ({"moves": (Move("C-1", "E-9", "x"),)}, (), "no employee 'E-9'"),
            ({}, (leaves("E-3"),), "E-3 left"),
            ({"effective_at": day(200)}, (leaves("E-3", day(190)),), "E-3 leaves"),
        ],
    )
    def test_is_refused(self, plan: dict[str, Any], events: tuple[Event, ...], said: str) -> None:
        with pytest.raises(Refused) as refused:
            when(batch.start(msgspec.structs.replace(PLAN, **plan), "E-boss"), state(*events))
        assert said in str(refused.value)


def passing(*events: Event) -> tuple[list[tuple[str | None, str]], dict[str, str]]:
    decision = batch.pass_on(PLAN, MOVES, "E-boss")(state(STARTED, *events), CONTEXT)
    return [(e.client, e.data.to_employee) for e in decision.events], dict(decision.left)


class TestPassingOn:
    def test_every_client_passes_to_whom_the_plan_names(self) -> None:
        decision = batch.pass_on(PLAN, MOVES, "E-boss")(state(STARTED), CONTEXT)
        assert told(decision) == [
            facts.ClientReassigned(
                from_employee="E-1", to_employee=move.to, reason="departure",
                approved_by="E-boss", batch="T-1",
            )
            for move in MOVES
        ]  # fmt: skip
        assert [e.key for e in decision.events] == ["T-1/moved/C-1", "T-1/moved/C-2"]

    def test_what_has_passed_on_already_does_not_again(self) -> None:
        assert passing(moved("C-1", "E-2")) == ([("C-2", "E-3")], {})
        later = changed(facts.ClientReleased(from_employee="E-2", reason="x"))
        assert passing(moved("C-1", "E-2"), later) == ([("C-2", "E-3")], {})

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (facts.ClientReleased(from_employee="E-1", reason="pool"), "nobody owns"),
            (facts.CuratorAssigned(employee="E-3"), "is owned by E-3, not E-1"),
            (facts.ContactBarred(employee="E-2", reason="quarrel"), "may not approach"),
            (ClientMerged(survivor="C-9", absorbed="C-1", evidence="x"), "merged into C-9"),
        ],
    )
    def test_a_client_that_is_no_longer_to_pass_on_stays(self, content: Any, said: str) -> None:
        went, left = passing(changed(content))
        assert went == [("C-2", "E-3")]
        assert said in left["C-1"]

    def test_what_is_dated_ahead_is_not_in_the_way(self) -> None:
        ahead = changed(facts.CuratorAssigned(employee="E-3", effective_at=day(300)))
        assert passing(ahead) == ([("C-1", "E-2"), ("C-2", "E-3")], {})

    def test_nothing_passes_on_in_a_batch_that_has_ended(self) -> None:
        went, left = passing(moved("C-1", "E-2"), COMPLETED)
        assert (went, left) == ([], {"C-2": "the batch is complete already"})
        with pytest.raises(Refused, match="was reversed"):
            passing(REVERSED)
        with pytest.raises(Refused, match="is being reversed"):
            passing(TURNED)


def returning(*events: Event) -> tuple[list[tuple[str | None, str]], dict[str, str]]:
    before = (STARTED, moved("C-1", "E-2"), moved("C-2", "E-3"))
    decide = batch.return_to_owner("T-1", BY, "E-boss")
    decision = decide(state(*before, *events), CONTEXT)
    assert all(e.data.reason == "batch_reversed" for e in decision.events)
    return [(e.client, e.data.to_employee) for e in decision.events], dict(decision.left)


class TestGivingBack:
    def test_every_client_goes_back_even_to_who_has_left(self) -> None:
        assert returning(leaves("E-1")) == ([("C-1", "E-1"), ("C-2", "E-1")], {})

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (facts.ClientReleased(from_employee="E-2", reason="pool"), "has changed since"),
            (facts.CuratorAssigned(employee="E-3"), "has changed since"),
            (facts.CuratorAssigned(employee="E-3", effective_at=day(300)), "has changed since"),
            (facts.ContactBarred(employee="E-1", reason="quarrel"), "is barred from it now"),
            (ClientMerged(survivor="C-9", absorbed="C-1", evidence="x"), "merged into C-9"),
        ],
    )
    def test_a_client_that_has_changed_since_stays(self, content: Any, said: str) -> None:
        went, left = returning(changed(content))
        assert went == [("C-2", "E-1")]
        assert said in left["C-1"]

    def test_a_transfer_that_was_annulled_is_no_matter(self) -> None:
        decide = batch.return_to_owner("T-1", {"C-1": BY["C-1"]}, "E-boss")
        decision = decide(state(STARTED), CONTEXT)
        assert decision.left == (("C-1", "its transfer has been annulled"),)

    def test_what_is_yet_to_hold_is_undone_from_then_on(self) -> None:
        ahead = moved("C-1", "E-2", effective_at=day(300))
        decide = batch.return_to_owner("T-1", {"C-1": BY["C-1"]}, "E-boss")
        (back,) = told(decide(state(STARTED, ahead), CONTEXT))
        assert back.effective_at == day(300)
        assert (back.from_employee, back.to_employee) == ("E-2", "E-1")

    def test_what_has_gone_back_does_not_again(self) -> None:
        content = facts.ClientReassigned(
            from_employee="E-2", to_employee="E-1", reason="batch_reversed", batch="T-1"
        )
        key = batch.key_of("T-1", "back", "C-1")
        back = event(content, NOW, "C-1", source=batch.SOURCE, key=key)
        assert returning(back) == ([("C-2", "E-1")], {})


def test_a_batch_ends_once() -> None:
    decide = batch.conclude(COMPLETED.data)
    assert when(decide, state(STARTED)) == [COMPLETED.data]
    assert when(decide, state(STARTED, COMPLETED)) == []
    assert when(decide, state(STARTED, REVERSED)) == []
    assert when(decide, state(STARTED, TURNED)) == []
    assert when(batch.conclude(REVERSED.data), state(STARTED, TURNED)) == [REVERSED.data]
    assert when(batch.start_reversal("T-1", "x", "E-boss"), state(STARTED, TURNED)) == []
    assert when(batch.conclude(REVERSED.data), state(STARTED, COMPLETED)) == [REVERSED.data]


def test_the_longest_ids_still_make_a_key() -> None:
    keys = {batch.key_of("T" * 100, step, "C" * 200) for step in ("moved", "back")}
    assert len(keys) == 2
    assert all(len(key) <= 200 for key in keys)
