"""Reservations: which policies were published, which clients are reserved, and until when."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from ledger.database import Connection
from ledger.envelope import Recorded
from ledger.sql import statements
from projections.view import Answer, View, ask

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


TABLES: Mapping[type[Any], str] = {PolicyPublished: "reservation_policies"}


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


UNFOLD: Mapping[str, Callable[[Recorded], Iterator[Any]]] = {
    "reservation_policy.published": _published
}


def policy(connection: Connection, view: View) -> Answer:
    """The rules of reservation that counted then: at most one row, the latest one published.

    exclusions: groups of units, each as "U-1,U-2".
    """
    return ask(connection, _SQL["policy"], view)


def reservations(
    connection: Connection, view: View, *, employee: str | None = None, within: int | None = None
) -> Answer:
    """Reservations in force or run out and not ended, the next to run out first.

    runs_out_at: the day set by the policy it was made under, or as long after the last contact of
    the owner that renews it, by the policy of that time; None if never. days: whole ones until
    then, negative once it has run out. state: in force, or run out. employee: only his; within:
    only those that run out within so many days of `on`, or have.
    """
    return ask(connection, _SQL["reservations"], view, employee=employee, within=within)
