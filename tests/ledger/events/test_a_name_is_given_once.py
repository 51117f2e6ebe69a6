"""In an object of JSON a name is given once: readers disagree about which of two values counts."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import codec
from ledger.canonical import refuse_duplicates
from ledger.errors import InvalidEvent
from tests.ledger.events import golden
from tests.ledger.events.test_bad_events_are_refused_with_field_value_and_remedy import line, of
from tests.surroundings.groups import examples

TWICE = {
    "in the envelope": (line()[:-1] + b',"key":"pbx-2"}', "key"),
    "with the same value": (line()[:-1] + b',"key":"pbx-1"}', "key"),
    "in the content": (
        line().replace(b'"outcome":"reached"', b'"outcome":"reached","outcome":"busy"'),
        "data.outcome",
    ),
    "the content itself": (line()[:-1] + b',"data":{"direction":"inbound"}}', "data"),
    "in a list": (
        of("offer.sent", offer="O", items=[{"product": "P"}]).replace(
            b'"product":"P"', b'"product":"P","product":"Q"'
        ),
        "data.items.0.product",
    ),
    "with space before the colon": (line()[:-1] + b',"key" \t: "pbx-2"}', "key"),
    "in other letters": (line()[:-1] + rb',"k\u0065y":"pbx-2"}', "key"),
    "beside escaped quotation marks": (line(key='\\"')[:-1] + b',"key":"x"}', "key"),
    "beside escaped backslashes": (line(key="\\\\")[:-1] + b',"key":"x"}', "key"),
    "beside a text like a name": (line(key='":')[:-1] + b',"key":"\\":"}', "key"),
    "with no text as its value": (
        line(type="mood.noted", data={"mood": 1}).replace(b'"mood":1', b'"mood":1,"mood":1'),
        "data.mood",
    ),
}


@pytest.mark.parametrize(("sent", "field"), TWICE.values(), ids=TWICE.keys())
def test_twice_is_refused_and_the_name_is_said(sent: bytes, field: str) -> None:
    json.loads(sent)
    with pytest.raises(InvalidEvent, match="is given twice") as caught:
        codec.encode_json(sent)
    assert caught.value.field == field


@pytest.mark.parametrize("value", [10**30, -(10**400), 1e308, [[[[]]]], "\u2603" * 9])
def test_beside_a_value_that_is_hard_to_write(value: Any) -> None:
    once = line(data={"direction": "inbound", "outcome": "busy", "topic": 0})
    once = once.replace(b'"topic":0', b'"topic":' + json.dumps(value).encode())
    refuse_duplicates(once, codec._read_json(once))
    twice = once[:-1] + b',"key":"pbx-2"}'
    with pytest.raises(InvalidEvent, match="key: is given twice"):
        refuse_duplicates(twice, codec._read_json(twice))


@pytest.mark.parametrize("name", ["x" * 100_000, "a\nb", "\x1b[2J"])
def test_a_long_or_strange_name_neither_floods_nor_steers_the_terminal(name: str) -> None:
    member = f'{json.dumps(name)}:{{"a":1}}'
    with pytest.raises(InvalidEvent, match="is given twice") as caught:
        codec.encode_json(f"{{{member},{member}}}".encode())
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 700


text = st.text(st.sampled_from('a":\\,{}[] \n\u00e9\U0001f642'), max_size=6)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(0, 9) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=12,
)


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    members = value.values() if isinstance(value, dict) else value
    for inner in members if isinstance(value, dict | list) else ():
        yield from objects(inner)


@settings(max_examples=examples(30))
@given(st.dictionaries(text, values, min_size=1, max_size=4), st.booleans(), st.data())
def test_once_is_never_taken_for_twice_nor_twice_for_once(
    value: dict[str, Any], escaped: bool, data: st.DataObject
) -> None:
    once = json.dumps(value, ensure_ascii=escaped)
    refuse_duplicates(once.encode(), msgspec.json.decode(once))

    chosen = data.draw(st.sampled_from([each for each in objects(value) if each]))
    name, again = data.draw(st.sampled_from(sorted(chosen))), data.draw(values)
    mark = "\u2603"  # in no text of ours
    chosen[mark] = again
    twice = json.dumps(value, ensure_ascii=False).replace(f'"{mark}"', json.dumps(name))
    with pytest.raises(InvalidEvent, match="is given twice"):
        refuse_duplicates(twice.encode(), msgspec.json.decode(twice))


@pytest.mark.parametrize(
    "sent", golden.lines(), ids=lambda sent: str(json.loads(sent["body"])["type"])
)
def test_what_is_recorded_gives_each_once(sent: dict[str, str]) -> None:
    body = sent["body"].encode()
    refuse_duplicates(body, msgspec.json.decode(body))
