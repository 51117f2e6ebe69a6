"""Given an event, when it is unfolded, then these rows: no clock, no database."""

from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import catalogue
from ledger.envelope import Recorded
from ledger.events.clients import (
    ClientFactConfirmed,
    ClientRegistered,
    CompetitorOfferReported,
    ContactPersonLeft,
    ContactRoleChanged,
)
from ledger.events.contacts import (
    CallLogged,
    CallMissed,
    CorrespondenceReceived,
    InquiryReceived,
    MeetingPlanned,
    MessageExchanged,
    MoodNoted,
    TouchpointCaptured,
)
from ledger.events.fields import type_name
from projections.tables.clients import clients, event_summaries, timeline
from projections.tables.contacts import interactions
from tests.projections.random_events import contents

AT = datetime(2026, 3, 1, 7, tzinfo=UTC)


def recorded(data: Any, **changes: Any) -> Recorded:
    envelope: dict[str, Any] = {
        "position": 5, "recorded_at": AT, "event_id": UUID(int=5), "version": 1, "source": "crm",
        "key": "5", "type": type_name(type(data)), "recorded_by": "crm",
        "occurred_at": AT, "occurred_text": AT.isoformat(), "client": "C-1", "performed_by": "E-7",
    }  # fmt: skip
    return Recorded(data=data, **(envelope | changes))


def unfolded(module: Any, data: Any, **changes: Any) -> list[Any]:
    event = recorded(data, **changes)
    return list(module.UNFOLD[event.type](event))


def test_a_registration_keeps_the_name_and_a_form_to_search_it_by() -> None:
    (step,) = unfolded(clients, ClientRegistered(kind="company", name="ООО ЁЛКА Straße"))
    assert (step.step, step.name, step.folded) == (
        "registered", "ООО ЁЛКА Straße", "ооо ёлка strasse",
    )  # fmt: skip


def test_a_name_is_found_however_its_letters_were_composed() -> None:
    assert clients.folded("Е\u0308лка") == clients.folded("ёЛКА") != clients.folded("елка")


def test_a_confirmation_is_a_row_a_field_and_one_named_twice_is_one() -> None:
    rows = unfolded(clients, ClientFactConfirmed(fields=("inn", "phone", "inn"), method="call"))
    assert [(row.field, row.change, row.method) for row in rows] == [
        ("inn", "confirmed", "call"),
        ("phone", "confirmed", "call"),
    ]


def test_other_roles_replace_roles_and_leaving_does_not_touch_them() -> None:
    (changed,) = unfolded(clients, ContactRoleChanged(contact="P-1", roles=()), client=None)
    (left,) = unfolded(clients, ContactPersonLeft(contact="P-1"))
    assert (changed.roles, changed.client, left.roles) == ([], None, None)


def test_a_competitors_price_stays_exact() -> None:
    offer = CompetitorOfferReported(competitor="Рога", price=Decimal("0.1"), currency="RUB")
    assert unfolded(clients, offer)[0].price == Decimal("0.1")


@pytest.mark.parametrize(
    ("data", "reach"),
    [
        (CallLogged(direction="outbound", outcome="reached"), "two_way"),
        (CallLogged(direction="outbound", outcome="voicemail"), "one_way"),
        (CallLogged(direction="inbound", outcome="no_answer"), None),
        (CallMissed(), None),
        (InquiryReceived(inquiry="I-1", channel="web"), None),
        (TouchpointCaptured(touchpoint="stand", channel="exhibition"), "two_way"),
        (MessageExchanged(direction="inbound", channel="chat"), "two_way"),
        (MessageExchanged(direction="outbound", channel="chat"), "one_way"),
        (MessageExchanged(direction="outbound", channel="chat", in_reply_to="I-1"), "two_way"),
        (CorrespondenceReceived(letter="L-1", medium="fax"), "two_way"),
        (CorrespondenceReceived(letter="L-1", medium="fax", party="supplier"), None),
        (MeetingPlanned(meeting="M-1", at=AT), None),
        (MoodNoted(mood=-2), None),
    ],
)
def test_how_far_an_interaction_reached(data: Any, reach: str | None) -> None:
    assert unfolded(interactions, data)[0].reach == reach


def test_an_interaction_with_nobody_known_is_kept_but_is_in_no_timeline() -> None:
    data = CallMissed(number="+7 900")
    assert unfolded(interactions, data, client=None)[0].client is None
    assert unfolded(timeline, data, client=None) == []


def test_a_call_is_summed_up_in_a_few_words() -> None:
    data = CallLogged(direction="outbound", outcome="reached", duration_s=184, topic="договор")
    (entry,) = unfolded(timeline, data)
    assert (entry.summary, entry.words) == ("call outbound, reached, 3 min", "договор")


@pytest.mark.parametrize("type_", catalogue.types())
@given(data=st.data())
def test_every_event_type_with_a_client_has_its_own_line_without_personal_data(
    type_: str, data: st.DataObject
) -> None:
    described = catalogue.types()[type_]
    content = data.draw(contents(type_))
    marked = {
        name: "PERSONAL" for name in described.personal if isinstance(getattr(content, name), str)
    }
    given_ = {field.name: getattr(content, field.name) for field in fields(content)} | marked
    (entry,) = unfolded(timeline, described.content(**given_))
    assert type_ in event_summaries.SUMMARIES, (
        "give it a summary in projections/tables/clients/event_summaries.py"
    )
    assert (entry.client, entry.type, entry.position) == ("C-1", type_, 5)
    assert entry.summary.isprintable()
    assert "PERSONAL" not in entry.summary
    assert "None" not in entry.summary


def test_a_type_of_another_package_is_named_by_its_type() -> None:
    assert event_summaries.unsummarised("warranty_work.done").summary(None) == "warranty work done"
