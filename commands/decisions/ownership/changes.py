"""Changes: what the state of ownership is made of, and how one change follows another."""

from datetime import datetime
from typing import NamedTuple


class Change(NamedTuple):
    """One change of ownership.

    - owner: who owns the client after it, unless another change outranks it
    - planned: whether it was dated ahead when it was recorded
    """

    effective_at: datetime
    position: int
    type: str
    owner: str | None
    from_employee: str | None
    event_id: str
    unit: str | None
    expires_at: datetime | None
    planned: bool


class Holding(NamedTuple):
    """The owner of a client, the kind of ownership (reserved or curator), and the change."""

    owner: str
    kind: str
    change: Change


class Employment(NamedTuple):
    """One change of an employment; unit: None after a departure."""

    effective_at: datetime
    position: int
    type: str
    unit: str | None


def evolved(before: Holding | None, change: Change) -> Holding | None:
    """The ownership after one more change: the first reservation holds, a curator outranks it."""
    match change.type:
        case "curator.assigned" | "client.reassigned":
            if before and (before.owner, before.kind) == (change.owner, "curator"):
                return before
            return Holding(change.owner or "", "curator", change)
        case "client.reserved":
            return before or Holding(change.owner or "", "reserved", change)
        case "reservation.expired":
            ended = before and (before.owner, before.kind) == (change.from_employee, "reserved")
            return None if ended else before
    return None
