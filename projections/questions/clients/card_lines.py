"""The lines of the client's card: a class for each section of card.sql.

Of every line, name and value say what is known, since and precision since when, and position which
event says so; client is the id that the line is from, None where the client has one id alone. Other
fields called `x_position` and `x_precision` are those of the field `x`.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple


class IdentityLine(NamedTuple):
    """A property of the client: name, kind, status, score, remark and others that are known."""

    name: str
    value: str | None
    since: datetime | None
    precision: str
    position: int
    client: str | None


class OwnerLine(NamedTuple):
    """The owner (name) and how they own the client (value: curator or reserved); at most one line,
    and one for the next owner, or (pool), if the change is dated ahead (value: planned).

    departed: whether the owner had left the company, None for an unknown employee.
    """

    name: str
    value: str | None
    since: datetime | None
    precision: str
    position: int
    reason: str | None
    owner_name: str | None
    unit: str | None
    departed: bool | None
    departed_at: datetime | None
    client: str | None


class TeamLine(NamedTuple):
    """An employee (name) who works with the client besides its owner; value: the team role."""

    name: str
    value: str | None
    since: datetime | None
    precision: str
    position: int
    unit: str | None


class TermsLine(NamedTuple):
    """Terms (value) that were granted and still hold; name: their kind and position."""

    name: str
    value: str
    since: datetime | None
    precision: str
    position: int
    valid_until: date | None
    approved_by: str | None
    client: str | None


class FactLine(NamedTuple):
    """A field of the client (name) and its value, by the last word on it.

    last_confirmed: when it was recorded, or checked after that; confidence: from 0 to 1.
    """

    name: str
    value: str | None
    since: datetime | None
    precision: str
    position: int
    last_confirmed: datetime | None
    last_confirmed_precision: str | None
    confirmed_by: str | None
    last_confirmed_position: int | None
    learnt_from: str | None
    confidence: Decimal | None
    client: str | None


class PersonLine(NamedTuple):
    """A contact person: their id (name) and what they are called (value).

    roles: buying roles, [] if none is known; job: their position with the client.
    """

    name: str
    value: str | None
    since: datetime | None
    precision: str
    position: int
    has_left: bool
    roles: list[str]
    roles_position: int | None
    job: str | None
    phone: str | None
    email: str | None
    new_employer: str | None
    client: str | None


class PreferenceLine(NamedTuple):
    """How the client likes things: a topic (name) and the last word on it (value)."""

    name: str
    value: str
    since: datetime | None
    precision: str
    position: int
    learnt_from: str | None
    client: str


class CompetitorLine(NamedTuple):
    """What a competitor offers: who and what (name), at which price (value, in `currency`)."""

    name: str
    value: Decimal | None
    since: datetime | None
    precision: str
    position: int
    currency: str | None
    terms: str | None
    learnt_from: str | None
    performed_by: str | None
    client: str | None


class ContactLine(NamedTuple):
    """The last contact of a sort (value: its kind), or the number of interactions of a kind."""

    name: str
    value: str
    since: datetime | None
    precision: str
    position: int
    direction: str | None
    performed_by: str | None
    client: str | None


class FeelingLine(NamedTuple):
    """The last mood (value: -2 to 2) or answer to an instrument (csat, ces, nps) on a scale."""

    name: str
    value: int | None
    since: datetime | None
    precision: str
    position: int
    scale: str | None
    method: str | None
    performed_by: str | None
    client: str | None
