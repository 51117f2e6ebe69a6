"""Clients and prospects: who they are, who works there, what we know about them."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from ledger.events.fields import (
    BuyingRole,
    ClientId,
    ContactId,
    Currency,
    Day,
    Digest,
    Id,
    Label,
    Money,
    Month,
    NotBefore,
    Personal,
    Position,
    Text,
    Whole,
    Zone,
    apart,
    fact,
    needs,
)

ClientKind = Literal["company", "person"]
Confidence = Annotated[Decimal, Field(ge=0, le=1, max_digits=7, decimal_places=6)]


@needs("client")
@fact
class ProspectRegistered:
    """We learned of a person or company that has never bought from us."""

    kind: ClientKind
    name: Personal[Label]
    found_through: Label | None = None
    referred_by: ClientId | None = None


@needs("client")
@fact
class ProspectQualified:
    """A prospect was judged to be worth pursuing."""

    score: Annotated[Whole, Field(ge=0, le=100)] | None = None
    remark: Personal[Text] | None = None


@needs("client")
@fact
class ProspectConverted:
    """A prospect became a client."""

    first_deal: Id | None = None


@needs("client")
@fact
class ClientRegistered:
    """A client was added to the client base."""

    kind: ClientKind
    name: Personal[Label]
    parent: ClientId | None = None
    found_through: Label | None = None


@needs("client")
@fact
class ClientFactRecorded:
    """We learned a fact about the client: one named field and its value."""

    field: Id
    value: Personal[Text]
    learnt_from: Label | None = None
    confidence: Confidence | None = None


@needs("client")
@fact
class ClientFactConfirmed:
    """Known facts about the client were checked and are still true."""

    fields: Annotated[tuple[Id, ...], Field(min_length=1, max_length=100)]
    method: Literal["call", "letter", "meeting", "registry", "client"]


@needs("client")
@fact
class ClientFactRetracted:
    """The current value of a field is wrong and no longer counts."""

    field: Id
    reason: Text


@needs("client")
@fact
class PreferenceNoted:
    """The client prefers something done in a certain way."""

    topic: Label
    value: Personal[Text]
    learnt_from: Label | None = None


@needs("client")
@fact
class CompetitorOfferReported:
    """We learned, from the client or elsewhere, what a competitor offers them."""

    competitor: Label
    product: Label | None = None
    price: Money | None = None
    currency: Currency | None = None
    terms: Text | None = None
    learnt_from: Label | None = None


@needs("client")
@fact
class SpecialTermsGranted:
    """The client was granted terms that other clients do not have."""

    kind: Literal["price", "discount", "payment", "delivery", "other"]
    terms: Text
    valid_until: Annotated[Day, NotBefore("occurred_at")] | None = None
    approved_by: Id | None = None


@fact
class ClientMerged:
    """Two ids belong to one client. Both histories stay; the surviving id shows both."""

    survivor: ClientId
    absorbed: ClientId
    evidence: Text
    approved_by: Id | None = None

    _checked = apart("survivor", "absorbed")


@fact
class ClientUnmerged:
    """A merge was a mistake: the two ids are different clients, each with its own card again."""

    survivor: ClientId
    absorbed: ClientId
    reason: Text
    approved_by: Id | None = None

    _checked = apart("survivor", "absorbed")


Roles = Annotated[tuple[BuyingRole, ...], Field(max_length=5)]


@needs("client")
@fact
class ContactPersonAdded:
    """A contact person at the client became known."""

    contact: ContactId
    name: Personal[Label]
    roles: Roles = ()
    position: Personal[Label] | None = None
    phone: Personal[Label] | None = None
    email: Personal[Label] | None = None


@fact
class ContactRoleChanged:
    """The contact person's buying roles changed; this list replaces the previous one."""

    contact: ContactId
    roles: Roles


@fact
class ContactPersonLeft:
    """The contact person no longer works at the client."""

    contact: ContactId
    new_employer: Personal[Label] | None = None


Total = Annotated[Whole, Field(ge=0)]


@fact
class ClientBaseAuditSigned:
    """The client base of a month was audited as known at a position, and signed off."""

    month: Month
    as_of: Annotated[Position, Field(ge=1)]
    zone: Zone
    clients: Total
    new: Total
    lost: Total
    reactivated: Total
    without_owner: Total
    stale: Total
    active_days: Total
    stale_days: Total
    sha256: Digest
