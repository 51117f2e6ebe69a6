"""Target groups: whose figure is measured against whose target.

A component of a scheme is the employee's own, their unit's or the company's. Their unit is the one
they were in at the end of the period, or when they left within it, wherever they were before. Its
figure is that of the whole unit in the whole period, and a branch has what its units have.
"""

from decimal import Decimal
from typing import NamedTuple

from ledger.database import Connection
from ledger.errors import InvalidQuestion
from projections.motivation.employment import Tenure
from projections.motivation.measure import at_the_end
from projections.motivation.scheme import Component, Scheme
from projections.motivation.scheme_file import OWN
from projections.periods import Period
from projections.tables.motivation.targets import targets
from projections.tables.people.people import units
from projections.view import View

WHOLE = "whole"


class TargetValue(NamedTuple):
    """A target, as first set and as it counts."""

    target: str
    first: Decimal
    value: Decimal


class Group(NamedTuple):
    """Whose a figure is; by: as for metrics, employee, unit, office or whole."""

    by: str
    name: str

    @property
    def scope(self) -> tuple[str, str]:
        """The scope of its target, and whose it is."""
        return ("unit" if self.by == "office" else self.by), self.name


def group_of(component: Component, tenure: Tenure, branches: frozenset[str]) -> Group:
    """Whose figure a component measures an employee by.

    branches: the units whose figure is that of those below them.
    """
    if component.of == OWN:
        return Group("employee", tenure.employee)
    if component.of == "company":
        return Group(WHOLE, WHOLE)
    unit = tenure.last_unit or ""
    return Group("office" if unit in branches else "unit", unit)


def branches_of(connection: Connection, view: View, period: Period) -> frozenset[str]:
    """The units that were branches at the end of a period."""
    then = units(connection, at_the_end(view, period))
    return frozenset(row.unit for row in then if row.kind == "branch")


def targets_by_group(
    connection: Connection, view: View, period: Period, scheme: Scheme
) -> dict[tuple[str, str], dict[str, TargetValue]]:
    """The targets of a period in the scheme's currency: by scope and whose, then by metric."""
    found: dict[tuple[str, str], dict[str, TargetValue]] = {}
    # Of two targets that services recorded of the same, the first counts.
    for row in targets(connection, view, period=period.name):
        if row.currency in (None, scheme.currency):
            value = TargetValue(row.target, row.first, row.value)
            whose = (row.scope, row.scope_id or WHOLE)
            found.setdefault(whose, {}).setdefault(row.metric, value)
    return found


def refuse_opposed(connection: Connection, view: View, period: Period, scheme: Scheme) -> None:
    """Raise InvalidQuestion, naming them, if targets are for less where the scheme is for more.

    Or the other way round. A closed period is not checked: it stays as it is.
    """
    scopes = {OWN: "employee", "unit": "unit", "company": WHOLE}
    wanted = {
        (scopes[each.of], each.metric): each.direction
        for each in scheme.components
        if each.target is None
    }
    opposed = [
        row.target
        for row in targets(connection, view, period=period.name)
        if row.currency in (None, scheme.currency)
        if wanted.get((row.scope, row.metric), row.direction) != row.direction
    ]
    if opposed:
        raise InvalidQuestion(
            f"{len(opposed)} targets have another direction than the scheme {scheme.name}: "
            f"{', '.join(opposed[:10])}. Change the direction of its component, or annul the "
            "targets (event.annulled) and set them again"
        )
