"""People: our units and employees, where they work, absences, departures and roles."""

from typing import Annotated, Literal

from ledger.events.fields import (
    Day,
    EmployeeId,
    Id,
    Instant,
    Label,
    NotBefore,
    Personal,
    Text,
    UnitId,
    apart,
    fact,
)

Reach = Literal["own_clients"]


@fact
class OrgUnitDefined:
    """A branch, department or team was defined, with its parent unit and manager."""

    unit: UnitId
    name: Label
    kind: Literal["company", "branch", "department", "team"]
    parent: Id | None = None
    manager: Id | None = None

    _checked = apart("unit", "parent")


@fact
class EmployeeHired:
    """A person joined the company in this unit."""

    employee: EmployeeId
    name: Personal[Label]
    unit: UnitId | None = None
    position: Label | None = None


@fact
class EmployeeMoved:
    """An employee moved to another unit."""

    employee: EmployeeId
    from_unit: Id | None = None
    to_unit: UnitId
    effective_at: Instant | None = None


@fact
class EmployeeDeparted:
    """An employee left the company; their clients are orphans until reassigned or released."""

    employee: EmployeeId
    reason: Text | None = None
    effective_at: Instant | None = None


@fact
class AbsenceRecorded:
    """An employee is away on these days, both included. Ownership of clients does not change."""

    employee: EmployeeId
    first_day: Day
    last_day: Annotated[Day, NotBefore("first_day")]
    substitute: EmployeeId | None = None
    reason: Label | None = None

    _checked = apart("employee", "substitute")


@fact
class EmployeeSkillNoted:
    """An employee has a skill that clients are matched by: a language, a product, a segment."""

    employee: EmployeeId
    field: Id
    value: Label


@fact
class RoleGranted:
    """An employee was granted a role, in a unit and those below it, or everywhere.

    - reach: `own_clients` limits it to the clients that the employee owns
    """

    employee: EmployeeId
    role: Id
    scope: Id | None = None
    reach: Reach | None = None
    until: Annotated[Instant, NotBefore("occurred_at")] | None = None


@fact
class RoleRevoked:
    """An employee's role was revoked there."""

    employee: EmployeeId
    role: Id
    scope: Id | None = None
    reach: Reach | None = None
    reason: Text | None = None
