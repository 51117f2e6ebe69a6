"""The audit of the client base: how many there were at the end of a month, and in what state.

A digest over the state of every client stands for the whole list: at the same ledger position it is
the same for ever, whatever is recorded later.
"""

import hashlib
from datetime import date
from itertools import compress
from typing import NamedTuple

from ledger.database import Connection
from ledger.sql import statements
from projections.view import View, add_up

TOTALS = ("new", "lost", "reactivated", "without_owner", "stale")
_SQL = statements("projections.questions.clients", "client_base_audit.sql")


class ClientState(NamedTuple):
    """A client at the end of the days audited, and which of TOTALS it counts for."""

    client: str
    new: bool
    lost: bool
    reactivated: bool
    without_owner: bool
    stale: bool


class Totals(NamedTuple):
    """How many clients there were at the end of the days audited, and in what state.

    clients: all that anything is recorded of by then, where ids that are one client are one; and of
    them new (first heard of in these days), lost (bought in the `active_days` before them, and not
    in those before their end), reactivated (not in the `active_days` before them, but earlier, and
    again in them), without_owner (unowned at the end, or of an owner who had left), stale (no
    contact in the `stale_days` before the end); sha256: over a line for each client, with its
    states.
    """

    clients: int
    new: int
    lost: int
    reactivated: int
    without_owner: int
    stale: int
    sha256: str


def base_audit(
    connection: Connection,
    view: View,
    *,
    since: date,
    until: date,
    active_days: int = 365,
    stale_days: int = 90,
) -> Totals:
    """The base at the end of the local days from `since` up to `until`, exclusive, or at `on`.

    active_days: how long before and in those days a purchase makes a client active; stale_days: how
    long before the end a contact keeps it from being stale.
    """
    rows = add_up(
        connection,
        _SQL["states"],
        view,
        ClientState,
        since=since,
        until=until,
        active_days=active_days,
        stale_days=stale_days,
    )
    lines = []
    for row in rows:
        states = (row.new, row.lost, row.reactivated, row.without_owner, row.stale)
        lines.append(" ".join([row.client, *compress(TOTALS, states)]))
    return Totals(
        clients=len(rows),
        new=sum(row.new for row in rows),
        lost=sum(row.lost for row in rows),
        reactivated=sum(row.reactivated for row in rows),
        without_owner=sum(row.without_owner for row in rows),
        stale=sum(row.stale for row in rows),
        sha256=hashlib.sha256("\n".join(lines).encode()).hexdigest(),
    )
