"""Reservation and curators as given–when–then tables: what follows, and what is refused."""

from datetime import date, timedelta
from typing import Any

import pytest

from commands.decisions import units
from commands.decisions.ownership import ownership, reassignment, reservation
from commands.decisions.ownership.ownership import Ownership
from ledger.envelope import Event
from ledger.errors import ClientTaken, Refused
from ledger.events import ownership as facts
from ledger.events.clients import ClientMerged
from ledger.events.people import AbsenceRecorded, EmployeeDeparted, OrgUnitDefined
from ledger.events.sales import OfferSent
from tests.commands.decisions.given import CONTEXT, NOW, day, event, given, told, when
from tests.commands.decisions.sellers import (
    CASE,
    OFFER,
    REGISTERED,
    STAFF,
    call,
    curated,
    policy,
    reserved,
    state,
)


def approach(ledger: Ownership) -> list[Any]:
    return when(reservation.approach(OFFER, "E-1"), ledger)


class TestAnApproach:
    def test_of_a_free_client_reserves_it(self) -> None:
        offer, claim = approach(state())
        assert offer == OFFER.data
        assert claim == facts.ClientReserved(
            employee="E-1", trigger=claim.trigger, basis="first_approach"
        )

    def test_of_ones_own_client_is_only_recorded(self) -> None:
        assert approach(state(reserved("E-1"))) == [OFFER.data]
        assert approach(state(reserved("E-1"), curated("E-1"))) == [OFFER.data]

    def test_of_a_client_in_the_pool_reserves_it_anew(self) -> None:
        released = event(facts.ClientReleased(reason="pool"), 30)
        assert [type(each) for each in approach(state(curated("E-2"), released))] == [
            OfferSent,
            facts.ClientReserved,
        ]

    @pytest.mark.parametrize(
        ("events", "rule"),
        [
            ((reserved("E-3"),), "reserved"),
            ((curated("E-3"),), "curated"),
            ((reserved("E-2"),), "other_branch"),
            ((reserved("E-3"), event(EmployeeDeparted(employee="E-3"), 30, None)), "reserved"),
        ],
    )
    def test_of_anothers_client_is_refused_and_recorded(
        self, events: tuple[Event, ...], rule: str
    ) -> None:
        decision = reservation.approach(OFFER, "E-1")(state(*events), CONTEXT)
        (blocked,) = told(decision)
        assert isinstance(blocked, facts.ApproachBlocked)
        assert (blocked.employee, blocked.attempted, blocked.rule) == ("E-1", "offer.sent", rule)
        assert isinstance(decision.refusal, ClientTaken)
        assert decision.refusal.claim == blocked.reservation
        assert blocked.owner is not None
        assert blocked.owner in str(decision.refusal)
        assert blocked.reservation is not None
        assert blocked.reservation in str(decision.refusal)
        assert "iledger client reassign C-1 --to E-1 --reason" in str(decision.refusal)

    def test_is_of_another_branch_whoever_was_known_to_have_the_client(self) -> None:
        nobody_named = ownership.model("C-1", "E-1", seller="E-1")
        known = given(nobody_named, *STAFF, REGISTERED, reserved("E-2"))
        (blocked,) = when(reservation.approach(OFFER, "E-1"), known)
        assert (blocked.owner, blocked.rule) == ("E-2", "other_branch")
        away = AbsenceRecorded(
            employee="E-2", first_day=day(150).date(), last_day=day(160).date(), substitute="E-1"
        )
        covered = given(nobody_named, *STAFF, REGISTERED, reserved("E-2"), event(away, 140, None))
        assert approach(covered) == [OFFER.data]

    def test_by_the_team_or_by_who_stands_in_is_allowed(self) -> None:
        member = event(facts.AccountTeamMemberAdded(employee="E-1", team_role="service"), 30)
        away = AbsenceRecorded(
            employee="E-2", first_day=day(150).date(), last_day=day(160).date(), substitute="E-1"
        )
        for allowed in (member, event(away, 140, None)):
            assert approach(state(curated("E-2"), allowed)) == [OFFER.data]
        gone = event(facts.AccountTeamMemberRemoved(employee="E-1"), 40)
        assert approach(state(curated("E-2"), member, gone)) != [OFFER.data]

    @pytest.mark.parametrize(("first", "last"), [(0, 0), (-1, 0), (0, 1)])
    def test_by_who_stands_in_is_allowed_from_the_first_day_to_the_last(
        self, first: int, last: int
    ) -> None:
        begins, ends = (NOW.date() + timedelta(days=each) for each in (first, last))
        away = AbsenceRecorded(employee="E-2", first_day=begins, last_day=ends, substitute="E-1")
        assert approach(state(curated("E-2"), event(away, 140, None))) == [OFFER.data]

    def test_by_who_stands_in_for_good_is_allowed(self) -> None:
        first, last = date(1900, 1, 1), date(2199, 12, 31)
        away = AbsenceRecorded(employee="E-2", first_day=first, last_day=last, substitute="E-1")
        assert approach(state(curated("E-2"), event(away, 140, None))) == [OFFER.data]

    def test_across_units_that_do_not_exclude_each_other_is_allowed(self) -> None:
        apart = policy(exclusions=(facts.Exclusion(units=("north", "west")),))
        assert approach(state(apart, reserved("E-2"))) == [OFFER.data]
        together = policy(exclusions=(facts.Exclusion(units=("north", "south")),))
        assert approach(state(together, reserved("E-2"))) != [OFFER.data]

    def test_exclusions_go_for_the_units_below_at_that_time(self) -> None:
        def below(unit: str, parent: str | None, at: int) -> Event:
            content = OrgUnitDefined(unit=unit, name=unit, kind="team", parent=parent)
            return event(content, at, None, key=f"{unit}/{at}")

        apart = policy(exclusions=(facts.Exclusion(units=("land", "sea")),))
        tree = (below("north", "hill", 1), below("hill", "land", 1), below("south", "sea", 1))
        assert approach(state(apart, reserved("E-2"), *tree)) != [OFFER.data]
        freed = (*tree, below("south", None, 30))
        assert approach(state(apart, reserved("E-2"), *freed)) == [OFFER.data]
        circle = (*tree, below("land", "north", 1))
        assert approach(state(apart, reserved("E-2"), *circle)) != [OFFER.data]

    def test_reads_the_units_only_where_the_policy_goes_by_them(self) -> None:
        apart = policy(exclusions=(facts.Exclusion(units=("land", "sea")),))
        for needed, events in ((True, (apart, reserved("E-2"))), (False, (apart,)),
                               (False, (reserved("E-2"),))):  # fmt: skip
            assert (units.ALL in list(CASE.widen(state(*events)))) is needed

    def test_of_an_id_merged_into_another_is_refused(self) -> None:
        merged = event(ClientMerged(survivor="C-5", absorbed="C-1", evidence="x"), 30, "C-5")
        with pytest.raises(Refused, match="merged into C-5; use that id"):
            approach(state(merged))

    def test_that_the_policy_does_not_let_claim_reserves_nothing(self) -> None:
        assert approach(state(policy(claims=("meeting.held",)))) == [OFFER.data]

    def test_by_an_employee_who_is_barred_is_refused(self) -> None:
        barred = event(facts.ContactBarred(employee="E-1", reason="quarrel"), 30)
        decision = reservation.approach(OFFER, "E-1")(state(barred), CONTEXT)
        assert told(decision)[0].rule == "contact_barred"
        assert decision.refusal
        over = event(facts.ContactBarred(employee="E-1", reason="quarrel", until=day(31)), 30)
        assert len(approach(state(over))) == 2

    def test_goes_by_the_last_change_where_clocks_or_callers_race(self) -> None:
        later = event(facts.ClientReserved(employee="E-3"), NOW.replace(hour=13))
        decision = reservation.approach(OFFER, "E-1")(state(later), CONTEXT)
        assert isinstance(decision.refusal, ClientTaken)


