"""What each section of the page shows, made of an overview: figures as text, and their charts."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from commands.cli.reports.page.drawing import Chart, Spark, spark, stacked
from commands.cli.shell.figures import NO_DATA, cell, in_unit
from projections.metrics.definitions import metric_of
from projections.metrics.metrics import NOBODY
from projections.metrics.rows import MEASURED, MetricRow
from projections.questions.motivation.period_overview import MAIN, Overview
from projections.questions.ownership.portfolio_sizes import PortfolioSize
from projections.shown_times import local

Row = dict[str, Any]
SHOWN_OWNERS = 7  # by name in the chart; the table has all
_NOBODY = "nobody"


class Owner(NamedTuple):
    """An owner's clients at each moment; who: None for those without an owner."""

    who: str | None
    clients: list[int]
    orphaned: list[bool]
    line: Spark


class Ownership(NamedTuple):
    """shades: label, number at the end, for every layer of the chart, the lowest first."""

    chart: Chart | None
    shades: list[tuple[str, int]]
    dates: list[str]
    total: list[int]
    orphans: list[int]
    owners: list[Owner]


class Column(NamedTuple):
    """One metric month by month; cells: text, None for no data."""

    metric: str
    says: str
    unit: str
    line: Spark
    cells: list[str | None]


def glance(told: Overview) -> list[Row]:
    """The main figures of the period, with those of the period before."""
    now, then = (_by_metric(rows) for rows in (told.now, told.then))
    return [
        {"metric": name, "says": metric_of(name).description, "now": now[name], "then": then[name]}
        for name in MAIN
    ]


def _by_metric(rows: Sequence[MetricRow]) -> dict[str, str]:
    return {
        name: "; ".join(cell(row) for row in rows if row.metric == name) or NO_DATA for name in MAIN
    }


def attained(told: Overview) -> list[Row]:
    """Every target: who, metric, fact, first and revised with what was reached of them, missing."""
    return [
        {
            "who": row.scope_id,
            "scope": scope,
            "metric": ", ".join(filter(None, (row.metric, row.currency))),
            "less": direction == "less",
            "attained": row.attained,
            "attained_first": row.attained_first,
            "changed": row.first != row.value,
            "short": bool(row.shortfall),
            "causes": row.causes,
            "fact": _amount(row.metric, row.fact),
            "first": _amount(row.metric, row.first),
            "value": _amount(row.metric, row.value),
            "shortfall": _amount(row.metric, row.shortfall),
        }
        for scope, direction, row in told.attained
    ]


def _amount(metric: str, value: Decimal | None) -> str:
    unit = metric_of(metric).unit
    if unit == "ratio" and value is not None:
        return f"{value * 100:.1f} %"
    return in_unit(value, unit)


def funnels(told: Overview) -> dict[str, list[Row]]:
    """The steps of each pipeline; share: of all deals opened."""
    found: dict[str, list[Row]] = {}
    for row in told.steps:
        steps = found.setdefault(row.pipeline, [])
        opened = steps[0]["deals"] if steps else row.deals
        steps.append(row._asdict() | {"share": row.deals / opened if opened else None})
    return found


def ownership(told: Overview) -> Ownership:
    """Whose clients they were over time: orphans, the owners with the most, and the others."""
    times = told.times
    owners = sorted(_owners(told, times), key=lambda each: (-max(each.clients), each.who or ""))
    orphans = [0] * len(times)
    present: list[tuple[str, list[int]]] = []
    for each in owners:
        gone = [n if lost else 0 for n, lost in zip(each.clients, each.orphaned, strict=True)]
        orphans = _added(orphans, gone)
        here = [n - m for n, m in zip(each.clients, gone, strict=True)]
        if any(here):
            present.append((label(told, each.who), here))
    layers = [("orphans", orphans), *present[:SHOWN_OWNERS]]
    if others := present[SHOWN_OWNERS:]:
        rest = [0] * len(times)
        for _, here in others:
            rest = _added(rest, here)
        layers.append((f"{len(others)} others", rest))
    return Ownership(
        stacked(times, [layer for _, layer in layers], told.seen.zone),
        [(name, layer[-1]) for name, layer in layers],
        [_date(at, told.seen.zone) for at in times],
        [sum(column) for column in zip(*(layer for _, layer in layers), strict=True)],
        orphans,
        owners,
    )


