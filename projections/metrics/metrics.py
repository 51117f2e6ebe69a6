"""Metrics: what people and units achieved, with the events behind every figure.

A metric is defined once, in `definitions`: what evidence it counts, and how. `query` builds the
statement that finds the evidence, credits it, and adds it up by group and period. So a past figure
changes only when something about the past is recorded, never because a client, an employee or a
unit has moved since.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple

from ledger.database import Connection
from ledger.errors import InvalidQuestion
from projections.metrics.credit import Credit, credit_of
from projections.metrics.definitions import defined, unknown_metric
from projections.metrics.query import (
    batches,
    by_client,
    evidence_of,
    evidence_statement,
    figures_statement,
    not_from_sums,
    sources,
    undone,
)
from projections.metrics.rows import Aggregate, EvidenceRow, MetricRow, metric_rows
from projections.tables.work.calendar import zone_of
from projections.view import Question, View, add_up, add_up_all

Every = Literal["month", "quarter", "year", "whole"]

GROUPS = ("whole", "employee", "team", "unit", "office", "product", "client")
NOBODY = "(none)"
_FEW = 12  # metrics for which a second connection is not worth opening
_STEPS = {
    "month": ("1 month", "YYYY-MM"),
    "quarter": ("3 months", 'YYYY-"Q"Q'),
    "year": ("1 year", "YYYY"),
}


class Terms(NamedTuple):
    """What figures are measured by.

    norm_hours: within which an inquiry should be answered; active_days: without a purchase, after
    which a buyer is inactive; fresh_days: for which a fact is fresh; calendar: the business
    calendar, without which nothing is counted in business hours.
    """

    norm_hours: float = 1
    active_days: int = 365
    fresh_days: int = 180
    calendar: str | None = None


TERMS = Terms()


class Selection(NamedTuple):
    """What figures are asked for: the parameters of `metrics` that it shares with `explain`."""

    by: str = "employee"
    every: Every = "whole"
    since: date | None = None
    until: date | None = None
    credit: str = "owner-at-event"
    terms: Terms = TERMS


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
    """The figures of metrics, by group and period.

    by: one of GROUPS, or fact:FIELD for what is known of the client; team is the manager of the
    unit or of the nearest one above, office the branch above. since, until: local dates, half-open.
    metrics: names of `definitions`, or such as interactions.call; all if None, those of
    business hours only with a calendar. A group has all metrics in every period in which any of
    them counted something; a client, of which there are many, only those that did.

    credit: one of `credit.CREDITS`, which that module explains. Where it splits an event in two,
    counts, both sides of a ratio and sums add up the parts, exactly: a count is then a Decimal if
    it is not whole, and both parts make up one. A distinct client counts for each of the two, and a
    median is that of all events of which any part is credited. Raises InvalidQuestion.
    """
    selection = Selection(by, every, since, until, credit, terms)
    wanted = _wanted(metrics, terms)
    questions = metrics_questions(connection, view, selection, metrics)
    rows = add_up_all(connection, view, questions, Aggregate, beside=len(wanted) > _FEW)
    found = [row for row in rows if metrics is None or _asked_for(row.metric, metrics)]
    if by == "whole" and every == "whole" and not found:
        found = [Aggregate("whole", _label(since, until))]
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

    The parameters are those of `metrics`. The group of nobody is NOBODY. An event split between two
    employees has two rows. Raises InvalidQuestion.
    """
    selection = Selection(by, every, since, until, credit, terms)
    statement, parameters = explain_question(connection, view, selection, metric, group)
    rows = add_up(connection, statement, view, EvidenceRow, **parameters)
    return [row for row in rows if _asked_for(row.metric, [metric])]


def metrics_questions(
    connection: Connection, view: View, selection: Selection, metrics: Sequence[str] | None = None
) -> list[Question]:
    """The statements that `metrics` runs, each with its parameters; nothing is run.

    Raises InvalidQuestion.
    """
    wanted, credit = _wanted(metrics, selection.terms), credit_of(selection.credit)
    known = _parameters(connection, view, selection, credit)
    return [
        (figures_statement(credit, selection.by, part), known | _of_metrics(credit, part))
        for part in batches(wanted)
    ]


