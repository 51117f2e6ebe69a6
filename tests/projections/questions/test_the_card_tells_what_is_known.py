"""Given events, when the card is asked for, then these lines, on both time axes."""

from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ledger.envelope import Event
from ledger.errors import NotFound
from ledger.events.clients import (
    ClientFactConfirmed,
    ClientFactRecorded,
    ClientFactRetracted,
    ClientRegistered,
    ContactPersonAdded,
    ContactPersonLeft,
    ContactRoleChanged,
    ProspectConverted,
    ProspectRegistered,
    SpecialTermsGranted,
)
from ledger.events.contacts import (
    CallLogged,
    CorrespondenceReceived,
    CorrespondenceSent,
    MeetingCancelled,
    MeetingHeld,
    MeetingPlanned,
    MoodNoted,
    NoteShared,
)
from ledger.events.ownership import (
    AccountTeamMemberAdded,
    AccountTeamMemberRemoved,
    ClientReassigned,
    ConflictReported,
    ConflictResolved,
    CuratorAssigned,
    OwnershipDisputeOpened,
    OwnershipDisputeResolved,
)
from ledger.events.people import EmployeeDeparted, EmployeeHired, OrgUnitDefined
from ledger.events.sales import (
    DealLost,
    DealOpened,
    DealWon,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferSent,
)
from ledger.events.service import CaseClosed, CaseOpened, CaseResolved
from ledger.events.work import TaskAssigned, TaskCancelled, TaskCompleted
from projections.questions.clients import card
from projections.questions.ownership import portfolio
from tests.projections.fold_times import local
from tests.projections.ledgers import ledger_of, view
from tests.projections.random_events import SOURCE, annulment

REACHED = CallLogged(direction="outbound", outcome="reached", duration_s=60)
TRIED = CallLogged(direction="outbound", outcome="no_answer")


def told(*facts: tuple[str, Any], client: str | None = "C-1") -> list[Event]:
    """Events of (occurred_at, content), numbered from 1."""
    return [
        Event(
            data=content, source=SOURCE, key=str(number), recorded_by="crm", occurred_at=at,
            client=None if isinstance(content, EmployeeHired | OrgUnitDefined) else client,
        )
        for number, (at, content) in enumerate(facts, start=1)
    ]  # fmt: skip


def lines(card_: card.Card, section: str) -> dict[str, Any]:
    return {line.name: line for line in getattr(card_, section)}


def test_a_prospect_becomes_a_client(embedded_dsn: str) -> None:
    events = told(
        ("2026-01", ProspectRegistered(kind="company", name="Ёлка", found_through="выставка")),
        ("2026-03-01", ProspectConverted(first_deal="D-1")),
    )
    with ledger_of(embedded_dsn, events) as (_, owner):
        before = lines(card.card(owner, view(1), "C-1"), "identity")
        after = lines(card.card(owner, view(2), "C-1"), "identity")
    assert (before["status"].value, after["status"].value) == ("prospect", "client")
    assert (after["status"].position, after["name"].value) == (2, "Ёлка")
    assert (before["name"].precision, local(before["name"].since).month) == ("month", 1)


def test_a_retracted_fact_has_no_value_until_it_is_recorded_again(embedded_dsn: str) -> None:
    events = told(
        ("2026-01-01", ClientFactRecorded(field="inn", value="1")),
        ("2026-01-02", ClientFactRecorded(field="inn", value="2", learnt_from="call")),
        ("2026-01-05", ClientFactConfirmed(fields=("inn",), method="letter")),
        ("2026-01-03", ClientFactRetracted(field="inn", reason="misheard")),
        ("2026-02-01", ClientFactRecorded(field="inn", value="3")),
    )
    with ledger_of(embedded_dsn, events) as (_, owner):
        facts = [card.card(owner, view(n), "C-1").facts for n in (2, 3, 4, 5)]
    assert [found[0].value if found else None for found in facts] == ["2", "2", None, "3"]
    confirmed = facts[1][0]
    assert (local(confirmed.last_confirmed).day, confirmed.last_confirmed_position) == (5, 3)
    assert facts[3][0].last_confirmed_position is None, "what was checked was an older value"


