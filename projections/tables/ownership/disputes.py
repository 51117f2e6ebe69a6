"""Disputes: conflicts with clients, disputes over clients, approaches to clients of others."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal, NamedTuple

from ledger.database import Connection
from ledger.envelope import Recorded
from ledger.errors import NotFound
from ledger.sql import statements
from projections.engine.placing import Placed
from projections.engine.registry import Tables, Unfolds
from projections.tables.clients.merges import filtering, members, told_apart
from projections.view import View, add_up, ask

By = Literal["employee", "branch", "client"]
_SQL = statements("projections.tables.ownership", "disputes.sql")


class ConflictChanged(NamedTuple):
    """A conflict between a client and an employee was reported or resolved."""

    position: int
    occurred_at: datetime | None
    precision: str
    client: str
    employee: str
    change: str
    severity: str | None
    account: str | None
    outcome: str | None
    remark: str | None
    performed_by: str | None
    recorded_by: str


class DisputeChanged(NamedTuple):
    """A dispute over a client was opened or resolved; evidence: event ids."""

    position: int
    occurred_at: datetime | None
    precision: str
    dispute: str
    client: str | None
    change: str
    claimant: str | None
    respondent: str | None
    claim: str | None
    decision: str | None
    decided_by: str | None
    grounds: str | None
    evidence: list[str]
    recorded_by: str


TABLES: Tables = {ConflictChanged: "conflict_changes", DisputeChanged: "dispute_changes"}
PLACED = (
    Placed("conflict_changes", "client", "employee", openings=("reported",)),
    Placed("dispute_changes", "dispute", openings=("opened",)),
)


def _conflict(event: Recorded, change: str) -> Iterator[ConflictChanged]:
    d = event.data
    if event.client is None:
        return
    yield ConflictChanged(
        event.position,
        event.occurred_at,
        event.precision,
        event.client,
        d.employee,
        change,
        getattr(d, "severity", None),
        getattr(d, "account", None),
        getattr(d, "outcome", None),
        getattr(d, "remark", None),
        event.performed_by,
        event.recorded_by,
    )


def _dispute(event: Recorded, change: str) -> Iterator[DisputeChanged]:
    d = event.data
    yield DisputeChanged(
        event.position,
        event.occurred_at,
        event.precision,
        d.dispute,
        event.client,
        change,
        getattr(d, "claimant", None),
        getattr(d, "respondent", None),
        getattr(d, "claim", None),
        getattr(d, "decision", None),
        getattr(d, "decided_by", None),
        getattr(d, "grounds", None),
        list(getattr(d, "evidence", ())),
        event.recorded_by,
    )


UNFOLD: Unfolds = {
    "conflict.reported": lambda event: _conflict(event, "reported"),
    "conflict.resolved": lambda event: _conflict(event, "resolved"),
    "ownership_dispute.opened": lambda event: _dispute(event, "opened"),
    "ownership_dispute.resolved": lambda event: _dispute(event, "resolved"),
}


class OpenConflict(NamedTuple):
    """A line of the card: an employee (name) in conflict with the client; value: the severity."""

    name: str
    value: str | None
    since: datetime | None
    precision: str
    position: int
    account: str | None
    reported_by: str | None
    client: str | None


class OpenDispute(NamedTuple):
    """A line of the card: a dispute (name) over the client; value: the claim."""

    name: str
    value: str | None
    since: datetime | None
    precision: str
    position: int
    claimant: str | None
    respondent: str | None
    client: str | None


class Conflict(NamedTuple):
    """A conflict of a client with an employee, and the next event about it.

    resolved_at: when it was resolved, None while it is not; client: None where it has one id alone.
    """

    employee: str
    severity: str | None
    account: str | None
    occurred_at: datetime | None
    precision: str
    reported_by: str
    outcome: str | None
    remark: str | None
    resolved_at: datetime | None
    resolved_precision: str | None
    position: int
    resolved_position: int | None
    client: str | None


class Dispute(NamedTuple):
    """A dispute over a client, and how it was resolved; evidence: event ids."""

    dispute: str
    client: str | None
    claimant: str | None
    respondent: str | None
    claim: str | None
    occurred_at: datetime | None
    precision: str
    decision: str | None
    decided_by: str | None
    grounds: str | None
    evidence: list[str]
    resolved_at: datetime | None
    resolved_precision: str | None
    position: int
    resolved_position: int | None


class Claim(NamedTuple):
    """An event by which an employee claims a client, and whose the client was at that moment.

    breach: whether it was another's, and the policy then in force allowed no such claim.
    """

    position: int
    occurred_at: datetime | None
    precision: str
    client: str
    type: str
    employee: str
    owner: str | None
    owner_position: int | None
    breach: bool


class Incident(NamedTuple):
    """A conflict, a blocked approach or a breach, with the units of both employees at that moment.

    detail: the severity, or what was attempted and by which rule it was blocked, or the event type.
    """

    kind: str
    occurred_at: datetime | None
    precision: str
    client: str
    employee: str
    unit: str | None
    owner: str | None
    owner_unit: str | None
    detail: str | None
    position: int


class IncidentCount(NamedTuple):
    """How many incidents of each kind an employee, a branch or a client had."""

    group: str
    conflicts: int
    blocked: int
    breaches: int
    incidents: int


def conflicts(connection: Connection, view: View, client: str) -> list[Conflict]:
    """Every conflict reported of a client, in order, with its outcome if there is one.

    client: the id that it was reported of, where several are one client.
    """
    clients = members(connection, view, client)
    statement = _SQL["reported"] + _SQL["all_conflicts"]
    return told_apart(ask(connection, statement, view, Conflict, clients=clients), clients)


def disputes(
    connection: Connection, view: View, *, client: str | None = None, only_open: bool = False
) -> list[Dispute]:
    """Every dispute, or those over a client."""
    clients = filtering(connection, view, client)
    return ask(
        connection,
        _SQL["disputes"],
        view,
        Dispute,
        clients=clients,
        dispute=None,
        only_open=only_open,
    )


def dispute(connection: Connection, view: View, id_: str) -> Dispute:
    """One dispute, as a line of `disputes`. Raises NotFound."""
    rows = ask(
        connection, _SQL["disputes"], view, Dispute, clients=None, dispute=id_, only_open=False
    )
    if not rows:
        raise NotFound(
            f"no dispute {id_!r} is known as of position {view.as_of}; `iledger dispute list` "
            "shows them"
        )
    return rows[0]


def claims(connection: Connection, view: View, client: str) -> list[Claim]:
    """Every event that claims the client, in order of time: employee, owner then, breach.

    Under any of its ids, where several are one client.
    """
    return ask(connection, _SQL["claims"], view, Claim, clients=members(connection, view, client))


def incidents(
    connection: Connection,
    view: View,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Incident]:
    """Conflicts, blocked approaches and breaches, in order of time.

    since, until: local times of the view's zone without an offset, half-open; what happened at an
    unknown time is then left out.
    """
    statement = _SQL["incidents"] + _SQL["listed"]
    return add_up(connection, statement, view, Incident, since=since, until=until)


def incident_counts(
    connection: Connection,
    view: View,
    *,
    by: By,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[IncidentCount]:
    """The incidents counted by employee, branch or client, most first.

    branch: the employee's unit at that moment. since, until: as for `incidents`.
    """
    statement = _SQL["incidents"] + _SQL["counted"]
    return add_up(connection, statement, view, IncidentCount, by=by, since=since, until=until)
