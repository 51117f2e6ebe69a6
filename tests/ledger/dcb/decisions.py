"""Decisions written with the library, on our event classes."""

from datetime import UTC, datetime
from typing import Any

from eventsourcing.dcb.domain import EnduringObject, Group, Perspective, Selector, Slice
from eventsourcing.domain import event

import ledger
from ledger.dcb import Fact, decision, opening
from ledger.events.clients import ClientRegistered
from ledger.events.ownership import ClientReleased, ClientReserved
from ledger.events.people import EmployeeHired
from ledger.events.sales import OfferSent

NOW = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)


class TakenError(Exception):
    """Somebody has the client already."""


def happened(data: Any, key: str, client: str | None = "C-1", by: str = "E-1") -> ledger.Event:
    """An event of one source, with what every envelope has."""
    return ledger.Event(
        data=data,
        source="crm",
        key=key,
        client=client,
        performed_by=by,
        recorded_by="crm",
        occurred_at=NOW,
    )


class FirstOffer(Slice[Fact]):
    """An offer to a client whom nobody has: it is recorded and reserves the client."""

    def __init__(self, client: str, seller: str) -> None:
        self.client, self.seller = client, seller
        self.owner: str | None = None
        self.seen: list[ledger.Recorded] = []

    def consistency_boundary(self) -> Selector:
        kinds = [decision(ClientReserved), decision(ClientReleased)]
        return Selector(types=kinds, tags=[f"client:{self.client}"])

    @event(decision(ClientReserved))
    def _(self, employee: str, event: ledger.Recorded) -> None:
        self.owner = employee
        self.seen.append(event)

    @event(decision(ClientReleased))
    def _(self) -> None:
        self.owner = None

    def execute(self) -> None:
        if self.owner is not None:
            raise TakenError(self.owner)
        key, name = f"{self.seller}-{self.client}", f"O-{self.seller}"
        offer = happened(OfferSent(offer=name), key, self.client, self.seller)
        reserved = ClientReserved(employee=self.seller)
        self.trigger_event(Fact, (), offer)
        self.trigger_event(
            Fact, (), happened(reserved, f"{key}/reserved", self.client, self.seller)
        )


class Client(EnduringObject[Fact]):
    """A client as an object of the library."""

    owner: str | None = None

    @event(opening(ClientRegistered, "client"))
    def __init__(self, name: str) -> None:
        self.name = name

    @event(decision(ClientReserved))
    def _(self, employee: str) -> None:
        self.owner = employee


class Seller(EnduringObject[Fact]):
    """A seller as an object of the library."""

    @event(opening(EmployeeHired, "employee"))
    def __init__(self, name: str) -> None:
        self.name, self.clients = name, 0

    @event(decision(ClientReserved))
    def _(self) -> None:
        self.clients += 1


class Reserving(Group[Fact]):
    """A client and the seller who gets it."""

    def __init__(self, client: Client, seller: Seller) -> None:
        self.client, self.seller = client, seller


class Noted(Perspective[Fact]):
    """Whatever happened to one client, only counted."""

    def __init__(self, client: str) -> None:
        self.client = client

    def consistency_boundary(self) -> list[Selector]:
        return [Selector(tags=[f"client:{self.client}"])]
