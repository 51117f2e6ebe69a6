"""Reductions: what the rules of a scheme would take off a bonus, with the events behind it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from ledger.database import Connection
from ledger.errors import InvalidQuestion
from projections.metrics.definitions import metric_of
from projections.metrics.metrics import explain
from projections.motivation.compliance import breaches, refuse_undefined
from projections.motivation.employment import tenures
from projections.motivation.measure import at_the_end, terms
from projections.motivation.rounding import to_cents
from projections.motivation.scheme import ReductionRule, Scheme
from projections.periods import Period
from projections.tables.motivation.reductions import reductions
from projections.view import View


class Due(NamedTuple):
    """A reduction that a rule of the scheme would make. amount: to cents, half-up; evidence:
    positions of the events.
    """

    employee: str
    rule: ReductionRule
    counted: int
    amount: Decimal
    evidence: tuple[int, ...]

    def name(self, period: Period) -> str:
        """What the reduction is called once it is proposed."""
        return f"{period.name}/{self.employee}/{self.rule.rule}"


class Counted(NamedTuple):
    """How many a rule counts of an employee, and the positions behind them, in order of time."""

    number: int = 0
    evidence: tuple[int, ...] = ()


def reductions_due(connection: Connection, view: View, period: Period, scheme: Scheme) -> list[Due]:
    """What the scheme's rules would take off, by rule and employee, with the events behind it.

    Raises InvalidQuestion if a rule names a norm that was never defined.
    """
    known = {
        each.employee
        for each in tenures(connection, view, period)
        if scheme.bonus_of(each.employee, each.position)
    }
    found: list[Due] = []
    for rule in scheme.reductions:
        for employee, counted in sorted(_counted(connection, view, period, scheme, rule).items()):
            amount = rule.amount * max(counted.number - rule.allowed, 0)
            amount = amount if rule.at_most is None else min(amount, rule.at_most)
            amount = to_cents(amount)
            if amount and employee in known:
                found.append(Due(employee, rule, counted.number, amount, counted.evidence))
    return found


def _counted(
    connection: Connection, view: View, period: Period, scheme: Scheme, rule: ReductionRule
) -> Mapping[str, Counted]:
    if rule.metric is None:
        return _breaches(connection, view, period, str(rule.norm))
    share = metric_of(rule.metric).figure == "share"
    events: dict[str, dict[int, int]] = {}  # each event once, in order of time
    rows = explain(
        connection,
        at_the_end(view, period),
        rule.metric,
        since=period.since,
        until=period.until,
        credit=scheme.credit,
        terms=terms(connection, view, period, [rule.metric], scheme.calendar),
    )
    for row in rows:
        if row.counted or not share:
            # What was undone since counts as one less.
            events.setdefault(row.group, {})[row.position] = 1 if row.weight > 0 else -1
    return {who: Counted(sum(each.values()), tuple(each)) for who, each in events.items()}


def _breaches(
    connection: Connection, view: View, period: Period, norm: str
) -> Mapping[str, Counted]:
    """The breaches of a norm in a period, those whose record was annulled left out."""
    refuse_undefined(connection, view, norm)
    found: dict[str, Counted] = {}
    for each, rows in breaches(connection, view, period, norm):
        number, evidence = found.get(each.employee, Counted())
        more = dict.fromkeys((*evidence, *(row.position for row in rows)))
        found[each.employee] = Counted(number + 1, tuple(more))
    return found


def refuse_foreign(connection: Connection, view: View, period: Period, scheme: Scheme) -> None:
    """Raise InvalidQuestion if a confirmed reduction is in another currency than the scheme."""
    for row in reductions(connection, view, period=period.name):
        if row.decision == "confirmed" and row.currency != scheme.currency:
            raise InvalidQuestion(
                f"reduction {row.reduction} is in {row.currency}, but {scheme.name} pays in "
                f"{scheme.currency}; annul it (event.annulled), position {row.position}"
            )


def refuse_unproposed(connection: Connection, view: View, period: Period, scheme: Scheme) -> None:
    """Raise InvalidQuestion, naming them, if reductions are due but were not proposed.

    Once the period is closed they could no longer be proposed.
    """
    proposed = {row.reduction for row in reductions(connection, view, period=period.name)}
    due = {due.name(period) for due in reductions_due(connection, view, period, scheme)}
    missing = sorted(due - proposed)
    if missing:
        raise InvalidQuestion(
            f"{len(missing)} reductions are due by {scheme.name}@{scheme.version} and were never "
            f"proposed: {', '.join(missing[:10])}; run `iledger bonus reduction propose --period "
            f"{period.name} --scheme {scheme.name}@{scheme.version}` and decide on them"
        )
