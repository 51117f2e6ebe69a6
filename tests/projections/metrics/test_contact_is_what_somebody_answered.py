"""An inquiry that nobody answered is no contact; a missed call is returned to whoever made it."""

from datetime import date
from typing import Any

import pytest

from ledger.envelope import Event
from ledger.events.contacts import CallLogged, CallMissed, InquiryReceived, MessageExchanged
from ledger.events.ownership import CuratorAssigned
from projections.metrics.metrics import explain, metrics
from projections.questions.clients.client_base_audit import base_audit
from tests.projections.ledgers import ledger_of, view
from tests.projections.stories import told

MARCH = {"since": date(2026, 3, 1), "until": date(2026, 4, 1)}
OWNED = told(CuratorAssigned(employee="E-1"), "2026-01-01", client="C-1")
ASKED = told(InquiryReceived(inquiry="I-1", channel="web"), "2026-03-05T10:00:00Z", client="C-1")
LEFT = (
    ASKED,
    told(CallMissed(call="K-1"), "2026-03-05T10:00:00Z", client="C-1"),
    told(CallLogged(direction="inbound", outcome="no_answer"), "2026-03-05T10:00:00Z",
         client="C-1"),
)  # fmt: skip
ANSWERS = (
    MessageExchanged(direction="outbound", channel="email"),
    MessageExchanged(direction="outbound", channel="email", in_reply_to="I-1"),
    CallLogged(direction="outbound", outcome="reached"),
)


def shares(dsn: str, history: list[Event]) -> dict[str, Any]:
    with ledger_of(dsn, history) as (_, connection):
        names = ("interactions", "clients_touched", "contact_rate", "coverage")
        rows = metrics(connection, view(len(history)), by="whole", metrics=names, **MARCH)
    return {
        row.metric: row.value if row.denominator is None else (row.numerator, row.denominator)
        for row in rows
    }


def test_what_nobody_answered_is_no_contact(embedded_dsn: str) -> None:
    for left in LEFT:
        assert shares(embedded_dsn, [OWNED, left]) == {
            "interactions": 1, "clients_touched": 0, "contact_rate": (0, 0), "coverage": (0, 1),
        }  # fmt: skip
        with ledger_of(embedded_dsn, [OWNED, left]) as (_, connection):
            audit = base_audit(connection, view(2), **MARCH)
            assert explain(connection, view(2), "contact_rate") == []
        assert audit.stale == 1


def test_an_inquiry_that_was_answered_is_a_two_way_contact(embedded_dsn: str) -> None:
    for content in ANSWERS:
        answer = told(content, "2026-03-06T10:00:00Z", client="C-1", performed_by="E-1")
        assert shares(embedded_dsn, [OWNED, ASKED, answer]) == {
            "interactions": 2, "clients_touched": 1, "contact_rate": (1, 1), "coverage": (1, 1),
        }  # fmt: skip


def test_hours_to_an_answer_are_told_by_mean_median_and_nine_of_ten(embedded_dsn: str) -> None:
    history: list[Event] = []
    for number, hours in enumerate((1, 2, 3, 4, 10)):
        asked = InquiryReceived(inquiry=f"I-{number}", channel="web")
        answer = CallLogged(direction="outbound", outcome="reached", in_reply_to=asked.inquiry)
        client = {"client": f"C-{number}", "performed_by": "E-1"}
        history += [
            told(asked, "2026-03-05T10:00:00Z", **client),
            told(answer, f"2026-03-05T{10 + hours}:00:00Z", **client),
        ]
    names = "response_mean", "response_median", "response_p90"
    with ledger_of(embedded_dsn, history) as (_, connection):
        rows = metrics(connection, view(len(history)), by="whole", metrics=names, **MARCH)
    assert {row.metric: float(row.value or 0) for row in rows} == pytest.approx(
        {"response_mean": 4, "response_median": 3, "response_p90": 7.6}
    )


def test_an_inquiry_at_an_unknown_time_was_answered_by_what_is_dated(embedded_dsn: str) -> None:
    asked = told(InquiryReceived(inquiry="I-1", channel="web"), client="C-1")
    history = [asked, told(ANSWERS[0], "2026-03-06", client="C-1", performed_by="E-1")]
    with ledger_of(embedded_dsn, history) as (_, connection):
        found = explain(connection, view(2), "contact_rate", by="client")
    assert [(row.position, row.counted) for row in found] == [(1, True), (2, False)]


def test_who_was_tried_in_vain_was_not_in_two_way_contact_by_asking(embedded_dsn: str) -> None:
    tried = told(CallLogged(direction="outbound", outcome="no_answer"), "2026-03-02T10:00:00Z",
                 client="C-1", performed_by="E-1")  # fmt: skip
    assert shares(embedded_dsn, [OWNED, tried, ASKED])["contact_rate"] == (0, 1)
    wrote = told(MessageExchanged(direction="inbound", channel="chat"), "2026-03-03", client="C-1")
    assert shares(embedded_dsn, [OWNED, tried, wrote])["contact_rate"] == (1, 1)
    # A message of theirs alone is not our activity.
    assert shares(embedded_dsn, [OWNED, wrote])["coverage"] == (0, 1)


def test_an_unknown_caller_can_be_called_back(embedded_dsn: str) -> None:
    missed = told(CallMissed(call="K-1"), "2026-03-05T10:00:00Z")
    other = told(CallMissed(call="K-2"), "2026-03-05T10:00:00Z")

    def call(**more: Any) -> Event:
        content = CallLogged(direction="outbound", outcome="no_answer", **more)
        return told(content, "2026-03-06T10:00:00Z", performed_by="E-1")

    for back, returned in ((call(in_reply_to="K-1"), 1), (call(in_reply_to="K-9"), 0), (call(), 0)):
        with ledger_of(embedded_dsn, [missed, other, back]) as (_, connection):
            (row,) = metrics(connection, view(3), by="whole", metrics=["missed_returned"])
        assert (row.numerator, row.denominator) == (returned, 2)
