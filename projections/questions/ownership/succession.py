"""Succession: what a plan for the clients of one employee goes by."""

from collections.abc import Sequence
from typing import Any

from ledger.database import Connection
from ledger.sql import statements
from projections.view import Answer, View, ask

_SQL = statements("projections.questions.ownership", "succession.sql")


def owned(connection: Connection, view: View, employee: str, field: str | None = None) -> Answer:
    """The clients of an employee, by id, without those that are part of another client.

    value: what is recorded of the client in the field, if anything; barred: employees who may not
    approach it.
    """
    return ask(connection, _SQL["owned"], view, employee=employee, field=field)


def present(
    connection: Connection,
    view: View,
    *,
    employees: Sequence[str] | None = None,
    unit: str | None = None,
    field: str | None = None,
) -> Answer:
    """Who is here, by id: of these employees, or of a unit and those below it, or of all.

    clients: how many each has; skills: the values of the field that each can deal with.
    """
    named = None if employees is None else list(employees)
    return ask(connection, _SQL["present"], view, employees=named, unit=unit, field=field)


def place(connection: Connection, view: View, employee: str) -> dict[str, Any] | None:
    """An employee's last unit, and whether he has departed; None if nobody knows him."""
    rows = ask(connection, _SQL["place"], view, employee=employee)
    return rows[0] if rows else None
