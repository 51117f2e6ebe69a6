"""A claim on another's client, recorded as a fact, is a breach unless the rules allow it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from ledger.events.contacts import CallLogged
from ledger.events.ownership import (
    AccountTeamMemberAdded,
    AccountTeamMemberRemoved,
    ClientReassigned,
    ClientReserved,
    ContactBarred,
    Exclusion,
    ReservationPolicyPublished,
)
from ledger.events.people import AbsenceRecorded, EmployeeHired, OrgUnitDefined
from ledger.events.sales import OfferSent
from projections.tables.ownership import disputes
from tests.projections.ledgers import ledger_of, view
from tests.projections.stories import told

OFFER = OfferSent(offer="O-1")
RESERVED = (ClientReserved(employee="E-1"), "2026-01-02")
TEAM = (AccountTeamMemberAdded(employee="E-2", team_role="sales"), "2026-01-04")
BARRED = (ContactBarred(employee="E-2", reason="quarrel"), "2026-01-05")
UNTIL = datetime(2026, 1, 9, tzinfo=UTC)


def covered(first: int, last: int) -> tuple[Any, str]:
    days = {"first_day": date(2026, 1, first), "last_day": date(2026, 1, last)}
    return AbsenceRecorded(employee="E-1", substitute="E-2", **days), "2026-01-08"


PLACES = [
    (EmployeeHired(employee=employee, name=employee, unit=unit), "2025-01-01")
    for employee, unit in (("E-1", "U-1"), ("E-2", "U-2"))
]
BELOW = [
    (OrgUnitDefined(unit=unit, name=unit, kind="team", parent=parent), "2025-01-01")
    for unit, parent in (("U-1", "U-7"), ("U-7", "U-8"), ("U-2", "U-9"))
]
MOVED = (OrgUnitDefined(unit="U-2", name="U-2", kind="team", parent="U-3"), "2026-01-09")


def rules(*groups: tuple[str, ...], **more: Any) -> tuple[Any, str]:
    exclusions = tuple(Exclusion(units=group) for group in groups)
    return ReservationPolicyPublished(version=1, exclusions=exclusions, **more), "2026-01-01"


@pytest.mark.parametrize(
    ("facts", "breach"),
    [
        ([], False),
        ([RESERVED], True),
        ([(ClientReserved(employee="E-1"), "2026-01-20")], False),
        ([RESERVED, (ClientReassigned(to_employee="E-2", reason="workload"), "2026-01-05")], False),
        ([RESERVED, TEAM], False),
        ([RESERVED, TEAM, (AccountTeamMemberRemoved(employee="E-2"), "2026-01-05")], True),
        ([RESERVED, covered(9, 11)], False),
        ([RESERVED, covered(10, 10)], False),
        ([RESERVED, covered(9, 9)], True),
        ([RESERVED, covered(11, 11)], True),
        ([RESERVED, TEAM, BARRED], True),
        ([RESERVED, covered(9, 11), BARRED], True),
        ([RESERVED, TEAM, (BARRED[0], "2026-01-11")], False),
        ([RESERVED, TEAM, (ContactBarred(employee="E-2", reason="x", until=UNTIL), "2026-01-05")],
         False),
        ([RESERVED, *PLACES, rules(("U-1", "U-2"))], True),
        ([RESERVED, *PLACES, rules(("U-1", "U-3"))], False),
        ([RESERVED, *PLACES, *BELOW, rules(("U-8", "U-9"))], True),
        ([RESERVED, *PLACES, *BELOW, MOVED, rules(("U-8", "U-9"))], False),
        ([RESERVED, *PLACES, *BELOW, rules(("U-8", "U-3"))], False),
        ([RESERVED, rules(("U-1", "U-3"))], True),
        ([RESERVED, rules(claims=("deal.opened",))], None),
    ],
    ids=[
        "nobody has it", "reserved", "reserved later", "their own by then", "of the team",
        "of the team no more", "standing in", "standing in that day",
        "standing in until the day before", "standing in from the day after",
        "of the team, but barred", "standing in, but barred",
        "of the team, and barred later", "of the team, and barred no more",
        "units keep out of each other",
        "units need not keep out", "the units above keep out", "they were above no longer",
        "one of the units above need not keep out", "nobody knows the units",
        "offers claim nothing",
    ],
)  # fmt: skip
def test_an_offer_by_somebody_else(
    embedded_dsn: str, facts: list[tuple[Any, str]], breach: bool | None
) -> None:
    claim = told(OFFER, "2026-01-10", client="C-1", performed_by="E-2")
    events = [told(content, at, client="C-1") for content, at in facts]
    with ledger_of(embedded_dsn, [*events, claim]) as (_, connection):
        found = disputes.claims(connection, view(len(events) + 1), "C-1")
        listed = disputes.incidents(connection, view(len(events) + 1))
    assert [line.breach for line in found] == ([] if breach is None else [breach])
    assert [line.kind for line in listed] == (["breach"] if breach else [])


def test_the_policy_of_that_moment_says_what_claims(embedded_dsn: str) -> None:
    call = CallLogged(direction="outbound", outcome="reached")
    calls = [told(call, "2026-01-10", client="C-1", performed_by="E-2") for _ in range(2)]
    policy = told(ReservationPolicyPublished(version=1, claims=("call.logged",)), "2026-01-01")
    reserved = told(RESERVED[0], RESERVED[1], client="C-1")
    with ledger_of(embedded_dsn, [reserved, calls[0], policy, calls[1]]) as (_, connection):
        found = disputes.claims(connection, view(4), "C-1")
    assert [(line.position, line.breach) for line in found] == [(4, True)]
