"""Roles: who could do what, where, at any time."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from ledger.database import Connection
from ledger.envelope import Recorded
from ledger.sql import statements
from projections.engine.placing import Placed
from projections.engine.registry import Tables, Unfolds
from projections.view import View, ask

_SQL = statements("projections.tables.people", "roles.sql")


class RoleChanged(NamedTuple):
    """A role was granted or revoked; scope: a unit and those below it, None for everywhere."""

    position: int
    occurred_at: datetime | None
    precision: str
    employee: str
    role: str
    scope: str | None
    reach: str | None
    change: str
    until: datetime | None
    recorded_by: str


TABLES: Tables = {RoleChanged: "role_changes"}
PLACED = (Placed("role_changes", "employee", "role"),)


def _changed(event: Recorded, change: str) -> Iterator[RoleChanged]:
    d = event.data
    yield RoleChanged(
        event.position,
        event.occurred_at,
        event.precision,
        d.employee,
        d.role,
        d.scope,
        d.reach,
        change,
        getattr(d, "until", None),
        event.recorded_by,
    )


UNFOLD: Unfolds = {
    "role.granted": lambda event: _changed(event, "granted"),
    "role.revoked": lambda event: _changed(event, "revoked"),
}


class Role(NamedTuple):
    """A role that an employee holds; units: those it reaches, None for everywhere.

    reach: `own_clients` if it is for the clients alone that the employee owns.
    """

    employee: str
    name: str | None
    unit: str | None
    role: str
    scope: str | None
    reach: str | None
    units: list[str] | None
    since: datetime | None
    precision: str
    until: datetime | None
    recorded_by: str
    position: int


def roles(
    connection: Connection, view: View, employee: str | None = None, role: str | None = None
) -> list[Role]:
    """Who could do what at that time: one row an employee, role and scope.

    units: the scope with the units below it then; None, as the scope is, for everywhere. Employees
    who left hold nothing, even after a return, until it is granted again.
    """
    return ask(connection, _SQL["roles"], view, Role, employee=employee, role=role)
