"""Statements: what a scheme makes of a period's figures, as known at a position.

The same function closes a period, verifies it years later, shows employees their figures while it
is still running, and replays it under another scheme: so all of them see the same numbers.
"""

from collections.abc import Sequence

from ledger.database import Connection
from ledger.errors import InvalidQuestion
from projections.metrics.metrics import Terms, explain
from projections.metrics.rows import EvidenceRow
from projections.motivation.employment import tenures
from projections.motivation.measure import Facts, at_the_end, facts, figure, terms
from projections.motivation.payout import ConfirmedReduction, Person, Setting, compute_payouts
from projections.motivation.payout_statement import Statement
from projections.motivation.scheme import Scheme
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
    measured = terms(connection, view, period, scheme.metrics, scheme.calendar)
    setting = Setting(period, view.zone, view.as_of, remark, measured.calendar)
    return compute_payouts(scheme, setting, _people(connection, view, period, scheme, measured))


def figures_behind(
    connection: Connection,
    view: View,
    period: Period,
    scheme: Scheme,
    name: str,
    employees: Sequence[str] | None = None,
) -> list[EvidenceRow]:
    """The events behind a figure of statements; rows as in `projections.metrics.metrics.explain`.

    name: that of a component, such as won_value/unit, or any metric; employees: only theirs. The
    group is whose figure it is: the employee, their unit or the whole.
    """
    component = scheme.component(name)
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
    wanted: dict[str, list[str]] = {}
    for each in scheme.components:
        for by in {mine[each.name].by for mine in groups.values()}:
            wanted.setdefault(by, []).append(each.metric)
    found: dict[str, Facts] = {
        by: facts(
            connection, view, period, by=by, names=names, credit=scheme.credit, terms=measured
        )
        for by, names in wanted.items()
    }
    known = targets_by_group(connection, view, period, scheme)
    confirmed = _confirmed(connection, view, period, scheme)
    people = []
    for tenure in tenures(connection, view, period):
        mine = groups[tenure.employee]
        figures, goals, others = {}, {}, {}
        for each in scheme.components:
            by, name = mine[each.name]
            figures[each.name] = figure(found[by], name, each.metric, scheme.currency)
            goal = known.get(mine[each.name].scope, {}).get(each.metric)
            if goal is not None:
                goals[each.name] = goal
            if each.of != OWN:
                others[each.name] = name
        people.append(
            Person(tenure, figures, goals, tuple(confirmed.get(tenure.employee, ())), others)
        )
    return people


def _confirmed(
    connection: Connection, view: View, period: Period, scheme: Scheme
) -> dict[str, list[ConfirmedReduction]]:
    found: dict[str, list[ConfirmedReduction]] = {}
    for row in reductions(connection, view, period=period.name):
        if row.decision != "confirmed":
            continue
        if row.currency != scheme.currency:
            raise InvalidQuestion(
                f"reduction {row.reduction} is in {row.currency}, but {scheme.name} pays in "
                f"{scheme.currency}; annul it (event.annulled), position {row.position}"
            )
        each = ConfirmedReduction(row.reduction, row.rule, row.amount)
        found.setdefault(row.employee, []).append(each)
    return found
