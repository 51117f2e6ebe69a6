"""ServiceNow's published answers from a plain fold over the events, without a database.

`answers` gives the shape of `answers.json`.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from statistics import mean, median, quantiles
from typing import Any

from tests.real_data.servicenow_cases import HOLDERS, Case, Log, Note, fold
from tests.real_data.source import Wire


def answers(events: Iterable[Wire]) -> Wire:
    """Compute the published answers, without those `answers.SERVICENOW_UNCOVERED` names."""
    log = fold(events)
    cases = list(log.cases.values())
    notes = [note for case in cases for note in case.notes]
    first = [case.opened for case in cases]
    return {
        "counts": _counts(cases, notes),
        "rows_by_state": _count(note.state for note in notes),
        "rows_by_contact_type": _contact_types(cases),
        "incidents_by_first_contact_type": _count(event["data"]["kind"] for event in first),
        "dates": _dates(cases, notes),
        "order_traps": _order(cases),
        "changes_assigned_to": _changes(log, "assignee"),
        "changes_assignment_group": _changes(log, "unit"),
        "changes_state": _changes(log, "state"),
        "handovers_ignoring_nulls": _handovers(cases),
        "reopened": {
            "incidents": sum(case.reopened > 0 for case in cases),
            "sum_final": sum(case.reopened for case in cases),
        },
        "sla": _breaches(log, cases),
        "hours": _hours(cases),
        "funnel_incidents_ever_in_state": _count(
            state for case in cases for state in {state for state, _ in case.states}
        ),
        **_states(cases),
        "by_final_group": _by(cases, lambda case: case.holders["unit"], _group),
        "by_final_assignee": _by(cases, lambda case: case.holders["assignee"], _breached),
        "by_resolved_by": _by(cases, lambda case: case.resolver, _resolver_figures),
        "rows_by_actor_sys_updated_by_top20": _top(20, (note.author for note in notes)),
        "touches_by_assignee": _count(note.assignee for note in notes),
        "incidents_opened_by_month": _count(event["occurred_at"][:7] for event in first),
        "callers_top10_incidents": _top(10, (event.get("client") for event in first)),
        "incidents_by_location_first_row_top10": _top(
            10, (event["data"].get("location") for event in first)
        ),
        "groups_per_assignee": _groups_per_assignee(notes),
    }


def _count(values: Iterable[Any]) -> Wire:
    return {name: n for name, n in Counter(values).items() if name is not None}


def _top(size: int, values: Iterable[Any]) -> Wire:
    return dict(Counter(value for value in values if value is not None).most_common(size))


def _by(cases: list[Case], key: Callable[[Case], str | None], figures: Any) -> Wire:
    groups = defaultdict(list)
    for case in cases:
        groups[key(case)].append(case)
    return {name: figures(members) for name, members in groups.items() if name is not None}


def _counts(cases: list[Case], notes: list[Note]) -> Wire:
    sizes = [len(case.notes) for case in cases]
    held = {holder: {h for case in cases for h in case.held[holder]} for holder in HOLDERS}
    return {
        "rows": len(notes),
        "incidents": len(cases),
        "callers": len({note.client for note in notes} - {None}),
        "resolvers_assigned_to": len(held["assignee"]),
        "groups": len(held["unit"]),
        "resolved_by": len({case.resolver for case in cases} - {None}),
        "opened_by": len({case.opened.get("performed_by") for case in cases} - {None}),
        "locations": len({place for case in cases for place in case.locations}),
        "sys_updated_by": len({note.author for note in notes}),
        "rows_per_incident": {
            "mean": round(mean(sizes), 6), "median": median(sizes), "max": max(sizes),
        },
        "rows_without_assignee": sum(note.assignee is None for note in notes),
        "rows_without_group": sum(note.unit is None for note in notes),
        "rows_without_caller": sum(note.client is None for note in notes),
    }  # fmt: skip


def _contact_types(cases: list[Case]) -> Wire:
    """IVR and Phone share a channel; no case opened through IVR changes its contact type."""
    names = {"phone": "Phone", "email": "Email", "web": "Self service", "visit": "Direct opening"}
    return _count(
        "IVR" if case.opened["data"]["kind"] == "IVR" else names[note.channel]
        for case in cases
        for note in case.notes
    )


def _dates(cases: list[Case], notes: list[Note]) -> Wire:
    opened = [case.opened["occurred_at"] for case in cases]
    updated = [note.at for note in notes]
    return {
        "opened_min": _shown(min(opened)), "opened_max": _shown(max(opened)),
        "updated_min": _shown(min(updated)), "updated_max": _shown(max(updated)),
        "closed_max": _shown(max(case.closed for case in cases)),
    }  # fmt: skip


def _shown(at: str) -> str:
    return at.replace("T", " ").replace("Z", ":00")


def _order(cases: list[Case]) -> Wire:
    resolved = [(case, at) for case in cases if (at := case.resolved_at)]
    return {
        "incidents_changing_caller": sum(
            len({note.client for note in case.notes} - {None}) > 1 for case in cases
        ),
        "incidents_changing_location": sum(len(case.locations) > 1 for case in cases),
        "rows_updated_after_closed_at": sum(
            note.at > case.closed for case in cases for note in case.notes
        ),
        "incidents_resolved_before_opened": sum(
            at < case.opened["occurred_at"] for case, at in resolved
        ),
        "incidents_closed_before_resolved": sum(case.closed < at for case, at in resolved),
    }


def _changes(log: Log, what: str) -> Wire:
    kinds = ("set_on_first_row", "null_to_value", "value_to_other_value", "value_to_null")
    return {how: log.changes[what, how] for how in kinds}


def _handovers(cases: list[Case]) -> Wire:
    people, groups = (
        Counter(sum(a != b for a, b in pairwise(held)) for held in _held(cases, holder))
        for holder in ("assignee", "unit")
    )
    return {
        "assigned_to_total": sum(n * times for n, times in people.items()),
        "assigned_to_histogram_over_incidents_with_any_assignee": _named(people),
        "group_total": sum(n * times for n, times in groups.items()),
        "group_histogram_over_incidents_with_any_group": _named(groups),
    }


def _held(cases: list[Case], holder: str) -> Iterator[list[str]]:
    return (case.held[holder] for case in cases if case.held[holder])


def _named(histogram: Counter[int]) -> Wire:
    return {str(n): times for n, times in histogram.items()}


def _breaches(log: Log, cases: list[Case]) -> Wire:
    return {
        "incidents_breached_final": sum(case.breached for case in cases),
        "breach_events_true_to_false": log.changes["breach", "value_to_other_value"],
        "breached_on_first_row": log.changes["breach", "set_on_first_row"],
    }


def _hours(cases: list[Case]) -> Wire:
    return {
        "opened_to_resolved": _spread(_hours_to_resolved(cases)),
        "opened_to_closed": _spread([case.hours_to(case.closed) for case in cases]),
    }


def _hours_to_resolved(cases: list[Case]) -> list[float]:
    return [case.hours_to(at) for case in cases if (at := case.resolved_at)]


def _spread(hours: list[float]) -> Wire:
    return {
        "n": len(hours), "mean": round(mean(hours), 4), "median": round(median(hours), 4),
        "p90": round(quantiles(hours, n=10, method="inclusive")[-1], 4),
    }  # fmt: skip


def _states(cases: list[Case]) -> Wire:
    spent = defaultdict(list)
    for case in cases:
        for state, hours in case.hours_in_states().items():
            spent[state].append(hours)
    return {
        "hours_in_state_total": {state: round(sum(hours), 2) for state, hours in spent.items()},
        "median_hours_in_state_per_incident": {
            state: round(median(hours), 4) for state, hours in spent.items()
        },
    }


def _breached(cases: list[Case]) -> Wire:
    return {"incidents": len(cases), "breached": sum(case.breached for case in cases)}


def _group(cases: list[Case]) -> Wire:
    hours = [case.hours_to(case.closed) for case in cases]
    return _breached(cases) | {"median_hours_opened_to_closed": round(median(hours), 4)}


def _resolver_figures(cases: list[Case]) -> Wire:
    hours = _hours_to_resolved(cases)
    middle = round(median(hours), 4) if hours else None
    return {"incidents": len(cases), "median_hours_opened_to_resolved": middle}


def _groups_per_assignee(notes: list[Note]) -> Wire:
    groups = defaultdict(set)
    for note in notes:
        if note.assignee and note.unit:
            groups[note.assignee].add(note.unit)
    several = sum(len(units) > 1 for units in groups.values())
    return {"assignees_seen_in_more_than_one_group": several}
