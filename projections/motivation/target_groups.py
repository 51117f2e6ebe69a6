"""Aims: whose figure is measured against whose target, and by which calendar it is counted.

A component of a scheme is the employee's own, his unit's or the company's. His unit is that in
which he was at the end of the period, or when he left in it, wherever he was before; its figure is
that of all of it in the whole period, and a branch has what its units have.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from ledger.database import Connection
from ledger.errors import InvalidQuestion
from projections.metrics.definitions import defined, metric_of
from projections.metrics.metrics import TERMS, Terms
from projections.metrics.rows import MetricRow
from projections.motivation.attainment import Facts, at_the_end, fact_of
from projections.motivation.employment import Tenure
from projections.motivation.payout import Aim, Figure
from projections.motivation.scheme import Scheme
from projections.motivation.scheme_parts import OWN, Component
from projections.periods import Period
from projections.tables.motivation.targets import targets
from projections.tables.people.people import units
from projections.tables.work.calendar import default, working_days
from projections.view import View

WHOLE = "whole"


class Group(NamedTuple):
    """Of whom a figure is; by: as for metrics, employee, unit, office or whole."""

    by: str
    name: str

    @property
    def scope(self) -> tuple[str, str]:
        """The scope of its target, and whose it is."""
        return ("unit" if self.by == "office" else self.by), self.name


def group_of(component: Component, tenure: Tenure, branches: frozenset[str]) -> Group:
    """Of whom somebody's figure is. branches: the units whose figure is that of those below."""
    if component.of == OWN:
        return Group("employee", tenure.employee)
    if component.of == "company":
        return Group(WHOLE, WHOLE)
    unit = tenure.last_unit or ""
    return Group("office" if unit in branches else "unit", unit)


def branches_of(connection: Connection, view: View, period: Period) -> frozenset[str]:
    """The units that were branches at the end of a period."""
    then = units(connection, at_the_end(view, period))
    return frozenset(row["unit"] for row in then if row["kind"] == "branch")


def aims(
    connection: Connection, view: View, period: Period, scheme: Scheme
) -> dict[tuple[str, str], dict[str, Aim]]:
    """The targets of a period in the scheme's currency: by scope and whose, then by metric."""
    found: dict[tuple[str, str], dict[str, Aim]] = {}
    # Of two targets that services recorded of the same, the first counts.
    for row in targets(connection, view, period=period.name):
        if row["currency"] in (None, scheme.currency):
            aim = Aim(row["target"], row["first"], row["value"])
            whose = (row["scope"], row["scope_id"] or WHOLE)
            found.setdefault(whose, {}).setdefault(row["metric"], aim)
    return found


def refuse_opposed(connection: Connection, view: View, period: Period, scheme: Scheme) -> None:
    """Raise InvalidQuestion, naming them, if targets are for less where the scheme is for more.

    Or the other way round. What is settled already is not asked: it stays as it is.
    """
    scopes = {OWN: "employee", "unit": "unit", "company": WHOLE}
    wanted = {
        (scopes[each.of], each.metric): each.direction
        for each in scheme.components
        if each.target is None
    }
    opposed = [
        row["target"]
        for row in targets(connection, view, period=period.name)
        if row["currency"] in (None, scheme.currency)
        if wanted.get((row["scope"], row["metric"]), row["direction"]) != row["direction"]
    ]
    if opposed:
        raise InvalidQuestion(
            f"{len(opposed)} targets are for more where the scheme {scheme.name} is for less, or "
            f"the other way round: {', '.join(opposed[:10])}. Give its component the other "
            "direction, or annul them (event.annulled) and set them anew"
        )


def figure(found: Facts, group: str, name: str, currency: str | None) -> Figure:
    """The figure of a group as `attainment.facts` found it, in one currency."""
    rows = found.get((group, name), [])
    value = fact_of(found, group, name, currency)
    if metric_of(name).unit == "currency":
        others = {
            row.unit: Decimal(str(row.value)) for row in rows if row.unit != currency and row.value
        }
        rows = [row for row in rows if row.unit == currency]
        return Figure(value, *_parts(rows), others)
    return Figure(value, *_parts(rows))


def terms(
    connection: Connection,
    view: View,
    period: Period,
    names: Iterable[str],
    calendar: str | None,
    hours: Decimal | None = None,
) -> Terms:
    """By what these metrics are measured: by the calendar named, else the default if one needs it.

    hours: those within which an inquiry is to be answered. Raises InvalidQuestion if there is no
    such calendar, or if it does not cover the whole period.
    """
    evidence = defined().evidence
    if calendar is None and any(evidence[metric_of(name).evidence].business for name in names):
        calendar = default(connection, view)
    if calendar is not None:
        working_days(connection, view, calendar, period)
    norm_hours = TERMS.norm_hours if hours is None else float(hours)
    return TERMS._replace(calendar=calendar, norm_hours=norm_hours)


def _parts(rows: Sequence[MetricRow]) -> tuple[Decimal | None, Decimal | None]:
    if not rows:
        return None, None
    told = (rows[0].numerator, rows[0].denominator)
    over, under = (None if each is None else Decimal(str(each)) for each in told)
    return over, under
