"""What is dated ahead stands in nobody's way; what is dated by a day has its place in that day."""

from datetime import timedelta
from typing import Any

import pytest

from commands.decisions.ownership import reassignment
from ledger.errors import Refused
from ledger.events import ownership as facts
from tests.commands.decisions.given import CONTEXT, NOW, day, event, when
from tests.commands.decisions.sellers import curated, state

REASSIGN: dict[str, Any] = {"reason": "workload", "approved_by": "E-boss"}


def test_what_is_dated_ahead_is_in_nobodys_way_and_can_be_cancelled() -> None:
    ahead = facts.ClientReleased(from_employee="E-1", reason="pool", effective_at=day(200))
    planned = state(curated("E-1"), event(ahead, 30))
    (moved,) = when(reassignment.reassign("E-2", **REASSIGN), planned)
    assert (moved.from_employee, moved.to_employee) == ("E-1", "E-2")
    assert len(when(reassignment.release(reason="x", approved_by=None), planned)) == 1
    (cancelled,) = when(reassignment.cancel("they stay"), planned)
    assert cancelled.annulled_type == "client.released"
    later = CONTEXT._replace(at=day(201))  # it has taken effect
    with pytest.raises(Refused, match="no change is dated ahead"):
        reassignment.cancel("they stay")(planned, later)
    with pytest.raises(Refused, match="would come before it"):
        reassignment.reassign("E-2", **REASSIGN, effective_at=day(199))(planned, later)


def test_what_takes_effect_at_this_moment_is_no_longer_ahead() -> None:
    ahead = facts.ClientReleased(from_employee="E-1", reason="pool", effective_at=day(200))
    planned = state(curated("E-1"), event(ahead, 30))
    with pytest.raises(Refused, match="no change is dated ahead"):
        reassignment.cancel("they stay")(planned, CONTEXT._replace(at=day(200)))


def test_of_several_changes_ahead_one_can_be_cancelled_alone() -> None:
    passing = [
        event(
            facts.ClientReassigned(to_employee=to, reason="departure", effective_at=day(at)),
            30, key=to,
        )
        for to, at in (("E-2", 200), ("E-3", 210))
    ]  # fmt: skip
    planned = state(curated("E-1"), *passing)
    last = planned.changes[-1]
    (cancelled,) = when(reassignment.cancel("they stay", last.position), planned)
    assert cancelled.event == last.event_id
    assert len(when(reassignment.cancel("they stay"), planned)) == 2


def test_a_client_passes_from_the_pool_once_released() -> None:
    released = event(facts.ClientReleased(from_employee="E-1", reason="pool"), 30)
    (moved,) = when(reassignment.reassign("E-2", **REASSIGN), state(curated("E-1"), released))
    assert (moved.from_employee, moved.to_employee) == (None, "E-2")


def test_a_client_released_on_the_date_of_the_day_when_it_was_assigned_is_nobodys() -> None:
    at_noon = event(facts.CuratorAssigned(employee="E-1"), day(30) + timedelta(hours=12))
    released = event(facts.ClientReleased(from_employee="E-1", reason="pool"), "2026-01-31")
    assert state(at_noon, released).holding(NOW) is None
    assert state(released, at_noon).holding(NOW) is not None


def test_a_date_is_over_at_midnight() -> None:
    at_midnight = event(facts.CuratorAssigned(employee="E-1"), day(31))
    in_march = event(facts.CuratorAssigned(employee="E-1"), day(60))
    released = facts.ClientReleased(from_employee="E-1", reason="pool")
    assert state(at_midnight, event(released, "2026-01-31")).holding(NOW) is not None
    assert state(in_march, event(released, "2026-02")).holding(NOW) is not None


def test_a_month_outlasts_a_day_in_it_that_was_recorded_before() -> None:
    of_a_day = event(facts.CuratorAssigned(employee="E-1"), "2026-01-15")
    released = event(facts.ClientReleased(from_employee="E-1", reason="pool"), "2026-01")
    assert state(of_a_day, released).holding(NOW) is None
