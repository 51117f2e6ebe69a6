"""Every kind of malformed event meets one message: which field, what was found, what to do."""

import re
from contextlib import suppress
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import catalogue, codec
from ledger.api import Ledger
from ledger.database import Location
from ledger.errors import InvalidEvent
from tests.commands.cli.odd import drawn
from tests.ledger.store.samples import call
from tests.projections.random_events import events, types_of

GOOD: dict[str, Any] = {
    "type": "call.logged",
    "source": "pbx",
    "key": "pbx-1",
    "recorded_by": "pbx-gateway",
    "occurred_at": "2026-03-01T10:00:00+03:00",
    "data": {"direction": "outbound", "outcome": "reached"},
}
NONE = object()


def line(**changes: Any) -> bytes:
    record = {name: value for name, value in (GOOD | changes).items() if value is not NONE}
    return msgspec.json.encode(record)


def data(**changes: Any) -> bytes:
    return line(data=GOOD["data"] | changes)


def of(type_: str, **content: Any) -> bytes:
    return line(type=type_, data=content)


BAD: dict[str, tuple[bytes, str, str]] = {
    # the line
    "nothing": (b"", "event", "not JSON"),
    "cut short": (line()[:-5], "event", "not JSON"),
    "Latin-1": ('{"type":"é"}'.encode("latin-1"), "event", "Convert the input to UTF-8"),
    "a mark of byte order": (b"\xef\xbb\xbf" + line(), "event", "not JSON"),
    "half a surrogate pair": (line().replace(b"pbx-1", rb"\ud800"), "key", "an unpaired surrogate"),
    "half a pair, deep within": (
        of("offer.sent", offer="O", items=[{"product": "?"}]).replace(b"?", rb"\udc00 x"),
        "data.items.0.product",
        "an unpaired surrogate",
    ),
    "half a pair in a name": (line().replace(b'"key"', rb'"\ud800"'), "event", "not JSON"),
    "half a pair alone": (rb'"\ud800"', "event", "an unpaired surrogate"),
    "an array": (b"[1]", "event", "is not an object"),
    "junk a thousand levels deep": (b"[" * 100_000, "event", "not JSON"),
    "a number beyond all bounds": (
        line().replace(b'"pbx-1"', b"1e9999999999999999999"),
        "event",
        "not JSON",
    ),
    "a large number for a text": (line().replace(b'"pbx-1"', b"1e999"), "key", "must be text"),
    "10 MB": (of("note.shared", text="x" * 10_000_000), "event", "larger than 1 MiB"),
    # the type
    "no type": (line(type=NONE), "type", "is missing"),
    "a misspelt type": (line(type="call.loged"), "type", "Did you mean 'call.logged'"),
    "an unheard-of type": (line(type="x"), "type", "docs/events.md lists the types"),
    "a type that is no text": (line(type=["call.logged"]), "type", "is not an event type"),
    "a version to come": (line(version=2), "version", "Send version 1"),
    "a version that is true": (line(version=True), "version", "Send version 1"),
    # the envelope
    "no source": (line(source=NONE), "source", "is missing"),
    "no key": (line(key=NONE), "key", "is missing"),
    "no time": (line(occurred_at=NONE), "occurred_at", "is missing"),
    "a naive time": (line(occurred_at="2026-03-01T10:00:00"), "occurred_at", "has no time zone"),
    "an empty key": (line(key=""), "key", "must not be empty"),
    "a blank key": (line(key=" \t"), "key", "must not be empty"),
    "a long key": (line(key="x" * 201), "key", "at most 200 characters"),
    "a key that is a number": (line(key=5), "key", "must be text"),
    "NUL in a key": (line(key="a\0b"), "key", "cannot be seen"),
    "a no-break space in a key": (line(key="a\u00a0b"), "key", "cannot be seen"),
    "a zero-width space in a client": (line(client="C\u200b1"), "client", "cannot be seen"),
    "a reversed order of letters": (line(client="C\u202e1"), "client", "cannot be seen"),
    "a misspelt field": (line(klient="C-1"), "klient", "Did you mean 'client'"),
    "a field of nobody's": (line(xyz="C-1"), "xyz", "Remove it"),
    "a correlation that is no id": (line(correlation="x"), "correlation", "pattern"),
    "an unheard-of channel": (line(channel="pigeon"), "channel", "phone"),
    "an unheard-of audience": (line(visibility="all"), "visibility", "internal"),
    "Python's own name": (line(__dataclass_self__=1), "__dataclass_self__", "not a field"),
    # the content
    "no content": (line(data=NONE), "data", "is missing or is not an object"),
    "content that is a list": (line(data=[]), "data", "is missing or is not an object"),
    "a misspelt field inside": (data(duration=1), "data.duration", "Did you mean 'duration_s'"),
    "a missing field inside": (of("deal.won", deal="D"), "data.amount", "Add it"),
    "an unheard-of value": (data(outcome="gone"), "data.outcome", "'voicemail'"),
    "a truth value for a number": (data(duration_s=True), "data.duration_s", "truth value"),
    "a fraction for a whole": (data(duration_s=1.5), "data.duration_s", "must be a whole number"),
    "less than nothing": (data(duration_s=-1), "data.duration_s", "must be 0 or more"),
    "an object for a text": (data(topic={"a": [1]}), "data.topic", "must be text"),
    "a line break in a label": (data(topic="a\nb"), "data.topic", "control character"),
    "NUL in a text": (of("note.shared", text="a\0b"), "data.text", "NUL"),
    "a huge text": (of("note.shared", text="x" * 100_001), "data.text", "at most 100000"),
    "no number at all": (of("deal.won", deal="D", amount="NaN"), "data.amount", "finite"),
    "endless money": (of("deal.won", deal="D", amount="Infinity"), "data.amount", "finite"),
    "too much money": (of("deal.won", deal="D", amount="1e30"), "data.amount", "18 digits"),
    "hair-thin money": (
        of("deal.won", deal="D", amount="0.00001"),
        "data.amount",
        "4 digits after the point",
    ),
    "money as a spreadsheet has it": (
        of("deal.won", deal="D", amount="1 234,50"),
        "data.amount",
        "such as 1234.5",
    ),
    "true money": (of("deal.won", deal="D", amount=True), "data.amount", "truth value"),
    "a lower-case currency": (
        of("deal.won", deal="D", amount=1, currency="rub"),
        "data.currency",
        "pattern",
    ),
    "a naive time inside": (
        of("meeting.planned", meeting="M", at="2026-03-01T10:00:00"),
        "data.at",
        "no time zone",
    ),
    "seconds since 1970": (
        of("meeting.planned", meeting="M", at=1772323200),
        "data.at",
        "ISO 8601",
    ),
    "the same as text": (
        of("meeting.planned", meeting="M", at="1772323200"),
        "data.at",
        "ISO 8601",
    ),
    "a time before all times": (
        of("meeting.planned", meeting="M", at="0001-01-01T00:00:00+03:00"),
        "data.at",
        "not a possible time",
    ),
    "a day that is a number": (
        of("correspondence.sent", letter="L", medium="fax", dated=0),
        "data.dated",
        "ISO 8601",
    ),
    "a field too many in a line": (
        of("offer.sent", offer="O", items=[{"product": "P", "qty": 1}]),
        "data.items.0.qty",
        "correct its name",
    ),
    "a choice not made": (
        of("call.logged", direction="outbound"),
        "data.outcome",
        "is missing. Add it: 'reached', 'no_answer'",
    ),
    "a name left out": (
        of("client.registered", kind="person"),
        "data.name",
        "is missing. Add it; docs/events.md describes client.registered.",
    ),
    "a case for nobody": (of("case.assigned", case="S"), "data", "neither an assignee nor a unit"),
}


