"""A key made of other keys is as long as a key may be, and two of them never become one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import codec
from ledger.keys import LONGEST, under
from tests.ledger.store.samples import call

texts = st.text("abcЖ-/", min_size=1, max_size=LONGEST)


def test_a_short_one_is_readable() -> None:
    assert under("pbx-1", "reserved") == "pbx-1/reserved"


@given(texts, texts)
def test_it_fits(key: str, part: str) -> None:
    assert len(under(key, part)) <= LONGEST


@pytest.mark.parametrize("length", [1, 100, 191, 192, 199, 200])
def test_it_can_be_recorded_and_differs_by_key_and_by_part(length: int) -> None:
    keys = {under("k" * length, part) for part in ("a", "b", "c" * 150, "d" * 200)}
    keys |= {under("l" * length, part) for part in ("a", "b", "c" * 150, "d" * 200)}
    assert len(keys) == 8
    assert {codec.encode(call(key)).key for key in keys} == keys
