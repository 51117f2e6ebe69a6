"""A bar keeps an employee from a client, which is not theirs then, nor is to be."""

import pytest

from commands.decisions.ownership import reassignment
from ledger.errors import Refused
from ledger.events import ownership as facts
from tests.commands.decisions.given import CONTEXT, NOW, day, event, when
from tests.commands.decisions.sellers import curated, state


def test_a_bar_keeps_an_employee_from_a_client_but_not_its_owner() -> None:
    (barred,) = when(reassignment.bar("E-1", reason="quarrel"), state())
    assert barred.employee == "E-1"
    with pytest.raises(Refused, match="own"):
        reassignment.bar("E-1", reason="quarrel")(state(curated("E-1")), CONTEXT)
    for ended in (day(3), NOW):
        with pytest.raises(Refused, match="before it begins"):
            reassignment.bar("E-1", reason="quarrel", until=ended)(state(), CONTEXT)


def test_a_bar_keeps_nobody_from_a_client_that_will_be_theirs() -> None:
    passing = event(
        facts.ClientReassigned(to_employee="E-1", reason="departure", effective_at=day(200)), 30
    )
    soon = state(curated("E-2"), passing)
    for too_long in (None, day(201)):
        with pytest.raises(
            Refused, match=r"from 2026-07-20 00:00 UTC on.*--effective 2026-07-20T00:00"
        ):
            reassignment.bar("E-1", reason="quarrel", until=too_long)(soon, CONTEXT)
    for until in (day(199), day(200)):
        assert when(reassignment.bar("E-1", reason="quarrel", until=until), soon)
    handed_on = event(
        facts.ClientReassigned(to_employee="E-3", reason="conflict", effective_at=day(200)), 31
    )
    assert when(reassignment.bar("E-1", reason="quarrel"), state(curated("E-2"), handed_on))


def test_nobody_joins_the_team_of_a_client_that_they_may_not_approach() -> None:
    barred = event(facts.ContactBarred(employee="E-1", reason="quarrel"), 30)
    with pytest.raises(Refused, match="may not approach"):
        reassignment.join("E-1", "service")(state(barred), CONTEXT)