class TestAReservation:
    def test_lasts_as_long_as_the_policy_says(self) -> None:
        (_, claim) = approach(state(policy(days=90)))
        assert (claim.policy_version, claim.expires_at) == (7, NOW + (day(90) - day(0)))

    def test_that_has_run_out_makes_room_for_another(self) -> None:
        ran_out = state(policy(days=30), reserved("E-2", 10, expires_at=day(40)))
        decision = reservation.approach(OFFER, "E-1")(ran_out, CONTEXT)
        assert [type(each) for each in told(decision)] == [
            OfferSent,
            facts.ReservationExpired,
            facts.ClientReserved,
        ]
        assert decision.events[1].occurred_at == day(40)
        assert len({each.key for each in decision.events}) == 3

    def test_that_has_run_out_makes_room_first_for_who_came_meanwhile(self) -> None:
        ran_out = (policy(days=30), reserved("E-2", 10, expires_at=day(40)))
        decision = reservation.approach(OFFER, "E-1")(state(*ran_out, reserved("E-3", 60)), CONTEXT)
        expired, blocked = told(decision)
        assert expired == facts.ReservationExpired(employee="E-2")
        assert (blocked.owner, blocked.rule) == ("E-3", "reserved")
        assert isinstance(decision.refusal, ClientTaken)
        own = when(reservation.approach(OFFER, "E-1"), state(*ran_out, reserved("E-1", 60)))
        assert own == [expired, OFFER.data]
        reserve = reservation.reserve("E-1")
        assert when(reserve, state(*ran_out, reserved("E-1", 60))) == [expired]
        over = reserved("E-3", 60, expires_at=day(60))
        both = reservation.expire()(state(*ran_out, over), CONTEXT)
        assert [(each.data.employee, each.occurred_at) for each in both.events] == [
            ("E-2", day(40)), ("E-3", day(60)),
        ]  # fmt: skip

    def test_is_renewed_by_real_contact_of_its_owner(self) -> None:
        days = policy(days=30)
        claim = reserved("E-2", 10, expires_at=day(40))
        renewed = state(days, claim, call("E-2", 140))
        assert isinstance(reservation.approach(OFFER, "E-1")(renewed, CONTEXT).refusal, ClientTaken)
        for idle in (call("E-2", 140, "no_answer"), call("E-3", 140)):
            assert len(approach(state(days, claim, idle))) == 3

    def test_ends_when_it_has_run_out_and_not_before(self) -> None:
        claim = reserved("E-2", 10, expires_at=day(40))
        assert when(reservation.expire(), state(policy(days=30), claim)) == [
            facts.ReservationExpired(employee="E-2")
        ]
        assert when(reservation.expire(), state(reserved("E-2"))) == []
        assert when(reservation.expire(), state(claim, curated("E-2"))) == []

    def test_keeps_to_the_limits_of_the_policy(self) -> None:
        two = [event(facts.ClientReserved(employee="E-1"), 5, f"C-{n}") for n in (2, 3)]
        full = state(policy(clients_per_seller=2), *two)
        decision = reservation.approach(OFFER, "E-1")(full, CONTEXT)
        assert told(decision)[0].rule == "portfolio_full"
        until_july = event(facts.ClientReassigned(to_employee="E-3", from_employee="E-1",
            reason="workload", effective_at=day(200)), 20, "C-3")  # fmt: skip
        from_july = event(facts.CuratorAssigned(employee="E-1", effective_at=day(200)), 20, "C-3")
        later = state(policy(clients_per_seller=2), *two, until_july)
        assert told(reservation.approach(OFFER, "E-1")(later, CONTEXT))[0].rule == "portfolio_full"
        assert len(approach(state(policy(clients_per_seller=2), two[0], from_july))) == 2
        former = (curated("E-1", 100), event(facts.ClientReleased(reason="pool"), 140))
        again = reservation.approach(OFFER, "E-1")(
            state(policy(former_owner_days=60), *former), CONTEXT
        )
        assert told(again)[0].rule == "former_owner"
        assert len(approach(state(policy(former_owner_days=5), *former))) == 2

    def test_by_hand_needs_a_known_client_and_an_employee(self) -> None:
        assert when(reservation.reserve("E-1"), state(reserved("E-1"))) == []
        with pytest.raises(Refused, match="ever registered"):
            reservation.reserve("E-1")(given(CASE, *STAFF), CONTEXT)
        with pytest.raises(Refused, match="no employee 'E-9'"):
            reservation.reserve("E-9")(state(), CONTEXT)


