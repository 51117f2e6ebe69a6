"""ServiceNow's published answers from the questions that the product asks its projections.

`answers` gives the shape of `answers.json`, as `servicenow_fold` does.
"""

from collections import Counter
from collections.abc import Sequence
from statistics import mean, median
from typing import Any

from ledger.database import Connection
from projections.questions.service import service_report as service
from projections.tables.service.cases import Case, cases
from projections.view import View
from tests.real_data.source import Wire

_CHANNELS = {"phone": "Phone", "email": "Email", "web": "Self service", "visit": "Direct opening"}
_MOVES = {
    "set_on_first_row": "first", "null_to_value": "given", "value_to_other_value": "passed",
    "value_to_null": "taken",
}  # fmt: skip


def answers(connection: Connection, view: View) -> Wire:
    """Ask for everything that `answers.SERVICENOW_UNCOVERED` does not name."""
    found = cases(connection, view)
    moves = {(r.what, r.how): r.moves for r in service.moves(connection, view)}
    opened = {by: service.opened(connection, view, by=[by]) for by in service.OPENED_BY}
    whole = service.durations(connection, view)[0]
    return _rankings(connection, view, opened) | {
        "counts": _counts(connection, view, opened),
        "rows_by_state": _counted(_touches(connection, view, "state"), "state", "touches"),
        "rows_by_contact_type": _contact_types(connection, view),
        "incidents_by_first_contact_type": _counted(opened["kind"], "kind", "cases"),
        "dates": _dates(connection, view, found),
        "order_traps": _order(connection, view, found),
        "changes_assigned_to": _moves(moves, "person"),
        "changes_assignment_group": _moves(moves, "unit"),
        "changes_state": _moves(moves, "state"),
        "handovers_ignoring_nulls": _handovers(connection, view),
        "reopened": {"incidents": whole.reopened, "sum_final": int(whole.reopenings)},
        "sla": {
            "incidents_breached_final": whole.breached,
            "breach_events_true_to_false": moves["breach", "passed"],
            "breached_on_first_row": moves["breach", "first"],
        },
        "hours": {
            "opened_to_resolved": _spread(whole, "resolved"),
            "opened_to_closed": _spread(whole, "closed"),
        },
        **_states(connection, view),
        "by_final_group": _final(connection, view, "unit", "closed"),
        "by_final_assignee": _final(connection, view, "assignee"),
        "by_resolved_by": _by_resolver(connection, view),
        "groups_per_assignee": _groups_per_assignee(connection, view),
    }


def _states(connection: Connection, view: View) -> Wire:
    states = service.hours_in_state(connection, view)
    return {
        "funnel_incidents_ever_in_state": _counted(states, "state", "cases"),
        "hours_in_state_total": {r.state: round(float(r.hours), 2) for r in states},
        "median_hours_in_state_per_incident": {r.state: round(r.median_hours, 4) for r in states},
    }


def _rankings(connection: Connection, view: View, opened: dict[str, list[service.Opened]]) -> Wire:
    return {
        "rows_by_actor_sys_updated_by_top20": _counted(
            _touches(connection, view, "performer"), "performer", "touches", 20
        ),
        "touches_by_assignee": _counted(
            _touches(connection, view, "assignee"), "assignee", "touches"
        ),
        "incidents_opened_by_month": _counted(opened["month"], "month", "cases"),
        "callers_top10_incidents": _counted(opened["client"], "client", "cases", 10),
        "incidents_by_location_first_row_top10": _counted(
            opened["location"], "location", "cases", 10
        ),
    }


def _touches(connection: Connection, view: View, *by: str) -> list[service.Touches]:
    return service.touches(connection, view, by=by)


def _counted(rows: Sequence[object], key: str, figure: str, size: int | None = None) -> Wire:
    named = [row for row in rows if getattr(row, key) is not None]
    return {getattr(row, key): getattr(row, figure) for row in named[:size]}


def _names(rows: Sequence[object], key: str) -> set[str]:
    return {getattr(row, key) for row in rows} - {None}


def _nobody(rows: list[service.Touches], key: str) -> int:
    return sum(row.touches for row in rows if getattr(row, key) is None)


