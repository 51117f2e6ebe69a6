"""The pipeline forecast: the expected value of the open deals, from the win rates of their stages.

A deal counts with its amount times the win rate of the closed deals that had been in its stage; if
there are none, or it has no stage, times the overall win rate. It counts for its holder, or their
present unit, as if it closed within the period. `plain` is the amount of all open deals times the
overall win rate.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from ledger.database import Connection
from ledger.errors import InvalidQuestion
from ledger.sql import statements
from projections.motivation.attainment import SCOPES, departed
from projections.motivation.rounding import rounded, trimmed
from projections.periods import Period
from projections.tables.people.people import employees
from projections.tables.sales.deals import Deal, deals
from projections.view import View, add_up

_SQL = statements("projections.motivation", "forecast.sql")
METRICS = ("won_value", "deals_won")


class Rate(NamedTuple):
    """How many of the closed deals were won."""

    won: int
    closed: int


class PipelineProposal(NamedTuple):
    """The expected value of a metric from the open deals.

    - value: by the win rates of stages; plain: by the overall win rate; both rounded, None if no
      deal was ever closed
    - open: the sum of the amounts, or the number of deals; deals: their number
    - without_amount: the number of deals without amount, which add nothing
    - won, closed: numbers of all deals
    """

    scope_id: str | None
    metric: str
    currency: str | None
    value: Decimal | None
    plain: Decimal | None
    open: Decimal
    deals: int
    without_amount: int
    won: int
    closed: int


class _StageRate(NamedTuple):
    pipeline: str | None
    stage: str | None
    won: int
    closed: int


Rates = Mapping[tuple[str | None, str | None], Rate]


def rates(connection: Connection, view: View) -> Rates:
    """Win rates by pipeline and stage, of the deals that had been in it; (None, None): of all."""
    rows = add_up(connection, _SQL["rates"], view, _StageRate)
    return {(row.pipeline, row.stage): Rate(row.won, row.closed) for row in rows}


def proposed(
    connection: Connection, view: View, period: Period, metric: str, *, by: str = "employee"
) -> list[PipelineProposal]:
    """Propose targets from the open deals.

    - by: employee, unit or whole; employees who have left, or will have when the period begins, get
      no proposal

    Raises InvalidQuestion if the period is over, or the metric cannot be forecast.
    """
    if metric not in METRICS or by not in SCOPES:
        raise InvalidQuestion(
            f"the pipeline method can propose {' and '.join(METRICS)}, by {', '.join(SCOPES)}"
        )
    if period.end(view.zone) <= view.on:
        raise InvalidQuestion(
            f"{period.name} is over; its deals are closed. Propose for a later one"
        )
    units = {}
    if by == "unit":
        units = {row.employee: row.unit for row in employees(connection, view)}

    def group_of(deal: Deal) -> str | None:
        if by == "whole":
            return "whole"
        return units.get(deal.holder or "") if by == "unit" else deal.holder

    gone = departed(connection, view, period) if by == "employee" else frozenset[str]()
    found = [deal for deal in deals(connection, view, status="open") if deal.holder not in gone]
    rows = promised(found, rates(connection, view), metric, group_of)
    return [row._replace(scope_id=None) for row in rows] if by == "whole" else rows


def promised(
    found: Sequence[Deal],
    known: Rates,
    metric: str,
    group_of: Callable[[Deal], str | None],
) -> list[PipelineProposal]:
    """The expected value by group and currency; deals without a group are left out."""
    groups: dict[tuple[str, str | None], list[Deal]] = {}
    for deal in found:
        group = group_of(deal)
        if group is not None:
            currency = deal.currency if metric == "won_value" else None
            groups.setdefault((group, currency), []).append(deal)
    return [
        _sums(group, currency, groups[group, currency], known, metric)
        for group, currency in sorted(groups, key=str)
    ]


def _sums(
    group: str,
    currency: str | None,
    found: Sequence[Deal],
    known: Rates,
    metric: str,
) -> PipelineProposal:
    of_all = known.get((None, None), Rate(0, 0))
    whole, weighed, without = Decimal(0), Decimal(0), 0
    for deal in found:
        amount = Decimal(1) if metric == "deals_won" else deal.amount
        if amount is None:
            without += 1
            continue
        rate = known.get((deal.pipeline, deal.stage), of_all) if deal.stage else of_all
        whole += amount
        weighed += amount * rate.won / rate.closed if rate.closed else 0
    plain = whole * of_all.won / of_all.closed if of_all.closed else None
    return PipelineProposal(
        scope_id=group,
        metric=metric,
        currency=currency,
        value=None if plain is None else trimmed(rounded(weighed)),
        plain=None if plain is None else trimmed(rounded(plain)),
        open=trimmed(whole),
        deals=len(found),
        without_amount=without,
        won=of_all.won,
        closed=of_all.closed,
    )