def explain_question(
    connection: Connection,
    view: View,
    selection: Selection,
    metric: str,
    group: str | None = None,
) -> Question:
    """The statement that `explain` runs, with its parameters; nothing is run.

    Raises InvalidQuestion.
    """
    (wanted,), credit = _wanted([metric], selection.terms), credit_of(selection.credit)
    known = _parameters(connection, view, selection, credit) | _of_metrics(credit, [wanted])
    return evidence_statement(credit, selection.by, wanted), known | {"group": group}


def _wanted(metrics: Sequence[str] | None, terms: Terms) -> list[str]:
    known = defined().metrics
    if metrics is None:
        return [name for name in known if terms.calendar or not evidence_of(name).business]
    names = [name if name in known else f"{name.partition('.')[0]}.*" for name in metrics]
    unknown = [given for given, name in zip(metrics, names, strict=True) if name not in known]
    if unknown:
        raise unknown_metric(unknown[0])
    if not names:
        raise InvalidQuestion(f"no metric was given; choose from {', '.join(known)}")
    timed = [name for name in names if evidence_of(name).business]
    if timed and not terms.calendar:
        raise InvalidQuestion(
            f"{timed[0]} is counted by a business calendar; name one with --calendar"
        )
    return list(dict.fromkeys(names))


def _asked_for(metric: str, metrics: Sequence[str]) -> bool:
    return metric in metrics or f"{metric.partition('.')[0]}.*" in metrics


def _of_metrics(credit: Credit, wanted: Sequence[str]) -> dict[str, object]:
    known = list(sources(wanted))
    return {
        "names": [each.name for each in known],
        "sources": [each.metric.evidence for each in known],
        "evidence": [each.kind for each in known],
        "once": [each.once for each in known],
        "beside": [each.beside for each in known],
        "figures": [each.metric.figure for each in known],
        "measures": [each.metric.measure for each in known],
        "units": [each.metric.unit for each in known],
        "by_client": by_client(credit, wanted),
        "undone": undone(wanted),
        "not_from_sums": not_from_sums(),
    }


def _parameters(
    connection: Connection, view: View, selection: Selection, credit: Credit
) -> dict[str, object]:
    """The view, and what the statements need to know besides the metrics."""
    by, every, since, until, _, terms = selection
    grouping, _, field = by.partition(":")
    if (grouping not in GROUPS or field) and not (grouping == "fact" and field):
        raise InvalidQuestion(f"cannot group by {by}; choose {', '.join(GROUPS)} or fact:FIELD")
    if every not in (*_STEPS, "whole"):
        raise InvalidQuestion(f"cannot divide into {every}; choose {', '.join(_STEPS)} or whole")
    if since and until and since >= until:
        raise InvalidQuestion(f"the period from {since} to {until} is empty")
    label = _label(since, until)
    zone = zone_of(connection, view, terms.calendar) if terms.calendar else None
    step, pattern = _STEPS.get(every, (None, f'"{label}"'))
    return {
        **view._asdict(),
        **terms._asdict(),
        "calendar_zone": zone,
        "by": grouping,
        "field": field,
        "every": every if step else None,
        "step": step,
        "pattern": pattern,
        "unknown": "unknown" if step else label,
        "credit": credit.mode,
        "days": credit.days,
        "share": credit.share,
        "starts": since.isoformat() if since else "-infinity",
        "ends": until.isoformat() if until else "infinity",
    }


def _label(since: date | None, until: date | None) -> str:
    """Name a whole period by its first and last day."""
    last = until - timedelta(days=1) if until else None
    if since and last:
        return f"{since}..{last}"
    if since:
        return f"since {since}"
    return f"until {last}" if last else "all"
