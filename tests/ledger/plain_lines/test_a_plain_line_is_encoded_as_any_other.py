"""What is encoded quickly is what pydantic accepts, to the byte; what it refuses is never plain."""

import json
import random
from typing import Annotated, Any

import msgspec
import pytest
from pydantic import AfterValidator, StringConstraints

from ledger import catalogue, codec
from ledger.envelope import Encoded
from ledger.errors import InvalidEvent
from ledger.events.fields import Id, fact
from ledger.plain_lines import Reader, kinds
from tests.commands.cli.events import fuzz
from tests.ledger.events import extremes, golden
from tests.surroundings.groups import examples, sampling, seed

LINE: dict[str, Any] = {
    "type": "offer.sent",
    "source": "shop",
    "key": "1",
    "recorded_by": "shop",
    "occurred_at": "2026-03-01T10:00:00.123456Z",
    "client": "C-1",
    "data": {"offer": "O-1", "amount": "12.5", "currency": "RUB"},
}
SAID: dict[str, Any] = LINE | {
    "type": "message.exchanged",
    "data": {"direction": "inbound", "channel": "email", "text": "Добрый день!"},
}


def quickly(line: bytes) -> Encoded | None:
    reader: Reader = codec._plain_lines()
    return reader(line)


def thoroughly(line: bytes) -> Encoded | None:
    try:
        return codec.encode_any(line)
    except InvalidEvent:
        return None


def written(line: dict[str, Any], /, **changes: Any) -> bytes:
    data = {name: value for name, value in changes.items() if name in ("amount", "text", "deal")}
    rest = {name: value for name, value in changes.items() if name not in data}
    return json.dumps(line | rest | {"data": line["data"] | data}, ensure_ascii=False).encode()


def agrees(line: bytes) -> bool:
    """Whether the line is plain; then it is encoded as any other."""
    found = quickly(line)
    assert found is None or found == thoroughly(line), line
    return found is not None


def test_of_every_example_of_every_shape() -> None:
    bodies = [msgspec.json.encode(each) for each in extremes.examples()]
    plain = [json.loads(body)["type"] for body in bodies if agrees(body)]
    assert len(plain) > len(bodies) / 2
    assert sum(agrees(line["body"].encode()) for line in golden.lines()) >= len(plain)


@sampling
def test_of_lines_changed_at_random() -> None:
    count = examples() * 200
    plain = sum(map(agrees, fuzz.lines(random.Random(seed()), count)))
    assert plain > count / 10


def test_of_an_extreme_value_in_any_field() -> None:
    lines = list(extremes.extreme_lines())
    chosen = random.Random(seed()).sample(lines, 5_000)
    assert sum(map(agrees, chosen)) > 1_000


@pytest.mark.parametrize(
    "line",
    [
        written(LINE),
        written(LINE, version=1),
        written(LINE, occurred_at="2026-03-01T10:00:00+03:00"),
        written(LINE, occurred_at="2026-03-01T10:00:00.000000Z"),
        written(LINE, occurred_at="2026-03-01T10:00:00.5Z"),
        written(LINE, occurred_at="2026-03-01T10:00:00.5+03:00"),
        written(LINE, occurred_at="2026-03-01T10:00+03:00"),
        written(LINE, occurred_at="2026-03"),
        written(LINE, occurred_at="unknown"),
        written(LINE, amount=12),
        written(LINE, amount="12.500"),
        b'{"amount":12.50'.join(written(LINE).split(b'{"amount": "12.5"')),
        written(LINE, client="ООО «Ромашка» № 1"),
        written(LINE, deal="D 1"),
        written(SAID),
        written(SAID, text="Two\nlines\tand a tab, and \u00a0 a space that does not break"),
        json.dumps(SAID).encode(),
    ],
)
def test_what_machines_write_is_plain(line: bytes) -> None:
    assert agrees(line)


@pytest.mark.parametrize(
    "line",
    [
        written(LINE, client=" C-1"),
        written(LINE, client="C-1 "),
        written(LINE, client="C\u00a01"),
        written(LINE, client="e\u0301"),
        written(LINE, client="a\u200bb"),
        written(LINE, client="a\nb"),
        written(LINE, client=""),
        written(LINE, client="x" * 201),
        written(LINE, client=None),
        written(LINE, version=2),
        written(LINE, version=None),
        written(LINE, colour="red"),
        written(LINE, type="offer.dispatched"),
        written(LINE, occurred_at="2026-02-30T10:00:00Z"),
        written(LINE, occurred_at="2026-03-01T10:00:00"),
        written(LINE, occurred_at="1899-12-31T23:59:59Z"),
        written(LINE, amount="0"),
        written(LINE, amount="-1"),
        written(LINE, amount="1e3"),
        written(LINE, amount="12.50000"),
        written(LINE, amount="99999999999999.9999"),
        written(LINE, amount=[]),
        written(SAID, text="\0"),
        written(SAID, text=""),
        written(LINE)[:-2] + b',"amount":"13"}}',
        written(LINE)[:-1] + b',"client":"C-2"}',
        written(LINE)[:-20],
        b"[]",
        b"[" * 100_000,
        b"\xff",
        b'{"type":"offer.sent","source":"\\ud800"}',
    ],
)
def test_what_is_refused_changed_or_to_be_looked_at_is_not_plain(line: bytes) -> None:
    assert quickly(line) is None


@fact
class Checked:
    """A part with a check that nobody else has."""

    number: Annotated[Id, AfterValidator(lambda value: value)]


@fact
class Patterned:
    """A part with a pattern that another language may read in another way."""

    number: Annotated[str, StringConstraints(pattern=r"^\d+$")]


@pytest.mark.parametrize("content", [Checked, Patterned])
def test_content_with_a_check_that_is_not_known_is_never_plain(content: type[Any]) -> None:
    assert kinds.content_of(content) is None


def test_the_types_that_machines_record_are_plain() -> None:
    names = {"call.logged", "message.exchanged", "deal.won", "purchase.recorded", "task.assigned"}
    plain = {name for name, each in catalogue.types().items() if kinds.content_of(each.content)}
    assert names <= plain
    assert len(plain) > len(catalogue.types()) * 0.8
