"""Metrics: what people and units achieved, with the events behind every figure.

A metric is defined once: `definitions` says what kind of evidence it counts and how, and
which events are that evidence; metrics.sql to whom they are credited, and to which unit and period
they belong.
So a past figure changes only when something about the past is recorded, never because a client, an
employee or a unit has moved since.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

from ledger.database import Connection
from ledger.errors import InvalidQuestion
from projections.metrics.credit import Credit, credit_of
from projections.metrics.definitions import defined
from projections.metrics.query import apart, evidence_of, explained_of, figures_of, parameters_of
from projections.metrics.rows import Aggregate, EvidenceRow, MetricRow, metric_rows
from projections.tables.work.calendar import zone_of
from projections.view import View, add_up, add_up_all

Every = Literal["month", "quarter", "year", "whole"]

GROUPS = ("whole", "employee", "team", "unit", "office", "product", "client")
NOBODY = "(none)"
_FEW = 12  # metrics for which a second connection is not worth its making
_STEPS = {"month": ("1 month", "YYYY-MM"), "quarter": ("3 months", 'YYYY-"Q"Q'),
          "year": ("1 year", "YYYY")}  # fmt: skip


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
) -> list[MetricRow]:
    """Figures, one a row: group, period, metric, value, numerator, denominator, unit.

    by: one of GROUPS, or fact:FIELD for what is known of the client; team is the manager of the
    unit or of the nearest one above, office the branch above. since, until: local dates, half-open.
    metrics: names of `definitions`, or such as interactions.call; all if None, those of
    business hours only with a calendar. unit: count, ratio, days, hours, points, or a currency
    ("currency" where none was said). A value is None where there is nothing to tell:
    never a ratio of 0 for 0 of 0. A group has all metrics for a period in which any of it counted;
    a client, of whom there are many, only those that did.

    credit: one of `credit.CREDITS`, which that module explains. Where it splits an
    event in two, counts, both sides of a ratio and sums take the parts, exactly: a count is then
    a Decimal if it is not whole, and both parts make up one. A distinct client counts for each of
    the two, and a median is that of all events of which any part is credited.
    """
    wanted, credited = _wanted(metrics, terms), credit_of(credit)
    timed = _terms(connection, view, terms)
    questions = [
        (figures_of(credited, by, part),
         timed | _parameters(view, by, every, since, until, credited)
         | parameters_of(credited, part))
        for part in apart(wanted)
    ]  # fmt: skip
    rows = add_up_all(connection, view, questions, Aggregate, beside=len(wanted) > _FEW)
    found = [row for row in rows if metrics is None or _asked_for(row.metric, metrics)]
    if by == "whole" and every == "whole" and not found:
        found = [Aggregate("whole", questions[0][1]["unknown"])]
    return list(metric_rows(found, wanted, grid=by != "client"))


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
) -> list[EvidenceRow]:
    """The events behind a figure, in order of time; of one group, or of all if it is None.

    Rows: metric, group, period, position, occurred_at, precision, client, subject (the deal, offer
    or task), employee (credited), weight (1, or the part of the event credited to this employee),
    performer, unit, counted (in a ratio: whether it is in the numerator), value (of all of the
    event), currency. The group of nobody is NOBODY. An event split between two has two rows.
    """
    (wanted,), credited = _wanted([metric], terms), credit_of(credit)
    parameters = _parameters(view, by, every, since, until, credited)
    parameters |= parameters_of(credited, [wanted]) | _terms(connection, view, terms)
    statement = explained_of(credited, by, wanted)
    rows = add_up(connection, statement, view, EvidenceRow, group=group, **parameters)
    return [row for row in rows if _asked_for(row.metric, [metric])]


def _wanted(metrics: Sequence[str] | None, terms: Terms) -> list[str]:
    known = defined().metrics
    if metrics is None:
        return [name for name in known if terms.calendar or not evidence_of(name).business]
    names = [name if name in known else f"{name.partition('.')[0]}.*" for name in metrics]
    unknown = [given for given, name in zip(metrics, names, strict=True) if name not in known]
    if unknown or not names:
        raise InvalidQuestion(
            f"no metric {', '.join(unknown) or 'given'}; there are {', '.join(known)}"
        )
    timed = [name for name in names if evidence_of(name).business]
    if timed and not terms.calendar:
        raise InvalidQuestion(
            f"{timed[0]} is counted by a business calendar; name one with --calendar"
        )
    return list(dict.fromkeys(names))


def _terms(connection: Connection, view: View, terms: Terms) -> dict[str, Any]:
    zone = zone_of(connection, view, terms.calendar) if terms.calendar else None
    return {**terms._asdict(), "calendar_zone": zone}


def _asked_for(metric: str, metrics: Sequence[str]) -> bool:
    return metric in metrics or f"{metric.partition('.')[0]}.*" in metrics


def _parameters(
    view: View,
    by: str,
    every: str,
    since: date | None,
    until: date | None,
    credit: Credit,
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
    return {
        "by": grouping, "field": field, "every": every if step else None, "step": step,
        "pattern": pattern, "unknown": "unknown" if step else label, "credit": credit.mode,
        "days": credit.days, "share": credit.share,
        "starts": since.isoformat() if since else "-infinity",
        "ends": until.isoformat() if until else "infinity",
    }  # fmt: skip


def _label(since: date | None, until: date | None) -> str:
    """Name a whole period by its first and last day."""
    last = until - timedelta(days=1) if until else None
    if since and last:
        return f"{since}..{last}"
    if since:
        return f"since {since}"
    return f"until {last}" if last else "all"
