"""Given what was recorded, when a conflict or a dispute is spoken of, then this is decided."""

from typing import Any

import pytest

from commands.decisions.handle import Decision, DecisionModel
from commands.decisions.ownership.disputes import (
    Disputes,
    claim,
    dispute_model,
    judge,
    known,
    model,
    next_step,
    report,
    settle,
)
from ledger.errors import NotFound, Refused
from ledger.events.clients import ClientMerged, ClientRegistered
from ledger.events.ownership import (
    ClientReassigned,
    ConflictReported,
    ConflictResolved,
    CuratorAssigned,
    OwnershipDisputeOpened,
    OwnershipDisputeResolved,
)
from ledger.events.people import EmployeeDeparted, EmployeeHired
from tests.commands.decisions.given import CONTEXT, event, given, told

START = (
    ClientRegistered(kind="company", name="Ёлка"),
    EmployeeHired(employee="E-1", name="Анна"),
    EmployeeHired(employee="E-2", name="Иван"),
    CuratorAssigned(employee="E-1"),
)
REPORTED = ConflictReported(employee="E-1", severity="high", account="кричит")
SETTLED = ConflictResolved(employee="E-1", outcome="reconciled")
OPENED = OwnershipDisputeOpened(dispute="D-1", claimant="E-2", respondent="E-1", claim="я первый")
JUDGED = OwnershipDisputeResolved(
    dispute="D-1", decision="claimant", decided_by="E-boss", grounds="первое предложение"
)


def state(of: DecisionModel, *facts: Any) -> Disputes:
    found: Disputes = given(of, *(event(fact, day) for day, fact in enumerate(facts, start=1)))
    return found


def after(*facts: Any) -> Disputes:
    return state(model("C-1", "E-1", "E-2", dispute="D-1"), *START, *facts)


def test_a_conflict_is_reported_and_settled() -> None:
    again = report("E-1", "high", "кричит")
    assert told(again(after(), CONTEXT)) == [REPORTED]
    assert again(after(REPORTED), CONTEXT) == Decision()
    assert told(report("E-1", "low")(after(REPORTED), CONTEXT)), "something else is news"
    assert told(settle("E-1", "reconciled")(after(REPORTED), CONTEXT)) == [SETTLED]


def test_a_conflict_can_be_settled_although_the_client_was_merged_since() -> None:
    merged = ClientMerged(survivor="C-5", absorbed="C-1", evidence="ИНН")
    assert told(settle("E-1", "unfounded")(after(REPORTED, merged), CONTEXT))


def test_a_conflict_that_is_not_open_cannot_be_settled() -> None:
    for facts in ((), (REPORTED, SETTLED)):
        with pytest.raises(Refused, match="iledger client conflict report C-1 --employee E-1"):
            settle("E-1", "unfounded")(after(*facts), CONTEXT)


def test_what_was_recorded_late_takes_its_place_in_time() -> None:
    def dated(*facts: tuple[Any, str]) -> Disputes:
        start = [event(fact, 0) for fact in START]
        found: Disputes = given(model("C-1", "E-1"), *start, *(event(*each) for each in facts))
        return found

    resolved = dated((SETTLED, "2026-03-12T00:00Z"), (REPORTED, "2026-03-10T00:00Z"))
    assert told(report("E-1", "high", "кричит")(resolved, CONTEXT)) == [REPORTED]
    with pytest.raises(Refused, match="no open conflict"):
        settle("E-1", "unfounded")(resolved, CONTEXT)
    first = ConflictReported(employee="E-1", severity="low")
    still_open = dated(
        (REPORTED, "2026-03-20T00:00Z"),
        (first, "2026-03-01T00:00Z"),
        (SETTLED, "2026-03-05T00:00Z"),
    )
    assert report("E-1", "high", "кричит")(still_open, CONTEXT) == Decision()
    assert told(settle("E-1", "reconciled")(still_open, CONTEXT)) == [SETTLED]


def test_reassigned_is_no_outcome_while_the_client_is_still_his() -> None:
    with pytest.raises(Refused, match="iledger client reassign C-1"):
        settle("E-1", "reassigned")(after(REPORTED), CONTEXT)
    passed = ClientReassigned(from_employee="E-1", to_employee="E-2", reason="conflict")
    assert told(settle("E-1", "reassigned")(after(REPORTED, passed), CONTEXT))


def test_a_dispute_is_opened_even_with_somebody_who_has_left() -> None:
    left = EmployeeDeparted(employee="E-1", reason="resigned")
    decision = claim("D-1", "E-2", "E-1", "я первый")(after(left), CONTEXT)
    assert told(decision) == [OPENED]
    assert decision.events[0].client == "C-1"


@pytest.mark.parametrize(
    ("facts", "parties", "says"),
    [
        ((), ("E-1", "E-1"), "both"),
        ((), ("E-9", "E-1"), "iledger employee list"),
        ((), ("E-1", "E-9"), "iledger employee list"),
        ((OPENED,), ("E-2", "E-1"), "choose another id"),
        ((OPENED, JUDGED), ("E-2", "E-1"), "choose another id"),
        ((JUDGED,), ("E-2", "E-1"), "choose another id"),
    ],
)
def test_a_dispute_that_makes_no_sense_is_refused(
    facts: tuple[Any, ...], parties: tuple[str, str], says: str
) -> None:
    with pytest.raises(Refused, match=says):
        claim("D-1", *parties, "моё")(after(*facts), CONTEXT)


def test_the_same_two_dispute_one_thing_at_a_time() -> None:
    with pytest.raises(Refused, match="iledger dispute resolve D-1"):
        claim("D-2", "E-1", "E-2", "нет, я")(after(OPENED), CONTEXT)
    assert told(claim("D-2", "E-1", "E-2", "нет, я")(after(OPENED, JUDGED), CONTEXT))


def test_a_dispute_is_resolved_once() -> None:
    of = dispute_model("D-1")
    decide = judge("D-1", "claimant", "первое предложение")
    decision = decide(state(of, OPENED), CONTEXT)
    assert told(decision) == [JUDGED]
    assert decision.events[0].client == "C-1"
    with pytest.raises(Refused, match=r"resolved already: claimant \(position 2\)"):
        decide(state(of, OPENED, JUDGED), CONTEXT)
    with pytest.raises(Refused, match=r"resolved already: claimant \(position 1\)"):
        decide(state(of, JUDGED, OPENED), CONTEXT)
    with pytest.raises(NotFound, match="iledger dispute list"):
        decide(state(of), CONTEXT)


def test_a_resolution_names_the_next_step() -> None:
    found = known(state(dispute_model("D-1"), OPENED), "D-1")
    steps = {each: next_step(found, each) for each in ("claimant", "respondent", "shared")}
    assert "iledger client reassign C-1 --to E-2 --reason dispute" in steps["claimant"]
    assert "iledger client reassign C-1 --to E-1 --reason dispute" in steps["respondent"]
    assert "iledger client team add C-1 --employee E-2" in steps["shared"]
    assert "iledger client release C-1" in next_step(found, "neither")
