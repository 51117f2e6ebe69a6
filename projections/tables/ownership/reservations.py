"""Reservations: which policies were published, which clients are reserved, and until when."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from ledger.database import Connection
from ledger.envelope import Recorded
from ledger.sql import statements
from projections.engine.registry import Tables, Unfolds
from projections.view import View, ask

_SQL = statements("projections.tables.ownership", "reservations.sql")


class PolicyPublished(NamedTuple):
    """The rules of reservation, with the fields of `reservation_policy.published`.

    exclusions: groups of units that keep out of each other's clients, a JSON array of arrays.
    """

    position: int
    occurred_at: datetime | None
    precision: str
    version: int
    claims: list[str]
    days: int | None
    renewed_by: list[str]
    clients_per_seller: int | None
    former_owner_days: int | None
    exclusions: str
    remark: str | None
    recorded_by: str


TABLES: Tables = {PolicyPublished: "reservation_policies"}


def _published(event: Recorded) -> Iterator[PolicyPublished]:
    d = event.data
    yield PolicyPublished(
        event.position,
        event.occurred_at,
        event.precision,
        d.version,
        list(d.claims),
        d.days,
        list(d.renewed_by),
        d.clients_per_seller,
        d.former_owner_days,
        msgspec.json.encode([group.units for group in d.exclusions]).decode(),
        d.remark,
        event.recorded_by,
    )


UNFOLD: Unfolds = {"reservation_policy.published": _published}


class Policy(NamedTuple):
    """The rules of reservation; days: until one runs out; former_owner_days: of protection.

    exclusions: groups of units that keep out of each other's clients, each as "U-1,U-2".
    """

    version: int
    days: int | None
    claims: list[str]
    renewed_by: list[str]
    clients_per_seller: int | None
    former_owner_days: int | None
    exclusions: list[str]
    remark: str | None
    since: datetime | None
    precision: str
    recorded_by: str
    position: int


class Reservation(NamedTuple):
    """A reservation; runs_out_at: None for one that never does; days: whole ones until then."""

    client: str
    name: str | None
    employee: str
    since: datetime | None
    precision: str
    basis: str | None
    expires_at: datetime | None
    last_contact_at: datetime | None
    runs_out_at: datetime | None
    days: int | None
    state: str
    position: int
    event_id: UUID


def policy(connection: Connection, view: View) -> list[Policy]:
    """The rules of reservation in force then: at most one row, the latest one published.

    exclusions: groups of units, each as "U-1,U-2".
    """
    return ask(connection, _SQL["policy"], view, Policy)


def reservations(
    connection: Connection, view: View, *, employee: str | None = None, within: int | None = None
) -> list[Reservation]:
    """Reservations in force or run out and not ended, the next to run out first.

    runs_out_at: the day set by the policy it was made under, or as long after the last contact of
    the owner that renews it, by the policy of that time; None if never. days: whole ones until
    then, negative once it has run out. state: in force, or run out. employee: only theirs; within:
    only those that run out within so many days of `on`, or have.
    """
    return ask(
        connection, _SQL["reservations"], view, Reservation, employee=employee, within=within
    )
