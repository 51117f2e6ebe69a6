"""Offers: what was offered to whom, and how it ended."""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from ledger.database import Connection
from ledger.envelope import Recorded
from ledger.sql import statements
from projections.engine.placing import Placed
from projections.engine.registry import Tables, Unfolds
from projections.tables.clients.merges import filtering
from projections.view import View, ask

_SQL = statements("projections.tables.sales", "offers.sql")


class OfferChanged(NamedTuple):
    """An offer was sent, accepted, declined or ran out. `unit` is the one the producer gave."""

    position: int
    occurred_at: datetime | None
    precision: str
    offer: str
    change: str
    client: str | None
    performed_by: str | None
    unit: str | None
    deal: str | None
    product: str | None
    amount: Decimal | None
    currency: str | None
    valid_until: datetime | None
    reason: str | None


TABLES: Tables = {OfferChanged: "offer_changes"}
PLACED = (Placed("offer_changes", "offer", openings=("sent",)),)


def _change(change: str) -> Callable[[Recorded], Iterator[OfferChanged]]:
    def unfold(event: Recorded) -> Iterator[OfferChanged]:
        d = event.data
        items: tuple[Any, ...] = getattr(d, "items", ())
        yield OfferChanged(
            event.position,
            event.occurred_at,
            event.precision,
            d.offer,
            change,
            event.client,
            event.performed_by,
            event.unit,
            getattr(d, "deal", None),
            items[0].product if len(items) == 1 else None,
            getattr(d, "amount", None),
            getattr(d, "currency", None),
            getattr(d, "valid_until", None),
            getattr(d, "reason", None),
        )

    return unfold


UNFOLD: Unfolds = {
    "offer.sent": _change("sent"),
    "offer.accepted": _change("accepted"),
    "offer.declined": _change("declined"),
    "offer.expired": _change("expired"),
}


class Offer(NamedTuple):
    """An offer; state: sent, accepted, declined or expired; since: when it came to that.

    amount: in `currency`.
    """

    offer: str
    client: str | None
    deal: str | None
    amount: Decimal | None
    currency: str | None
    sent_by: str | None
    sent_at: datetime | None
    sent_precision: str | None
    valid_until: datetime | None
    state: str
    since: datetime | None
    since_precision: str


def offers(connection: Connection, view: View, client: str | None = None) -> list[Offer]:
    """Every offer, or those of a client, under any of its ids."""
    clients = filtering(connection, view, client)
    return ask(connection, _SQL["offers"], view, Offer, clients=clients)
