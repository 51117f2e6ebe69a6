"""Merging shows both histories, and separating gives both cards back, whatever was recorded."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.database import Connection
from ledger.envelope import Event
from ledger.errors import NotFound
from ledger.events.clients import (
    ClientFactRecorded,
    ClientMerged,
    ClientRegistered,
    ClientUnmerged,
    ProspectRegistered,
)
from ledger.events.contacts import CallLogged, MessageExchanged
from ledger.events.ownership import (
    ClientReassigned,
    ConflictReported,
    CuratorAssigned,
    OwnershipDisputeOpened,
)
from ledger.events.people import EmployeeDeparted, EmployeeHired
from ledger.events.sales import DealOpened, OfferSent, PurchaseRecorded
from ledger.events.service import CaseOpened
from ledger.events.work import TaskAssigned
from projections.documents import handover_pack as handover
from projections.metrics import metrics
from projections.questions.clients import card
from projections.questions.ownership import portfolio
from projections.tables.clients import merges
from projections.tables.ownership import disputes, handovers, ownership
from projections.tables.sales import deals, offers, purchases
from projections.tables.service import cases
from projections.tables.work import tasks
from projections.view import View
from tests.projections.ledgers import NOW, ZONE, ledger_of, view
from tests.projections.random_events import POOLS, histories
from tests.projections.stories import told
from tests.surroundings.groups import examples

CALL = CallLogged(direction="inbound", outcome="reached")
MERGED = ClientMerged(survivor="C-1", absorbed="C-2", evidence="same INN")
UNMERGED = ClientUnmerged(survivor="C-1", absorbed="C-2", reason="two branches")
STORY = [
    told(ClientRegistered(kind="company", name="ООО «Ёлка»"), "2026-01-01", client="C-1"),
    told(ProspectRegistered(kind="company", name="OOO ЕЛKA"), "2026-01-02", client="C-2"),
    told(CuratorAssigned(employee="E-1"), "2026-01-03", client="C-1"),
    told(CuratorAssigned(employee="E-2"), "2026-01-04", client="C-2"),
    told(ClientFactRecorded(field="phone", value="8 (916) 123-45-67"), "2026-01-05", client="C-2"),
    told(CALL, "2026-01-06", client="C-2", performed_by="E-2"),
    told(MERGED, "2026-02-01", client="C-1"),
    told(UNMERGED, "2026-03-01", client="C-1"),
]
APART, ONE, APART_AGAIN = 6, 7, 8


def cards(connection: Connection, seen: View) -> dict[str, Any]:
    """All that the merging of C-1 and C-2 might have touched."""
    found: dict[str, Any] = {
        "clients": portfolio.clients(connection, seen),
        "orphans": portfolio.orphans(connection, seen),
    }
    for client in POOLS["client"]:
        try:
            found[client] = card.card(connection, seen, client)
        except NotFound:
            found[client] = None
    return found


def test_both_ids_have_the_survivors_card_with_both_histories(embedded_dsn: str) -> None:
    with ledger_of(embedded_dsn, STORY) as (_, connection):
        seen = view(ONE)
        found = card.card(connection, seen, "C-1")
        assert card.card(connection, seen, "C-2") == found
        assert [(line.name, line.client) for line in found.merged] == [("C-2", "C-1")]
        assert found.identity[0].value == "ООО «Ёлка»"
        assert [(line.name, line.client) for line in found.facts] == [("phone", "C-2")]
        assert [line.name for line in found.owner] == ["E-1"]
        lines = card.timeline(connection, seen, "C-2")
        assert [(line.position, line.client) for line in lines] == [
            (1, "C-1"), (2, "C-2"), (3, "C-1"), (4, "C-2"), (5, "C-2"), (6, "C-2"), (7, "C-1"),
        ]  # fmt: skip
        assert lines[5].owner == "E-2"
        history = ownership.history(connection, seen, "C-2")
        assert [(line.to_employee, line.client) for line in history] == [
            ("E-1", "C-1"), ("E-2", "C-2"),
        ]  # fmt: skip
        assert card.difference(connection, view(ONE), view(ONE), "C-2") == []


def test_an_absorbed_client_is_not_listed_apart_but_is_found(embedded_dsn: str) -> None:
    with ledger_of(embedded_dsn, STORY) as (_, connection):
        (listed,) = portfolio.clients(connection, view(ONE))
        assert (listed.client, listed.contacts, listed.owner) == ("C-1", 1, "E-1")
        for search in ("C-2", "елk"):
            assert [row.client for row in portfolio.clients(connection, view(ONE), search=search)]
        assert not portfolio.clients(connection, view(ONE), owner="E-2")
        assert len(portfolio.clients(connection, view(APART))) == 2


def test_the_last_contact_is_that_of_all_ids_wherever_it_is_shown(embedded_dsn: str) -> None:
    left = told(EmployeeDeparted(employee="E-1"), "2026-04-01")
    hired = told(EmployeeHired(employee="E-1", name="Анна"), "2026-01-01")
    with ledger_of(embedded_dsn, [*STORY[:ONE], hired, left]) as (_, connection):
        seen = view(ONE + 2)
        found = [
            *portfolio.clients(connection, seen),
            *portfolio.portfolio(connection, seen, "E-1"),
            *portfolio.orphans(connection, seen),
        ]
        assert [row.client for row in found] == ["C-1"] * 3
        at = {row.last_contact_at for row in found}
        assert at == {datetime(2026, 1, 6, tzinfo=ZoneInfo(ZONE))}


def test_before_the_merge_was_true_or_known_they_are_two(embedded_dsn: str) -> None:
    with ledger_of(embedded_dsn, STORY) as (_, connection):
        before = NOW.replace(month=1, day=31)
        for seen in (view(APART), view(APART_AGAIN), view(ONE, before)):
            assert merges.members(connection, seen, "C-1") == ["C-1"]
            facts = card.card(connection, seen, "C-2").facts
            assert "client" not in merges.shown(facts)[0]


def test_figures_do_not_change_by_a_merge(embedded_dsn: str) -> None:
    with ledger_of(embedded_dsn, STORY) as (_, connection):
        # That the merge was recorded is itself an entry, and it was a late one.
        figures = [
            [row for row in found if row.metric != "late_entry_share"]
            for position in (APART, ONE, APART_AGAIN)
            if (found := metrics.metrics(connection, view(position), by="employee"))
        ]
        assert figures[0] == figures[1] == figures[2]


def test_a_chain_is_one_client_and_a_circle_from_elsewhere_ends(embedded_dsn: str) -> None:
    def merge(survivor: str, absorbed: str) -> Event:
        content = ClientMerged(survivor=survivor, absorbed=absorbed, evidence="INN")
        return told(content, "2026-02-01", client=survivor)

    story = [merge("C-2", "C-3"), merge("C-1", "C-2"), merge("C-3", "C-1")]
    with ledger_of(embedded_dsn, story) as (_, connection):
        for client in ("C-1", "C-2", "C-3"):
            assert merges.members(connection, view(2), client) == ["C-1", "C-2", "C-3"]
            assert set(merges.members(connection, view(3), client)) == {"C-1", "C-2", "C-3"}
        assert [row.client for row in portfolio.clients(connection, view(2))] == ["C-1"]
        assert len(portfolio.clients(connection, view(3))) == 3


def test_likely_duplicates_are_alike_in_what_is_left_of_their_names(embedded_dsn: str) -> None:
    story = [
        *STORY[:6],
        told(ClientFactRecorded(field="phone", value="+7 916 1234567"), "2026-01-05", client="C-3"),
        told(ClientRegistered(kind="company", name="ООО\xa0ёлка"), "2026-01-01", client="C-4"),
        told(ClientRegistered(kind="company", name="Сосна"), "2026-01-01", client="C-5"),
        told(MERGED, "2026-02-01", client="C-1"),
    ]
    with ledger_of(embedded_dsn, story) as (_, connection):

        def found(position: int) -> list[tuple[str, list[str]]]:
            rows = merges.duplicates(connection, view(position))
            return [(row.same, row.clients) for row in rows]

        assert found(9) == [("name", ["C-1", "C-2", "C-4"]), ("phone", ["C-2", "C-3"])]
        assert found(10) == [("name", ["C-1", "C-4"]), ("phone", ["C-1", "C-3"])]


def test_nobody_has_to_accept_a_client_that_was_merged_away(embedded_dsn: str) -> None:
    passed = [
        told(ClientReassigned(to_employee="E-3", reason="workload"), "2026-01-20", client=client)
        for client in ("C-1", "C-2")
    ]
    with ledger_of(embedded_dsn, [*STORY[:6], *passed, *STORY[6:]]) as (_, connection):
        for position, waiting in ((8, ["C-1", "C-2"]), (9, ["C-1"]), (10, ["C-1", "C-2"])):
            rows = handovers.handovers(connection, view(position), only_open=True)
            assert [row.client for row in rows] == waiting


def letters(connection: Connection, seen: View, client: str) -> list[SimpleNamespace]:
    pack = handover.pack(connection, seen.as_of, "UTC", client, "E-1")
    return [SimpleNamespace(**letter) for letter in pack.sections["letters"]]


def test_what_is_in_hand_with_a_client_is_that_of_all_its_ids(embedded_dsn: str) -> None:
    work: list[tuple[str, Any]] = [
        each
        for n, client in ((1, "C-1"), (2, "C-2"), (3, "C-3"))
        for each in (
            (client, OfferSent(offer=f"O-{n}")),
            (client, DealOpened(deal=f"D-{n}", holder="E-1")),
            (client, PurchaseRecorded(purchase=f"P-{n}", amount=Decimal(n), currency="RUB")),
            (client, TaskAssigned(task=f"T-{n}", title="ring", assignee="E-1", due_at=NOW)),
            (client, CaseOpened(case=f"S-{n}")),
            (client, ConflictReported(employee="E-1", severity="low")),
            (client, MessageExchanged(direction="inbound", channel="chat")),
            (client, OwnershipDisputeOpened(
                dispute=f"U-{n}", claimant="E-1", respondent="E-2", claim="mine")),
        )
    ]  # fmt: skip
    told_first = [told(data, "2026-01-10", client=client) for client, data in work]
    with ledger_of(embedded_dsn, [*STORY[:7], *told_first, STORY[7]]) as (_, connection):
        both, apart = view(7 + len(work)), view(8 + len(work))
        listings: list[Callable[[Connection, View, str], Sequence[Any]]] = [
            lambda *asked: offers.offers(*asked),
            lambda *asked: deals.deals(*asked[:2], client=asked[2]),
            lambda *asked: purchases.purchases(*asked),
            lambda *asked: tasks.tasks(*asked[:2], client=asked[2]),
            lambda *asked: cases.cases(*asked[:2], client=asked[2]),
            lambda *asked: disputes.disputes(*asked[:2], client=asked[2]),
            lambda *asked: disputes.conflicts(*asked),
            letters,
        ]
        for listed in listings:
            for client in ("C-1", "C-2"):
                rows = listed(connection, both, client)
                assert {row.client for row in rows} == {"C-1", "C-2"}, rows
                assert len(rows) == 2
                assert len(listed(connection, apart, client)) == 1
            assert len(listed(connection, both, "C-3")) == 1


def test_clients_declared_different_are_no_duplicates_of_each_other(embedded_dsn: str) -> None:
    def linked(data: Any, at: str) -> Event:
        return told(data, at, client=data.survivor)

    def firm(client: str) -> Event:
        return told(ClientRegistered(kind="company", name="Ёлка"), "2026-01-01", client=client)

    other = ClientMerged(survivor="C-4", absorbed="C-1", evidence="INN")
    story = [
        firm("C-1"), firm("C-2"), linked(MERGED, "2026-02-01"), linked(UNMERGED, "2026-02-02"),
        firm("C-3"), linked(other, "2026-03-01"),
        linked(ClientUnmerged(survivor="C-3", absorbed="C-2", reason="x"), "2026-03-02"),
        linked(ClientMerged(survivor="C-2", absorbed="C-1", evidence="INN"), "2026-03-03"),
    ]  # fmt: skip
    with ledger_of(embedded_dsn, story) as (_, connection):

        def found(position: int) -> list[list[str]]:
            return [row.clients for row in merges.duplicates(connection, view(position))]

        assert found(2) == [["C-1", "C-2"]]
        assert not found(3)
        assert not found(4)
        assert found(5) == [["C-1", "C-2", "C-3"]]  # C-3 may be either of the two
        assert found(6) == [["C-2", "C-3", "C-4"]]
        assert found(7) == [["C-3", "C-4"]]  # C-4 is C-1, and so is not C-2 either
        assert not found(8)


CONTACT_PERSONS = ("contact_person.added", "contact_role.changed", "contact_person.left")


@settings(max_examples=examples(), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    history=histories(*CONTACT_PERSONS, "people", "ownership", "contacts", "sales", max_size=20),
    cut=st.integers(0, 20),
)
def test_separating_gives_both_cards_back(
    embedded_dsn: str, history: list[Event], cut: int
) -> None:
    registered = [
        replace(each, key=f"registered/{n}", source="test") for n, each in enumerate(STORY[:2])
    ]
    history = [*registered, *history]
    links = [told(MERGED, "2026-04-01", client="C-1"), told(UNMERGED, "2026-04-02", client="C-1")]
    with ledger_of(embedded_dsn, [*history, *links]) as (_, connection):
        before, after = view(len(history)), view(len(history) + 2)
        expected = cards(connection, before)
        assert cards(connection, after) == expected
        then = NOW - timedelta(days=cut * 10)
        assert cards(connection, after._replace(on=then)) == cards(
            connection, before._replace(on=then)
        )


@pytest.mark.parametrize("client", ["C-1", "C-2"])
def test_what_a_merge_changed_on_the_card_can_be_asked(embedded_dsn: str, client: str) -> None:
    with ledger_of(embedded_dsn, STORY) as (_, connection):
        changes = card.difference(connection, view(APART), view(ONE), client)
        assert ("merged", "C-2") in {(each.section, each.name) for each in changes}