class TestACurator:
    def test_is_assigned_to_a_client_that_nobody_has(self) -> None:
        (assigned,) = when(reassignment.assign("E-1"), state())
        assert assigned == facts.CuratorAssigned(employee="E-1")
        assert when(reassignment.assign("E-1"), state(curated("E-1"))) == []
        assert len(when(reassignment.assign("E-1"), state(reserved("E-1")))) == 1
        with pytest.raises(Refused, match="iledger client reassign C-1 --to E-1"):
            reassignment.assign("E-1")(state(reserved("E-2")), CONTEXT)

    def test_passes_a_client_on_and_says_from_whom(self) -> None:
        pass_on = reassignment.reassign("E-2", reason="workload", approved_by="E-boss")
        (moved,) = when(pass_on, state(curated("E-1")))
        assert (moved.from_employee, moved.to_employee) == ("E-1", "E-2")

    def test_may_change_from_a_day_ahead(self) -> None:
        ahead = reassignment.reassign(
            "E-2", reason="workload", approved_by="E-boss", effective_at=day(200)
        )
        (moved,) = when(ahead, state(curated("E-1")))
        planned = state(curated("E-1"), event(moved, NOW))
        assert [planned.holding(at).owner for at in (NOW, day(199), day(200))] == [  # type: ignore[union-attr]
            "E-1", "E-1", "E-2",
        ]  # fmt: skip

    def test_of_a_released_client_is_nobody(self) -> None:
        let_go = reassignment.release(reason="pool", approved_by=None)
        (released,) = when(let_go, state(curated("E-1")))
        assert released.from_employee == "E-1"
        assert when(let_go, state(curated("E-1"), event(released, 30))) == []


