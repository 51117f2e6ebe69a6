"""Clients: who they are, what is known about them, and the people who work there.

A client need not be registered: whoever an event names is a client, known at least by an id.
"""

import unicodedata
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from ledger.database import Connection
from ledger.envelope import Recorded
from ledger.sql import statements
from projections.engine.materialized import Materialized
from projections.engine.placing import Placed
from projections.engine.registry import Tables, Unfolds
from projections.view import View, ask

_SQL = statements("projections.tables.clients", "clients.sql")


class ClientStep(NamedTuple):
    """A client became known, was qualified, or started to buy.

    step: prospect, qualified, converted or registered; folded: the name as `folded` makes it.
    """

    position: int
    occurred_at: datetime | None
    precision: str
    client: str
    step: str
    kind: str | None
    name: str | None
    folded: str | None
    parent: str | None
    referred_by: str | None
    found_through: str | None
    score: int | None
    remark: str | None
    first_deal: str | None


class FactChanged(NamedTuple):
    """A field of the client was recorded, confirmed or retracted.

    A retracted field has no value until it is recorded again: the value before the retracted one
    was replaced for a reason, and nothing confirms that it holds again.
    """

    position: int
    occurred_at: datetime | None
    precision: str
    client: str
    field: str
    change: str
    value: str | None
    learnt_from: str | None
    confidence: Decimal | None
    method: str | None
    reason: str | None
    performed_by: str | None
    unit: str | None


class Preference(NamedTuple):
    """A preference of the client; the latest one on a topic holds."""

    position: int
    occurred_at: datetime | None
    precision: str
    client: str
    topic: str
    value: str
    learnt_from: str | None


class CompetitorOffer(NamedTuple):
    """What a competitor offers the client; the latest one on a product holds."""

    position: int
    occurred_at: datetime | None
    precision: str
    client: str
    competitor: str
    product: str | None
    price: Decimal | None
    currency: str | None
    terms: str | None
    learnt_from: str | None
    performed_by: str | None


class TermsGranted(NamedTuple):
    """The client was promised terms that others do not have; they hold through `valid_until`."""

    position: int
    occurred_at: datetime | None
    precision: str
    client: str
    kind: str
    terms: str
    valid_until: date | None
    approved_by: str | None


class PersonChanged(NamedTuple):
    """A contact person was added, got other buying roles, or left; client: None if not named.

    roles: None where they stay as they are.
    """

    position: int
    occurred_at: datetime | None
    precision: str
    client: str | None
    contact: str
    change: str
    name: str | None
    roles: list[str] | None
    job: str | None
    phone: str | None
    email: str | None
    new_employer: str | None


TABLES: Tables = {
    ClientStep: "client_steps",
    FactChanged: "fact_changes",
    Preference: "preferences",
    CompetitorOffer: "competitor_offers",
    TermsGranted: "special_terms",
    PersonChanged: "person_changes",
}
PLACED = (
    Placed("fact_changes", "client", "field"),
    Placed("preferences", "client"),
    Placed("person_changes", "contact", openings=("added",)),
)


def folded(name: str) -> str:
    """A name as it is searched for: without case, composed; ё stays ё. Made here, not in SQL,
    since databases fold by collations that differ.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _step(event: Recorded, step: str) -> Iterator[ClientStep]:
    d = event.data
    if event.client is None:
        return
    name = getattr(d, "name", None)
    yield ClientStep(
        event.position,
        event.occurred_at,
        event.precision,
        event.client,
        step,
        getattr(d, "kind", None),
        name,
        None if name is None else folded(name),
        getattr(d, "parent", None),
        getattr(d, "referred_by", None),
        getattr(d, "found_through", None),
        getattr(d, "score", None),
        getattr(d, "remark", None),
        getattr(d, "first_deal", None),
    )


def _fact(event: Recorded, field: str, change: str) -> Iterator[FactChanged]:
    d = event.data
    if event.client is not None:
        yield FactChanged(
            event.position,
            event.occurred_at,
            event.precision,
            event.client,
            field,
            change,
            getattr(d, "value", None),
            getattr(d, "learnt_from", None),
            getattr(d, "confidence", None),
            getattr(d, "method", None),
            getattr(d, "reason", None),
            event.performed_by,
            event.unit,
        )


def _confirmed(event: Recorded) -> Iterator[FactChanged]:
    for field in dict.fromkeys(event.data.fields):
        yield from _fact(event, field, "confirmed")


def _preference(event: Recorded) -> Iterator[Preference]:
    d = event.data
    if event.client is not None:
        yield Preference(
            event.position,
            event.occurred_at,
            event.precision,
            event.client,
            d.topic,
            d.value,
            d.learnt_from,
        )


def _competitor_offer(event: Recorded) -> Iterator[CompetitorOffer]:
    d = event.data
    if event.client is not None:
        yield CompetitorOffer(
            event.position,
            event.occurred_at,
            event.precision,
            event.client,
            d.competitor,
            d.product,
            d.price,
            d.currency,
            d.terms,
            d.learnt_from,
            event.performed_by,
        )


def _terms(event: Recorded) -> Iterator[TermsGranted]:
    d = event.data
    if event.client is not None:
        yield TermsGranted(
            event.position,
            event.occurred_at,
            event.precision,
            event.client,
            d.kind,
            d.terms,
            d.valid_until,
            d.approved_by,
        )


def _person(event: Recorded, change: str) -> Iterator[PersonChanged]:
    d = event.data
    roles = getattr(d, "roles", None)
    yield PersonChanged(
        event.position,
        event.occurred_at,
        event.precision,
        event.client,
        d.contact,
        change,
        getattr(d, "name", None),
        None if roles is None else list(roles),
        getattr(d, "position", None),
        getattr(d, "phone", None),
        getattr(d, "email", None),
        getattr(d, "new_employer", None),
    )


UNFOLD: Unfolds = {
    "prospect.registered": lambda event: _step(event, "prospect"),
    "prospect.qualified": lambda event: _step(event, "qualified"),
    "prospect.converted": lambda event: _step(event, "converted"),
    "client.registered": lambda event: _step(event, "registered"),
    "client_fact.recorded": lambda event: _fact(event, event.data.field, "recorded"),
    "client_fact.confirmed": _confirmed,
    "client_fact.retracted": lambda event: _fact(event, event.data.field, "retracted"),
    "preference.noted": _preference,
    "competitor_offer.reported": _competitor_offer,
    "special_terms.granted": _terms,
    "contact_person.added": lambda event: _person(event, "added"),
    "contact_role.changed": lambda event: _person(event, "roles"),
    "contact_person.left": lambda event: _person(event, "left"),
}
MATERIALIZED = Materialized(table="client_identities", key="client", source="client_steps")


class ClientName(NamedTuple):
    """The name of a client."""

    client: str
    name: str


def names(connection: Connection, view: View) -> dict[str, str]:
    """The names of clients by id; whoever has no name is left out."""
    rows = ask(connection, _SQL["names"], view, ClientName)
    return {row.client: row.name for row in rows}
