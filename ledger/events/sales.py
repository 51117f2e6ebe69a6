"""Sales: offers, deals through the stages of a pipeline to won or lost, and purchases."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from ledger.events.fields import (
    Currency,
    DealId,
    Digest,
    Hours,
    Id,
    Instant,
    Label,
    Money,
    NotBefore,
    OfferId,
    Quantity,
    Text,
    Whole,
    fact,
    needs,
)
from ledger.validation_messages import Remedy

Asked = Annotated[Money, Field(ge=0)]
Paid = Annotated[Asked, Remedy("Record a return or a refund as goods.returned.")]
Agreed = Annotated[Asked, Remedy("Record what undoes a deal as deal.reopened or deal.lost.")]


@fact
class Line:
    """One line of an offer, a purchase or a return; price: of one unit."""

    product: Label
    quantity: Quantity | None = None
    price: Money | None = None


Lines = Annotated[tuple[Line, ...], Field(max_length=1_000)]


@needs("client")
@fact
class OfferSent:
    """We sent the client an offer."""

    offer: OfferId
    items: Lines = ()
    amount: Asked | None = None
    currency: Currency | None = None
    valid_until: Annotated[Instant, NotBefore("occurred_at")] | None = None
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
    """The offer expired without an answer."""

    offer: OfferId


@fact
class Stage:
    """One stage of a pipeline, with the working hours allotted to it."""

    name: Id
    allotted_hours: Hours | None = None
    max_gap_hours: Hours | None = None


@fact
class PipelinePublished:
    """A pipeline was published: its stages in order."""

    pipeline: Id
    revision: Annotated[Whole, Field(ge=1)]
    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _checked(self) -> Self:
        names = [stage.name for stage in self.stages]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise ValueError(f"has the stage {twice[0]!r} twice")
        return self


@fact
class DealOpened:
    """A deal was opened; the holder is the employee who pursues it."""

    deal: DealId
    holder: Id | None = None
    title: Label | None = None
    product: Label | None = None
    pipeline: Id | None = None
    amount: Asked | None = None
    currency: Currency | None = None
    offer: Id | None = None


@fact
class DealStageEntered:
    """The deal moved to a stage."""

    deal: DealId
    stage: Id
    from_stage: Id | None = None


@fact
class DealReassigned:
    """The deal passed from one employee to another."""

    deal: DealId
    from_holder: Id | None = None
    to_holder: Id
    reason: Text | None = None


@fact
class DealWon:
    """The deal was won for the agreed amount."""

    deal: DealId
    amount: Agreed
    currency: Currency | None = None


@fact
class DealLost:
    """The deal was lost."""

    deal: DealId
    stage: Id | None = None
    reason: Label | None = None
    competitor: Label | None = None


@fact
class DealReopened:
    """A closed deal was reopened."""

    deal: DealId
    reason: Text


@fact
class PurchaseRecorded:
    """The client made a purchase, with or without a deal."""

    purchase: Id
    amount: Paid
    currency: Currency | None = None
    lines: Lines = ()
    margin: Money | None = None
    deal: DealId | None = None


@fact
class GoodsReturned:
    """The client returned goods, or was refunded, for all or part of a purchase."""

    purchase: Id
    amount: Annotated[Money, Field(gt=0)]
    currency: Currency | None = None
    lines: Lines = ()
    reason: Label | None = None
