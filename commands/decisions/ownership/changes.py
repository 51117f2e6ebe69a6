"""Changes: what the state of ownership is made of, and how one change follows another."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from ledger.envelope import NEVER, Recorded


class Change(NamedTuple):
    """One change of ownership.

    - owner: who owns the client after it, unless another change outranks it
    - planned: whether it was dated ahead when it was recorded
    - timed: whether it takes effect at a time; one of a day or month takes effect when that begins,
      and again after what was recorded before of a time within it
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
    timed: bool = True

    def ahead(self, at: datetime) -> bool:
        """Whether it was dated ahead and has not taken effect at a time."""
        return self.planned and at < self.effective_at


class Holding(NamedTuple):
    """The owner of a client, the kind of ownership (reserved or curator), and the change."""

    owner: str
    kind: str
    change: Change


class Employment(NamedTuple):
    """One change of an employment; unit: None after a departure; planned: as of a Change."""

    effective_at: datetime
    position: int
    type: str
    unit: str | None
    event_id: str = ""
    planned: bool = False

    def ahead(self, at: datetime) -> bool:
        """Whether it was dated ahead and has not taken effect at a time."""
        return self.planned and at < self.effective_at


class Team(NamedTuple):
    """Who works with a client beside its owner.

    - steps: (when, position, employee, role or None for one who left), in this order
    """

    steps: tuple[tuple[datetime, int, str, str | None], ...] = ()

    def role(self, employee: str) -> str | None:
        """The role of an employee; None if they are not in the team."""
        roles = [role for _, _, who, role in self.steps if who == employee]
        return roles[-1] if roles else None

    def after(self, event: Recorded) -> "Team":
        """The team after somebody joined it, took another role, or left."""
        role = getattr(event.data, "team_role", None)
        step = (event.occurred_at or NEVER, event.position, event.data.employee, role)
        return Team(tuple(sorted((*self.steps, step))))


def again(change: Change, over: datetime | None, earlier: Iterable[Change]) -> Iterator[Change]:
    """A change of a date once more, after each recorded before it of a time or day within it.

    - over: when the date is over; None for a change that is not of a date
    """
    if over is None or change.timed:
        return
    for each in earlier:
        if change.effective_at < each.effective_at < over:
            yield change._replace(effective_at=each.effective_at)


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
