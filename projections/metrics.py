"""Metrics: what people and units achieved, with the events behind every figure.

A metric is defined once: `projections.figures` says what kind of evidence it counts and how, and
which events are that evidence; metrics.sql to whom they are credited, and to which unit and period
they belong.
So a past figure changes only when something about the past is recorded, never because a client, an
employee or a unit has moved since.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from operator import itemgetter
from typing import Any, Literal, NamedTuple

from ledger.database import Connection
from ledger.errors import InvalidQuestion
from ledger.sql import statements
from projections.calendar import CLOCK, zone_of
from projections.credit import Credit, credit_of
from projections.figures import BY_CALENDAR, Evidence, Metric, defined
from projections.view import Answer, Question, View, add_up, add_up_beside

Every = Literal["month", "quarter", "year", "whole"]

GROUPS = ("whole", "employee", "team", "unit", "office", "product", "client")
NOBODY = "(none)"
_FEW = 12  # metrics for which a second connection is not worth its making
_ONE_BY_ONE = ("distinct", "client_share", "median", "p90")  # no sums of the evidence
_STEPS = {"month": ("1 month", "YYYY-MM"), "quarter": ("3 months", 'YYYY-"Q"Q'),
          "year": ("1 year", "YYYY")}  # fmt: skip
_SQL = statements("projections", "metrics.sql")


class Terms(NamedTuple):
    """What figures are measured by: hours within which an inquiry is to be answered, days without a
    purchase after which a buyer is inactive, days for which a fact is fresh, and the business
    calendar, without which nothing is counted in business hours.
    """

    norm_hours: float = 1
    active_days: int = 365
    fresh_days: int = 180
    calendar: str | None = None


TERMS = Terms()


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
    terms: Terms = TERMS,
) -> Answer:
    """Figures, one a row: group, period, metric, value, numerator, denominator, unit.

    by: one of GROUPS, or fact:FIELD for what is known of the client; team is the manager of the
    unit or of the nearest one above, office the branch above. since, until: local dates, half-open.
    metrics: names of `projections.figures`, or such as interactions.call; all if None, those of
    business hours only with a calendar. unit: count, ratio, days, hours, points, or a currency
    ("currency" where none was said). A value is None where there is nothing to tell:
    never a ratio of 0 for 0 of 0. A group has all metrics for a period in which any of it counted;
    a client, of whom there are many, only those that did.

    credit: one of `projections.credit.CREDITS`, which that module explains. Where it splits an
    event in two, counts, both sides of a ratio and sums take the parts, exactly: a count is then
    a Decimal if it is not whole, and both parts make up one. A distinct client counts for each of
    the two, and a median is that of all events of which any part is credited.
    """
    wanted, credited = _wanted(metrics, terms), credit_of(credit)
    timed = _terms(connection, view, terms)
    questions = [
        (_statement(credited, by, part, "figures"),
         timed | _parameters(view, by, every, since, until, credited, part))
        for part in _apart(wanted)
    ]  # fmt: skip
    rows = _added_up(connection, view, questions, beside=len(wanted) > _FEW)
    found = [row for row in rows if _asked_for(row["metric"], metrics)]
    if by == "whole" and every == "whole" and not found:
        found = [{"group": "whole", "period": questions[0][1]["unknown"], "metric": None}]
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
    terms: Terms = TERMS,
) -> Answer:
    """The events behind a figure, in order of time; of one group, or of all if it is None.

    Rows: metric, group, period, position, occurred_at, precision, client, subject (the deal, offer
    or task), employee (credited), weight (1, or the part of the event credited to this employee),
    performer, unit, counted (in a ratio: whether it is in the numerator), value (of all of the
    event), currency. The group of nobody is NOBODY. An event split between two has two rows.
    """
    wanted, credited = _wanted([metric], terms), credit_of(credit)
    parameters = _parameters(view, by, every, since, until, credited, wanted)
    parameters |= _terms(connection, view, terms)
    rows = add_up(
        connection, _statement(credited, by, wanted, "explained"), view, group=group, **parameters
    )
    return [row for row in rows if _asked_for(row["metric"], [metric])]


def _apart(wanted: Sequence[str]) -> list[list[str]]:
    """What counts for its holder apart from the rest: the two have no join in common."""
    parts = ([name for name in wanted if _evidence(name).held == held] for held in (False, True))
    return [part for part in parts if part]


def _added_up(
    connection: Connection, view: View, questions: Sequence[Question], *, beside: bool
) -> Answer:
    if beside and len(questions) == 2:
        return add_up_beside(connection, view, *questions)
    return [row for one, known in questions for row in add_up(connection, one, view, **known)]


def _statement(credit: Credit, by: str, wanted: Sequence[str], ending: str) -> str:
    """The whole question, without the evidence and the joins that it does not need.

    wanted: metrics of which all count for their holder, or none does.
    """
    found = [_evidence(name) for name in wanted]
    spans = [each.sql for each in found if each.business]
    # What is counted by the calendar has been found already for the clock.
    pieces = [
        BY_CALENDAR if each.business else _SQL["spanned"] if each.sql in spans else each.sql
        for each in found
    ]
    begun = f"{_SQL['frame']}, "
    if spans:
        begun += f"{CLOCK}, spans AS ({_union(spans)}), "
    grouping = by.partition(":")[0]
    named = {"team": "belonging", "office": "belonging", "fact": "facts"}.get(grouping, "named")
    located = named == "belonging" or grouping == "unit" or ending == "explained"
    placed = "placed" if located else "unplaced"
    parts = [_SQL[part] for part in (placed, named, "grouped", ending)]
    credited = [_SQL["held"]] if found[0].held else [credit.owned, _SQL["credited"]]
    return f"{begun}events AS ({_union(pieces)})\n" + "".join((*credited, *parts))


def _union(pieces: Sequence[str]) -> str:
    # The first piece names the columns and their types for all.
    return "UNION ALL\n".join(dict.fromkeys((_SQL["nothing"], *pieces)))


def _evidence(metric: str) -> Evidence:
    metrics, evidence = defined()
    return evidence[metrics[metric].evidence]


def _wanted(metrics: Sequence[str] | None, terms: Terms) -> list[str]:
    known = defined().metrics
    if metrics is None:
        return [name for name in known if terms.calendar or not _evidence(name).business]
    names = [name if name in known else f"{name.partition('.')[0]}.*" for name in metrics]
    unknown = [given for given, name in zip(metrics, names, strict=True) if name not in known]
    if unknown or not names:
        raise InvalidQuestion(
            f"no metric {', '.join(unknown) or 'given'}; there are {', '.join(known)}"
        )
    timed = [name for name in names if _evidence(name).business]
    if timed and not terms.calendar:
        raise InvalidQuestion(
            f"{timed[0]} is counted by a business calendar; name one with --calendar"
        )
    return list(dict.fromkeys(names))


def _terms(connection: Connection, view: View, terms: Terms) -> dict[str, Any]:
    zone = zone_of(connection, view, terms.calendar) if terms.calendar else None
    return {**terms._asdict(), "calendar_zone": zone}


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
    known = defined().metrics
    chosen = [
        (name, known[name], kind)
        for name in wanted
        for kind in _evidence(name).kinds or (known[name].evidence,)
    ]
    return {
        "by": grouping, "field": field, "every": every if step else None, "step": step,
        "pattern": pattern, "unknown": "unknown" if step else label, "credit": credit.mode,
        "days": credit.days, "share": credit.share,
        "starts": since.isoformat() if since else "-infinity",
        "ends": until.isoformat() if until else "infinity",
        "names": [name for name, _, _ in chosen], "evidence": [kind for _, _, kind in chosen],
        "added": [kind for _, metric, kind in chosen if metric.figure not in _ONE_BY_ONE],
        "one_by_one": list(_ONE_BY_ONE), "figures": [metric.figure for _, metric, _ in chosen],
        "measures": [metric.measure for _, metric, _ in chosen],
        "units": [metric.unit for _, metric, _ in chosen],
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
        rows = told.setdefault((row["group"], row["period"]), {})
        if row["metric"]:
            rows.setdefault(_defined_as(row["metric"]), []).append(row)
    known = defined().metrics
    empty = {name: _figures(known[name], {}) for name in wanted}
    for (group, period), rows in sorted(told.items(), key=itemgetter(0)):
        for name in wanted:
            here = rows.get(name, [])
            for row in sorted(here, key=_metric_and_money) if here[1:] else here:
                figures = _figures(known[name], row)
                yield {"group": group, "period": period, "metric": row["metric"], **figures}
            if grid and not here and not name.endswith(".*"):
                yield {"group": group, "period": period, "metric": name, **empty[name]}


def _metric_and_money(row: Mapping[str, Any]) -> tuple[str, bool, str]:
    return row["metric"], row["currency"] is None, row["currency"] or ""


def _defined_as(metric: str) -> str:
    return metric if metric in defined().metrics else f"{metric.partition('.')[0]}.*"


def _figures(metric: Metric, row: Mapping[str, Any]) -> dict[str, Any]:
    numerator, denominator = None, None
    match metric.figure:
        case "share" | "client_share":
            numerator, denominator = _count(row.get("hits")), _count(row.get("n"))
            value = float(numerator / denominator) if denominator else None
        case "mean":
            numerator, denominator = row.get("total"), _count(row.get("told"))
            value = numerator / denominator if denominator else None
        case "median" | "p90":
            value, denominator = row.get("middle"), _count(row.get("told"))
        case "sum":
            value = row.get("total")
            value = 0 if value is None else value
        case _:
            value = _count(row.get("n"))
    if metric.unit in ("days", "hours", "points") and value is not None:
        value = float(value)
        numerator = None if numerator is None else float(numerator)
    unit = row.get("currency") or metric.unit
    return {"value": value, "numerator": numerator, "denominator": denominator, "unit": unit}


def _count(weighed: Any) -> Any:
    """A count as an int, unless a part of an event is in it; of nothing it is 0."""
    if not weighed:
        return 0
    whole = int(weighed)
    return whole if whole == weighed else weighed
