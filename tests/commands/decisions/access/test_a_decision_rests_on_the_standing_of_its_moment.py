"""A program remembers who may; what others publish meanwhile counts for its very next decision."""

from datetime import UTC, datetime
from typing import Any

import pytest

from commands.decisions.handle import Context, Memory, handle, propose
from commands.decisions.ownership import ownership, reassignment, reservation
from ledger.api import Ledger
from ledger.database import Location
from ledger.envelope import Event
from ledger.errors import Refused
from ledger.events.access import AccessPolicyPublished, Mode
from ledger.events.clients import ClientRegistered
from ledger.events.people import EmployeeHired
from ledger.events.sales import OfferSent


def fact(data: Any, key: str, client: str | None = None) -> Event:
    return Event(data=data, client=client, source="hr", key=key, recorded_by="hr",
                 occurred_at="2026-01-01")  # fmt: skip


def company(ledger: Ledger) -> None:
    for each in ("E-1", "E-2"):
        ledger.append(fact(EmployeeHired(employee=each, name="Анна"), each))
    ledger.append(fact(ClientRegistered(kind="company", name="Ёлка"), "C-1", "C-1"))


def publish(location: Location, mode: Mode, version: int) -> None:
    """As another program, which has nothing to do with the one that decides."""
    with Ledger(location) as other:
        policy = AccessPolicyPublished(version=version, mode=mode)
        other.append(fact(policy, f"policy {version}"))


def by_chief(key: str) -> Context:
    return Context("E-2", datetime.now(UTC), performed_by="E-2", key=key, live=True)


def types(ledger: Ledger) -> list[str]:
    return [each.type for each in ledger.read(after=3)]


def test_a_policy_published_meanwhile_counts_for_the_next_decision(location: Location) -> None:
    model = ownership.model("C-1", "E-1")
    with Ledger(location) as ledger:
        company(ledger)
        # Given a program that has decided while everybody might
        assert handle(ledger, model, by_chief("one"), reassignment.assign("E-1")).events
        # When another enforces a policy, then its next decision is refused, and that is on record
        publish(location, "enforce", 1)
        release = reassignment.release(reason="idle", approved_by=None)
        with pytest.raises(Refused, match="not linked to an employee"):
            handle(ledger, model, by_chief("two"), release)
        with pytest.raises(Refused, match="not linked to an employee"):
            propose(ledger, model, by_chief("two"), release)
        # When it only records breaches, then it passes, and the breach with it
        publish(location, "record", 2)
        handled = handle(ledger, model, by_chief("three"), release)
        assert [type(each.data).__name__ for each in handled.events] == ["ClientReleased"]
        assert types(ledger) == [
            "curator.assigned", "access_policy.published", "access.refused",
            "access_policy.published", "client.released", "access.breached",
        ]  # fmt: skip
        # When it is opened, all is as before
        publish(location, "open", 3)
        handle(ledger, model, by_chief("four"), reassignment.assign("E-1"))
        assert types(ledger)[-1] == "curator.assigned"


def test_so_it_does_for_one_that_decides_on_an_assumption(location: Location) -> None:
    memory = Memory()

    def offer(number: int) -> Event:
        return Event(
            data=OfferSent(offer=f"O-{number}"), client=f"C-{number}", performed_by="E-1",
            source="crm", key=f"offer {number}", recorded_by="crm", occurred_at=datetime.now(UTC),
        )  # fmt: skip

    with Ledger(location) as ledger:
        company(ledger)
        for number in (2, 3):
            reservation.record_approach(ledger, offer(number), memory)
        publish(location, "enforce", 1)
        with pytest.raises(Refused, match="not linked to an employee"):
            reservation.record_approach(ledger, offer(4), memory)
        assert types(ledger)[-1] == "access.refused"
