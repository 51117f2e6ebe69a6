"""The pack says what a deal and a case are called, and which inquiries nobody has answered."""

import json
from typing import Any

import pytest

from ledger.envelope import Event
from ledger.events.clients import ClientMerged, ClientRegistered
from ledger.events.contacts import CallLogged, InquiryReceived, MessageExchanged
from ledger.events.sales import DealOpened
from ledger.events.service import CaseOpened
from projections.documents import handover_pack
from tests.projections.ledgers import ZONE, ledger_of
from tests.projections.random_events import annulment
from tests.projections.stories import told

CLIENTS = [
    told(ClientRegistered(kind="company", name="Ёлка"), "2026-01-01", client=f"C-{n}")
    for n in (1, 2)
]
ASKED = told(
    InquiryReceived(inquiry="Q-1", channel="email", subject="where is it"), "2026-02-01T10:00:00Z",
    client="C-1",
)  # fmt: skip
UNDATED = told(InquiryReceived(inquiry="Q-1", channel="email", subject="where is it"), client="C-1")
MORE = {"client": "C-1", "performed_by": "E-1"}


def answer(kind: str, at: str = "2026-02-02T10:00:00Z", **more: Any) -> Event:
    reply = more.pop("in_reply_to", None)
    data: Any = {
        "message": lambda: MessageExchanged(
            direction="outbound", channel="email", in_reply_to=reply
        ),
        "call in vain": lambda: CallLogged(direction="outbound", outcome="busy"),
        "call": lambda: CallLogged(direction="outbound", outcome="reached"),
    }[kind]()
    return told(data, at, **MORE | more)


def pack(embedded_dsn: str, *events: Event) -> tuple[dict[str, Any], str]:
    with ledger_of(embedded_dsn, [*CLIENTS, *events]) as (_, connection):
        made = handover_pack.pack(connection, len(events) + 2, ZONE, "C-1", "E-2")
        return json.loads(made.json()), made.markdown().decode()


def test_deals_by_title_and_cases_by_subject(embedded_dsn: str) -> None:
    deal = told(DealOpened(deal="D-1", holder="E-1", title="open deal"), "2026-01-05", **MORE)
    case = told(CaseOpened(case="S-1", subject="broken"), "2026-01-06", **MORE)
    found, text = pack(embedded_dsn, deal, case)
    assert [line["title"] for line in found["open_deals"]] == ["open deal"]
    assert [line["subject"] for line in found["open_cases"]] == ["broken"]
    assert "open deal" in text
    assert "broken" in text


ANSWERS: dict[str, tuple[list[Event], bool]] = {
    "nothing": ([ASKED], True),
    "a message": ([ASKED, answer("message")], False),
    "a message in reply to it": ([ASKED, answer("message", in_reply_to="Q-1")], False),
    "a message in reply to another": ([ASKED, answer("message", in_reply_to="Q-2")], True),
    "a call in vain": ([ASKED, answer("call in vain")], True),
    "a call": ([ASKED, answer("call")], False),
    "a call before it": ([answer("call", "2026-02-01T09:00:00Z"), ASKED], True),
    "a call at the same instant, recorded later": (
        [ASKED, answer("call", "2026-02-01T10:00:00Z")], False
    ),
    "a message dated that day": ([ASKED, answer("message", "2026-02-01")], False),
    "a message dated the day before": ([ASKED, answer("message", "2026-01-31")], True),
    "a message dated that day, recorded before": ([answer("message", "2026-02-01"), ASKED], True),
    "a message after an inquiry at an unknown time": ([UNDATED, answer("message")], False),
    "a robot": ([ASKED, answer("message", performed_by=None)], True),
    "an answer that is annulled": (
        [ASKED, call := answer("call"), annulment(call, key="undone")], True
    ),
    "its own annulment": ([ASKED, annulment(ASKED, key="undone")], False),
}  # fmt: skip


@pytest.mark.parametrize("case", ANSWERS)
def test_an_inquiry_is_open_until_one_of_us_has_answered(embedded_dsn: str, case: str) -> None:
    events, is_open = ANSWERS[case]
    found, text = pack(embedded_dsn, *events)
    assert [line["name"] for line in found["open_inquiries"]] == ["Q-1"] * is_open
    assert ("where is it" in text.partition("## Unanswered inquiries")[2].partition("##")[0]) == (
        is_open
    )


def test_inquiries_of_all_ids_of_a_client(embedded_dsn: str) -> None:
    merged = told(ClientMerged(survivor="C-2", absorbed="C-1", evidence="same"), client="C-2")
    found, _ = pack(embedded_dsn, ASKED, merged)
    assert [(line["name"], line["client"]) for line in found["open_inquiries"]] == [("Q-1", "C-1")]
