"""A plain large ledger: any number of events about any number of clients, the same every time."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ledger.codec import encode
from ledger.envelope import Encoded, Event
from ledger.events.client import ClientRegistered
from ledger.events.deal import DealOpened, DealWon
from ledger.events.interaction import CallLogged, MessageExchanged
from ledger.events.offer import OfferSent
from ledger.events.ownership import ClientReassigned, CuratorAssigned
from ledger.events.people import EmployeeHired

START = datetime(2024, 1, 1, tzinfo=UTC)
EMPLOYEES = 500


def call(key: str, client: int = 7, employee: int = 7) -> Encoded:
    """One telephone call, as a telephone exchange records it."""
    return _encode(
        CallLogged(direction="outbound", outcome="reached", duration_s=184),
        key, START, client=f"C-{client}", performed_by=f"E-{employee}",
    )  # fmt: skip


def events(count: int, clients: int) -> Iterator[Encoded]:
    """People and clients first, then contacts, offers, deals and hand-overs over two years."""
    chance = random.Random(2026)
    for number in range(EMPLOYEES):
        hired = EmployeeHired(
            employee=f"E-{number}", name=f"Сотрудник {number}", unit=f"U-{number % 20}"
        )
        yield _encode(hired, f"hired-{number}", START)
    for number in range(clients):
        named = ClientRegistered(kind="company", name=f"ООО «Клиент {number}»")
        curator = CuratorAssigned(employee=f"E-{number % EMPLOYEES}")
        yield _encode(named, f"client-{number}", START, client=f"C-{number}")
        yield _encode(curator, f"curator-{number}", START, client=f"C-{number}")
    left = count - EMPLOYEES - 2 * clients
    step = timedelta(days=730) / left
    for number in range(left):
        client, employee = chance.randrange(clients), chance.randrange(EMPLOYEES)
        content = _content(chance, number, employee)
        yield _encode(
            content, f"n-{number}", START + number * step, client=f"C-{client}",
            performed_by=f"E-{employee}",
        )  # fmt: skip


def _content(chance: random.Random, number: int, employee: int) -> object:
    kind = chance.random()
    if kind < 0.6:
        outcome = chance.choice(("reached", "no_answer", "busy"))
        return CallLogged(direction="outbound", outcome=outcome, duration_s=number % 900)
    if kind < 0.8:
        return MessageExchanged(direction="inbound", channel="email", text="Добрый день!")
    if kind < 0.9:
        return OfferSent(offer=f"O-{number}", amount=Decimal(number % 10_000), currency="RUB")
    if kind < 0.95:
        return DealOpened(deal=f"D-{number}", holder=f"E-{employee}", title="Поставка")
    if kind < 0.99:
        return DealWon(deal=f"D-{number}", amount=Decimal(number % 10_000), currency="RUB")
    return ClientReassigned(to_employee=f"E-{employee}", reason="workload")


def _encode(content: object, key: str, at: datetime, **envelope: str) -> Encoded:
    return encode(
        Event(
            data=content, source="bench", key=key, recorded_by="bench", occurred_at=at, **envelope
        )
    )
