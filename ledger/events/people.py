"""Our own people: units, who works where, who has left, who stands in."""

from typing import Literal

from ledger.events.fields import Day, EmployeeId, Id, Instant, Label, Personal, Text, UnitId, fact


@fact
class OrgUnitDefined:
    """A branch, department or team exists, under this parent and this manager."""

    unit: UnitId
    name: Label
    kind: Literal["company", "branch", "department", "team"]
    parent: Id | None = None
    manager: Id | None = None


@fact
class EmployeeHired:
    """A person joined us, in this unit."""

    employee: EmployeeId
    name: Personal[Label]
    unit: UnitId | None = None
    position: Label | None = None


@fact
class EmployeeMoved:
    """An employee changed unit."""

    employee: EmployeeId
    from_unit: Id | None = None
    to_unit: UnitId
    effective_at: Instant | None = None


@fact
class EmployeeDeparted:
    """An employee left us; the clients he owned are orphans until placed."""

    employee: EmployeeId
    reason: Text | None = None
    effective_at: Instant | None = None


@fact
class AbsenceRecorded:
    """An employee is away for these days, both included; a substitute covers, ownership stays."""

    employee: EmployeeId
    first_day: Day
    last_day: Day
    substitute: EmployeeId | None = None
    reason: Label | None = None


@fact
class EmployeeSkillNoted:
    """An employee can deal with clients of this kind: a language, a product, a segment."""

    employee: EmployeeId
    field: Id
    value: Label


@fact
class RoleGranted:
    """An employee may do what the role allows, in this unit and below, or everywhere."""

    employee: EmployeeId
    role: Id
    scope: Id | None = None
    until: Instant | None = None


@fact
class RoleRevoked:
    """An employee may no longer do what the role allowed there."""

    employee: EmployeeId
    role: Id
    scope: Id | None = None
    reason: Text | None = None
