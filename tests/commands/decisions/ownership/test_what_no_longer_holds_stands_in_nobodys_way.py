"""What was true of a client and no longer is, or is true of others, decides nothing."""

from datetime import timedelta

import pytest

from commands.decisions.ownership import reassignment, reservation
from ledger.envelope import Event
from ledger.events import ownership as facts
from ledger.events.clients import ClientMerged, ClientRegistered, ClientUnmerged
from ledger.events.people import AbsenceRecorded
from tests.commands.decisions.given import CONTEXT, NOW, day, event, when
from tests.commands.decisions.sellers import OFFER, curated, policy, reserved, state


@pytest.mark.parametrize("owned", [reserved("E-1"), curated("E-1")])
@pytest.mark.parametrize("whose", ["E-1", "E-2"])
def test_a_reservation_expires_for_its_owner_alone(owned: Event, whose: str) -> None:
    expired = event(facts.ReservationExpired(employee=whose), 30)
    ends = whose == "E-1" and isinstance(owned.data, facts.ClientReserved)
    assert (state(owned, expired).holding(NOW) is None) == ends


def test_a_bar_is_over_at_its_end() -> None:
    barred = event(facts.ContactBarred(employee="E-1", reason="quarrel", until=NOW), 30)
    assert when(reassignment.join("E-1", "service"), state(barred))


def test_a_reservation_has_run_out_at_its_end() -> None:
    over = state(policy(days=30), reserved("E-2", expires_at=NOW))
    assert when(reservation.expire(), over) == [facts.ReservationExpired(employee="E-2")]


def test_a_former_owner_has_waited_long_enough_when_the_days_are_over() -> None:
    released = event(facts.ClientReleased(reason="pool"), NOW - timedelta(days=5))
    again = state(policy(former_owner_days=5), curated("E-1"), released)
    assert reservation.approach(OFFER, "E-1")(again, CONTEXT).refusal is None


def test_who_stands_in_for_another_does_not_for_the_owner() -> None:
    today = NOW.date()
    away = AbsenceRecorded(employee="E-3", first_day=today, last_day=today, substitute="E-1")
    taken = state(curated("E-2"), event(away, 140, None))
    assert reservation.approach(OFFER, "E-1")(taken, CONTEXT).refusal is not None


def test_a_client_is_known_since_it_was_first_registered() -> None:
    again = event(ClientRegistered(kind="company", name="Ёлка"), 50)
    assert state(again).known_since == day(1)
    earlier = event(ClientRegistered(kind="company", name="Ёлка"), 0)
    assert state(earlier).known_since == day(0)


def test_a_client_separated_again_can_be_decided_on() -> None:
    merged = event(ClientMerged(survivor="C-9", absorbed="C-1", evidence="x"), 30)
    apart = event(ClientUnmerged(survivor="C-9", absorbed="C-1", reason="x"), 40)
    assert when(reassignment.assign("E-1"), state(merged, apart))
