"""Target groups: whose figure is measured against whose target.

A component of a scheme measures the employee, their unit or the company. The unit is the one at the
end of the period, or when they left, wherever they were before. Its figure is that of the whole
unit in the whole period; a branch has the totals of its units.
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
    """A target as first set and as revised."""

    target: str
    first: Decimal
    value: Decimal


class Group(NamedTuple):
    """The group that a figure belongs to; by: as for metrics: employee, unit, office or whole."""

    by: str
    name: str

    @property
    def scope(self) -> tuple[str, str]:
        """The scope of its target, and whose it is."""
        return ("unit" if self.by == "office" else self.by), self.name


def group_of(component: Component, tenure: Tenure, branches: frozenset[str]) -> Group:
    """The group whose figure a component uses for an employee.

    - branches: the units whose figure is the total of those below them
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
    """The targets of a period in the scheme's currency, by (scope, id) and then by metric."""
    found: dict[tuple[str, str], dict[str, TargetValue]] = {}
    # If services recorded the same target twice, the first one counts.
    for row in targets(connection, view, period=period.name):
        if row.currency in (None, scheme.currency):
            value = TargetValue(row.target, row.first, row.value)
            whose = (row.scope, row.scope_id or WHOLE)
            found.setdefault(whose, {}).setdefault(row.metric, value)
    return found


def refuse_opposed(connection: Connection, view: View, period: Period, scheme: Scheme) -> None:
    """Raise InvalidQuestion, naming them, if targets and scheme have opposite directions.

    Closed periods are not checked: they never change.
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
            f"{len(opposed)} targets are for more where the scheme {scheme.name} is for less, or "
            f"the other way round: {', '.join(opposed[:10])}. Give its component the other "
            "direction, or annul them (event.annulled) and set them anew"
        )