def test_contact_persons_play_their_parts_until_they_leave(embedded_dsn: str) -> None:
    events = told(
        ("2026-01-01", ContactPersonAdded(contact="P-1", name="Анна", roles=("user",))),
        ("2026-01-02", ContactRoleChanged(contact="P-1", roles=("finance", "technical"))),
        ("2026-01-03", ContactPersonLeft(contact="P-1", new_employer="Рога")),
    )
    with ledger_of(embedded_dsn, events) as (_, owner):
        persons = [card.card(owner, view(n), "C-1").contact_persons[0] for n in (1, 2, 3)]
        assert card.difference(owner, view(1), view(2), "C-1") == [
            card.Change(
                section="contact_persons",
                name="P-1",
                field="roles",
                before=["user"],
                after=["finance", "technical"],
                before_position=1,
                after_position=2,
            ),
        ]
    assert [person.roles for person in persons] == [
        ["user"], ["finance", "technical"], ["finance", "technical"],
    ]  # fmt: skip
    assert [person.has_left for person in persons] == [False, False, True]


def test_terms_hold_through_their_last_day_and_the_team_until_somebody_leaves(
    embedded_dsn: str,
) -> None:
    events = told(
        ("2026-01-01", SpecialTermsGranted(kind="price", terms="5 %", valid_until="2026-03-01")),
        ("2026-01-01", AccountTeamMemberAdded(employee="E-1", team_role="sales")),
        ("2026-01-01", AccountTeamMemberAdded(employee="E-2", team_role="sales")),
        ("2026-03-02", AccountTeamMemberRemoved(employee="E-2")),
    )
    found = {}
    with ledger_of(embedded_dsn, events) as (_, owner):
        for at in (datetime(2026, 3, 1, 20, 59, tzinfo=UTC), datetime(2026, 3, 1, 21, tzinfo=UTC)):
            shown = card.card(owner, view(4, at), "C-1")
            found[at.hour] = (
                [line.value for line in shown.special_terms],
                [line.name for line in shown.account_team],
            )
    assert found == {20: (["5 %"], ["E-1", "E-2"]), 21: ([], ["E-1"])}


OPENED: tuple[Any, ...] = (
    ConflictReported(employee="E-1"),
    OwnershipDisputeOpened(dispute="DS-1", claimant="E-1", respondent="E-2", claim="mine"),
    MeetingPlanned(meeting="M-1", at="2026-03-01T10:00Z"),
    MeetingPlanned(meeting="M-2", at="2026-03-01T10:00Z"),
    CorrespondenceReceived(letter="L-1", medium="letter", reply_due="2026-03-01"),
    DealOpened(deal="D-1"),
    DealOpened(deal="D-2"),
    OfferSent(offer="O-1"),
    OfferSent(offer="O-2"),
    OfferSent(offer="O-3"),
    TaskAssigned(task="T-1", title="t", assignee="E-1"),
    TaskAssigned(task="T-2", title="t", assignee="E-1"),
    CaseOpened(case="S-1"),
    CaseOpened(case="S-2"),
)
ENDED: tuple[Any, ...] = (
    ConflictResolved(employee="E-1", outcome="reconciled"),
    OwnershipDisputeResolved(dispute="DS-1", decision="claimant", decided_by="E-9", grounds="g"),
    MeetingHeld(meeting="M-1"),
    MeetingCancelled(meeting="M-2", reason="ill"),
    CorrespondenceSent(letter="L-2", medium="letter", in_reply_to="L-1"),
    DealWon(deal="D-1", amount=Decimal(1)),
    DealLost(deal="D-2"),
    OfferAccepted(offer="O-1"),
    OfferDeclined(offer="O-2"),
    OfferExpired(offer="O-3"),
    TaskCompleted(task="T-1"),
    TaskCancelled(task="T-2", reason="r"),
    CaseResolved(case="S-1"),
    CaseClosed(case="S-2"),
)


def test_what_has_ended_is_no_longer_open(embedded_dsn: str) -> None:
    events = told(*(("2026-01-01", each) for each in OPENED),
                  *(("2026-02-01", each) for each in ENDED))  # fmt: skip
    with ledger_of(embedded_dsn, events) as (_, owner):
        for ended in range(len(ENDED) + 1):
            shown = card.card(owner, view(len(OPENED) + ended), "C-1")._asdict()
            found = [
                line.name.split()[-1]
                for section, lines in shown.items()
                if section.startswith("open_")
                for line in lines
            ]
            names = [getattr(each, fields(each)[0].name) for each in OPENED]  # their ids
            assert sorted(found) == sorted(names[ended:]), ENDED[ended - 1]


