"""A decision may be taken on what is remembered; what has changed since is noticed all the same."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from commands.decisions.handle import Context, Decision, Memory, handle, read
from commands.decisions.ownership import ownership
from commands.decisions.ownership.ownership import Ownership
from commands.decisions.ownership.reservation import record_approach
from commands.decisions.people import people
from ledger import codec
from ledger.api import Ledger
from ledger.database import Location
from ledger.envelope import Event
from ledger.errors import ClientTaken, ConditionFailed, LedgerError, Refused
from ledger.events.corrections import EventAnnulled
from ledger.events.ownership import ClientReleased, ReservationPolicyPublished
from ledger.events.people import EmployeeDeparted, EmployeeHired
from ledger.events.sales import OfferSent


@pytest.fixture
def ledger(any_location: Location) -> Iterator[Ledger]:
    with Ledger(any_location) as ledger:
        for seller in ("E-1", "E-2"):
            _record(ledger, EmployeeHired(employee=seller, name="Анна"), seller)
        yield ledger


def _record(ledger: Ledger, data: object, key: str) -> str:
    event = Event(data=data, source="hr", key=key, recorded_by="hr", occurred_at="2026-01-01")
    return str(ledger.append(event).event_id)


def offer(seller: str, client: str) -> Event:
    return Event(
        data=OfferSent(offer=f"O-{seller}-{client}"), source="crm", key=f"{seller}-{client}",
        recorded_by="crm", occurred_at=datetime.now(UTC), client=client, performed_by=seller,
    )  # fmt: skip


def types_of(ledger: Ledger, client: str) -> list[str]:
    return [event.type for event in ledger.read(client=client)]


def test_a_client_thought_free_that_is_not_is_refused_and_recorded(ledger: Ledger) -> None:
    memories = {seller: Memory() for seller in ("E-1", "E-2")}
    for seller, memory in memories.items():
        record_approach(ledger, offer(seller, f"C-of-{seller}"), memory)
    record_approach(ledger, offer("E-1", "C-1"), memories["E-1"])
    with pytest.raises(ClientTaken):
        record_approach(ledger, offer("E-2", "C-1"), memories["E-2"])
    assert types_of(ledger, "C-1") == ["offer.sent", "client.reserved", "approach.blocked"]


def test_what_is_remembered_of_people_and_policies_is_checked(ledger: Ledger) -> None:
    memory = Memory()
    record_approach(ledger, offer("E-1", "C-1"), memory)
    policy = _record(ledger, ReservationPolicyPublished(version=1, clients_per_seller=1), "policy")
    with pytest.raises(LedgerError, match="the limit of the policy"):
        record_approach(ledger, offer("E-1", "C-2"), memory)
    annulment = EventAnnulled(
        event=policy, annulled_type="reservation_policy.published", reason="mistake"
    )
    _record(ledger, annulment, "annulled")
    record_approach(ledger, offer("E-1", "C-3"), memory)
    _record(ledger, EmployeeDeparted(employee="E-1"), "departed")
    with pytest.raises(LedgerError, match="E-1"):
        record_approach(ledger, offer("E-1", "C-4"), memory)
    assert types_of(ledger, "C-3") == ["offer.sent", "client.reserved"]
    assert types_of(ledger, "C-4") == []


def test_who_is_hired_after_he_was_remembered_as_unknown_may_approach(ledger: Ledger) -> None:
    memory = Memory()
    with pytest.raises(LedgerError, match="no employee 'E-50'"):
        record_approach(ledger, offer("E-50", "C-1"), memory)
    _record(ledger, EmployeeHired(employee="E-50", name="Олег"), "E-50")
    record_approach(ledger, offer("E-50", "C-2"), memory)
    assert types_of(ledger, "C-2") == ["offer.sent", "client.reserved"]


def test_what_is_not_understood_stops_whom_it_concerns(ledger: Ledger) -> None:
    memory = Memory()
    record_approach(ledger, offer("E-1", "C-1"), memory)
    _newer(ledger, EmployeeHired(employee="E-50", name="Олег"), "E-50")
    for client in ("C-2", "C-3"):
        record_approach(ledger, offer("E-1", client), memory)
    _newer(ledger, EmployeeDeparted(employee="E-2"), "E-2 leaves")
    record_approach(ledger, offer("E-1", "C-4"), memory)
    with pytest.raises(Refused, match=r"employee\.departed, which this program does not underst"):
        record_approach(ledger, offer("E-2", "C-5"), memory)
    _newer(ledger, ReservationPolicyPublished(version=1), "policy")
    with pytest.raises(Refused, match=r"reservation_policy\.published, which this program does"):
        record_approach(ledger, offer("E-1", "C-6"), memory)
    assert types_of(ledger, "C-5") == types_of(ledger, "C-6") == []


def _newer(ledger: Ledger, data: object, key: str) -> None:
    event = Event(data=data, source="hr", key=key, recorded_by="hr", occurred_at="2026-01-01")
    encoded = codec.encode(event)
    newer = encoded.body.replace(b'"version":1', b'"version":9')
    ledger.store.record([encoded._replace(body=newer)])


def test_nothing_is_decided_on_an_assumption_alone(ledger: Ledger) -> None:
    def release(state: Ownership, context: Context) -> Decision:
        changes = [context.event(ClientReleased(reason="pool"), "C-1") for _ in state.changes]
        return Decision(tuple(changes))

    memory = Memory()
    record_approach(ledger, offer("E-1", "C-1"), memory)
    model, context = ownership.model("C-1", "E-1", seller="E-1"), Context("E-1", datetime.now(UTC))
    assert len(handle(ledger, model, context, release, memory).events) == 1


def test_asking_for_nothing_changed_moves_the_memory_on(ledger: Ledger) -> None:
    memory = Memory()
    for number in range(60):
        record_approach(ledger, offer("E-1", f"C-{number}"), memory)
    _record(ledger, ReservationPolicyPublished(version=1, clients_per_seller=60), "policy")
    with pytest.raises(LedgerError, match="the limit of the policy"):
        record_approach(ledger, offer("E-1", "C-last"), memory)


def test_an_annulment_of_what_was_read_is_noticed(ledger: Ledger) -> None:
    hired = _record(ledger, EmployeeHired(employee="E-3", name="Анна"), "E-3")
    _, condition = read(ledger, people.model("E-3"), Memory())
    annulment = EventAnnulled(event=hired, annulled_type="employee.hired", reason="mistake")
    _record(ledger, annulment, "annulled")
    with pytest.raises(ConditionFailed):
        ledger.append_all([offer("E-3", "C-1")], condition)
