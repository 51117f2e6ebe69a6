"""The lines of the client's card about what is open: a class for each section of the SQL file.

Their common fields are those of card_lines.
"""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple


class OpenPromise(NamedTuple):
    """A meeting planned, or an inquiry or letter to be answered by a stated time (value).

    value_precision: day for a letter, which has the whole day; overdue: whether that time is over.
    """

    name: str
    value: datetime
    value_precision: str
    since: datetime | None
    precision: str
    position: int
    channel: str | None
    performed_by: str | None
    overdue: bool


class OpenDeal(NamedTuple):
    """An open deal; value: its amount in `currency`; since: when it was opened."""

    name: str
    value: Decimal | None
    since: datetime | None
    precision: str | None
    position: int
    currency: str | None
    stage: str | None
    holder: str | None
    product: str | None
    title: str | None
    client: str | None


class OpenOffer(NamedTuple):
    """An offer without an answer; value: its amount in `currency`; since: when it was sent."""

    name: str
    value: Decimal | None
    since: datetime | None
    precision: str
    position: int
    currency: str | None
    valid_until: datetime | None
    deal: str | None
    performed_by: str | None
    client: str | None


class OpenTask(NamedTuple):
    """A task neither completed nor cancelled; value: its title."""

    name: str
    value: str | None
    since: datetime | None
    precision: str
    position: int
    assignee: str | None
    due_at: datetime | None
    overdue: bool
    deal: str | None
    client: str | None


class OpenCase(NamedTuple):
    """An open service case; value: its state; breached: whether a missed deadline was recorded."""

    name: str
    value: str
    since: datetime | None
    precision: str
    position: int
    assignee: str | None
    unit: str | None
    priority: str | None
    due_at: datetime | None
    breached: bool
    subject: str | None
    client: str | None