@pytest.mark.parametrize(("sent", "field", "said"), BAD.values(), ids=BAD.keys())
def test_it_names_field_value_and_remedy(sent: bytes, field: str, said: str) -> None:
    with pytest.raises(InvalidEvent) as caught:
        codec.encode_json(sent)
    error, message = caught.value, str(caught.value)
    assert error.field == field
    assert said in message
    assert message.startswith(f"{field}: ")
    assert error.remedy.endswith((".", "]"))
    assert len(message) < 700  # never a whole letter


@pytest.mark.parametrize("name", ["x" * 100_000, "a\nb", "\x1b[2J"])
def test_what_is_no_fields_name_neither_floods_nor_steers_the_terminal(name: str) -> None:
    for sent in (line(**{name: 1}), data(**{name: 1}), data(**{"mood": 1, name: 1})):
        with pytest.raises(InvalidEvent, match="is not a field of this event") as caught:
            codec.encode_json(sent)
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 700


def test_the_good_line_is_good() -> None:
    assert codec.encode_json(line()).key == "pbx-1"


@given(st.binary(max_size=60) | st.text(max_size=30).map(str.encode))
def test_no_line_whatever_is_met_with_a_traceback(sent: bytes) -> None:
    with pytest.raises(InvalidEvent):
        codec.encode_json(sent)


