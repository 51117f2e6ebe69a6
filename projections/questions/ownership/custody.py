"""Custody: whose every client was at every moment, and whether that is without a breach.

By construction the intervals follow from the events; here it is not believed, but checked.
"""

from ledger.database import Connection
from ledger.sql import statements
from projections.view import Answer, View, ask

_SQL = statements("projections.questions.ownership", "custody.sql")


def chain(connection: Connection, view: View, client: str) -> Answer:
    """One client's chain of custody: a row an interval, owner None while it was in the pool.

    from_at, to_at: half-open, None where unknown or without end; then the change that began it.
    """
    return ask(connection, _SQL["chain"], view, client=client)


def breaches(connection: Connection, view: View, client: str | None = None) -> Answer:
    """What is wrong with the chain of one client, or of any: client, what, from_at, to_at, …

    what: `overlap`, `gap`, `reversed` (ends before it begins), `missing` (changes without an
    interval), `unknown owner` (nobody of that id was ever hired), `wrong giver` (taken from
    somebody who did not have it), `contradiction` (reserved although another had it). owner: who
    had it; named: whom the event names; positions, event_ids: the events to look at.
    """
    return ask(connection, _SQL["breaches"], view, client=client)
