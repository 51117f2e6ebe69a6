"""Maven's published answers as a plain fold over the events: a second computation, no database.

Events are taken in the order of recording. `answers` gives the shape of `answers.json`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from statistics import mean, median
from typing import Any

from tests.real_data.source import Wire

END = "2017-12-31"
AS_OF = ("2017-03-31", "2017-06-30", "2017-09-30", END)
AGES = (30, 60, 90, 120, 138)


@dataclass
class Deal:
    """A deal as it stands at the end. Days are texts; a deal that is still open has no `closed`."""

    agent: str
    product: str
    client: str
    opened: str
    stage: str = ""
    engaged: str = ""
    closed: str = ""
    won: bool = False
    amount: int = 0

    @property
    def days(self) -> int:
        """How long the deal took from its opening to its close."""
        return _days(self.opened, self.closed)

    def open_on(self, day: str) -> bool:
        """Whether the deal was engaged by this day and closed later or never."""
        return "" < self.engaged <= day and not "" < self.closed <= day


@dataclass
class State:
    """What the events add up to."""

    parents: dict[str, str | None] = field(default_factory=dict)
    managers: dict[str, str] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)
    sectors: dict[str, str] = field(default_factory=dict)
    clients: set[str] = field(default_factory=set)
    deals: dict[str, Deal] = field(default_factory=dict)
    owners: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def manager(self, deal: Deal) -> str:
        """Who manages the team of the deal's agent."""
        return self.managers[self.homes[deal.agent]]

    def office(self, deal: Deal) -> str:
        """The branch that the agent's team belongs to."""
        return str(self.parents[self.homes[deal.agent]])


def answers(events: Iterable[Wire]) -> Wire:
    """Compute the published answers, without those that `answers.MAVEN_UNCOVERED` names."""
    state = State()
    for event in events:
        _evolve(state, event)
    deals = list(state.deals.values())
    with_client = [deal for deal in deals if deal.client]
    closed = [deal for deal in deals if deal.closed]
    return {
        "counts": _counts(state, deals),
        "by_stage": dict(Counter(_stage(deal) for deal in deals)),
        "dates": _dates(deals, closed),
        "total": _performance(deals),
        "by_agent": _by(deals, lambda deal: deal.agent, _performance),
        "by_manager": _by(deals, state.manager, _performance),
        "by_office": _by(deals, state.office, _performance),
        "by_product": _by(deals, lambda deal: deal.product, _performance),
        "by_account": _by(with_client, lambda deal: deal.client, _opened_and_closed),
        "by_sector": _by(
            with_client, lambda deal: state.sectors[deal.client],
            lambda deals: _opened_and_closed(deals) | _win_rate(deals),
        ),
        "by_close_month": _by(
            closed, lambda deal: deal.closed[:7], lambda deals: _closed(deals) | _win_rate(deals)
        ),
        "by_close_quarter": _by(closed, lambda deal: _quarter(deal.closed), _closed),
        "agent_month_won_value": _by(
            [deal for deal in deals if deal.won], lambda deal: deal.agent,
            lambda deals: _by(deals, lambda deal: deal.closed[:7], _value),
        ),
        "funnel": {
            "created": len(deals),
            "reached_engaging": sum(1 for deal in deals if deal.engaged),
            "reached_closed": len(closed),
            "won": sum(deal.won for deal in deals),
        },
        "as_of": {day: _as_of(state, deals, day) for day in AS_OF},
        "overdue_2017_12_31": _overdue(deals, closed),
        "account_ownership_rule_latest_engaged": _ownership(state, with_client),
    }  # fmt: skip


def _evolve(state: State, event: Wire) -> None:
    data, client, at = event["data"], event.get("client", ""), event["occurred_at"]
    match event["type"]:
        case "org_unit.defined":
            state.parents[data["unit"]] = data.get("parent")
            if data["kind"] == "team":
                state.managers[data["unit"]] = data["manager"]
        case "employee.hired":
            state.homes[data["employee"]] = data["unit"]
        case "client.registered":
            state.clients.add(client)
        case "client_fact.recorded" if data["field"] == "sector":
            state.sectors[client] = data["value"]
        case "curator.assigned":
            state.owners[client].append(data["employee"])
        case "client.reassigned":
            state.owners[client].append(data["to_employee"])
        case "deal.opened":
            state.deals[data["deal"]] = Deal(data["holder"], data["product"], client, at)
        case "deal_stage.entered" | "deal.won" | "deal.lost":
            _advance(state.deals[data["deal"]], event)


def _advance(deal: Deal, event: Wire) -> None:
    data, at = event["data"], event["occurred_at"]
    if event["type"] == "deal_stage.entered":
        deal.stage = data["stage"]
        deal.engaged = at if data["stage"] == "Engaging" else ""
    else:
        deal.closed, deal.won = at, event["type"] == "deal.won"
        deal.amount = int(data.get("amount", 0))