def test_a_client_that_was_never_registered_has_a_card(embedded_dsn: str) -> None:
    events = told(("unknown", TRIED), ("2026-01-02", REACHED), ("2026-01-03", TRIED),
                  ("2026-01-04", MoodNoted(mood=2)))  # fmt: skip
    with ledger_of(embedded_dsn, events) as (_, owner):
        found = card.card(owner, view(4), "C-1")
        (listed,) = portfolio.clients(owner, view(4))
    contacts = lines(found, "contacts")
    assert contacts["last contact"].position == 3
    assert contacts["last two-way contact"].position == 2
    assert contacts["call count"].value == "3"
    assert found.feeling[0].value == 2
    assert [line.name for line in found.identity] == ["first event"]
    assert (listed.name, listed.since, listed.contacts) == (None, None, 3)


def test_nothing_recorded_is_not_found_and_neither_is_what_was_annulled(embedded_dsn: str) -> None:
    first = told(("2026-01-01", REACHED))
    with ledger_of(embedded_dsn, [*first, annulment(first[0], key="2")]) as (_, owner):
        assert card.card(owner, view(1), "C-1")
        for client, as_of in (("C-2", 1), ("C-1", 0), ("C-1", 2)):
            with pytest.raises(NotFound, match="iledger clients --search"):
                card.card(owner, view(as_of), client)
        shown = card.timeline(owner, view(2), "C-1")
    assert [(line.position, line.annulled_by) for line in shown] == [(1, 2), (2, None)]


def test_the_timeline_names_the_owner_of_that_moment(embedded_dsn: str) -> None:
    events = told(
        ("2026-01-01", CuratorAssigned(employee="E-1")),
        ("2026-01-10", NoteShared(text="late")),
        ("2026-02-01", ClientReassigned(to_employee="E-2", reason="workload")),
        ("2026-02-02", REACHED),
        ("2026-01-20", TRIED),
    )
    with ledger_of(embedded_dsn, events) as (_, owner):
        shown = card.timeline(owner, view(5), "C-1", kinds=["call", "note"])
    assert [(line.position, line.owner) for line in shown] == [
        (2, "E-1"), (5, "E-1"), (4, "E-2"),
    ]  # fmt: skip


def test_clients_are_found_by_owner_unit_and_name(embedded_dsn: str) -> None:
    events = told(
        ("2025-01-01", OrgUnitDefined(unit="U-1", name="Филиал", kind="branch")),
        ("2025-01-01", OrgUnitDefined(unit="U-2", name="Отдел", kind="team", parent="U-1")),
        ("2025-01-01", EmployeeHired(employee="E-1", name="Пётр", unit="U-2")),
        ("2026-01-01", ClientRegistered(kind="company", name="ООО Ёлка")),
        ("2026-01-01", CuratorAssigned(employee="E-1")),
    )
    with ledger_of(embedded_dsn, events) as (_, owner):
        seen = view(5)
        for wanted in ({"owner": "E-1"}, {"unit": "U-1"}, {"search": "ёЛ"}, {"search": "C-1"}):
            assert [row.client for row in portfolio.clients(owner, seen, **wanted)] == ["C-1"]
        assert portfolio.clients(owner, seen, search="елка") == []
        with pytest.raises(NotFound, match=r"Did you mean .E-1.\?"):
            portfolio.clients(owner, seen, owner="E-11")
        with pytest.raises(NotFound, match="U-1"):
            portfolio.clients(owner, seen, unit="U-3")


def test_orphans_are_the_clients_of_whoever_has_left(embedded_dsn: str) -> None:
    events = told(
        ("2025-01-01", EmployeeHired(employee="E-1", name="Пётр")),
        ("2025-01-01", CuratorAssigned(employee="E-1")),
        ("2026-03-01", EmployeeDeparted(employee="E-1")),
        (
            "2026-04-01",
            ClientReassigned(from_employee="E-1", to_employee="E-2", reason="departure"),
        ),
    )
    with ledger_of(embedded_dsn, events) as (_, owner):
        (orphan,) = portfolio.orphans(owner, view(3))
        assert portfolio.orphans(owner, view(2)) == portfolio.orphans(owner, view(4)) == []
    assert (orphan.former_owner, local(orphan.since).day, orphan.days) == ("E-1", 1, 92)
