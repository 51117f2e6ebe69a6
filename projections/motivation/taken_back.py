"""What is taken back from nobody: credited to somebody who had left before it was undone."""

from decimal import Decimal
from typing import NamedTuple

from ledger.database import Connection
from projections.metrics.definitions import defined, metric_of
from projections.metrics.metrics import NOBODY
from projections.motivation.employment import tenures
from projections.motivation.measure import facts
from projections.motivation.scheme import Scheme
from projections.motivation.scheme_file import OWN
from projections.periods import Period
from projections.view import View


class TakenFromNobody(NamedTuple):
    """A figure below 0 of an employee who has no statement of the period.

    unit: of the value, as in `metrics`: a currency, a number of things, hours …
    """

    employee: str
    metric: str
    value: Decimal
    unit: str


def taken_from_nobody(
    connection: Connection, view: View, period: Period, scheme: Scheme
) -> list[TakenFromNobody]:
    """What the employees' own components take back in a period from who had left before it.

    view: as for `statements.compute_statements`. By employee, metric and unit.
    """
    evidence = defined().evidence
    names = {
        each.metric
        for each in scheme.components
        if each.of == OWN and not each.norm and evidence[metric_of(each.metric).evidence].undone
    }
    found = facts(
        connection, view, period, by="employee", names=sorted(names), credit=scheme.credit
    )
    employed = {each.employee for each in tenures(connection, view, period)} | {NOBODY}
    return sorted(
        TakenFromNobody(employee, metric, Decimal(str(row.value)), row.unit)
        for (employee, metric), rows in found.items()
        if employee not in employed
        for row in rows
        if row.value is not None and row.value < 0
    )
