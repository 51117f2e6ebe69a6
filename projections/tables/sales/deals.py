"""Deals: from opening through the stages of a pipeline to won or lost."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from ledger.database import Connection
from ledger.envelope import Recorded
from ledger.sql import statements
from projections.engine.materialized import Materialized
from projections.engine.placing import Placed
from projections.engine.registry import Tables, Unfolds
from projections.tables.clients.merges import filtering
from projections.view import View, ask

_SQL = statements("projections.tables.sales", "deals.sql")


class PipelineStage(NamedTuple):
    """One stage of a pipeline as one revision defines it; ordinal 1 is the first stage."""

    position: int
    effective_at: datetime | None
    precision: str
    pipeline: str
    revision: int
    ordinal: int
    stage: str
    allotted_hours: Decimal | None
    max_gap_hours: Decimal | None


class DealChanged(NamedTuple):
    """A deal was opened, moved, passed on, won, lost or reopened; fields not given are None.

    stage: the one entered, or the one it was lost from. `unit` is the one the producer gave.
    """

    position: int
    occurred_at: datetime | None
    precision: str
    deal: str
    change: str
    client: str | None
    performed_by: str | None
    unit: str | None
    holder: str | None
    stage: str | None
    pipeline: str | None
    product: str | None
    amount: Decimal | None
    currency: str | None
    reason: str | None
    competitor: str | None
    title: str | None


TABLES: Tables = {
    PipelineStage: "pipeline_stages",
    DealChanged: "deal_changes",
}
# What closes and reopens a deal is put in order by deal_spells_of.
PLACED = (Placed("deal_changes", "deal", openings=("opened",)),)


def _published(event: Recorded) -> Iterator[PipelineStage]:
    d = event.data
    for ordinal, stage in enumerate(d.stages, start=1):
        yield PipelineStage(
            event.position,
            event.occurred_at,
            event.precision,
            d.pipeline,
            d.revision,
            ordinal,
            stage.name,
            stage.allotted_hours,
            stage.max_gap_hours,
        )


def _change(change: str) -> Callable[[Recorded], Iterator[DealChanged]]:
    def unfold(event: Recorded) -> Iterator[DealChanged]:
        d = event.data
        yield DealChanged(
            event.position,
            event.occurred_at,
            event.precision,
            d.deal,
            change,
            event.client,
            event.performed_by,
            event.unit,
            getattr(d, "to_holder", None) or getattr(d, "holder", None),
            getattr(d, "stage", None),
            getattr(d, "pipeline", None),
            getattr(d, "product", None),
            getattr(d, "amount", None),
            getattr(d, "currency", None),
            getattr(d, "reason", None),
            getattr(d, "competitor", None),
            getattr(d, "title", None),
        )

    return unfold


UNFOLD: Unfolds = {
    "pipeline.published": _published,
    "deal.opened": _change("opened"),
    "deal_stage.entered": _change("entered"),
    "deal.reassigned": _change("reassigned"),
    "deal.won": _change("won"),
    "deal.lost": _change("lost"),
    "deal.reopened": _change("reopened"),
}
MATERIALIZED = Materialized(table="deal_spells", key="deal", source="deal_changes")


class Deal(NamedTuple):
    """A deal as it stood.

    - status: open, won or lost; amount: in `currency`.
    - days: from the opening to the close, or to `on`, with a fraction; None if the time of the
      opening is unknown.
    - position: of the event that made the deal what it is.
    """

    deal: str
    client: str | None
    product: str | None
    pipeline: str | None
    holder: str | None
    status: str
    stage: str | None
    amount: Decimal | None
    currency: str | None
    opened_at: datetime | None
    opened_precision: str | None
    closed_at: datetime | None
    closed_precision: str | None
    days: Decimal | None
    position: int


class DealSpell(NamedTuple):
    """A change of a deal and how long (half-open) it held.

    from_at: None where unknown; to_at: None while it holds.
    """

    change: str
    status: str
    stage: str | None
    holder: str | None
    client: str | None
    amount: Decimal | None
    currency: str | None
    performed_by: str | None
    from_at: datetime | None
    from_precision: str
    to_at: datetime | None
    to_precision: str | None
    position: int


class DealAge(NamedTuple):
    """How many open deals of a stage and holder are older than so many days."""

    stage: str | None
    holder: str | None
    older_than: int
    deals: int


def deals(
    connection: Connection,
    view: View,
    *,
    client: str | None = None,
    holder: str | None = None,
    status: str | None = None,
    stage: str | None = None,
) -> list[Deal]:
    """Deals as they stood, by filters that are exact."""
    clients = filtering(connection, view, client)
    return ask(
        connection,
        _SQL["deals"],
        view,
        Deal,
        clients=clients,
        holder=holder,
        status=status,
        stage=stage,
    )


def history(connection: Connection, view: View, deal: str) -> list[DealSpell]:
    """What happened to one deal, in order."""
    return ask(connection, _SQL["history"], view, DealSpell, deal=deal)


def aging(connection: Connection, view: View, older_than: Sequence[int]) -> list[DealAge]:
    """Open deals by how long they have been open: stage, holder, older_than (days), deals.

    A deal counts under every limit it exceeds; deals opened at an unknown time under none.
    """
    return ask(connection, _SQL["aging"], view, DealAge, older_than=list(older_than))
