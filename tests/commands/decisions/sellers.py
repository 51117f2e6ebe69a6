"""A client and three sellers, and what may have become of it before something is decided."""

from typing import Any

from commands.decisions.ownership import ownership
from commands.decisions.ownership.ownership import Ownership
from ledger.envelope import Event
from ledger.events import ownership as facts
from ledger.events.clients import ClientRegistered
from ledger.events.contacts import CallLogged
from ledger.events.people import EmployeeHired
from ledger.events.sales import OfferSent
from tests.commands.decisions.given import NOW, event, given

CASE = ownership.model("C-1", "E-1", "E-2", seller="E-1")
REGISTERED = event(ClientRegistered(kind="company", name="Ёлка"), 1)
OFFER = event(
    OfferSent(offer="O-1"), NOW, performed_by="E-1", source="crm", key="offer-1", recorded_by="crm"
)


def hired(employee: str, unit: str | None = None) -> Event:
    return event(EmployeeHired(employee=employee, name="Анна", unit=unit), 0, client=None)


STAFF = (hired("E-1", "north"), hired("E-2", "south"), hired("E-3"))


def state(*events: Event) -> Ownership:
    found: Ownership = given(CASE, *STAFF, REGISTERED, *events)
    return found


def reserved(employee: str, at: int = 10, **more: Any) -> Event:
    return event(facts.ClientReserved(employee=employee, **more), at)


def curated(employee: str, at: int = 20, **more: Any) -> Event:
    return event(facts.CuratorAssigned(employee=employee, **more), at)


def policy(**rules: Any) -> Event:
    content = facts.ReservationPolicyPublished(version=7, **rules)
    return event(content, 2, client=None)


def call(employee: str, at: int, outcome: str = "reached") -> Event:
    content = CallLogged(direction="outbound", outcome=outcome)  # type: ignore[arg-type]
    return event(content, at, performed_by=employee)
