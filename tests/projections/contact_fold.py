"""The evidence of contacts and answers, folded from the events in plain Python."""

from collections.abc import Callable
from datetime import timedelta

from ledger.envelope import Event
from projections.metrics.metrics import TERMS
from tests.projections.fold_parts import Found, Row, Span, after_it, kind, timed, when, within
from tests.projections.metrics.test_credit_agrees_with_a_plain_fold import Known

HOUR = timedelta(hours=1)
REACH: dict[str, Callable[[Event], str | None]] = {
    "call.logged": lambda e: (
        "two_way" if e.data.outcome == "reached" else
        "one_way" if e.data.direction == "outbound" else None),
    "message.exchanged": lambda e: (
        "two_way" if e.data.direction == "inbound" or e.data.in_reply_to else "one_way"),
    "meeting.held": lambda e: "two_way",
    "correspondence.received": lambda e: "two_way" if e.data.party == "client" else None,
    "correspondence.sent": lambda e: (
        None if e.data.party != "client" else "two_way" if e.data.in_reply_to else "one_way"),
    "touchpoint.captured": lambda e: "two_way" if e.performed_by else None,
}  # fmt: skip
ASKED = ("call.logged", "call.missed", "inquiry.received", "touchpoint.captured")


def contact(each: Known) -> str | None:
    return REACH.get(kind(each), lambda _: None)(each.event)


def ours(each: Known) -> bool:
    """Whether it is our activity: a contact, but not a message or letter from the client."""
    written = (
        getattr(each.event.data, "direction", None) if kind(each) == "message.exchanged" else ""
    )
    return bool(contact(each)) and kind(each) != "correspondence.received" and written != "inbound"


def contacts(happened: list[Known], span: Span) -> Found:
    inside = [each for each in happened if within(each, span)]
    active = {each.event.client for each in inside if ours(each)}
    # What is sent again under its id revises the offer.
    sent = {e.event.data.offer: e for e in reversed(happened) if kind(e) == "offer.sent"}
    for each in inside:
        data, name, client = each.event.data, kind(each), each.event.client
        reach = contact(each)
        if reach or name in ASKED:
            yield "contact", Row(client=client)
        if ours(each):
            yield "touch", Row(client=client)
        later = [e for e in happened if after_it(e, each)]
        replied = name == "inquiry.received" and any(answered(e, each.event) for e in later)
        if (reach or replied) and client in active:
            yield "two_way", Row(reach == "two_way" or replied, client=client)
        if name == "call.logged" and data.direction == "outbound":
            yield "outbound_call", Row(data.outcome == "reached", client=client)
        if name == "offer.sent" and each is sent[data.offer]:
            yield "offer_sent", Row(amount=data.amount, currency=data.currency)


def answers(happened: list[Known], span: Span) -> Found:
    for each in happened:
        event, later = each.event, [e for e in happened if after_it(e, each)]
        same = [e for e in later if event.client and e.event.client == event.client]
        if kind(each) == "call.missed" and within(each, span):
            named = [e for e in later if event.data.call
                     and getattr(e.event.data, "in_reply_to", None) == event.data.call]  # fmt: skip
            called = [e for e in same + named if kind(e) == "call.logged"]
            yield "missed_call", Row(any(e.event.data.direction == "outbound" for e in called))
        if kind(each) == "inquiry.received" and within(each, span):
            first = next((e for e in later if answered(e, event)), None)
            hours = None
            if first and timed(first) and timed(each):
                hours = (when(first) - when(each)) / HOUR
            yield "inquiry", Row(hours is not None and hours <= TERMS.norm_hours, hours)


def answered(each: Known, inquiry: Event) -> bool:
    data, name = each.event.data, kind(each)
    to = getattr(data, "in_reply_to", None)
    same = inquiry.client and each.event.client == inquiry.client
    if not each.event.performed_by or not (same if to is None else to == inquiry.data.inquiry):
        return False
    if name == "call.logged":
        return bool(data.direction == "outbound" and data.outcome == "reached")
    if name == "message.exchanged":
        return bool(data.direction == "outbound")
    return name == "meeting.held" or (name == "correspondence.sent" and data.party == "client")
