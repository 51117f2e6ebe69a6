"""A replay by a scheme of another currency or credit says so, and takes no euros from rubles."""

from contextlib import closing

from ledger.database import Location, connect
from projections.motivation.recalculation import replayed
from projections.motivation.scheme import scheme_of
from projections.periods import period_of
from tests.projections.schemes import SCHEME
from tests.projections.sellers import PERIOD
from tests.projections.settled import close

NUMBERED = SCHEME.replace('target = "target"', "target = 7000")


def test_in_a_replay(location: Location) -> None:
    with closing(connect(location, "owner")) as connection:
        seen, period = close(location, connection), period_of(PERIOD)
        euros = scheme_of(NUMBERED.replace('"RUB"', '"EUR"'))
        for against in (None, scheme_of(SCHEME)):
            rows = replayed(connection, seen, period, euros, against)
            assert all(row.before is not None and row.after is not None for row in rows)
            assert [row.delta for row in rows] == [None] * len(rows)
            assert all("currency RUB → EUR" in row.why for row in rows)
        performers = scheme_of(SCHEME.replace("owner-at-event", "performer"))
        rows = replayed(connection, seen, period, performers, None)
    assert all("credit owner-at-event → performer" in row.why for row in rows)
    assert all(row.delta == row.after - row.before for row in rows)
