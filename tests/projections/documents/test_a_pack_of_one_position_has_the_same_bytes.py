"""The pack of a position: all that the new owner must know, in the same bytes for ever."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ledger import codec, log
from ledger.database import Connection, Location, connect
from ledger.envelope import Event
from ledger.errors import InvalidQuestion, NotAllowed, NotFound
from ledger.events.clients import ClientRegistered, ContactPersonAdded, SpecialTermsGranted
from ledger.events.contacts import (
    CorrespondenceReceived,
    MeetingHeld,
    MeetingPlanned,
    MessageExchanged,
    MoodNoted,
)
from ledger.events.ownership import (
    AccountTeamMemberAdded,
    ConflictReported,
    CuratorAssigned,
    OwnershipDisputeOpened,
)
from ledger.events.sales import OfferSent
from ledger.events.work import TaskAssigned
from projections.documents import handover_pack as handover
from projections.documents.dispute_file import dispute_file
from projections.engine.catch_up import catch_up
from projections.engine.rebuild import rebuild
from tests.projections.ledgers import ZONE, as_then, ledger_of
from tests.projections.random_events import POOLS, annulment, histories
from tests.projections.stories import told
from tests.surroundings.groups import examples

STORY = [
    told(ClientRegistered(kind="company", name="ООО «Ёлка»"), "2026-01-01", client="C-1"),
    told(CuratorAssigned(employee="E-1"), "2026-01-02", client="C-1"),
    told(ContactPersonAdded(contact="P-1", name="Анна", roles=("finance", "user")), client="C-1"),
    told(ContactPersonAdded(contact="P-2", name="Иван", roles=()), client="C-1"),
    told(TaskAssigned(task="T-1", title="Смета", assignee="E-1", due_at="2026-02-01T12:00:00Z"),
         "2026-01-03", client="C-1"),
    told(MeetingPlanned(meeting="M-1", at="2026-02-02T09:00:00Z"), "2026-01-03", client="C-1"),
    told(MeetingPlanned(meeting="M-2", at="2026-01-05T09:00:00Z"), "2026-01-03", client="C-1"),
    told(MeetingHeld(meeting="M-2"), "2026-01-05T09:00:00Z", client="C-1"),
    told(CorrespondenceReceived(letter="L-1", medium="letter", subject="Претензия | срочно",
                                reply_due="2026-01-20"), "2026-01-06", client="C-1"),
    told(MessageExchanged(direction="inbound", channel="chat", text="Ждём"), "2026-01-07",
         client="C-1"),
    told(OfferSent(offer="O-1", items=(), amount="12.50", currency="RUB"), "2026-01-07",
         client="C-1", performed_by="E-1"),
    told(SpecialTermsGranted(kind="discount", terms="5 %"), "2026-01-08", client="C-1"),
    told(SpecialTermsGranted(kind="price", terms="old", valid_until="2026-01-31"), "2026-01-08",
         client="C-1"),
    told(MoodNoted(mood=-1), "2026-01-09", client="C-1"),
    told(ConflictReported(employee="E-1", severity="high"), "2026-01-10", client="C-1"),
    told(OwnershipDisputeOpened(dispute="D-1", claimant="E-2", respondent="E-1", claim="я первый"),
         "2026-01-11", client="C-1"),
    told(AccountTeamMemberAdded(employee="E-3", team_role="service"), "2026-01-12", client="C-1"),
]  # fmt: skip


def both(connection: Connection, as_of: int) -> tuple[bytes, bytes]:
    made = handover.pack(connection, as_of, ZONE, "C-1", "E-2")
    return made.json(), made.markdown()


def noise(count: int) -> Iterator[Event]:
    """Many more events of the client, and the annulment of all that the story says."""
    for number in range(count):
        text = f"новость {number}"
        content = MessageExchanged(direction="outbound", channel="email", text=text)
        yield told(content, "2026-01-06", client="C-1", performed_by="E-9")
    for number, event in enumerate(STORY):
        yield annulment(event, key=f"annulment {number}")


@contextmanager
def clock_of(zone: str) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ")
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()


def test_neither_later_events_nor_a_rebuild_nor_the_viewers_clock_change_it(
    any_location: Location,
) -> None:
    with closing(connect(any_location, "owner")) as connection:
        log.append(connection, [codec.encode(event) for event in STORY])
        catch_up(connection, any_location)
        shown = both(connection, len(STORY))
        log.append(connection, [codec.encode(event) for event in noise(300)])
        catch_up(connection, any_location)
        assert both(connection, len(STORY)) == shown
        rebuild(any_location)
        with clock_of("Pacific/Kiritimati"):
            assert both(connection, len(STORY)) == shown
        assert both(connection, len(STORY) + 317) != shown


def test_it_holds_what_the_new_owner_must_know(embedded_dsn: str) -> None:
    with ledger_of(embedded_dsn, STORY) as (_, connection):
        made, text = both(connection, len(STORY))
    found: dict[str, Any] = json.loads(made)
    assert (found["as_of"], found["zone"], found["employee"]) == (17, "Europe/Moscow", "E-2")

    def names(section: str) -> list[str]:
        return [line["name"] for line in found[section]]

    assert names("open_promises") == ["letter L-1", "meeting_planned M-1"]
    assert found["open_promises"][0]["value"] == "2026-01-20"
    assert found["open_tasks"][0]["due_at"] == "2026-02-01T12:00:00.000000Z"
    assert found["open_offers"][0]["value"] == "12.5"
    assert names("special_terms") == ["discount 12"], "the other had run out"
    assert [(line["role"], line["value"]) for line in found["contact_persons"]] == [
        ("finance", "Анна"), ("user", "Анна"), ("(none)", "Иван"),
    ]  # fmt: skip
    assert [line["words"] for line in found["letters"]] == ["Ждём", "Претензия | срочно"]
    assert [line["severity"] for line in found["conflicts"]] == ["high"]
    assert [line["claimant"] for line in found["disputes"]] == ["E-2"]
    assert names("account_team") == ["E-3"]
    assert [line["change"] for line in found["ownership_history"]] == ["assigned"]
    for heading in handover.HEADINGS.values():
        assert f"\n## {heading}\n" in text.decode()
    assert "Претензия \\| срочно" in text.decode()


def test_a_supervisor_who_may_not_read_events_can_make_it(embedded_dsn: str) -> None:
    with (
        ledger_of(embedded_dsn, STORY) as (location, owner),
        closing(connect(location, "supervisor")) as supervisor,
    ):
        assert both(supervisor, len(STORY)) == both(owner, len(STORY))
        with pytest.raises(NotAllowed):
            dispute_file(supervisor, len(STORY), ZONE, "D-1")


def test_no_position_and_no_client_are_said(embedded_dsn: str) -> None:
    with ledger_of(embedded_dsn, STORY[:1]) as (_, connection):
        for wrong in (0, 2):
            with pytest.raises(InvalidQuestion, match="from 1 to the head"):
                handover.pack(connection, wrong, ZONE, "C-1", "E-2")
        with pytest.raises(NotFound, match="iledger clients --search"):
            handover.pack(connection, 1, ZONE, "C-2", "E-2")


@settings(max_examples=examples(), phases=[Phase.reuse, Phase.generate])
@given(data=st.data(), history=histories())
def test_it_is_what_was_shown_then(
    embedded_dsn: str, data: st.DataObject, history: list[Event]
) -> None:
    then = data.draw(st.integers(1, len(history)))

    def packs(connection: Connection) -> Iterator[bytes]:
        for client in POOLS["client"]:
            try:
                yield handover.pack(connection, then, ZONE, client, "E-2").json()
            except NotFound as error:
                yield str(error).encode()

    with ledger_of(embedded_dsn, history) as (location, connection):
        now = list(packs(connection))
        assert list(packs(as_then(location, connection, then))) == now
