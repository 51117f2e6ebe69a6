"""What goes in comes out equal, for every event type, and equal events are recorded alike."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import codec
from ledger.envelope import OPTIONAL, Encoded, Recorded, Row
from ledger.events.clients import ClientRegistered
from ledger.events.ownership import ClientReassigned
from ledger.events.sales import DealWon
from tests.ledger.events.shapes import CONTENTS, event
from tests.ledger.store.samples import call
from tests.surroundings.groups import examples


def decoded(encoded: Encoded) -> Recorded:
    at = encoded.occurred_at
    return codec.decode(
        Row(
            1,
            UUID(int=1),
            encoded.type,
            encoded.version,
            datetime(2026, 1, 1, tzinfo=UTC),
            at,
            encoded.body,
            "",
        )
    )


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: content.__name__)
@settings(max_examples=examples(), suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_it_comes_back_equal_and_its_text_is_canonical(
    content: type[Any], data: st.DataObject
) -> None:
    offered = data.draw(event(content))
    encoded = codec.encode(offered)
    found = decoded(encoded)
    assert type(found.data) is content
    assert found.data == offered.data
    assert (found.occurred_at, found.precision) == offered.occurred_at
    for name in ("source", "key", "recorded_by", *OPTIONAL):
        default = "internal" if name == "visibility" else None
        assert getattr(found, name) == (getattr(offered, name) or default)
    record = msgspec.json.decode(encoded.body)
    assert msgspec.json.encode(record, order="sorted") == encoded.body
    # Sent as JSON, in any order of its fields, it is recorded alike.
    shuffled = dict(reversed(record.items()))
    assert codec.encode_json(msgspec.json.encode(shuffled)) == encoded


def test_a_field_without_value_leaves_no_trace_so_adding_one_changes_nothing() -> None:

    record = msgspec.json.decode(codec.encode(call("k")).body)
    assert set(record) == {
        "type",
        "version",
        "source",
        "key",
        "recorded_by",
        "occurred_at",
        "client",
        "performed_by",
        "data",
    }
    assert set(record["data"]) == {"direction", "outcome", "duration_s"}


@pytest.mark.parametrize("amount", ["10", "10.0", "1E+1", "10.0000", 10])
def test_equal_numbers_are_recorded_alike(amount: Any) -> None:
    encoded = codec.encode(call("k", data=DealWon(deal="D-1", amount=amount)))
    assert b'"amount":"10"' in encoded.body


def test_an_event_is_found_under_what_its_content_names() -> None:
    moved = ClientReassigned(from_employee="E-1", to_employee="E-2", reason="departure")
    encoded = codec.encode(call("k", data=moved))
    assert encoded.tags == ("employee:E-1", "employee:E-2")
    assert (encoded.client, encoded.performed_by) == ("C-1", "E-1")


def test_a_client_who_is_named_twice_is_one_tag() -> None:
    child = ClientRegistered(kind="company", name="Ромашка", parent="C-1")
    assert codec.encode(call("k", data=child)).tags == ()
