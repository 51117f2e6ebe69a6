"""Ownership: whose client it is at any time, on both time axes, and why it changed."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ledger.database import Connection
from ledger.envelope import Recorded, decided_before
from ledger.sql import statements
from projections.engine.materialized import Materialized
from projections.engine.placing import Placed
from projections.engine.registry import Tables, Unfolds
from projections.tables.clients.merges import members, told_apart
from projections.view import View, ask

_SQL = statements("projections.tables.ownership", "ownership.sql")


class OwnershipChanged(NamedTuple):
    """One change of a client's ownership, at the time when it takes effect.

    unit: the one of the employee then, as the producer gave it; decided_at: of one dated ahead.
    """

    position: int
    effective_at: datetime | None
    precision: str
    client: str
    change: str
    from_employee: str | None
    to_employee: str | None
    reason: str | None
    remark: str | None
    approved_by: str | None
    recorded_by: str
    expires_at: datetime | None
    event_id: UUID
    unit: str | None
    decided_at: datetime | None


class ApproachRefused(NamedTuple):
    """An employee tried to approach a client of somebody else."""

    position: int
    occurred_at: datetime | None
    precision: str
    client: str
    employee: str
    owner: str | None
    attempted: str
    rule: str


class ContactBarred(NamedTuple):
    """An employee may not approach a client, until then or for good."""

    position: int
    occurred_at: datetime | None
    precision: str
    client: str
    employee: str
    until: datetime | None


class TeamChanged(NamedTuple):
    """An employee started or stopped working with the client besides its owner."""

    position: int
    occurred_at: datetime | None
    precision: str
    client: str
    employee: str
    change: str
    team_role: str | None
    unit: str | None
    reason: str | None


TABLES: Tables = {
    OwnershipChanged: "ownership_changes",
    ApproachRefused: "approaches_refused",
    ContactBarred: "contacts_barred",
    TeamChanged: "team_changes",
}
PLACED = (Placed("team_changes", "client", "employee"),)


def _change(
    event: Recorded,
    change: str,
    *,
    from_employee: str | None = None,
    to_employee: str | None = None,
    reason: str | None = None,
) -> Iterator[OwnershipChanged]:
    d = event.data
    if event.client is None:
        return
    ahead = getattr(d, "effective_at", None)
    yield OwnershipChanged(
        event.position,
        ahead or event.occurred_at,
        "instant" if ahead else event.precision,
        event.client,
        change,
        from_employee,
        to_employee,
        reason,
        getattr(d, "remark", None),
        getattr(d, "approved_by", None),
        event.recorded_by,
        getattr(d, "expires_at", None),
        event.event_id,
        event.unit,
        decided_before(event),
    )


def _reserved(event: Recorded) -> Iterator[OwnershipChanged]:
    d = event.data
    return _change(event, "reserved", to_employee=d.employee, reason=d.basis)


def _expired(event: Recorded) -> Iterator[OwnershipChanged]:
    return _change(event, "expired", from_employee=event.data.employee)


def _assigned(event: Recorded) -> Iterator[OwnershipChanged]:
    d = event.data
    return _change(event, "assigned", to_employee=d.employee, reason=d.reason)


def _reassigned(event: Recorded) -> Iterator[OwnershipChanged]:
    d = event.data
    return _change(
        event,
        "reassigned",
        from_employee=d.from_employee,
        to_employee=d.to_employee,
        reason=d.reason,
    )


def _released(event: Recorded) -> Iterator[OwnershipChanged]:
    d = event.data
    return _change(event, "released", from_employee=d.from_employee, reason=d.reason)


def _refused(event: Recorded) -> Iterator[ApproachRefused]:
    d = event.data
    if event.client is not None:
        yield ApproachRefused(
            event.position,
            event.occurred_at,
            event.precision,
            event.client,
            d.employee,
            d.owner,
            d.attempted,
            d.rule,
        )


def _barred(event: Recorded) -> Iterator[ContactBarred]:
    d = event.data
    if event.client is not None:
        at, precision = event.occurred_at, event.precision
        yield ContactBarred(event.position, at, precision, event.client, d.employee, d.until)


def _team(event: Recorded, change: str) -> Iterator[TeamChanged]:
    d = event.data
    if event.client is not None:
        yield TeamChanged(
            event.position,
            event.occurred_at,
            event.precision,
            event.client,
            d.employee,
            change,
            getattr(d, "team_role", None),
            getattr(d, "unit", None),
            getattr(d, "reason", None),
        )


UNFOLD: Unfolds = {
    "client.reserved": _reserved,
    "reservation.expired": _expired,
    "curator.assigned": _assigned,
    "client.reassigned": _reassigned,
    "client.released": _released,
    "approach.blocked": _refused,
    "contact.barred": _barred,
    "account_team_member.added": lambda event: _team(event, "added"),
    "account_team_member.removed": lambda event: _team(event, "removed"),
}
MATERIALIZED = Materialized(table="owner_spells", key="client", source="ownership_changes")


class Change(NamedTuple):
    """A change of ownership; client: the id changed, None where the client has one id alone."""

    effective_at: datetime | None
    precision: str
    change: str
    from_employee: str | None
    to_employee: str | None
    reason: str | None
    remark: str | None
    approved_by: str | None
    recorded_by: str
    position: int
    client: str | None


class Owner(NamedTuple):
    """Who owns a client; owner: None while it is in the pool; kind: curator or reserved.

    from_at: None where unknown; to_at: None where without end.
    """

    owner: str | None
    kind: str | None
    from_at: datetime | None
    from_precision: str
    to_at: datetime | None
    to_precision: str | None
    position: int


class Planned(NamedTuple):
    """A change of a client's owner that is dated ahead; to_employee: None for the pool."""

    effective_at: datetime
    client: str
    change: str
    from_employee: str | None
    to_employee: str | None
    reason: str | None
    recorded_by: str
    position: int
    event_id: UUID


def planned(
    connection: Connection,
    view: View,
    *,
    client: str | None = None,
    employee: str | None = None,
    batch: str | None = None,
) -> list[Planned]:
    """The changes of owner decided by `on` that take effect after it, the next one first.

    - client: of all ids that are one client with it
    - employee: only from or to them; batch: only those of a batch
    """
    clients = None if client is None else members(connection, view, client)
    return ask(
        connection,
        _SQL["planned"],
        view,
        Planned,
        clients=clients,
        employee=employee,
        batch=batch,
    )


def owner(connection: Connection, view: View, client: str) -> list[Owner]:
    """Who owned the client: at most one row: owner, kind (curator, reserved), from_at, to_at.

    Of ids that are one client, ask for the surviving one (`merges.members`).
    """
    return ask(connection, _SQL["owner"], view, Owner, client=client)


def history(connection: Connection, view: View, client: str) -> list[Change]:
    """Every change of the client's ownership in order of effect, with reason and author.

    client: the id that was changed, where several are one client.
    """
    clients = members(connection, view, client)
    return told_apart(ask(connection, _SQL["history"], view, Change, clients=clients), clients)