json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.sampled_from(sorted(GOOD)), json)
def test_no_value_whatever_is_met_with_a_traceback(name: str, value: Any) -> None:
    with suppress(InvalidEvent):
        codec.encode_json(msgspec.json.encode(GOOD | {name: value}))


INTERNAL = re.compile(
    "valid(?!ity)|instance|tuple|dictionary|Input|pydantic|msgspec|Decimal|Datetime|parse|ArgsKwargs"
    "|dataclass|class |None"
)
WRONG = (
    "x", "", [], ["A"], [5], {}, {"a": 1}, True, -1, 0.5, 1e20, "0.123456789", 10**30, None,
    "2026-05-01T05:00:00Z", "2026-05-01", "2026-02-31", "E" * 10_000,
)  # fmt: skip


@pytest.mark.parametrize("type_", types_of())
def test_no_message_about_a_field_shows_internals(type_: str) -> None:
    (event, *_) = drawn(events((type_,)), 1)
    body, said = msgspec.json.decode(codec.encode(event).body), list[str]()
    for field in fields(catalogue.types()[type_].content):
        for value in WRONG:
            try:
                codec.encode_json(
                    msgspec.json.encode(body | {"data": body["data"] | {field.name: value}})
                )
            except InvalidEvent as error:
                # What was found, and the names, are not the program's.
                text = re.sub(r"\(found .*?\)\. ", "", str(error).replace(field.name, ""))
                said.append(text.replace(type_, ""))
    assert not [text for text in said if INTERNAL.search(text)]


def test_an_id_is_brought_to_one_form_so_that_it_means_one_thing() -> None:
    composed, decomposed = line(client="Café"), line(client="Cafe\u0301")
    assert codec.encode_json(composed) == codec.encode_json(decomposed)
    assert codec.encode_json(line(client=" C-1 ")).client == "C-1"


def test_half_a_surrogate_pair_from_python_is_refused() -> None:
    with pytest.raises(InvalidEvent, match="performer_name"):
        codec.encode(call("k", performer_name="\ud800"))


def test_content_that_is_no_event_is_refused() -> None:
    for junk in (None, {"direction": "outbound"}, "call.logged", object()):
        with pytest.raises(InvalidEvent, match="is not an event type"):
            codec.encode(call("k", data=junk))
    with pytest.raises(InvalidEvent, match=r"is no ledger\.Event"):
        codec.encode(None)


def test_an_event_about_the_future_is_refused_by_the_servers_clock(any_location: Location) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    with Ledger(any_location) as opened:
        for attempt in (opened.append, lambda event: opened.append_all([call("other"), event])):
            with pytest.raises(InvalidEvent, match="lies in the future") as caught:
                attempt(call("k", occurred_at=tomorrow))
            assert caught.value.field == "occurred_at"
        with pytest.raises(InvalidEvent, match="found '2094-05-01'"):
            opened.append(call("k", occurred_at="2094-05-01"))
        assert opened.store.head() == 0
        in_a_minute = datetime.now(UTC) + timedelta(minutes=1)  # clocks differ a little
        assert opened.append(call("k", occurred_at=in_a_minute)).recorded
