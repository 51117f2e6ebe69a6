"""A session that begins on a long ledger finds what a condition asks for by the right index.

Plans are made once a session; one that walks through a whole index is right and far too slow.
"""

import json
from contextlib import closing
from typing import Any

import pytest

from ledger import log
from ledger.codec import encode
from ledger.database import Connection, Location, connect
from tests.ledger.store.samples import call

LENGTH = 15_000
FEW = 200  # pages; all indexes of such a ledger have several times as many

OF_CLIENT = {"types": ["client.reserved"], "tags": ["client:C-none"], "after": 0}
OF_TYPES = {"types": ["employee.hired", "event.annulled"], "tags": [], "after": 0}
OF_TAG = {"types": ["event.annulled"], "tags": ["event:none"], "after": 0}
OF_PERFORMER = {"types": ["deal.won"], "tags": ["performed_by:E-none"], "after": 0}
LATE = [each | {"after": LENGTH - 5} for each in (OF_CLIENT, OF_TYPES, OF_TAG)]


def pages(connection: Connection, query: list[dict[str, Any]]) -> int:
    """How many pages looking for a query reads, its plans made."""
    parameters = (json.dumps(query), LENGTH)
    connection.execute("SELECT matched_since(%s::jsonb, 0, %s)", parameters)
    explain = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT matched_since(%s::jsonb, 0, %s)"
    row = connection.execute(explain, parameters).fetchone()
    assert row
    plan = row[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


@pytest.fixture
def long(any_location: Location) -> Location:
    with closing(connect(any_location, "owner")) as connection:
        for start in range(0, LENGTH, 1_000):
            numbers = range(start, start + 1_000)
            log.append(connection, [encode(call(f"k{n}", client=f"C-{n // 3}")) for n in numbers])
        connection.execute("ANALYZE events")
        connection.execute("ANALYZE event_tags")
    return any_location


@pytest.mark.parametrize(
    "query", [[OF_CLIENT], [OF_TYPES], [OF_TAG], [OF_PERFORMER], LATE, [OF_CLIENT, *LATE]]
)
def test_it_reads_few_pages(long: Location, query: list[dict[str, Any]]) -> None:
    with closing(connect(long, "owner")) as connection:
        assert pages(connection, query) < FEW
