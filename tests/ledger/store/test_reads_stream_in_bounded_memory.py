"""A reader of any length of history needs the memory of a page, whatever it asks for."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest

from ledger import log, schema
from ledger.database import Connection, Location, connect
from ledger.log import Item
from tests.ledger.store.samples import encoded

EVENTS = 100_000
LIMIT_MIB = 40
READ = """
import resource, sys
from contextlib import closing
from ledger import log
from ledger.database import Location, connect
from ledger.log import Item, Query

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

types, tags = sys.argv[3].split(), sys.argv[4].split()
with closing(connect(Location(dsn=sys.argv[1], schema=sys.argv[2]), "auditor")) as connection:
    query = Query((Item(tuple(types), tuple(tags)),)) if types or tags else Query()
    next(log.read(connection, query, upto=5))
    before, last, count = peak(), 0, 0
    for row in log.read(connection, query):
        assert row.position > last
        last, count = row.position, count + 1
print(count, peak() - before)
"""
ASKED = {
    "everything": ("", "", EVENTS),
    "by type": ("call.logged", "", EVENTS),
    "by two types, one of them twice": ("call.logged note.shared call.logged", "", EVENTS),
    "by client": ("", "client:C-1", EVENTS),
    "by performer": ("", "performed_by:E-1", EVENTS),
    "by type and tags": ("call.logged", "performed_by:E-1 client:C-1", EVENTS),
    "by a further tag": ("", "employee:E-2", EVENTS // 4),
}


@pytest.fixture(scope="module")
def long(embedded_dsn: str) -> Iterator[Location]:
    """A ledger of 100,000 events, none of which any of the questions leaves out without need."""
    location = Location(dsn=embedded_dsn, schema="long")
    schema.init(location)
    with closing(connect(location, "owner")) as connection:
        for start in range(0, EVENTS, 4_000):
            batch = [
                encoded(str(n), "x" * 100, tags=() if n % 4 else ("employee:E-2",))
                for n in range(start, start + 4_000)
            ]
            log.append(connection, batch)
    yield location
    with closing(connect(location)) as connection:
        connection.execute("DROP SCHEMA long CASCADE")


@pytest.mark.parametrize(("types", "tags", "expected"), ASKED.values(), ids=ASKED.keys())
def test_the_peak_stays_low(long: Location, types: str, tags: str, expected: int) -> None:
    command = [sys.executable, "-c", READ, str(long.dsn), long.schema, types, tags]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    count, grown = done.stdout.split()
    assert int(count) == expected
    assert float(grown) < LIMIT_MIB


PLANS_MADE_EARLY = 12


@pytest.mark.parametrize("item", [Item(("call.logged",)), Item((), ("client:C-1",))])
def test_a_page_costs_what_it_holds_however_much_follows_it(long: Location, item: Item) -> None:
    with closing(connect(long)) as connection:
        connection.execute("SET stats_fetch_consistency = none")
        before = visited(connection, long.schema)
        for _ in range(PLANS_MADE_EARLY):
            query = log.Jsonb([{"types": item.types, "tags": item.tags}])
            found = connection.execute("SELECT matching(%s, 0, %s, 10)", [query, EVENTS])
            assert [position for (position,) in found] == list(range(1, 11))
        # Index entries and rows that were looked at; a page that sorts the rest looks at all.
        assert visited(connection, long.schema) - before < PLANS_MADE_EARLY * 100


def visited(connection: Connection, name: str) -> int:
    connection.execute("SELECT pg_stat_force_next_flush()")
    row = connection.execute(
        """
        SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE schemaname = %(name)s)
             + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE schemaname = %(name)s)
        """,
        {"name": name},
    ).fetchone()
    assert row is not None
    return int(row[0])
