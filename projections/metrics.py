"""Metrics: what people and units achieved, with the events behind every figure.

A metric is defined once: METRICS says what kind of evidence it counts and how, metrics.sql says
which events are that evidence, to whom they are credited and to which unit and period they belong.
So a past figure changes only when something about the past is recorded, never because a client, an
employee or a unit has moved since.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

from ledger.database import Connection
from ledger.errors import InvalidQuestion
from ledger.sql import statements
from projections.credit import Credit, credit_of
from projections.view import Answer, View, add_up

Every = Literal["month", "quarter", "year", "whole"]

GROUPS = ("whole", "employee", "team", "unit", "office", "product", "client")
NOBODY = "(none)"
_STEPS = {"month": ("1 month", "YYYY-MM"), "quarter": ("3 months", 'YYYY-"Q"Q'),
          "year": ("1 year", "YYYY")}  # fmt: skip
_SQL = statements("projections", "metrics.sql")


class Metric(NamedTuple):
    """How a metric is made of its evidence.

    figure: count, distinct (clients), share (of the evidence that counts), sum, mean or median;
    measure: what is added up, amount or days; unit: count, ratio, days, or currency for a row a
    currency.
    """

    says: str
    evidence: str
    figure: str
    unit: str = "count"
    measure: str = ""


# A name that ends in .* stands for one metric for every kind, or every stage.
METRICS: Mapping[str, Metric] = {
    "interactions": Metric("contacts with clients", "contact", "count"),
    "interactions.*": Metric("the same by kind", "contact", "count"),
    "connect_rate": Metric("outbound calls that reached one", "outbound_call", "share", "ratio"),
    "clients_touched": Metric("distinct clients in contact", "contact", "distinct"),
    "offers_sent": Metric("offers sent", "offer_sent", "count"),
    "deals_opened": Metric("deals opened", "deal_opened", "count"),
    "deal_clients": Metric("distinct clients of deals opened", "deal_opened", "distinct"),
    "deals_won": Metric("deals won", "deal_won", "count"),
    "deals_lost": Metric("deals lost", "deal_lost", "count"),
    "deals_open": Metric("deals open at the end of the period", "deal_open", "count"),
    "deals_open.*": Metric("the same by stage", "deal_open", "count"),
    "win_rate": Metric("won of the deals closed", "deal_closed", "share", "ratio"),
    "won_value": Metric("value of deals won", "deal_won", "sum", "currency", "amount"),
    "won_value_mean": Metric("mean value of a deal won", "deal_won", "mean", "currency", "amount"),
    "won_value_median": Metric("median value", "deal_won", "median", "currency", "amount"),
    "cycle_won_mean": Metric("mean days to win", "deal_won", "mean", "days", "days"),
    "cycle_won_median": Metric("median days to win", "deal_won", "median", "days", "days"),
    "cycle_closed_mean": Metric("mean days to close", "deal_closed", "mean", "days", "days"),
    "cycle_closed_median": Metric("median days to close", "deal_closed", "median", "days", "days"),
    "tasks_due": Metric("tasks that fell due", "task_due", "count"),
    "overdue_share": Metric("of these done late or not at all", "task_due", "share", "ratio"),
}  # fmt: skip


def metrics(
    connection: Connection,
    view: View,
    *,
    by: str = "employee",
    every: Every = "whole",
    since: date | None = None,
    until: date | None = None,
    credit: str = "owner-at-event",
    metrics: Sequence[str] | None = None,
) -> Answer:
    """Figures, one a row: group, period, metric, value, numerator, denominator, unit.

    by: one of GROUPS, or fact:FIELD for what is known of the client; team is the manager of the
    unit or of the nearest one above, office the branch above. since, until: local dates, half-open.
    metrics: names of METRICS, or such as interactions.call; all if None. unit: count, ratio, days,
    or a currency ("currency" where none was said). A value is None where there is nothing to tell:
    never a ratio of 0 for 0 of 0. A group has all metrics for a period in which any of it counted;
    a client, of whom there are many, only those that did.

    credit: one of `projections.credit.CREDITS`, which that module explains. Where it splits an
    event in two, counts, both sides of a ratio and sums take the parts, exactly: a count is then
    a Decimal if it is not whole, and both parts make up one. A distinct client counts for each of
    the two, and a median is that of all events of which any part is credited.
    """
    wanted, credited = _wanted(metrics), credit_of(credit)
    parameters = _parameters(view, by, every, since, until, credited, wanted)
    rows = add_up(connection, _statement(credited, "figures"), view, **parameters)
    found = [row for row in rows if _asked_for(row["metric"], metrics)]
    if by == "whole" and every == "whole" and not found:
        found = [{"group": "whole", "period": parameters["unknown"], "metric": None}]
    return list(_filled(found, wanted, grid=by != "client"))


def explain(
    connection: Connection,
    view: View,
    metric: str,
    *,
    group: str | None = None,
    by: str = "employee",
    every: Every = "whole",
    since: date | None = None,
    until: date | None = None,
    credit: str = "owner-at-event",
) -> Answer:
    """The events behind a figure, in order of time; of one group, or of all if it is None.

    Rows: metric, group, period, position, occurred_at, precision, client, subject (the deal, offer
    or task), employee (credited), weight (1, or the part of the event credited to this employee),
    performer, unit, counted (in a ratio: whether it is in the numerator), value (of all of the
    event), currency. The group of nobody is NOBODY. An event split between two has two rows.
    """
    wanted, credited = _wanted([metric]), credit_of(credit)
    parameters = _parameters(view, by, every, since, until, credited, wanted)
    rows = add_up(connection, _statement(credited, "explained"), view, group=group, **parameters)
    return [row for row in rows if _asked_for(row["metric"], [metric])]


def _statement(credit: Credit, ending: str) -> str:
    return _SQL["evidence"] + credit.owned + _SQL["grouped"] + _SQL[ending]


def _wanted(metrics: Sequence[str] | None) -> list[str]:
    if metrics is None:
        return list(METRICS)
    names = [name if name in METRICS else f"{name.partition('.')[0]}.*" for name in metrics]
    unknown = [given for given, name in zip(metrics, names, strict=True) if name not in METRICS]
    if unknown or not names:
        raise InvalidQuestion(
            f"no metric {', '.join(unknown) or 'given'}; there are {', '.join(METRICS)}"
        )
    return list(dict.fromkeys(names))


def _asked_for(metric: str, metrics: Sequence[str] | None) -> bool:
    return metrics is None or metric in metrics or f"{metric.partition('.')[0]}.*" in metrics


def _parameters(
    view: View,
    by: str,
    every: str,
    since: date | None,
    until: date | None,
    credit: Credit,
    wanted: list[str],
) -> dict[str, Any]:
    grouping, _, field = by.partition(":")
    if (grouping not in GROUPS or field) and not (grouping == "fact" and field):
        raise InvalidQuestion(f"no figures by {by}; choose {', '.join(GROUPS)} or fact:FIELD")
    if every not in (*_STEPS, "whole"):
        raise InvalidQuestion(f"no figures every {every}; choose {', '.join(_STEPS)} or whole")
    if since and until and since >= until:
        raise InvalidQuestion(f"the period from {since} to {until} is empty")
    label = _label(since, until)
    step, pattern = _STEPS.get(every, (None, f'"{label}"'))
    chosen = [METRICS[name] for name in wanted]
    return {
        "by": grouping, "field": field, "every": every if step else None, "step": step,
        "pattern": pattern, "unknown": "unknown" if step else label, "credit": credit.mode,
        "days": credit.days, "share": credit.share,
        "starts": since.isoformat() if since else "-infinity",
        "ends": until.isoformat() if until else "infinity",
        "names": wanted, "evidence": [metric.evidence for metric in chosen],
        "figures": [metric.figure for metric in chosen],
        "measures": [metric.measure for metric in chosen],
        "units": [metric.unit for metric in chosen],
    }  # fmt: skip


def _label(since: date | None, until: date | None) -> str:
    """Name a whole period by its first and last day."""
    last = until - timedelta(days=1) if until else None
    if since and last:
        return f"{since}..{last}"
    if since:
        return f"since {since}"
    return f"until {last}" if last else "all"


def _filled(found: Answer, wanted: list[str], *, grid: bool) -> Iterator[dict[str, Any]]:
    """Give every group all plain metrics in every period in which it has any, if in a grid."""
    told: dict[tuple[str, str], dict[str, list[dict[str, Any]]]] = {}
    for row in found:
        told.setdefault((row["group"], row["period"]), {}).setdefault(row["metric"], []).append(row)
    for (group, period), rows in told.items():
        for name in wanted:
            kinds = sorted(metric for metric in rows if metric and _defined_as(metric) == name)
            for metric in kinds or ([name] if grid and not name.endswith(".*") else []):
                for row in rows.get(metric, [{}]):
                    figures = _figures(METRICS[name], row)
                    yield {"group": group, "period": period, "metric": metric, **figures}


def _defined_as(metric: str) -> str:
    return metric if metric in METRICS else f"{metric.partition('.')[0]}.*"


def _figures(metric: Metric, row: Mapping[str, Any]) -> dict[str, Any]:
    n, told, hits = (_count(row.get(name) or 0) for name in ("n", "told", "hits"))
    total, value = row.get("total"), n
    numerator, denominator = None, None
    match metric.figure:
        case "share":
            numerator, denominator = hits, n
            value = float(hits / n) if n else None
        case "mean":
            numerator, denominator = total, told
            value = total / told if told else None
        case "median":
            value, denominator = row.get("middle"), told
        case "sum":
            value = total if told else 0
    if metric.unit == "days" and value is not None:
        value = float(value)
        numerator = None if numerator is None else float(numerator)
    unit = row.get("currency") or metric.unit
    return {"value": value, "numerator": numerator, "denominator": denominator, "unit": unit}


def _count(weighed: Any) -> Any:
    """A count as an int, unless a part of an event is in it."""
    whole = int(weighed)
    return whole if whole == weighed else weighed
