"""Offers: what we proposed to a client, and what became of it."""

from typing import Annotated

from pydantic import Field

from ledger.events.fields import (
    Currency,
    Digest,
    Id,
    Instant,
    Label,
    Money,
    OfferId,
    Quantity,
    Text,
    fact,
)


@fact
class Line:
    """One line of an offer or a purchase."""

    product: Label
    quantity: Quantity | None = None
    price: Money | None = None


Lines = Annotated[tuple[Line, ...], Field(max_length=1_000)]


@fact
class OfferSent:
    """We sent the client an offer."""

    offer: OfferId
    items: Lines = ()
    amount: Money | None = None
    currency: Currency | None = None
    valid_until: Instant | None = None
    deal: Id | None = None
    document_sha256: Digest | None = None


@fact
class OfferAccepted:
    """The client accepted the offer."""

    offer: OfferId


@fact
class OfferDeclined:
    """The client declined the offer."""

    offer: OfferId
    reason: Text | None = None


@fact
class OfferExpired:
    """The offer ran out unanswered."""

    offer: OfferId
