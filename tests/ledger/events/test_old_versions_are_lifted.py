"""What an older version wrote is read in the newest shape, one small step for each version."""

from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

import pytest

from ledger import catalogue, codec
from ledger.envelope import Row
from ledger.errors import LedgerError
from ledger.events.fields import Label, fact
from ledger.upcasts import UPCASTS


@fact
class VisitNoted:
    """A visit, in its third version: the minutes became seconds, and the place got a country."""

    VERSION: ClassVar[int] = 3
    seconds: int
    country: Label | None = None


STEPS = {
    ("visit.noted", 1): lambda old: {"seconds": old["minutes"] * 60},
    ("visit.noted", 2): lambda old: {**old, "country": "unknown"},
}


@pytest.fixture
def visits(monkeypatch: pytest.MonkeyPatch) -> None:
    described = catalogue._describe(VisitNoted, "interaction")
    monkeypatch.setattr(catalogue, "types", lambda: {"visit.noted": described})
    for key, step in STEPS.items():
        monkeypatch.setitem(UPCASTS, key, step)
    codec._decoder.cache_clear()


def row(version: int, data: str, type_: str = "visit.noted") -> Row:
    body = (
        f'{{"data":{data},"key":"k","occurred_at":"unknown","recorded_by":"r","source":"s",'
        f'"type":"{type_}","version":{version}}}'
    ).encode()
    return Row(1, UUID(int=1), type_, version, datetime(2026, 1, 1, tzinfo=UTC), None, body, "")


@pytest.mark.usefixtures("visits")
def test_every_version_is_read_in_the_newest_shape() -> None:
    newest = [
        codec.decode(row(1, '{"minutes":2}')).data,
        codec.decode(row(2, '{"seconds":120}')).data,
        codec.decode(row(3, '{"seconds":120,"country":"unknown"}')).data,
    ]
    assert newest == [VisitNoted(seconds=120, country="unknown")] * 3


@pytest.mark.usefixtures("visits")
def test_the_same_event_in_an_older_shape_is_the_same_event() -> None:
    old, new = row(1, '{"minutes":2}').body, row(3, '{"country":"unknown","seconds":120}').body
    other = row(1, '{"minutes":3}').body
    assert codec.same(old, new)
    assert not codec.same(other, new)
    assert not codec.same(b"junk", new)


def test_an_unknown_type_is_named_with_the_remedy() -> None:
    with pytest.raises(LedgerError, match="install the package that defines it"):
        codec.decode(row(1, "{}", "visit.unheard_of"))


def test_every_step_leads_from_a_retired_version_to_one_that_exists() -> None:
    for type_, version in UPCASTS:
        newest = catalogue.types()[type_].version
        assert 1 <= version < newest