REASSIGN = {"reason": "workload", "approved_by": "E-boss"}
BARRED = facts.ContactBarred(employee="E-2", reason="quarrel")
MERGED = ClientMerged(survivor="C-5", absorbed="C-1", evidence="x")


@pytest.mark.parametrize(
    ("to", "options", "events", "says"),
    [
        ("E-9", {}, (curated("E-1"),), "no employee 'E-9'"),
        ("E-2", {}, (curated("E-1"), event(EmployeeDeparted(employee="E-2"), 30, None)), "left on"),
        ("E-1", {}, (curated("E-1"),), "is already owned by E-1"),
        ("E-2", {}, (), "iledger client assign C-1 --to E-2"),
        ("E-2", {"effective_at": day(0)}, (), "known only since"),
        ("E-2", {"effective_at": day(19)}, (curated("E-1"),), "would come before it"),
        ("E-2", {}, (curated("E-1"), curated("E-3", 160)), "would come before it"),
        ("E-2", {}, (curated("E-1"), event(BARRED, 30)), "may not approach"),
        ("E-2", {}, (curated("E-1"), event(MERGED, 30)), "was merged into C-5"),
    ],
)
def test_a_reassignment_is_refused_with_what_to_do(
    to: str, options: dict[str, Any], events: tuple[Event, ...], says: str
) -> None:
    with pytest.raises(Refused, match=says):
        reassignment.reassign(to, **REASSIGN | options)(state(*events), CONTEXT)
