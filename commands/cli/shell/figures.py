"""Figures as people read them: with their units, in tables, and as lines over time."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from commands.cli.shell.cells import Formatted
from commands.cli.shell.charts import line
from projections.metrics.definitions import defined, metric_of
from projections.metrics.rows import MEASURED, UNNAMED, MetricRow
from projections.periods import period_of

NO_DATA = "no data"
# What a table of evidence may lose where it is too wide, least important first.
EVIDENCE = (
    "counted",
    "unit",
    "performer",
    "employee",
    "period",
    "metric",
    "weight",
    "name",
    "subject",
    "position",
)
_SHORT = {"days": "d", "hours": "h", "points": ""}
_Told = dict[str, dict[str, list[Formatted]]]


def cell(row: MetricRow) -> str:
    """A figure of `projections.metrics` as people read it; a ratio with both of its parts."""
    told = in_unit(row.value, row.unit)
    if row.unit == "ratio" and row.value is not None:
        return f"{told} ({row.numerator}/{row.denominator})"
    return told


def in_unit(value: Any, unit: str) -> str:
    """A value with its unit, as people read it; None is no data."""
    if value is None:
        return NO_DATA
    if unit == "ratio":
        return f"{value * 100:.0f} %"
    if unit in _SHORT:
        return f"{value:,.1f} {_SHORT[unit]}".strip().replace(",", " ")
    if unit == "count":
        return str(value)
    if unit[:1].isdigit():  # a scale, such as 1-5
        return f"{value:,.1f} of {unit}"
    told = f"{value:,.1f}" if unit.endswith("scale") else _amount(value)
    if unit in UNNAMED.values():
        return f"{told} ({unit})"
    return told if unit in MEASURED else f"{told} {unit}"


def _amount(value: Any) -> str:
    """Money to the whole unit, thousands apart."""
    return f"{round(Decimal(value)):,}".replace(",", " ")


def pivoted(
    found: Sequence[MetricRow],
    by: str,
    names: Mapping[str, str] | None = None,
    *,
    by_group: bool = False,
) -> list[dict[str, str]]:
    """The figures of a period: a line per group, a column per metric; one group: a line per metric.

    names: of the groups, by id; by_group: a line per group also of one.
    """
    cells: _Told = {}
    for row in found:
        told = cells.setdefault(row.group, {}).setdefault(row.metric, [])
        told.append(Formatted(cell(row), row.value, row.unit))
    return _laid_out(cells, by, names, by_group=by_group)


def flat(
    found: Sequence[MetricRow], by: str, names: Mapping[str, str] | None
) -> list[dict[str, Any]]:
    """The same as plain values, for programs: a line per period and group."""
    periods = dict.fromkeys(row.period for row in found)
    return [
        {"period": period}
        | {name: cell.value if isinstance(cell, Formatted) else cell for name, cell in line.items()}
        for period in periods
        for line in pivoted([r for r in found if r.period == period], by, names, by_group=True)
    ]


def courses(
    found: Sequence[MetricRow], by: str, names: Mapping[str, str] | None = None
) -> list[dict[str, str]]:
    """The course of each figure over the periods, laid out like `pivoted`; empty for one period.

    Money has a line per currency; a sum without events has no currency and is 0 in each. What was
    given without a currency is not, and has a line of its own.
    """
    periods = _periods({row.period for row in found})
    told: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for row in found:
        units = told.setdefault((row.group, row.metric), {})
        units.setdefault(row.unit, {})[row.period] = row.value
    cells: _Told = {}
    for (group, metric), units in told.items():
        nothing = {name: value for unit in MEASURED for name, value in units.get(unit, {}).items()}
        named = [values for unit, values in units.items() if unit not in MEASURED]
        courses = [nothing | values for values in named or units.values()]
        drawn = [Formatted(line(map(course.get, periods)), None) for course in courses]
        cells.setdefault(group, {})[metric] = drawn
    return _laid_out(cells, by, names, drawn=True) if len(periods) > 1 else []


def least(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """What a table of figures may lose where it is too wide: from the right, never the first."""
    names = list(rows[0]) if rows else []
    return tuple(reversed(names[3 if "name" in names[1:2] else 2 :]))


def _laid_out(
    cells: _Told,
    by: str,
    known: Mapping[str, str] | None,
    *,
    drawn: bool = False,
    by_group: bool = False,
) -> list[dict[str, str]]:
    named = {group: known[group] for group in cells if known and group in known}
    names = sorted({name for figures in cells.values() for name in figures}, key=_declared)
    if len(cells) == 1 and not by_group:
        ((group, figures),) = cells.items()
        head = f"{group} {named[group]}" if named else group
        return [{"metric": name, head: _joined(figures[name])} for name in names]
    none = {name: [Formatted("", None) if drawn else _of_nothing(name)] for name in names}
    return [
        {by: group, **({"name": named.get(group, "")} if named else {})}
        | {name: _joined(figures.get(name, none[name])) for name in names}
        for group, figures in cells.items()
    ]


def _of_nothing(metric: str) -> Formatted:
    """What a group without any evidence has: no events, and no ratio or mean of them."""
    if metric_of(metric).figure in ("count", "distinct", "sum"):
        return Formatted("0", 0)
    return Formatted(NO_DATA, None)


def _declared(metric: str) -> tuple[int, str]:
    """Where a metric stands among those defined; the kinds of one by name."""
    names = list(defined().metrics)
    name = metric if metric in names else f"{metric.partition('.')[0]}.*"
    return names.index(name) if name in names else len(names), metric


def _joined(cells: Sequence[Formatted]) -> Formatted:
    """The figures of a metric, such as those in several currencies; the first is sorted by."""
    return Formatted("; ".join(cells), cells[0].value, cells[0].unit)


def _periods(found: set[str]) -> list[str]:
    """All months, quarters or years from the first to the last of those found."""
    known = sorted(found - {"unknown"})
    if len(known) < 2:
        return known
    names, each = [known[-1]], period_of(known[-1])
    while each.name > known[0]:
        each = each.before()
        names.insert(0, each.name)
    return names
