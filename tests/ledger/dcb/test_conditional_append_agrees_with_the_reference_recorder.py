"""Whatever the history and the query: our store answers as the library's own recorder does."""

from collections.abc import Iterator

import pytest
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.dcb.popo import InMemoryDCBRecorder
from eventsourcing.persistence import IntegrityError, ProgrammingError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.database import Location
from ledger.dcb import Recorder
from tests.ledger.dcb.doors import opened
from tests.surroundings.groups import examples

TYPES = st.sampled_from(["call.logged", "deal.won", "Ж"])
TAGS = st.sampled_from(["client:A", "client:B", "performed_by:E", "deal:1", 'odd"\\{,}', "NULL"])
events = st.builds(DCBEvent, TYPES, st.binary(max_size=20), st.lists(TAGS, max_size=3, unique=True))
items = st.builds(DCBQueryItem, st.lists(TYPES, max_size=3), st.lists(TAGS, max_size=3))
queries = st.builds(DCBQuery, st.lists(items, max_size=3))
# What lies further back than this is looked up another way than what has come lately.
LATELY = 50
afters = st.none() | st.integers(0, 12)
steps = st.lists(
    st.tuples(st.lists(events, min_size=1, max_size=4), st.none() | st.tuples(queries, afters)),
    max_size=5,
)


@pytest.fixture
def store(any_location: Location) -> Iterator[Recorder]:
    with opened(any_location) as recorder:
        yield recorder


def tried(recorder: object, batch: list[DCBEvent], condition: DCBAppendCondition | None) -> bool:
    try:
        recorder.append(batch, condition)  # type: ignore[attr-defined]
    except IntegrityError:
        return False
    return True


@settings(max_examples=examples(), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    history=steps,
    query=queries,
    after=afters,
    limit=st.none() | st.integers(0, 5),
    long_ago=st.integers(0, 5),
)
def test_reading_and_appending_agree(
    store: Recorder,
    history: list[tuple[list[DCBEvent], tuple[DCBQuery, int | None] | None]],
    query: DCBQuery,
    after: int | None,
    limit: int | None,
    long_ago: int,
) -> None:
    start = store.store.head()  # examples share one ledger; what is older is out of their sight
    reference = InMemoryDCBRecorder()

    def here(position: int | None) -> int:
        return start + (position or 0)

    for number, (batch, wanted) in enumerate(history):
        if number == long_ago:
            for recorder in (reference, store):
                assert tried(recorder, [DCBEvent("other", b"")] * LATELY, None)
        theirs = wanted and DCBAppendCondition(wanted[0], wanted[1])
        ours = wanted and DCBAppendCondition(wanted[0], here(wanted[1]))
        assert tried(reference, batch, theirs) == tried(store, batch, ours)
    expected = reference.read(query, after=after, limit=limit)
    found = store.read(query, after=here(after), limit=limit)
    assert [(here(e.position), e.event) for e in expected] == [(e.position, e.event) for e in found]
    if expected.head is not None:
        assert found.head == here(expected.head)


def test_an_empty_append_is_refused_as_the_library_does(store: Recorder) -> None:
    with pytest.raises(ProgrammingError):
        store.append([])
