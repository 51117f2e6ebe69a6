"""What was ever recorded is read for ever: golden.jsonl holds every shape there was."""

import dataclasses
from contextlib import closing
from datetime import UTC
from uuid import UUID

import msgspec
import pytest

from ledger import catalogue, codec
from ledger.database import Location, connect
from ledger.envelope import Row
from ledger.errors import InvalidEvent
from ledger.moments import Moment
from tests.ledger.events import golden

LINES = golden.lines()
# Recorded before a rule that refuses it today, and still read: the field and what it holds.
REFUSED_TODAY = {
    "period.closed-1": ("zone", "A-1"),
    "client.merged-1": ("absorbed", "A-1"),
    "client.unmerged-1": ("absorbed", "A-1"),
    "ownership_dispute.opened-1": ("respondent", "A-1"),
    "org_unit.defined-1": ("parent", "A-1"),
    "absence.recorded-1": ("substitute", "A-1"),
}


def named(line: dict[str, str]) -> str:
    record = msgspec.json.decode(line["body"])
    return f"{record['type']}-{record['version']}"


def row(body: bytes) -> Row:
    record = msgspec.json.decode(body)
    at = Moment.parse(record["occurred_at"]).at
    return Row(1, UUID(int=1), record["type"], record["version"], golden.RECORDED_AT, at, body, "")


def test_every_type_at_its_current_version_is_there() -> None:
    lacking = [f"{found.name} version {found.version}" for found in golden.missing()]
    assert not lacking, f"run: python -m tests.events.golden (it adds {', '.join(lacking)})"


def test_every_type_and_version_is_there_once() -> None:
    assert len(LINES) == len(golden.present())


@pytest.mark.parametrize("line", LINES, ids=named)
def test_it_is_read_and_its_leaf_is_the_same(line: dict[str, str]) -> None:
    body = line["body"].encode()
    assert golden.leaf(body) == line["leaf"]
    found = codec.decode(row(body))
    assert type(found.data) is catalogue.types()[found.type].content
    assert found.occurred_at is not None
    assert found.occurred_at.tzinfo is UTC
    if found.version == catalogue.types()[found.type].version:
        data, expected = found.data, golden.content(type(found.data))
        if named(line) in REFUSED_TODAY:
            field, value = REFUSED_TODAY[named(line)]
            with pytest.raises(InvalidEvent, match=f"{field}.*{value}|{value}.*{field}"):
                codec.encode_json(body)
            data = dataclasses.replace(data, **{field: getattr(expected, field)})
        else:
            assert codec.encode_json(body).body == body
        # A field that came later is empty in what was recorded before it.
        there = msgspec.json.decode(body)["data"]
        later = [each.name for each in dataclasses.fields(data) if each.name not in there]
        assert data == dataclasses.replace(expected, **dict.fromkeys(later))


def test_the_database_computes_the_same_leaves(any_location: Location) -> None:
    with closing(connect(any_location, "owner")) as connection:
        found = connection.execute(
            "SELECT encode(leaf(jsonb_populate_record(NULL::events, jsonb_build_object("
            "'recorded_at', %s::timestamptz, 'login', %s::text, 'body', body))), 'hex') "
            "FROM unnest(%s::bytea[]) WITH ORDINALITY AS given(body, n) ORDER BY n",
            [golden.RECORDED_AT, golden.LOGIN, [line["body"].encode() for line in LINES]],
        )
        assert [leaf for (leaf,) in found] == [line["leaf"] for line in LINES]
