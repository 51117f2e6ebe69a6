"""Statements: what a scheme makes of a period's figures, as known at a position.

The same function closes a period, verifies it years later, shows employees their figures while it
is still running, and replays it under another scheme: so all of them see the same numbers.
"""

from collections.abc import Mapping, Sequence

from ledger.database import Connection
from projections.metrics.metrics import Terms, explain
from projections.metrics.rows import EvidenceRow
from projections.motivation.compliance import breaches, kept_shares
from projections.motivation.employment import tenures
from projections.motivation.measure import Facts, Figure, at_the_end, facts, figure, terms
from projections.motivation.payout import (
    ConfirmedReduction,
    Person,
    Setting,
    compute_payouts,
    missing,
)
from projections.motivation.payout_statement import Statement
from projections.motivation.rounding import trimmed
from projections.motivation.scheme import Component, Scheme
from projections.motivation.scheme_file import OWN
from projections.motivation.target_groups import Group, branches_of, group_of, targets_by_group
from projections.periods import Period
from projections.tables.motivation.reductions import reductions
from projections.view import View


def compute_statements(
    connection: Connection,
    view: View,
    period: Period,
    scheme: Scheme,
    *,
    remark: str | None = None,
) -> list[Statement]:
    """A statement for everybody employed in the period who has a bonus in the scheme, by employee.

    view: as_of is what is known, zone is the period's; `on` cuts a running period short.
    remark: why a scheme counts that was not known when the period began. Raises InvalidQuestion,
    naming them, if targets are missing, or if its calendar does not cover the period.
    """
    return compute_payouts(scheme, *_grounds(connection, view, period, scheme, remark))


def provisional_statements(
    connection: Connection, view: View, period: Period, scheme: Scheme
) -> tuple[list[Statement], dict[str, list[str]]]:
    """The statements of those who lack no target; and the metrics of the targets others lack.

    Raises InvalidQuestion if its calendar does not cover the period.
    """
    setting, people = _grounds(connection, view, period, scheme, None)
    lacking = {each.tenure.employee: missing(scheme, [each]) for each in people}
    complete = [each for each in people if not lacking[each.tenure.employee]]
    others = {
        employee: [f"{metric} of {whose}" for whose, metric in found]
        for employee, found in sorted(lacking.items())
        if found
    }
    return compute_payouts(scheme, setting, complete), others


def _grounds(
    connection: Connection, view: View, period: Period, scheme: Scheme, remark: str | None
) -> tuple[Setting, list[Person]]:
    measured = terms(connection, view, period, scheme.metrics, scheme.calendar)
    setting = Setting(period, view.zone, view.as_of, remark, measured.calendar)
    return setting, _people(connection, view, period, scheme, measured)


def figures_behind(
    connection: Connection,
    view: View,
    period: Period,
    scheme: Scheme,
    name: str,
    employees: Sequence[str] | None = None,
) -> list[EvidenceRow]:
    """The events behind a figure of statements; rows as in `projections.metrics.metrics.explain`.

    name: that of a component, such as won_value/unit, or any metric; employees: only theirs. Behind
    how a norm was kept are the events behind its breaches. The
    group is whose figure it is: the employee, their unit or the whole.
    """
    component = scheme.component(name)
    if component and component.norm:
        found = breaches(connection, view, period, component.norm)
        return [
            row for _, rows in found for row in rows if employees is None or row.group in employees
        ]
    return _behind(connection, view, period, scheme, (name, component), employees)


