"""The audit of the client base: how many there were at the end of a month, and in what state.

A digest over the state of every client stands for the whole list: at the same ledger position it is
the same for ever, whatever is recorded later.
"""

import hashlib
from datetime import date
from typing import Any

from ledger.database import Connection
from ledger.sql import statements
from projections.view import View, add_up

TOTALS = ("new", "lost", "reactivated", "without_owner", "stale")
_SQL = statements("projections.questions.clients", "client_base_audit.sql")


def base_audit(
    connection: Connection,
    view: View,
    *,
    since: date,
    until: date,
    active_days: int = 365,
    stale_days: int = 90,
) -> dict[str, Any]:
    """The base at the end of the local days from `since` up to `until`, exclusive, or at `on`.

    Keys: clients (all that anything is recorded of by then; ids that are one client are one), and
    of them new (first heard of in these days), lost (bought in the `active_days` before them, and
    not in those before their end), reactivated (not in the `active_days` before them, but earlier,
    and again in them), without_owner (nobody's at the end, or of somebody who had left), stale (no
    contact in the `stale_days` before the end); sha256 (over a line for each client, with its
    states).
    """
    rows = add_up(
        connection, _SQL["states"], view,
        since=since, until=until, active_days=active_days, stale_days=stale_days,
    )  # fmt: skip
    lines = (" ".join([row["client"], *(name for name in TOTALS if row[name])]) for row in rows)
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    totals = {name: sum(row[name] for row in rows) for name in TOTALS}
    return {"clients": len(rows), **totals, "sha256": digest}
