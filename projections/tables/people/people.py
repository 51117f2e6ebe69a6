"""Our own people at any time: the units, who worked where, who had left, who was away."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from ledger.database import Connection
from ledger.envelope import Recorded, decided_before
from ledger.sql import statements
from projections.engine.placing import Placed
from projections.engine.registry import Tables, Unfolds
from projections.view import View, ask

_SQL = statements("projections.tables.people", "people.sql")


class UnitDefined(NamedTuple):
    """A unit has this name, parent and manager from then on."""

    position: int
    effective_at: datetime | None
    precision: str
    unit: str
    name: str
    kind: str
    parent: str | None
    manager: str | None


class EmploymentChanged(NamedTuple):
    """An employee is hired, moved or departed; `unit` and `name` are None where they stay.

    decided_at: of what was dated ahead.
    """

    position: int
    effective_at: datetime | None
    precision: str
    employee: str
    change: str
    unit: str | None
    name: str | None
    job: str | None
    decided_at: datetime | None


class Absent(NamedTuple):
    """An employee is away, from the first to the last day, both included."""

    position: int
    employee: str
    first_day: date
    last_day: date
    substitute: str | None


class SkillNoted(NamedTuple):
    """An employee can deal with clients for whom this field has this value."""

    position: int
    occurred_at: datetime | None
    precision: str
    employee: str
    field: str
    value: str


TABLES: Tables = {
    UnitDefined: "unit_definitions",
    EmploymentChanged: "employment_changes",
    Absent: "absences",
    SkillNoted: "skills",
}
PLACED = (
    Placed("unit_definitions", "unit", at="effective_at"),
    Placed("employment_changes", "employee", at="effective_at", openings=("hired",)),
    Placed("skills", "employee", "field"),
)


def _unit(event: Recorded) -> Iterator[UnitDefined]:
    d = event.data
    at, precision = event.occurred_at, event.precision
    yield UnitDefined(event.position, at, precision, d.unit, d.name, d.kind, d.parent, d.manager)


def _hired(event: Recorded) -> Iterator[EmploymentChanged]:
    d = event.data
    yield EmploymentChanged(
        event.position,
        event.occurred_at,
        event.precision,
        d.employee,
        "hired",
        d.unit,
        d.name,
        d.position,
        None,
    )


def _moved(event: Recorded) -> Iterator[EmploymentChanged]:
    return _changed(event, "moved", event.data.to_unit)


def _departed(event: Recorded) -> Iterator[EmploymentChanged]:
    return _changed(event, "departed", None)


def _changed(event: Recorded, change: str, unit: str | None) -> Iterator[EmploymentChanged]:
    d = event.data
    at, precision = event.occurred_at, event.precision
    if d.effective_at:
        at, precision = d.effective_at, "instant"
    before = decided_before(event)
    yield EmploymentChanged(
        event.position, at, precision, d.employee, change, unit, None, None, before
    )


def _absent(event: Recorded) -> Iterator[Absent]:
    d = event.data
    yield Absent(event.position, d.employee, d.first_day, d.last_day, d.substitute)


def _skilled(event: Recorded) -> Iterator[SkillNoted]:
    d = event.data
    at, precision = event.occurred_at, event.precision
    yield SkillNoted(event.position, at, precision, d.employee, d.field, d.value)


UNFOLD: Unfolds = {
    "org_unit.defined": _unit,
    "employee.hired": _hired,
    "employee.moved": _moved,
    "employee.departed": _departed,
    "absence.recorded": _absent,
    "employee_skill.noted": _skilled,
}


class Employee(NamedTuple):
    """An employee: the last name, job and unit; manager: of that unit.

    departed_at: None for who is still here, and for who left at an unknown time; planned: the next
    change that is dated ahead, moved or departed.
    """

    employee: str
    name: str | None
    job: str | None
    unit: str | None
    unit_name: str | None
    manager: str | None
    hired_at: datetime | None
    hired_precision: str | None
    departed: bool
    departed_at: datetime | None
    departed_precision: str | None
    planned: str | None
    planned_unit: str | None
    planned_at: datetime | None


class Unit(NamedTuple):
    """A unit as it was then."""

    unit: str
    name: str
    kind: str
    parent: str | None
    manager: str | None


class Managed(NamedTuple):
    """The id of an employee."""

    employee: str


def employees(connection: Connection, view: View, unit: str | None = None) -> list[Employee]:
    """Everybody ever employed, or in a unit and those below it."""
    return ask(connection, _SQL["employees"], view, Employee, unit=unit)


def units(connection: Connection, view: View) -> list[Unit]:
    """The units there were."""
    return ask(connection, _SQL["units_then"], view, Unit)


def names(connection: Connection, view: View) -> dict[str, str]:
    """The names of employees and units by id; whoever has no name is left out."""
    people = {row.employee: row.name for row in employees(connection, view)}
    named = people | {row.unit: row.name for row in units(connection, view)}
    return {id_: name for id_, name in named.items() if name}


def managed(connection: Connection, view: View, manager: str) -> list[str]:
    """Everybody whose last unit is one that the manager has, or is below one."""
    rows = ask(connection, _SQL["managed"], view, Managed, manager=manager)
    return [row.employee for row in rows]
