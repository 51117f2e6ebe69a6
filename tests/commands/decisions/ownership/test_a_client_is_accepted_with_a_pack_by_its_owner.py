"""Given what was recorded, when a pack is issued or a client accepted, then this is decided."""

from typing import Any

import pytest

from commands.decisions.handle import Decision
from commands.decisions.ownership.handover import Handover, accept, issue, model
from ledger.errors import Refused
from ledger.events.clients import ClientRegistered
from ledger.events.ownership import (
    ClientReassigned,
    ContactBarred,
    CuratorAssigned,
    HandoverAccepted,
    HandoverPackIssued,
)
from ledger.events.people import EmployeeDeparted, EmployeeHired
from tests.commands.decisions.given import CONTEXT, event, given, told

START = (
    ClientRegistered(kind="company", name="Ёлка"),
    EmployeeHired(employee="E-1", name="Анна"),
    EmployeeHired(employee="E-2", name="Иван"),
    CuratorAssigned(employee="E-1"),
)
PACK = HandoverPackIssued(employee="E-2", as_of=4, sha256="ab" * 32)
TO_2 = ClientReassigned(from_employee="E-1", to_employee="E-2", reason="workload")
TO_1 = ClientReassigned(from_employee="E-2", to_employee="E-1", reason="workload")
ACCEPTED = HandoverAccepted(employee="E-2", sha256="ab" * 32)


def after(*facts: Any) -> Handover:
    days = (event(content, day) for day, content in enumerate((*START, *facts), start=1))
    found: Handover = given(model("C-1", "E-2"), *days)
    return found


def test_a_pack_is_issued_once_whoever_has_the_client() -> None:
    wanted = issue("E-2", 4, "ab" * 32)
    decision = wanted(after(), CONTEXT)
    assert told(decision) == [PACK]
    assert (decision.events[0].client, decision.events[0].recorded_by) == ("C-1", "E-boss")
    assert wanted(after(PACK), CONTEXT) == Decision()
    assert told(issue("E-2", 5, "cd" * 32)(after(PACK), CONTEXT))


@pytest.mark.parametrize(
    ("facts", "employee", "says"),
    [
        ((), "E-9", "iledger employee list"),
        ((EmployeeDeparted(employee="E-2", reason="resigned"),), "E-2", "name a present employee"),
        ((ContactBarred(employee="E-2", reason="quarrel"),), "E-2", "may not approach"),
    ],
)
def test_no_pack_for_who_cannot_have_the_client(
    facts: tuple[Any, ...], employee: str, says: str
) -> None:
    with pytest.raises(Refused, match=says):
        issue(employee, 4, "ab" * 32)(after(*facts), CONTEXT)


@pytest.mark.parametrize("order", [(PACK, TO_2), (TO_2, PACK)])
def test_the_owner_accepts_with_his_pack_once(order: tuple[Any, ...]) -> None:
    assert told(accept("E-2")(after(*order), CONTEXT)) == [ACCEPTED]
    assert accept("E-2")(after(*order, ACCEPTED), CONTEXT) == Decision()


def test_a_newer_pack_is_accepted_anew() -> None:
    newer = HandoverPackIssued(employee="E-2", as_of=6, sha256="cd" * 32)
    (found,) = told(accept("E-2", "понял")(after(PACK, TO_2, ACCEPTED, newer), CONTEXT))
    assert (found.sha256, found.remark) == ("cd" * 32, "понял")


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (
            (PACK,),
            "is owned by E-1, and only its owner can accept.*iledger client reassign C-1 --to E-2",
        ),
        ((TO_2,), "no pack.*iledger handover pack C-1 --to E-2 --issue"),
        ((PACK, TO_2, ACCEPTED, TO_1), "is owned by E-1"),
        ((PACK, TO_2, ACCEPTED, TO_1, TO_2), "no pack"),
    ],
    ids=["a stranger", "without a pack", "who had it once", "who has it again, with an old pack"],
)
def test_others_are_told_what_to_do(facts: tuple[Any, ...], says: str) -> None:
    with pytest.raises(Refused, match=says):
        accept("E-2")(after(*facts), CONTEXT)


def test_a_client_nobody_knows_is_refused() -> None:
    nothing = given(model("C-1", "E-2"))
    for decide in (issue("E-2", 4, "ab" * 32), accept("E-2")):
        with pytest.raises(Refused, match="iledger clients --search"):
            decide(nothing, CONTEXT)