def _behind(
    connection: Connection,
    view: View,
    period: Period,
    scheme: Scheme,
    named: tuple[str, Component | None],
    employees: Sequence[str] | None,
) -> list[EvidenceRow]:
    name, component = named
    metric = component.metric if component else name
    wanted: set[Group] | None = None
    if component and component.of != OWN:
        known = members(connection, view, period, scheme)
        names = known if employees is None else employees
        wanted = {known[each][component.name] for each in names if each in known}
    elif employees is not None:
        wanted = {Group("employee", each) for each in employees}
    found: list[EvidenceRow] = []
    for by in ["employee"] if wanted is None else sorted({each.by for each in wanted}):
        groups = None if wanted is None else [each.name for each in wanted if each.by == by]
        rows = explain(
            connection,
            at_the_end(view, period),
            metric,
            by=by,
            since=period.since,
            until=period.until,
            credit=scheme.credit,
            group=groups[0] if groups and len(groups) == 1 else None,
            terms=terms(connection, view, period, [metric], scheme.calendar),
        )
        found += [row for row in rows if groups is None or row.group in groups]
    return found


def members(
    connection: Connection, view: View, period: Period, scheme: Scheme
) -> dict[str, dict[str, Group]]:
    """Whose figures everybody employed in a period is measured by: by employee and component."""
    shared = any(each.of != OWN for each in scheme.components)
    branches = branches_of(connection, view, period) if shared else frozenset[str]()
    return {
        each.employee: {one.name: group_of(one, each, branches) for one in scheme.components}
        for each in tenures(connection, view, period)
    }


def _people(
    connection: Connection, view: View, period: Period, scheme: Scheme, measured: Terms
) -> list[Person]:
    groups = members(connection, view, period, scheme)
    figures = _figures(connection, view, period, scheme, measured, groups)
    known = targets_by_group(connection, view, period, scheme)
    confirmed, foreign = _confirmed(connection, view, period, scheme)
    people = []
    for tenure in tenures(connection, view, period):
        mine = groups[tenure.employee]
        goals, others = {}, {}
        for each in scheme.components:
            goal = known.get(mine[each.name].scope, {}).get(each.metric)
            if goal is not None:
                goals[each.name] = goal
            if each.of != OWN:
                others[each.name] = mine[each.name].name
        taken = tuple(confirmed.get(tenure.employee, ()))
        left_out = tuple(foreign.get(tenure.employee, ()))
        person = Person(tenure, figures[tenure.employee], goals, taken, others, left_out)
        people.append(person)
    return people


def _figures(
    connection: Connection,
    view: View,
    period: Period,
    scheme: Scheme,
    measured: Terms,
    groups: Mapping[str, Mapping[str, Group]],
) -> dict[str, dict[str, Figure]]:
    """The figure of every component, by employee and component."""
    wanted: dict[str, list[str]] = {}
    kept: dict[str, dict[str, Figure]] = {}
    for each in scheme.components:
        if each.norm:
            kept[each.name] = kept_shares(connection, view, period, each.norm)
            continue
        for by in {mine[each.name].by for mine in groups.values()}:
            wanted.setdefault(by, []).append(each.metric)
    found: dict[str, Facts] = {
        by: facts(
            connection, view, period, by=by, names=names, credit=scheme.credit, terms=measured
        )
        for by, names in wanted.items()
    }

    def of(employee: str, each: Component) -> Figure:
        by, name = groups[employee][each.name]
        if each.norm:
            return kept[each.name].get(employee, Figure(None))
        return figure(found[by], name, each.metric, scheme.currency)

    return {
        employee: {each.name: of(employee, each) for each in scheme.components}
        for employee in groups
    }


def _confirmed(
    connection: Connection, view: View, period: Period, scheme: Scheme
) -> tuple[dict[str, list[ConfirmedReduction]], dict[str, list[str]]]:
    """By employee: the reductions in the scheme's currency, and remarks on those that are not."""
    found: dict[str, list[ConfirmedReduction]] = {}
    foreign: dict[str, list[str]] = {}
    for row in reductions(connection, view, period=period.name):
        if row.decision == "confirmed" and row.currency == scheme.currency:
            each = ConfirmedReduction(row.reduction, row.rule, row.amount)
            found.setdefault(row.employee, []).append(each)
        elif row.decision == "confirmed":
            told = f"not counted: reduction {row.reduction}, {trimmed(row.amount)} {row.currency}"
            foreign.setdefault(row.employee, []).append(told)
    return found, foreign
