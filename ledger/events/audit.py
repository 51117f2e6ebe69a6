"""Audits: what somebody looked through and put his name to."""

from typing import Annotated

from pydantic import Field

from ledger.events.fields import Digest, Month, Whole, Zone, fact

Total = Annotated[Whole, Field(ge=0)]


@fact
class ClientBaseAuditSigned:
    """The client base of a month was looked through, as known at a position, and signed."""

    month: Month
    as_of: Annotated[Whole, Field(ge=1)]
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
