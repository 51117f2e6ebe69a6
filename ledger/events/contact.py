"""Contact persons: the people at a client, and the part each plays in buying."""

from typing import Annotated

from pydantic import Field

from ledger.events.fields import BuyingRole, ContactId, Label, Personal, fact

Roles = Annotated[tuple[BuyingRole, ...], Field(max_length=5)]


@fact
class ContactPersonAdded:
    """We know a person at the client."""

    contact: ContactId
    name: Personal[Label]
    roles: Roles = ()
    position: Personal[Label] | None = None
    phone: Personal[Label] | None = None
    email: Personal[Label] | None = None


@fact
class ContactRoleChanged:
    """The person now plays these parts in buying, and no others."""

    contact: ContactId
    roles: Roles


@fact
class ContactPersonLeft:
    """The person no longer works at the client."""

    contact: ContactId
    new_employer: Personal[Label] | None = None