def _counts(connection: Connection, view: View, opened: dict[str, list[service.Opened]]) -> Wire:
    touched = {
        by: _touches(connection, view, by)
        for by in ("case", "client", "performer", "assignee", "unit")
    }
    sizes = [row.touches for row in touched["case"]]
    resolvers = service.durations(connection, view, by="resolver")
    return {
        "rows": sum(sizes),
        "incidents": sum(row.cases for row in opened["month"]),
        "callers": len(_names(touched["client"], "client")),
        "resolvers_assigned_to": len(service.holders(connection, view, "person")),
        "groups": len(service.holders(connection, view, "unit")),
        "locations": len(service.holders(connection, view, "location")),
        "resolved_by": len(_names(resolvers, "group")),
        "opened_by": len(_names(opened["opener"], "opener")),
        "sys_updated_by": len(touched["performer"]),
        "rows_per_incident": {
            "mean": round(mean(sizes), 6), "median": median(sizes), "max": max(sizes),
        },
        "rows_without_assignee": _nobody(touched["assignee"], "assignee"),
        "rows_without_group": _nobody(touched["unit"], "unit"),
        "rows_without_caller": _nobody(touched["client"], "client"),
    }  # fmt: skip


def _contact_types(connection: Connection, view: View) -> Wire:
    """IVR and Phone share a channel; no case opened through IVR changes its contact type."""
    found: Counter[str] = Counter()
    for row in _touches(connection, view, "kind", "channel"):
        found["IVR" if row.kind == "IVR" else _CHANNELS[row.channel]] += row.touches
    return found


def _dates(connection: Connection, view: View, found: list[Case]) -> Wire:
    touched = _touches(connection, view, "performer")
    opened = [case.opened_at for case in found]
    return {
        "opened_min": _shown(min(opened)), "opened_max": _shown(max(opened)),
        "updated_min": _shown(min(row.first_at for row in touched)),
        "updated_max": _shown(max(row.last_at for row in touched)),
        "closed_max": _shown(max(case.closed_at for case in found)),
    }  # fmt: skip


def _shown(at: Any) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def _order(connection: Connection, view: View, found: list[Case]) -> Wire:
    callers = Counter(
        row.case for row in _touches(connection, view, "case", "client") if row.client
    )
    resolved = [case for case in found if case.resolved_at]
    return {
        "incidents_changing_caller": sum(n > 1 for n in callers.values()),
        "incidents_changing_location": sum(
            row.cases for row in service.handovers(connection, view, "location") if row.handovers
        ),
        "rows_updated_after_closed_at": sum(
            row.touches for row in _touches(connection, view, "after_close") if row.after_close
        ),
        "incidents_resolved_before_opened": sum(
            case.resolved_at < case.opened_at for case in resolved
        ),
        "incidents_closed_before_resolved": sum(
            case.closed_at < case.resolved_at for case in resolved
        ),
    }


def _moves(moves: dict[tuple[str, str], int], what: str) -> Wire:
    return {name: moves.get((what, how), 0) for name, how in _MOVES.items()}


def _handovers(connection: Connection, view: View) -> Wire:
    people, units = (
        {r.handovers: r.cases for r in service.handovers(connection, view, track)}
        for track in ("person", "unit")
    )
    return {
        "assigned_to_total": sum(n * times for n, times in people.items()),
        "assigned_to_histogram_over_incidents_with_any_assignee": _named(people),
        "group_total": sum(n * times for n, times in units.items()),
        "group_histogram_over_incidents_with_any_group": _named(units),
    }


def _named(histogram: dict[int, int]) -> Wire:
    return {str(n): times for n, times in histogram.items()}


def _spread(row: service.Durations, end: str) -> Wire:
    figures: Sequence[str] = ("mean", "median", "p90")
    spread = {figure: round(float(getattr(row, f"to_{end}_{figure}")), 4) for figure in figures}
    return {"n": getattr(row, end), **spread}


def _final(connection: Connection, view: View, by: str, end: str | None = None) -> Wire:
    found: Wire = {}
    for row in service.durations(connection, view, by=by):
        if row.group is not None:
            found[row.group] = {"incidents": row.cases, "breached": row.breached}
            if end:
                middle = round(getattr(row, f"to_{end}_median"), 4)
                found[row.group][f"median_hours_opened_to_{end}"] = middle
    return found


def _by_resolver(connection: Connection, view: View) -> Wire:
    rows = service.durations(connection, view, by="resolver")
    return {
        row.group: {
            "incidents": row.cases,
            "median_hours_opened_to_resolved": None
            if row.to_resolved_median is None
            else round(row.to_resolved_median, 4),
        }
        for row in rows
        if row.group is not None
    }


def _groups_per_assignee(connection: Connection, view: View) -> Wire:
    rows = _touches(connection, view, "assignee", "unit")
    groups = Counter(row.assignee for row in rows if row.assignee and row.unit)
    return {"assignees_seen_in_more_than_one_group": sum(n > 1 for n in groups.values())}
