"""The library's own conformance test, unmodified, against our store on every server."""

from collections.abc import Iterator

import pytest
from eventsourcing.dcb.tests import DCBRecorderTestCase

from ledger.database import Location
from ledger.store import Store

CASES = [name for name in dir(DCBRecorderTestCase) if name.startswith("_test_")]


@pytest.fixture
def store(any_location: Location) -> Iterator[Store]:
    with Store(any_location) as opened:
        yield opened


@pytest.mark.parametrize("case", CASES)
def test_the_store_passes(case: str, store: Store) -> None:
    getattr(DCBRecorderTestCase(), case)(store)


def test_no_case_of_the_library_is_left_out() -> None:
    assert {"_test_append_read", "_test_append_subscribe"} <= set(CASES)
