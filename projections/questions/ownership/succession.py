"""Succession: the facts that a plan for the clients of one employee is based on."""

from collections.abc import Sequence
from typing import NamedTuple

from ledger.database import Connection
from ledger.sql import statements
from projections.view import View, ask

_SQL = statements("projections.questions.ownership", "succession.sql")


class Held(NamedTuple):
    """A client to pass on: its value of the field, and the employees who may not approach it."""

    client: str
    value: str | None
    barred: list[str]


class Candidate(NamedTuple):
    """An employee who is here: the number of their clients, the values of the field they serve."""

    employee: str
    unit: str | None
    clients: int
    skills: list[str]


class Place(NamedTuple):
    """The last unit of an employee, and whether they have left."""

    unit: str | None
    departed: bool


def owned(
    connection: Connection, view: View, employee: str, field: str | None = None
) -> list[Held]:
    """The clients of an employee, by id, without those that are part of another client."""
    return ask(connection, _SQL["owned"], view, Held, employee=employee, field=field)


def present(
    connection: Connection,
    view: View,
    *,
    employees: Sequence[str] | None = None,
    unit: str | None = None,
    field: str | None = None,
) -> list[Candidate]:
    """Who is here, by id: of these employees, or of a unit and those below it, or of all."""
    named = None if employees is None else list(employees)
    return ask(
        connection, _SQL["present"], view, Candidate, employees=named, unit=unit, field=field
    )


def place(connection: Connection, view: View, employee: str) -> Place | None:
    """An employee's last unit, and whether they have departed; None for an unknown one."""
    rows = ask(connection, _SQL["place"], view, Place, employee=employee)
    return rows[0] if rows else None
