"""The library's own conformance test, unmodified, through the factory's door on every server."""

from collections.abc import Iterator

import pytest
from eventsourcing.dcb.tests import DCBRecorderTestCase

from ledger.database import Location
from ledger.dcb import Recorder
from tests.ledger.dcb.doors import opened

CASES = [name for name in dir(DCBRecorderTestCase) if name.startswith("_test_")]


@pytest.fixture
def recorder(any_location: Location) -> Iterator[Recorder]:
    with opened(any_location) as found:
        yield found


@pytest.mark.parametrize("case", CASES)
def test_the_recorder_of_the_factory_passes(case: str, recorder: Recorder) -> None:
    getattr(DCBRecorderTestCase(), case)(recorder)


def test_no_case_of_the_library_is_left_out() -> None:
    assert {"_test_append_read", "_test_append_subscribe"} <= set(CASES)
