"""A small company in a ledger whose clients pass on in batches, for tests of transfers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from commands.decisions.handle import Context
from commands.decisions.ownership import transfer
from commands.decisions.ownership.transfer_plan import Plan
from commands.decisions.ownership.transfer_rules import Wanted, draw_up
from ledger.api import Ledger
from ledger.database import Connection
from ledger.envelope import Event
from ledger.events.clients import ClientRegistered
from ledger.events.ownership import ContactBarred, CuratorAssigned
from ledger.events.people import EmployeeHired
from projections.engine.catch_up import catch_up
from projections.questions.ownership import portfolio
from projections.view import View

EMPLOYEES = ("E-1", "E-2", "E-3")
CLIENTS = tuple(f"C-{number}" for number in range(7))
Owners = dict[str, str | None]


def event(data: Any, key: str, client: str | None = None) -> Event:
    return Event(
        data=data, client=client, key=key, source="test", recorded_by="hr",
        occurred_at="2026-01-10T09:00:00Z",
    )  # fmt: skip


def company(
    clients: Sequence[str] = CLIENTS, barred: Sequence[tuple[str, str]] = ()
) -> list[Event]:
    """Three employees; all clients are the first one's, but for the last client, which is free."""
    return [
        *(event(EmployeeHired(employee=each, name=each), f"hire-{each}") for each in EMPLOYEES),
        *(event(ClientRegistered(kind="company", name=c), f"client-{c}", c) for c in clients),
        *(event(CuratorAssigned(employee="E-1"), f"owner-{c}", c) for c in clients[:-1]),
        *(
            event(ContactBarred(employee=employee, reason="quarrel"), f"bar-{n}", client)
            for n, (client, employee) in enumerate(barred)
        ),
    ]


def context() -> Context:
    return Context("E-boss", datetime.now(UTC))


def now(ledger: Ledger, connection: Connection) -> View:
    return View(catch_up(connection, ledger.location).position, datetime.now(UTC))


def plan(ledger: Ledger, connection: Connection, employee: str, **wanted: Any) -> Plan:
    wishes = Wanted(**({"rule": "least-loaded"} | wanted))
    return draw_up(connection, now(ledger, connection), employee, wishes).plan


def passed(ledger: Ledger, plan: Plan, **how: Any) -> transfer.Outcome:
    return transfer.apply(ledger, plan, context(), approved_by="E-boss", **how)


def returned(ledger: Ledger, batch: str, **how: Any) -> transfer.Outcome:
    return transfer.reverse(ledger, batch, context(), reason="x", approved_by="E-boss", **how)


def owners(ledger: Ledger, connection: Connection) -> Owners:
    view = now(ledger, connection)
    found = portfolio.clients(connection, view)
    assert len({row.client for row in found}) == len(found)
    return {row.client: row.owner for row in found}
