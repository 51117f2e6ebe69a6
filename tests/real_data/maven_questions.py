"""Maven's published answers from the questions that the product asks its projections.

`answers` gives the shape of `answers.json`, as `maven_fold` does. Credit goes to the performer,
since the published figures know nothing of owners.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from statistics import median
from typing import Any

from ledger.database import Connection
from projections.metrics.metrics import NOBODY, metrics
from projections.questions.ownership.portfolio import clients
from projections.questions.sales.funnel import funnel
from projections.tables.ownership import ownership
from projections.tables.people import people
from projections.tables.sales.deals import Deal, aging, deals
from projections.view import View
from tests.real_data.maven_fold import AGES, AS_OF
from tests.real_data.source import Wire

Figures = dict[str, Any]


def answers(connection: Connection, view: View) -> Wire:
    """Ask for everything that `answers.MAVEN_UNCOVERED` does not name."""
    found = deals(connection, view)
    return {
        "counts": _counts(connection, view, found),
        "by_stage": dict(Counter(_stage(deal) for deal in found)),
        "dates": _dates(found),
        "total": _performance(_by(connection, view, "whole")["whole"]),
        "by_agent": _each(_by(connection, view, "employee"), _performance),
        "by_manager": _each(_by(connection, view, "team"), _performance),
        "by_office": _each(_by(connection, view, "office"), _performance),
        "by_product": _each(_by(connection, view, "product"), _performance),
        "by_account": _each(_by(connection, view, "client"), _opened_and_closed),
        "by_sector": _each(
            _by(connection, view, "fact:sector"), lambda f: _opened_and_closed(f) | _win_rate(f)
        ),
        "by_close_month": _series(connection, view, "month", lambda f: _closed(f) | _win_rate(f)),
        "by_close_quarter": {
            period.replace("-", ""): figures
            for period, figures in _series(connection, view, "quarter", _closed).items()
        },
        "agent_month_won_value": _won_by_month(connection, view),
        "funnel": _funnel(connection, view),
        "as_of": {day: _as_of(connection, view, day) for day in AS_OF},
        "overdue_2017_12_31": _overdue(connection, view, found),
        "account_ownership_rule_latest_engaged": _ownership(connection, view, found),
    }


def _by(connection: Connection, view: View, by: str, **asked: Any) -> dict[str, Figures]:
    """Figures of metrics by group, over the whole time."""
    found: dict[str, Figures] = defaultdict(Figures)
    for row in metrics(connection, view, by=by, credit="performer", **asked):
        if row.group != NOBODY:
            found[row.group][row.metric] = row.value
    return found


def _each(groups: dict[str, Figures], figures: Callable[[Figures], Wire]) -> Wire:
    return {group: figures(found) for group, found in groups.items()}


def _closed(found: Figures) -> Wire:
    won, lost = found["deals_won"], found["deals_lost"]
    return {"won": won, "lost": lost, "won_value": int(found["won_value"])}


def _opened_and_closed(found: Figures) -> Wire:
    return {"opportunities": found["deals_opened"]} | _closed(found)


def _win_rate(found: Figures) -> Wire:
    return {"win_rate": round(found["win_rate"], 6)}


def _performance(found: Figures) -> Wire:
    rounded = {
        "mean_won_value": "won_value_mean",
        "median_won_value": "won_value_median",
        "cycle_days_won_mean": "cycle_won_mean",
        "cycle_days_won_median": "cycle_won_median",
        "cycle_days_closed_mean": "cycle_closed_mean",
        "cycle_days_closed_median": "cycle_closed_median",
    }
    return _opened_and_closed(found) | _win_rate(found) | {
        "engaging": found.get("deals_open.Engaging", 0),
        "prospecting": found.get("deals_open.Prospecting", 0),
        "distinct_accounts": found["deal_clients"],
    } | {name: round(float(found[metric]), 4) for name, metric in rounded.items()}  # fmt: skip


def _series(
    connection: Connection, view: View, every: Any, figures: Callable[[Figures], Wire]
) -> Wire:
    periods: dict[str, Figures] = defaultdict(Figures)
    wanted = ["deals_won", "deals_lost", "won_value", "win_rate"]
    rows = metrics(
        connection, view, by="whole", every=every, credit="performer", metrics=wanted,
        since=date(2017, 1, 1), until=date(2018, 1, 1),
    )  # fmt: skip
    for row in rows:
        periods[row.period][row.metric] = row.value
    return _each(periods, figures)


def _won_by_month(connection: Connection, view: View) -> Wire:
    found: Wire = defaultdict(dict)
    rows = metrics(connection, view, every="month", credit="performer", metrics=["won_value"])
    for row in rows:
        found[row.group][row.period] = int(row.value)
    return found


def _funnel(connection: Connection, view: View) -> Wire:
    steps = {row.stage or row.step: row.deals for row in funnel(connection, view)}
    return {
        "created": steps["created"], "reached_engaging": steps["Engaging"],
        "reached_closed": steps["closed"], "won": steps["won"],
    }  # fmt: skip


def _as_of(connection: Connection, view: View, day: str) -> Wire:
    end = datetime.fromisoformat(day).replace(hour=23, minute=59, tzinfo=UTC)
    then = view._replace(on=end)
    whole = _by(connection, then, "whole")["whole"]
    engaged = {"metrics": ["deals_open.Engaging"]}
    agents, offices = (_by(connection, then, by, **engaged) for by in ("employee", "office"))
    return {
        "open_engaged": whole["deals_open.Engaging"],
        "open_by_agent": _each(agents, lambda found: found["deals_open.Engaging"]),
        "open_by_office": _each(offices, lambda found: found["deals_open.Engaging"]),
        "won_to_date": whole["deals_won"],
        "won_value_to_date": int(whole["won_value"]),
    }


def _overdue(connection: Connection, view: View, found: list[Deal]) -> Wire:
    rows = [row for row in aging(connection, view, AGES) if row.stage == "Engaging"]
    open_deals = [deal for deal in found if _stage(deal) == "Engaging"]
    older = {days: sum(r.deals for r in rows if r.older_than == days) for days in AGES}
    return {
        "max_cycle_days_of_a_closed_deal": max(d.days for d in found if d.closed_at),
        "engaging": len(open_deals),
        "older_than_days": {str(days): deals for days, deals in older.items()},
        "older_than_138_by_agent": {
            row.holder: row.deals for row in rows if row.older_than == max(AGES)
        },
        "age_median": median(int(deal.days) for deal in open_deals),
    }


def _counts(connection: Connection, view: View, found: list[Deal]) -> Wire:
    staff = people.employees(connection, view)
    agents = {person.employee for person in staff if person.manager}
    sellers = {deal.holder for deal in found}
    unknown = [deal for deal in found if deal.client is None]
    return {
        "opportunities": len(found),
        "distinct_opportunity_id": len({deal.deal for deal in found}),
        "accounts": len(clients(connection, view)),
        "products": len({deal.product for deal in found}),
        "agents_in_teams": len(agents),
        "agents_with_opportunities": len(sellers),
        "managers": len({person.manager for person in staff} - {None}),
        "regional_offices": len(_by(connection, view, "office")),
        "agents_without_opportunities": sorted(agents - sellers),
        "opportunities_without_account": len(unknown),
        "without_account_by_stage": dict(Counter(_stage(deal) for deal in unknown)),
        "opportunities_without_engage_date": sum(deal.opened_at is None for deal in found),
        "distinct_accounts_used": len({deal.client for deal in found} - {None}),
    }


def _stage(deal: Deal) -> str:
    return str(deal.stage if deal.status == "open" else deal.status.capitalize())


def _dates(found: list[Deal]) -> Wire:
    opened = [deal.opened_at for deal in found if deal.opened_at]
    closed = [deal.closed_at for deal in found if deal.closed_at]
    return {
        "engage_min": f"{min(opened):%Y-%m-%d}", "engage_max": f"{max(opened):%Y-%m-%d}",
        "close_min": f"{min(closed):%Y-%m-%d}", "close_max": f"{max(closed):%Y-%m-%d}",
        "close_before_engage": sum(d.days < 0 for d in found if d.closed_at),
    }  # fmt: skip


def _ownership(connection: Connection, view: View, found: list[Deal]) -> Wire:
    names = sorted({deal.client for deal in found} - {None})
    histories = {name: ownership.history(connection, view, name) for name in names}
    final = {name: ownership.owner(connection, view, name)[0].owner for name in names}
    held = {name: [row.to_employee for row in rows] for name, rows in histories.items()}
    days = Counter((d.client, d.opened_at) for d in found if d.client and d.opened_at)
    return {
        "accounts": len(held),
        "handovers_total": sum(len(owners) - 1 for owners in held.values()),
        "handovers_by_account": {name: len(owners) - 1 for name, owners in held.items()},
        "distinct_agents_per_account": {name: len(set(owners)) for name, owners in held.items()},
        "final_owner": final,
        "final_owner_portfolio_size": dict(Counter(final.values())),
        "same_day_ties": sum(n for n in days.values() if n > 1),
    }
