"""A September settled as `iledger bonus period close` does it, on a ledger of the test's own."""

from collections.abc import Iterable
from datetime import UTC, datetime

from commands.decisions.handle import Context, handle
from commands.decisions.motivation import settlement
from ledger import codec, log
from ledger.api import Ledger
from ledger.database import Connection, Location
from ledger.envelope import Event
from projections.engine.catch_up import catch_up
from projections.motivation.scheme import scheme_of
from projections.motivation.statements import compute_statements
from projections.periods import period_of
from projections.view import View
from tests.projections.ledgers import ZONE
from tests.projections.schemes import SCHEME
from tests.projections.sellers import PERIOD, september

CONTEXT = Context("E-boss", datetime(2026, 11, 1, tzinfo=UTC))
REMARK = "agreed in July"


def recorded(location: Location, connection: Connection, events: Iterable[Event]) -> View:
    """Record events and look from the head."""
    batch = [codec.encode(event) for event in events]
    for start in range(0, len(batch), 100):
        log.append(connection, batch[start : start + 100])
    return now(location, connection)


def now(location: Location, connection: Connection) -> View:
    catch_up(connection, location)
    return View.now(log.head(connection), ZONE)


def close(location: Location, connection: Connection, scheme_text: str = SCHEME) -> View:
    """Record September, publish the scheme and settle the month; the view after it."""
    recorded(location, connection, september())
    scheme, period = scheme_of(scheme_text), period_of(PERIOD)
    with Ledger(location) as book:
        handle(book, settlement.model(), CONTEXT, settlement.publish(scheme))
        seen = now(location, connection)._replace(on=period.end(ZONE))
        found = compute_statements(connection, seen, period, scheme, remark=REMARK)
        decide = settlement.close(period, ZONE, scheme, seen.as_of, found, REMARK)
        handle(book, settlement.model(period=PERIOD), CONTEXT, decide)
    return now(location, connection)
