"""A September of four sellers, one hired and one gone within it, for tests of settlement."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from ledger.envelope import Event
from ledger.events.contacts import CallLogged
from ledger.events.motivation import TargetSet
from ledger.events.ownership import ClientReassigned, CuratorAssigned
from ledger.events.people import EmployeeDeparted, EmployeeHired, EmployeeMoved, OrgUnitDefined
from ledger.events.sales import DealLost, DealOpened, DealWon
from ledger.events.work import TaskAssigned, TaskCompleted

SELLERS = ("E-1", "E-2", "E-3", "E-4")
CLIENTS = 40
PERIOD = "2026-09"
BEGIN = datetime(2026, 9, 1, 6, tzinfo=UTC)


class Story:
    """Events with keys of their own, numbered from 1 on."""

    def __init__(self, source: str) -> None:
        self._source, self._count = source, 0

    def told(self, data: Any, at: str | datetime, **envelope: Any) -> Event:
        self._count += 1
        return Event(
            data=data, source=self._source, key=str(self._count), recorded_by="crm",
            occurred_at=at, **envelope,
        )  # fmt: skip


def september() -> Iterator[Event]:
    """People, targets and work; always the same events."""
    told = Story("story").told
    yield told(OrgUnitDefined(unit="U", name="Юг", kind="team", manager="E-4"), "2025-01-01")
    yield told(OrgUnitDefined(unit="V", name="Запад", kind="team"), "2025-01-01")
    for seller, hired in zip(SELLERS, ("2025-01-01",) * 3 + ("2026-09-16",), strict=True):
        yield told(EmployeeHired(employee=seller, name="Анна", unit="U"), hired)
        target = TargetSet(
            target=f"{PERIOD}/{seller}/won_value", scope="employee", scope_id=seller,
            metric="won_value", period=PERIOD, value=Decimal(7000), currency="RUB",
        )  # fmt: skip
        yield told(target, "2026-08-20")
    yield told(EmployeeMoved(employee="E-2", to_unit="V"), "2026-09-11")
    yield told(EmployeeDeparted(employee="E-3"), "2026-09-20")
    for n in range(CLIENTS):
        yield from _client(n, told)


def _client(n: int, told: Any) -> Iterator[Event]:
    client, owner, now = f"C-{n}", SELLERS[n % 4], BEGIN + timedelta(hours=n * 13)
    more = {"client": client, "performed_by": owner}
    yield told(CuratorAssigned(employee=owner), "2026-08-01", **more)
    outcome = "reached" if n % 3 else "busy"
    yield told(CallLogged(direction="outbound", outcome=outcome), now, **more)  # type: ignore[arg-type]
    yield told(DealOpened(deal=f"D-{n}", holder=owner, currency="RUB"), now, **more)
    due = now + timedelta(days=2)
    yield told(TaskAssigned(task=f"K-{n}", title="ring", assignee=owner, due_at=due), now, **more)
    yield told(TaskCompleted(task=f"K-{n}"), due + timedelta(hours=5 * (n % 5 - 3)), **more)
    end = DealWon(deal=f"D-{n}", amount=Decimal(n * 7919 % 100_000) / 100)
    yield told(end if n % 4 or n % 8 else DealLost(deal=f"D-{n}"), now + timedelta(days=3), **more)


def reassigned(count: int) -> Iterator[Event]:
    """Clients passing from hand to hand, today, and some of them on paper already in September."""
    told = Story("reassigned").told
    for n in range(count):
        data = ClientReassigned(to_employee=SELLERS[(n + 1) % 4], reason="workload")
        at = datetime(2026, 10, 2, tzinfo=UTC) + timedelta(minutes=n)
        yield told(data, at, client=f"C-{n % CLIENTS}")


def late() -> Iterator[Event]:
    """What happened in September and is recorded only after it was settled: E-2 won another."""
    told = Story("late").told
    more = {"client": "C-1", "performed_by": "E-2"}
    yield told(DealOpened(deal="D-late", holder="E-2", currency="RUB"), "2026-09-02", **more)
    won = DealWon(deal="D-late", amount=Decimal(777))
    yield told(won, "2026-09-29T10:00:00+03:00", **more)
