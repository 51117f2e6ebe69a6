"""A plain large ledger: any number of events about any number of clients, the same every time."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from ledger.codec import encode
from ledger.envelope import Encoded, Event
from ledger.events.clients import (
    ClientFactConfirmed,
    ClientFactRecorded,
    ClientFactRetracted,
    ClientRegistered,
)
from ledger.events.contacts import (
    CallLogged,
    CallMissed,
    InquiryReceived,
    MeetingHeld,
    MessageExchanged,
    SatisfactionRecorded,
)
from ledger.events.ownership import ClientReassigned, ClientReleased, CuratorAssigned
from ledger.events.people import EmployeeDeparted, EmployeeHired
from ledger.events.sales import (
    DealLost,
    DealOpened,
    DealStageEntered,
    DealWon,
    OfferSent,
    PurchaseRecorded,
)
from ledger.events.service import CaseOpened, CaseReopened, CaseResolved
from ledger.events.work import BusinessCalendarPublished, TaskAssigned, TaskCompleted, Workday

START = datetime(2024, 1, 1, tzinfo=UTC)
EMPLOYEES = 500
CALENDAR = "office"
ZONE = "Europe/Moscow"
_FIELDS = ("phone", "site", "director", "warehouse", "budget")


def call(key: str, client: int = 7, employee: int = 7) -> Encoded:
    """One telephone call, as a telephone exchange records it."""
    return _encode(
        CallLogged(direction="outbound", outcome="reached", duration_s=184),
        key,
        START,
        client=f"C-{client}",
        performed_by=f"E-{employee}",
    )


def calls(name: str, count: int) -> list[Encoded]:
    """So many calls, whose keys begin with this name."""
    return [call(f"{name}-{nth}", nth * 7919 % 1_000, nth % 20) for nth in range(count)]


def events(count: int, clients: int) -> Iterator[Encoded]:
    """People and clients first, then all kinds of contacts and work over two years."""
    chance = random.Random(2026)
    week = tuple(Workday(weekday=day, shifts=("09:00-18:00",)) for day in range(1, 6))
    calendar = BusinessCalendarPublished(
        calendar=CALENDAR,
        zone=ZONE,
        first_day=date(2023, 12, 1),
        last_day=date(2026, 12, 31),
        week=week,
    )
    yield _encode(calendar, "calendar", START)
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
    left = count - 1 - EMPLOYEES - 2 * clients
    step = timedelta(days=730) / left
    work = _Work(chance)
    for number in range(left):
        client, employee = chance.randrange(clients), chance.randrange(EMPLOYEES)
        at = START + number * step
        content, client = work.next(number, at, client, employee)
        yield _encode(
            content, f"n-{number}", at, client=f"C-{client}", performed_by=f"E-{employee}"
        )


class _Work:
    """What happens from day to day; what was begun (deals, tasks, cases) is ended later."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._begun: dict[str, list[tuple[int, int]]] = {}
        self._kinds: dict[Callable[..., Any], float] = {
            self._call: 40,
            self._message: 18,
            self._contact: 12,
            self._offer: 7,
            self._deal: 6,
            self._task: 6,
            self._case: 4,
            self._purchase: 2,
            self._fact: 4,
            self._passing: 1,
        }

    def next(self, number: int, at: datetime, client: int, employee: int) -> tuple[Any, int]:
        """What happens as the event of this number, and with which client."""
        (kind,) = self._chance.choices(list(self._kinds), list(self._kinds.values()))
        found = kind(number, at, client, employee)
        return found if isinstance(found, tuple) else (found, client)

    def _goes_on(self, what: str, number: int, client: int, share: float) -> tuple[str, int] | None:
        """One that was begun, or None (then one of this number begins)."""
        begun = self._begun.setdefault(what, [])
        if begun and self._chance.random() < share:
            place = self._chance.randrange(len(begun))
            begun[place], begun[-1] = begun[-1], begun[place]
            found, its_client = begun.pop()
            return f"{what}-{found}", its_client
        begun.append((number, client))
        return None

    def _call(self, number: int, *_: Any) -> object:
        outcome = self._chance.choice(("reached", "no_answer", "busy"))
        return CallLogged(direction="outbound", outcome=outcome, duration_s=number % 900)

    def _message(self, number: int, *_: Any) -> object:
        way = self._chance.choice(("inbound", "inbound", "outbound"))
        return MessageExchanged(direction=way, channel="email", text="Добрый день!")

    def _contact(self, number: int, *_: Any) -> object:
        kind = self._chance.random()
        if kind < 0.4:
            return InquiryReceived(inquiry=f"I-{number}", channel="web")
        if kind < 0.7:
            return CallMissed()
        if kind < 0.85:
            return MeetingHeld(meeting=f"M-{number}")
        instrument = self._chance.choice(("csat", "ces", "nps"))
        return SatisfactionRecorded(instrument=instrument, score=self._chance.randrange(11))

    def _offer(self, number: int, *_: Any) -> object:
        return OfferSent(offer=f"O-{number}", amount=Decimal(number % 10_000), currency="RUB")

    def _deal(self, number: int, _at: datetime, client: int, employee: int) -> object:
        known = self._goes_on("D", number, client, 0.48)
        if known is None:
            return DealOpened(deal=f"D-{number}", holder=f"E-{employee}", title="Поставка")
        deal, client = known
        way = self._chance.random()
        if way < 0.3:
            self._begun["D"].append((int(deal[2:]), client))
            return DealStageEntered(
                deal=deal, stage=self._chance.choice(("offer", "terms"))
            ), client
        amount = Decimal(number % 10_000)
        won = DealWon(deal=deal, amount=amount, currency="RUB")
        return (won if way < 0.7 else DealLost(deal=deal, reason="price")), client

    def _task(self, number: int, at: datetime, client: int, employee: int) -> object:
        known = self._goes_on("T", number, client, 0.47)
        if known is None:
            due = at + timedelta(days=self._chance.randrange(1, 30))
            return TaskAssigned(
                task=f"T-{number}", title="Позвонить", assignee=f"E-{employee}", due_at=due
            )
        return TaskCompleted(task=known[0]), known[1]

    def _case(self, number: int, _at: datetime, client: int, _employee: int) -> object:
        known = self._goes_on("S", number, client, 0.48)
        if known is None:
            return CaseOpened(case=f"S-{number}", kind="claim")
        case, client = known
        again = self._goes_on("R", int(case[2:]), client, 0.1)
        if again is None:
            return CaseResolved(case=case), client
        return CaseReopened(case=f"S-{again[0][2:]}"), again[1]

    def _purchase(self, number: int, *_: Any) -> object:
        amount = Decimal(number % 10_000)
        return PurchaseRecorded(purchase=f"P-{number}", amount=amount, currency="RUB")

    def _fact(self, number: int, *_: Any) -> object:
        field, way = self._chance.choice(_FIELDS), self._chance.random()
        if way < 0.75:
            return ClientFactRecorded(field=field, value=str(number % 1_000))
        if way < 0.95:
            return ClientFactConfirmed(fields=(field,), method="call")
        return ClientFactRetracted(field=field, reason="wrong")

    def _passing(self, number: int, _at: datetime, _client: int, employee: int) -> object:
        way = self._chance.random()
        if way < 0.9:
            return ClientReassigned(to_employee=f"E-{employee}", reason="workload")
        if way < 0.995:
            return ClientReleased(reason="no answer")
        return EmployeeDeparted(employee=f"E-{employee}")


def _encode(content: object, key: str, at: datetime, **envelope: str) -> Encoded:
    return encode(
        Event(
            data=content, source="bench", key=key, recorded_by="bench", occurred_at=at, **envelope
        )
    )
