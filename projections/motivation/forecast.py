"""The pipeline: what the deals that are open promise, by how often deals were won from their stage.

A deal counts by its amount times the share of the closed deals that were won after they had been in
its stage; where none was closed, or it is in no stage, times the share of all. It counts for its
holder, or the holder's present unit, and as if it were closed within the period. Beside that stands
the plain product of all that is open and the share of all deals that were won.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from ledger.database import Connection
from ledger.errors import InvalidQuestion
from ledger.sql import statements
from projections.motivation.attainment import SCOPES
from projections.motivation.rounding import rounded, trimmed
from projections.periods import Period
from projections.tables.people.people import employees
from projections.tables.sales.deals import Deal, deals
from projections.view import View, add_up

_SQL = statements("projections.motivation", "forecast.sql")
METRICS = ("won_value", "deals_won")


class Rate(NamedTuple):
    """How many of the deals that were closed had been won."""

    won: int
    closed: int


class PipelineProposal(NamedTuple):
    """What open deals promise of a metric. value: by stage; plain: by the share of all deals won.

    Both are rounded, and None where no deal was ever closed. open: the sum of the amounts, or how
    many deals; deals: how many; without_amount: how many of these, which promise nothing; won,
    closed: of all deals.
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
    """By pipeline and stage, of the deals that had been in it; by (None, None), of all."""
    rows = add_up(connection, _SQL["rates"], view, _StageRate)
    return {(row.pipeline, row.stage): Rate(row.won, row.closed) for row in rows}


def proposed(
    connection: Connection, view: View, period: Period, metric: str, *, by: str = "employee"
) -> list[PipelineProposal]:
    """What a target would be by the deals that are open.

    by: employee, unit or whole. Raises InvalidQuestion if the period is over, or if the pipeline
    promises nothing of the metric.
    """
    if metric not in METRICS or by not in SCOPES:
        raise InvalidQuestion(
            f"a pipeline promises {' and '.join(METRICS)}, by {', '.join(SCOPES)}"
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

    found = deals(connection, view, status="open")
    rows = promised(found, rates(connection, view), metric, group_of)
    return [row._replace(scope_id=None) for row in rows] if by == "whole" else rows


def promised(
    found: Sequence[Deal],
    known: Rates,
    metric: str,
    group_of: Callable[[Deal], str | None],
) -> list[PipelineProposal]:
    """What open deals promise, by group and currency; deals without a group are left out."""
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
