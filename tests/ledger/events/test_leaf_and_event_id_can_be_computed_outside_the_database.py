"""An auditor needs no database to compute what the database has computed."""

import itertools
from contextlib import closing

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import log
from ledger.database import Location, connect
from ledger.envelope import event_id
from tests.ledger.events.golden import leaf
from tests.ledger.store.samples import encoded
from tests.surroundings.groups import examples

NUMBERS = itertools.count(1)


def text(**bounds: int) -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), **bounds)


@settings(max_examples=examples(), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    contents=st.lists(text(max_size=300), min_size=1, max_size=5, unique=True),
    source=text(min_size=1, max_size=200),
)
def test_both_are_the_same_on_every_server(
    any_location: Location, contents: list[str], source: str
) -> None:
    batch = [encoded(str(next(NUMBERS)), content, source=source) for content in contents]
    with closing(connect(any_location, "owner")) as connection:
        log.append(connection, batch)
        found = connection.execute(
            "SELECT event_id, key, body, recorded_at, login, encode(leaf(events), 'hex') "
            "FROM events WHERE source = %s",
            [source],
        )
        for identity, key, body, recorded_at, login, hashed in found:
            assert identity == event_id(source, key)
            assert hashed == leaf(body, recorded_at, login)


def test_the_id_keeps_source_and_key_apart() -> None:
    assert event_id("a", "bc") != event_id("ab", "c")
