"""The team of a client: who joins it, in which role, and who leaves it."""

from commands.decisions.ownership import reassignment
from ledger.events import ownership as facts
from tests.commands.decisions.given import event, when
from tests.commands.decisions.sellers import state


def test_the_team_is_joined_and_left_once() -> None:
    joined = when(reassignment.join("E-1", "service"), state())
    assert joined[0].unit == "north"
    member = event(joined[0], 30)
    assert when(reassignment.join("E-1", "service"), state(member)) == []
    assert len(when(reassignment.leave("E-1"), state(member))) == 1
    assert when(reassignment.leave("E-1"), state()) == []


def test_who_is_in_the_team_may_take_another_role() -> None:
    member = event(facts.AccountTeamMemberAdded(employee="E-1", team_role="sales"), 30)
    (changed,) = when(reassignment.join("E-1", "service"), state(member))
    assert changed.team_role == "service"
    assert when(reassignment.join("E-1", "service"), state(member, event(changed, 31))) == []


def test_the_team_is_what_was_dated_last_as_on_the_card() -> None:
    member = event(facts.AccountTeamMemberAdded(employee="E-1", team_role="sales"), 30)
    before = event(facts.AccountTeamMemberRemoved(employee="E-1"), 20)
    assert len(when(reassignment.leave("E-1"), state(member, before))) == 1
