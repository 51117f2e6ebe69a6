"""Purchases, what was returned of them, and the products of what was bought or offered."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Context, Decimal, localcontext
from typing import NamedTuple

from ledger.database import Connection
from ledger.envelope import Recorded
from ledger.sql import statements
from projections.engine.registry import Tables, Unfolds
from projections.tables.clients.merges import filtering
from projections.view import View, add_up

_SQL = statements("projections.tables.sales", "purchases.sql")
_EXACT = Context(prec=60)


class Purchase(NamedTuple):
    """The client bought something."""

    position: int
    occurred_at: datetime | None
    precision: str
    purchase: str
    client: str | None
    performed_by: str | None
    unit: str | None
    deal: str | None
    amount: Decimal
    currency: str | None
    margin: Decimal | None


class Returned(NamedTuple):
    """The client returned goods, or was refunded; amount: above 0."""

    position: int
    occurred_at: datetime | None
    precision: str
    purchase: str
    client: str | None
    performed_by: str | None
    unit: str | None
    amount: Decimal
    currency: str | None


class ProductLine(NamedTuple):
    """What an offer, a purchase or a return (position) has of one product, one row a product.

    product: None for what the lines leave of the whole amount; amount: None if unknown.
    """

    position: int
    product: str | None
    amount: Decimal | None


TABLES: Tables = {Purchase: "purchases", Returned: "returns", ProductLine: "product_lines"}


def _of_products(event: Recorded) -> Iterator[ProductLine]:
    """Its products with their amounts; all amounts add up to the whole, whatever the lines say."""
    d = event.data
    lines = d.items if event.type == "offer.sent" else d.lines
    found: dict[str, Decimal | None] = {}
    for line in lines:
        price, before = line.price, found.get(line.product)
        with localcontext(_EXACT):
            amount = None if price is None else price * (line.quantity or 1) + (before or 0)
        found[line.product] = before if amount is None else amount
    if [*found.values()] == [None]:  # one product without a price
        found = dict.fromkeys(found, d.amount)
    for product, amount in found.items():
        yield ProductLine(event.position, product, amount)
    with localcontext(_EXACT):
        rest = (d.amount or 0) - sum(amount or 0 for amount in found.values())
    if found and d.amount is not None and rest:
        yield ProductLine(event.position, None, Decimal(rest))


def _bought_or_returned(event: Recorded) -> Iterator[NamedTuple]:
    d = event.data
    when = event.position, event.occurred_at, event.precision
    which = *when, d.purchase, event.client, event.performed_by, event.unit
    if event.type == "goods.returned":
        yield Returned(*which, d.amount, d.currency)
    else:
        yield Purchase(*which, d.deal, d.amount, d.currency, d.margin)
    yield from _of_products(event)


UNFOLD: Unfolds = {
    "purchase.recorded": _bought_or_returned,
    "goods.returned": _bought_or_returned,
    "offer.sent": _of_products,
}


class Bought(NamedTuple):
    """A purchase; amount, margin, returned (what was returned in that currency): in `currency`."""

    purchase: str
    client: str | None
    deal: str | None
    amount: Decimal
    returned: Decimal
    currency: str | None
    margin: Decimal | None
    performed_by: str | None
    occurred_at: datetime | None
    precision: str
    position: int


def purchases(connection: Connection, view: View, client: str | None = None) -> list[Bought]:
    """What was bought, by all or by one client."""
    clients = filtering(connection, view, client)
    return add_up(connection, _SQL["purchases"], view, Bought, clients=clients)
