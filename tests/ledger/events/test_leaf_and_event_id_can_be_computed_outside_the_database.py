"""An auditor needs no database to compute what the database has computed."""

import hashlib
from contextlib import closing
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import log
from ledger.database import Location, connect
from ledger.envelope import Encoded, event_id
from tests.surroundings.groups import examples

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def leaf(body: bytes, recorded_at: datetime) -> bytes:
    """SHA-256 over a zero byte, the body, and the microseconds since 2000 as eight bytes."""
    microseconds = (recorded_at - EPOCH) // timedelta(microseconds=1)
    return hashlib.sha256(b"\0" + body + microseconds.to_bytes(8, "big", signed=True)).digest()


@settings(max_examples=examples(), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    bodies=st.lists(st.binary(max_size=300), min_size=1, max_size=5),
    source=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1),
)
def test_both_are_the_same_on_every_server(
    any_location: Location, bodies: list[bytes], source: str
) -> None:
    batch = [
        Encoded("call.logged", 1, source, f"{n}-{body.hex()}", None, None, None, (), body)
        for n, body in enumerate(bodies)
    ]
    with closing(connect(any_location, "owner")) as connection:
        log.append(connection, batch)
        found = connection.execute(
            "SELECT event_id, key, body, recorded_at, leaf FROM events WHERE source = %s", [source]
        )
        for identity, key, body, recorded_at, hashed in found:
            assert identity == event_id(source, key)
            assert hashed == leaf(body, recorded_at)


def test_the_id_keeps_source_and_key_apart() -> None:
    assert event_id("a", "bc") != event_id("ab", "c")