def _owners(told: Overview, times: Sequence[datetime]) -> Iterator[Owner]:
    found: dict[str | None, dict[datetime, PortfolioSize]] = {}
    for row in told.held:
        found.setdefault(row.owner, {})[row.at] = row
    for who, rows in found.items():
        clients = [rows[at].clients if at in rows else 0 for at in times]
        gone = [at in rows and rows[at].orphaned for at in times]
        yield Owner(who, clients, gone, spark(clients))


def _added(one: Sequence[int], other: Sequence[int]) -> list[int]:
    return [a + b for a, b in zip(one, other, strict=True)]


def _date(at: datetime, zone: str) -> str:
    return local(at, ZoneInfo(zone)).date().isoformat()


def leaders(told: Overview, *, less: bool) -> dict[str, list[Row]]:
    """Who did best, by unit of the first metric (of money, by currency, the usual one first).

    rank: equal for equal figures, None without data or without an owner; share: of the best.
    """
    first, *others = told.leading
    figures: dict[tuple[str, str], list[MetricRow]] = {}
    for row in told.leaders:
        figures.setdefault((row.group, row.metric), []).append(row)
    found: dict[str, list[Row]] = {}
    for row in (row for row in told.leaders if row.metric == first):
        further = [figures.get((row.group, name), []) for name in others]
        texts = ["; ".join(map(cell, rows)) or NO_DATA for rows in further]
        for unit in _units(told.leaders, first) if row.unit in MEASURED else [row.unit]:
            cells = [cell(row._replace(unit=unit)), *texts]
            line = {"who": row.group, "value": row.value, "cells": cells}
            found.setdefault(unit, []).append(line)
    most_first = sorted(found.items(), key=lambda each: (-len(each[1]), each[0]))
    return {unit: _ranked(rows, less=less) for unit, rows in most_first}


def _ranked(rows: list[Row], *, less: bool) -> list[Row]:
    counted = [row for row in rows if row["value"] is not None and row["who"] != NOBODY]
    counted.sort(key=lambda row: (row["value"] if less else -row["value"], row["who"]))
    values = [row["value"] for row in counted]
    best = max([*values, 0])
    for row in counted:
        row["rank"] = values.index(row["value"]) + 1
        row["share"] = max(row["value"], 0) / best if best else None
    left = [row | {"rank": None, "share": None} for row in rows if row not in counted]
    return counted + sorted(left, key=lambda row: str(row["who"]))


def trend(told: Overview) -> list[Column]:
    """The main metrics month by month; of money a column for every currency."""
    found = []
    for name in MAIN:
        rows = [row for row in told.trend if row.metric == name]
        for unit in _units(rows, name):
            told_in = {row.period: row for row in rows if row.unit in (unit, *MEASURED)}
            line = [told_in.get(month) for month in told.months]
            values = [None if row is None else row.value for row in line]
            cells = [
                None if row is None or row.value is None else cell(row._replace(unit=unit))
                for row in line
            ]
            known = [None if value is None else float(value) for value in values]
            found.append(Column(name, metric_of(name).description, unit, spark(known), cells))
    return found


def _units(rows: Sequence[MetricRow], metric: str) -> list[str]:
    """The units of a metric; a sum of nothing has no currency, and belongs to those there are.

    Money that was given without a currency has the unit "no currency", and stands by itself.
    """
    units = {row.unit for row in rows if row.metric == metric}
    return sorted(units - {*MEASURED} or units)


def label(told: Overview, who: str | None) -> str:
    """An employee or unit by name and id; without a name by id alone."""
    if who in (None, NOBODY):
        return _NOBODY
    return f"{told.names[who]} · {who}" if who in told.names else str(who)


def percent(share: Decimal | float | None) -> str:
    """A share in percent, to the tenth."""
    return NO_DATA if share is None else f"{share * 100:.1f} %"