def _days(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days


def _quarter(day: str) -> str:
    return f"{day[:4]}Q{(int(day[5:7]) + 2) // 3}"


def _stage(deal: Deal) -> str:
    if not deal.closed:
        return deal.stage
    return "Won" if deal.won else "Lost"


def _by(deals: Iterable[Deal], key: Any, figure: Any) -> Wire:
    groups = defaultdict(list)
    for deal in deals:
        groups[key(deal)].append(deal)
    return {name: figure(members) for name, members in groups.items()}


def _value(deals: list[Deal]) -> int:
    return sum(deal.amount for deal in deals)


def _closed(deals: list[Deal]) -> Wire:
    won = sum(deal.won for deal in deals)
    lost = sum(1 for deal in deals if deal.closed) - won
    return {"won": won, "lost": lost, "won_value": _value(deals)}


def _opened_and_closed(deals: list[Deal]) -> Wire:
    return {"opportunities": len(deals)} | _closed(deals)


def _win_rate(deals: list[Deal]) -> Wire:
    decided = [deal.won for deal in deals if deal.closed]
    return {"win_rate": round(mean(decided), 6)}


def _performance(deals: list[Deal]) -> Wire:
    amounts = [deal.amount for deal in deals if deal.won]
    won = [deal.days for deal in deals if deal.won]
    closed = [deal.days for deal in deals if deal.closed]
    stages = Counter(_stage(deal) for deal in deals)
    return _opened_and_closed(deals) | _win_rate(deals) | {
        "engaging": stages["Engaging"],
        "prospecting": stages["Prospecting"],
        "mean_won_value": round(mean(amounts), 4),
        "median_won_value": median(amounts),
        "cycle_days_won_mean": round(mean(won), 4),
        "cycle_days_won_median": median(won),
        "cycle_days_closed_mean": round(mean(closed), 4),
        "cycle_days_closed_median": median(closed),
        "distinct_accounts": len({deal.client for deal in deals if deal.client}),
    }  # fmt: skip


def _counts(state: State, deals: list[Deal]) -> Wire:
    agents = {person for person, unit in state.homes.items() if unit in state.managers}
    sellers = {deal.agent for deal in deals}
    unknown = [deal for deal in deals if not deal.client]
    return {
        "opportunities": len(deals),
        "distinct_opportunity_id": len(state.deals),
        "accounts": len(state.clients),
        "products": len({deal.product for deal in deals}),
        "agents_in_teams": len(agents),
        "agents_with_opportunities": len(sellers),
        "managers": len(set(state.managers.values())),
        "regional_offices": sum(parent is None for parent in state.parents.values()),
        "agents_without_opportunities": sorted(agents - sellers),
        "opportunities_without_account": len(unknown),
        "without_account_by_stage": dict(Counter(_stage(deal) for deal in unknown)),
        "opportunities_without_engage_date": sum(deal.opened == "unknown" for deal in deals),
        "distinct_accounts_used": len({deal.client for deal in deals if deal.client}),
    }


def _dates(deals: list[Deal], closed: list[Deal]) -> Wire:
    engaged = [deal.engaged for deal in deals if deal.engaged]
    return {
        "engage_min": min(engaged),
        "engage_max": max(engaged),
        "close_min": min(deal.closed for deal in closed),
        "close_max": max(deal.closed for deal in closed),
        "close_before_engage": sum(deal.closed < deal.engaged for deal in closed),
    }


def _as_of(state: State, deals: list[Deal], day: str) -> Wire:
    still_open = [deal for deal in deals if deal.open_on(day)]
    won = [deal for deal in deals if deal.won and deal.closed <= day]
    return {
        "open_engaged": len(still_open),
        "open_by_agent": _by(still_open, lambda deal: deal.agent, len),
        "open_by_office": _by(still_open, state.office, len),
        "won_to_date": len(won),
        "won_value_to_date": _value(won),
    }


def _overdue(deals: list[Deal], closed: list[Deal]) -> Wire:
    still_open = [deal for deal in deals if deal.open_on(END)]
    ages = [_days(deal.engaged, END) for deal in still_open]
    longest = max(deal.days for deal in closed)
    oldest = [d for d, age in zip(still_open, ages, strict=True) if age > longest]
    return {
        "max_cycle_days_of_a_closed_deal": longest,
        "engaging": len(still_open),
        "older_than_days": {str(days): sum(age > days for age in ages) for days in AGES},
        "older_than_138_by_agent": _by(oldest, lambda deal: deal.agent, len),
        "age_median": median(ages),
    }


def _ownership(state: State, with_client: list[Deal]) -> Wire:
    final = {client: owners[-1] for client, owners in state.owners.items()}
    same_day = Counter((deal.client, deal.engaged) for deal in with_client if deal.engaged)
    return {
        "accounts": len(state.owners),
        "handovers_total": sum(len(owners) - 1 for owners in state.owners.values()),
        "handovers_by_account": {c: len(owners) - 1 for c, owners in state.owners.items()},
        "distinct_agents_per_account": {c: len(set(o)) for c, o in state.owners.items()},
        "final_owner": final,
        "final_owner_portfolio_size": dict(Counter(final.values())),
        "same_day_ties": sum(n for n in same_day.values() if n > 1),
    }
