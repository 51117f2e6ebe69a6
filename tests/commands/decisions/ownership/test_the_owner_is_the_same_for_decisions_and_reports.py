"""Decisions fold events in Python, reports ask SQL: about the owner at any time they agree.

And about whether an approach to another's client is one that the rules forbid, and about what
conflicts and disputes are open.
"""

from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from commands.decisions import handle
from commands.decisions.ownership import disputes as decided
from commands.decisions.ownership import ownership, reservation
from ledger.api import Ledger
from ledger.envelope import Event
from ledger.errors import Refused
from ledger.events.ownership import (
    ClientReassigned,
    ClientReserved,
    ConflictReported,
    ConflictResolved,
    Exclusion,
    OwnershipDisputeOpened,
    OwnershipDisputeResolved,
    ReservationPolicyPublished,
)
from ledger.events.people import EmployeeDeparted, EmployeeHired, EmployeeMoved, OrgUnitDefined
from ledger.events.sales import OfferSent
from projections.engine.catch_up import catch_up
from projections.questions.clients import card
from projections.tables.ownership import disputes
from projections.tables.ownership import ownership as reported
from tests.projections.ledgers import ledger_of, view
from tests.projections.random_events import POOLS, histories
from tests.projections.stories import told
from tests.surroundings.groups import examples

MOMENTS = [
    datetime(2026, month, day, hour, tzinfo=UTC)
    for month in (1, 2, 3)
    for day, hour in ((1, 0), (10, 6), (10, 21), (28, 22))
]


@settings(max_examples=examples(), suppress_health_check=[HealthCheck.too_slow])
@given(events=histories("ownership"))
def test_at_any_time(embedded_dsn: str, events: list[Event]) -> None:
    with ledger_of(embedded_dsn, events) as (target, connection), Ledger(target) as ledger:
        for client in POOLS["client"]:
            state, _ = handle.read(ledger, ownership.model(client), handle.Memory())
            for at in MOMENTS:
                holding = state.holding(at)
                rows = reported.owner(connection, view(len(events), at), client)
                found = [(row.owner, row.kind) for row in rows if row.owner]
                assert found == ([(holding.owner, holding.kind)] if holding else [])


AT = datetime(2026, 6, 1, tzinfo=UTC)
DAYS = st.sampled_from(["unknown", "2026-01-10", "2026-02", "2026-03-05T10:00:00Z"])
UNITS = st.sampled_from(["U-1", "U-2", "U-3", "U-4", "U-5"])
SELLERS = st.sampled_from(["E-1", "E-2"])
GROUPS = st.lists(st.lists(UNITS, min_size=1, max_size=2), max_size=2)
STAFF = [
    told(EmployeeHired(employee=each, name=each, unit=unit), "2026-01-01")
    for each, unit in (("E-1", "U-1"), ("E-2", "U-2"))
]
TURNS = st.one_of(
    st.tuples(UNITS, st.none() | UNITS)
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: OrgUnitDefined(unit=pair[0], name="x", kind="team", parent=pair[1])),
    st.tuples(SELLERS, UNITS).map(lambda pair: EmployeeMoved(employee=pair[0], to_unit=pair[1])),
    SELLERS.map(lambda seller: EmployeeDeparted(employee=seller)),
    SELLERS.map(lambda seller: ClientReserved(employee=seller)),
    SELLERS.map(lambda seller: ClientReassigned(to_employee=seller, reason="workload")),
    GROUPS.map(
        lambda groups: ReservationPolicyPublished(
            version=1, exclusions=tuple(Exclusion(units=tuple(units)) for units in groups)
        )
    ),
)


@settings(max_examples=examples(), suppress_health_check=[HealthCheck.too_slow])
@given(turns=st.lists(st.tuples(TURNS, DAYS, st.none() | UNITS), min_size=3, max_size=12))
def test_about_what_the_rules_forbid(embedded_dsn: str, turns: list[Any]) -> None:
    events = [told(data, at, client="C-1", unit=unit) for data, at, unit in turns]
    offer = told(OfferSent(offer="O-1"), AT.isoformat(), client="C-1", performed_by="E-2")
    with ledger_of(embedded_dsn, [*STAFF, *events]) as (target, connection):
        with Ledger(target) as ledger:
            model = ownership.model("C-1", "E-2", seller="E-2")
            context = handle.Context("crm", AT, performed_by="E-2", key="offer")
            try:
                decision = handle.propose(
                    ledger, model, context, reservation.approach(offer, "E-2")
                )
            except Refused:  # he has left: then he decides nothing, whatever is recorded of him
                assume(False)
            ledger.append(offer)
        catch_up(connection, target)
        position = len(STAFF) + len(events) + 1
        found = disputes.claims(connection, view(position, AT), "C-1")
        assert [line.breach for line in found] == [decision.refusal is not None]


DATES = st.sampled_from(
    ["unknown", "2026-03", "2026-03-05", "2026-03-05T10:00:00Z", "2026-03-05T18:00:00Z",
     "2026-03-20T10:00:00Z"]
)  # fmt: skip
DISPUTES = st.sampled_from(["DS-1", "DS-2"])
QUARRELS = st.one_of(
    st.tuples(SELLERS, st.sampled_from(["loud", "late"])).map(
        lambda pair: ConflictReported(employee=pair[0], account=pair[1])
    ),
    SELLERS.map(lambda seller: ConflictResolved(employee=seller, outcome="reconciled")),
    DISPUTES.map(
        lambda id_: OwnershipDisputeOpened(
            dispute=id_, claimant="E-1", respondent="E-2", claim="mine"
        )
    ),
    DISPUTES.map(
        lambda id_: OwnershipDisputeResolved(
            dispute=id_, decision="shared", decided_by="E-3", grounds="both"
        )
    ),
)


@settings(max_examples=examples(), suppress_health_check=[HealthCheck.too_slow])
@given(quarrels=st.lists(st.tuples(QUARRELS, DATES), min_size=2, max_size=8))
def test_about_what_is_open(embedded_dsn: str, quarrels: list[Any]) -> None:
    events = [told(data, at, client="C-1") for data, at in quarrels]
    with ledger_of(embedded_dsn, events) as (target, connection), Ledger(target) as ledger:
        state, _ = handle.read(ledger, decided.model("C-1", "E-1", "E-2"), handle.Memory())
        seen = view(len(events), AT)
        listed = card.card(connection, seen, "C-1").open_conflicts
        conflicts = ((each, state.open_conflict(each)) for each in ("E-1", "E-2"))
        assert [(line.name, line.account) for line in listed] == [
            (employee, report.account) for employee, report in conflicts if report
        ]
        rows = disputes.disputes(connection, seen)
        assert [(row.dispute, row.resolved_position) for row in rows] == [
            (each.dispute, each.ended[0] if each.ended else None) for each in state.disputes
        ]
