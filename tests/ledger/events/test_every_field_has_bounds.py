"""Whatever a field of an event may hold, its column, its arithmetic and its rendering can hold."""

import types
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from annotated_types import Ge, Le, MaxLen
from pydantic import AfterValidator, StringConstraints
from pydantic.fields import FieldInfo

from ledger import catalogue, codec
from ledger.errors import InvalidEvent
from ledger.events.fields import Zone
from tests.ledger.events import extremes
from tests.ledger.events.test_bad_events_are_refused_with_field_value_and_remedy import line, of

LONG = 2**53  # beyond it, not every reader of JSON holds a whole number exactly


def leaves(hint: Any, path: str) -> Iterator[tuple[str, Any, list[Any]]]:
    """Every plain type in an annotation, with its path and what bounds it."""
    marks: list[Any] = []
    if get_origin(hint) is Annotated:
        hint, *given = get_args(hint)
        for mark in given:
            marks += mark.metadata if isinstance(mark, FieldInfo) else [mark]
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        for one in inner:
            yield from leaves(one, path)
    elif origin is tuple:
        yield path, tuple, marks
        yield from leaves(inner[0], f"{path}[]")
    elif is_dataclass(hint) and isinstance(hint, type):
        yield from (leaf for name, kind in hinted(hint) for leaf in leaves(kind, f"{path}.{name}"))
    elif origin is not Literal and hint not in (types.NoneType, bool):
        yield path, hint, marks


def hinted(content: type[Any]) -> list[tuple[str, Any]]:
    hints = get_type_hints(content, include_extras=True)
    return [(field.name, hints[field.name]) for field in fields(content)]


LEAVES = [
    leaf
    for described in catalogue.types().values()
    for name, hint in hinted(described.content)
    for leaf in leaves(hint, f"{described.name}.{name}")
]


def unbounded(kind: Any, marks: list[Any]) -> str | None:
    """What bound a field lacks."""
    found = {type(mark): mark for mark in marks}
    general = {
        name: value for mark in marks for name, value in getattr(mark, "__dict__", {}).items()
    }
    if kind is int:
        whole = Ge in found and Le in found and abs(found[Ge].ge) < LONG > abs(found[Le].le)
        return None if whole else "least and most"
    if kind is Decimal:
        return None if {"max_digits", "decimal_places"} <= general.keys() else "digits"
    if kind is tuple:
        return None if MaxLen in found else "length"
    if kind in (date, datetime):
        return None if any(isinstance(mark, AfterValidator) for mark in marks) else "years"
    if kind is str:
        texts = [mark for mark in marks if isinstance(mark, StringConstraints)]
        known = any(mark.max_length or mark.pattern for mark in texts)
        return None if known or marks == list(Zone.__metadata__) else "length"
    return f"bounds of {kind}"


def test_every_field_of_every_type_has_bounds() -> None:
    assert len(LEAVES) > 300
    assert not [(path, lacks) for path, kind, marks in LEAVES if (lacks := unbounded(kind, marks))]


def test_extreme_values_that_are_accepted_come_back_unchanged() -> None:
    known, count = set(catalogue.types()), 0
    for sent in extremes.extreme_lines():
        count += 1
        encoded = codec.encode_json(sent)
        assert extremes.came_back(msgspec.json.decode(sent), msgspec.json.decode(encoded.body)), (
            sent
        )
        assert codec.encode_json(encoded.body) == encoded, "the recorded text is canonical"
        known.discard(encoded.type)
    assert count > 5_000
    assert not known


REFUSED = {
    "a whole number that no integer column holds": (
        of("transfer_batch.completed", batch="B", moved=1, skipped=2**63 - 1),
        "data.skipped",
    ),
    "a version that would wrap": (
        of("reservation_policy.published", version=2**31),
        "data.version",
    ),
    "a number of clients that would wrap": (
        of("reservation_policy.published", version=1, clients_per_seller=2**32 + 1),
        "data.clients_per_seller",
    ),
    "a position that no reader holds": (
        line(type="handover_pack.issued", client="C", data={
            "employee": "E", "as_of": 2**53, "sha256": "0" * 64}),
        "data.as_of",
    ),
    "the first year": (line(occurred_at="0001-01-01"), "occurred_at"),
    "the last year": (line(occurred_at="9999-12-31"), "occurred_at"),
    "the last month before": (line(occurred_at="1899-12"), "occurred_at"),
    "a moment too early": (line(occurred_at="1900-01-01T00:00:00+00:01"), "occurred_at"),
    "a business date for ever": (
        of("employee.departed", employee="E", effective_at="9999-12-31T00:00:00Z"),
        "data.effective_at",
    ),
    "a day for ever": (
        of("correspondence.sent", letter="L", medium="fax", dated="9999-12-31"),
        "data.dated",
    ),
    "a month of the year 0": (
        of("target.set", target="T", scope="whole", metric="m", period="0000-01", value=1),
        "data.period",
    ),
    "more decimals of a second than are kept": (
        of("meeting.planned", meeting="M", at="2026-03-01T10:00:00.1234567Z"),
        "data.at",
    ),
    "digits of another script": (of("deal.won", deal="D", amount="\uff11\uff12"), "data.amount"),
    "an underscore among digits": (of("deal.won", deal="D", amount="1_000"), "data.amount"),
    "an id that is longer when composed": (line(client="\ufb2c" * 200), "client"),
    "a zone that only this machine knows": (
        of("business_calendar.published", calendar="C", zone="posixrules",
           first_day="2026-01-01", last_day="2026-01-01", week=[{"weekday": 1, "shifts": []}]),
        "data.zone",
    ),
    "more colleagues than anybody has": (
        of("note.shared", text="x", to_employees=["E-1"] * 201),
        "data.to_employees",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("sent", "field"), REFUSED.values(), ids=REFUSED.keys())
def test_a_value_that_nothing_holds_is_refused(sent: bytes, field: str) -> None:
    with pytest.raises(InvalidEvent) as caught:
        codec.encode_json(sent)
    assert caught.value.field == field
    assert caught.value.remedy


def test_the_first_and_the_last_day_are_accepted() -> None:
    for day in ("1900-01", "1900-01-01", "1900-01-01T00:00Z", "2199-12-31", "unknown"):
        assert codec.encode_json(line(occurred_at=day))
    for at in ("1900-01-01T00:00:00Z", "2199-12-31T23:59:59.999999Z"):
        assert codec.encode_json(of("employee.departed", employee="E", effective_at=at))


def test_an_amount_keeps_every_digit_of_a_number_in_json() -> None:
    sent = of("deal.won", deal="D", amount=0).replace(
        b'"amount":0', b'"amount":99999999999999.9999'
    )
    assert b'"amount":"99999999999999.9999"' in codec.encode_json(sent).body
