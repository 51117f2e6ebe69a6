"""Appraisal: what a scheme makes of a period's figures, as known at a position.

The same function settles a period, verifies it years later, shows somebody his figures while it is
still running, and replays it under another scheme: so all of them see the same numbers.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from ledger.database import Connection
from ledger.errors import InvalidQuestion
from projections.aims import figure
from projections.attainment import Facts, at_the_end, facts, metric_of
from projections.employment import Tenure, tenures
from projections.evaluation import Aim, Person, Setting, Statement, Taken, evaluated
from projections.metrics import explain
from projections.periods import Period
from projections.scheme import Reduction, Scheme
from projections.settlement import reductions
from projections.targets import targets
from projections.view import Answer, View


class Due(NamedTuple):
    """A reduction that a rule of the scheme would make. evidence: positions of the events."""

    employee: str
    rule: Reduction
    counted: int
    amount: Decimal
    evidence: tuple[int, ...]


def appraise(
    connection: Connection,
    view: View,
    period: Period,
    scheme: Scheme,
    *,
    remark: str | None = None,
) -> list[Statement]:
    """A statement for everybody employed in the period whom the scheme knows, by employee.

    view: as_of is what is known, zone is that of the period; `on` cuts a running period short.
    remark: why a scheme counts that was not known when the period began. Raises InvalidQuestion,
    naming them, if targets are missing.
    """
    setting = Setting(period, view.zone, view.as_of, remark)
    return evaluated(scheme, setting, _people(connection, view, period, scheme))


def figures_behind(
    connection: Connection,
    view: View,
    period: Period,
    scheme: Scheme,
    metric: str,
    employee: str | None = None,
) -> Answer:
    """The events behind a figure of a statement; rows as in `projections.metrics.explain`."""
    return explain(
        connection, at_the_end(view, period), metric,
        group=employee, since=period.since, until=period.until, credit=scheme.credit,
    )  # fmt: skip


def reductions_due(connection: Connection, view: View, period: Period, scheme: Scheme) -> list[Due]:
    """What the scheme's rules would take off, by rule and employee, with the events behind it."""
    known = {
        each.employee
        for each in tenures(connection, view, period)
        if scheme.bonus_of(each.employee, each.position)
    }
    found: list[Due] = []
    for rule in scheme.reductions:
        share = metric_of(rule.metric).figure == "share"
        counted: dict[str, dict[int, None]] = {}  # each event once, in order of time
        for row in figures_behind(connection, view, period, scheme, rule.metric):
            if row["counted"] or not share:
                counted.setdefault(row["group"], {})[row["position"]] = None
        for employee, positions in sorted(counted.items()):
            amount = rule.amount * max(len(positions) - rule.allowed, 0)
            amount = amount if rule.at_most is None else min(amount, rule.at_most)
            if amount and employee in known:
                found.append(Due(employee, rule, len(positions), amount, tuple(positions)))
    return found


def _people(connection: Connection, view: View, period: Period, scheme: Scheme) -> list[Person]:
    names = list(dict.fromkeys(each.metric for each in scheme.components))
    found = facts(connection, view, period, by="employee", names=names, credit=scheme.credit)
    aims = _aims(connection, view, period, scheme)
    taken = _taken(connection, view, period, scheme)
    return [
        _person(each, found, scheme, aims.get(each.employee, {}), taken.get(each.employee, ()))
        for each in tenures(connection, view, period)
    ]


def _person(
    tenure: Tenure,
    found: Facts,
    scheme: Scheme,
    aims: Mapping[str, Aim],
    taken: Sequence[Taken],
) -> Person:
    figures = {
        each.metric: figure(found, tenure.employee, each.metric, scheme.currency)
        for each in scheme.components
    }
    return Person(tenure, figures, aims, tuple(taken))


def _aims(
    connection: Connection, view: View, period: Period, scheme: Scheme
) -> dict[str, dict[str, Aim]]:
    found: dict[str, dict[str, Aim]] = {}
    # Of two targets that services recorded of the same, the first counts.
    for row in targets(connection, view, period=period.name, scope="employee"):
        if row["currency"] in (None, scheme.currency) and row["scope_id"]:
            aim = Aim(row["target"], row["first"], row["value"])
            found.setdefault(row["scope_id"], {}).setdefault(row["metric"], aim)
    return found


def _taken(
    connection: Connection, view: View, period: Period, scheme: Scheme
) -> dict[str, list[Taken]]:
    found: dict[str, list[Taken]] = {}
    for row in reductions(connection, view, period=period.name):
        if row["decision"] != "confirmed":
            continue
        if row["currency"] != scheme.currency:
            raise InvalidQuestion(
                f"reduction {row['reduction']} is in {row['currency']}, but {scheme.name} pays in "
                f"{scheme.currency}; annul it (event.annulled), position {row['position']}"
            )
        taken = Taken(row["reduction"], row["rule"], row["amount"])
        found.setdefault(row["employee"], []).append(taken)
    return found
