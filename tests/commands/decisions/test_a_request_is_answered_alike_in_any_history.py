"""Programs make requests through `handle`: in any order, each is carried out once."""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commands.decisions.handle import Context, Decision, DecisionModel, Handled, Memory, handle
from commands.decisions.ownership import ownership, reassignment, reservation
from commands.decisions.people import people
from commands.decisions.requests import Request, digest
from ledger.api import Ledger
from ledger.database import Location
from ledger.envelope import Event
from ledger.errors import KeyTaken, Refused
from ledger.events.clients import ClientRegistered
from ledger.events.people import EmployeeDeparted, EmployeeHired
from ledger.log import Query
from tests.surroundings.groups import examples

EMPLOYEES = ("E-1", "E-2")
Decide = Callable[[Any, Context], Decision]
DECISIONS: dict[str, Callable[[str], Decide]] = {
    "reserve": reservation.reserve,
    "assign": reassignment.assign,
    "reassign": lambda to: reassignment.reassign(to, reason="workload", approved_by=None),
    "release": lambda _: reassignment.release(reason="pool", approved_by=None),
}


class Asked(NamedTuple):
    """A request: under which key, what is decided, about which client, for which employee."""

    key: int
    decision: str
    client: int
    employee: str


asked = st.builds(
    Asked, st.integers(0, 3), st.sampled_from([*DECISIONS]), st.integers(1, 2),
    st.sampled_from(EMPLOYEES),
)  # fmt: skip


@pytest.fixture
def book(location: Location) -> Iterator[Ledger]:
    with Ledger(location) as ledger:
        for employee in EMPLOYEES:
            ledger.append(_fact(EmployeeHired(employee=employee, name="Анна"), employee))
        yield ledger


def _fact(data: Any, key: str, client: str | None = None) -> Event:
    return Event(
        data=data, source="hr", key=key, recorded_by="hr", client=client, occurred_at="2026-01-01"
    )


def carried_out(book: Ledger, number: int, request: Asked, memory: Memory | None) -> Handled:
    client = f"C-{number}-{request.client}"
    context = Context(
        "E-9",
        datetime.now(UTC),
        key=f"K-{number}-{request.key}",
        live=True,
        request=Request("iledger", f"K-{number}-{request.key}", digest(request[1:])),
    )
    model = ownership.model(client, request.employee, seller=request.employee)
    decide = DECISIONS[request.decision](request.employee)
    return handle(book, model, context, decide, memory)


_numbers = itertools.count()


@given(st.lists(asked, max_size=14), st.booleans())
@settings(max_examples=examples(30), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_any_order(book: Ledger, history: list[Asked], remembers: bool) -> None:
    number, memory = next(_numbers), Memory() if remembers else None
    for client in (1, 2):
        name = f"C-{number}-{client}"
        book.append(_fact(ClientRegistered(kind="company", name="Ёлка"), name, name))
    answers: dict[int, tuple[Asked, Handled]] = {}
    for request in history:
        before = book.store.head()
        first = answers.get(request.key)
        try:
            found = carried_out(book, number, request, memory)
        except KeyTaken:
            assert first is not None
            assert first[0] != request
            assert book.store.head() == before
            continue
        except Refused:
            assert first is None
            continue
        if first is None:
            answers[request.key] = request, found
            assert book.store.head() > before, "even if it was so already"
            continue
        assert first[0] == request
        assert found.before
        assert [each.data for each in found.events] == [each.data for each in first[1].events]
        assert [each.position for each in found.receipts] == [
            each.position for each in first[1].receipts
        ]
        assert book.store.head() == before


@pytest.mark.parametrize("refused", [False, True])
def test_of_two_at_once_though_each_would_record_something_else(
    book: Ledger, refused: bool
) -> None:
    """Such as an id drawn anew, or a time that depends on the present."""
    request = Request("iledger", "K-rivals", digest("hire"))
    context = Context("E-9", datetime.now(UTC), key=request.key, live=True, request=request)
    model = DecisionModel(Query(), None, lambda *_: None)
    rivals = iter([True])
    answers: list[Handled] = []

    def decide(_: None, context: Context) -> Decision:
        number = next(_numbers)
        answers.extend(handle(book, model, context, decide) for _ in rivals)
        content = EmployeeHired(employee=f"E-new-{number}", name="Анна")
        refusal = Refused("no") if refused and answers else None
        return Decision((context.event(content),), refusal)

    head = book.store.head()
    second = handle(book, model, context, decide)
    assert (answers[0].before, second.before) == (False, True)
    assert [each.data for each in second.events] == [each.data for each in answers[0].events]
    assert [each.position for each in second.receipts] == [head + 1]
    assert book.store.head() == head + 1
    other = context._replace(request=request._replace(asked=digest("fire")))
    with pytest.raises(KeyTaken):
        handle(book, model, other, decide)


def test_each_event_of_a_decision_has_its_own_key(book: Ledger) -> None:
    def both(_: Any, context: Context) -> Decision:
        return Decision(tuple(context.event(EmployeeDeparted(employee=e)) for e in EMPLOYEES))

    context = Context("E-9", datetime.now(UTC), key="K")
    handled = handle(book, people.model(*EMPLOYEES), context, both)
    assert [each.key for each in handled.events] == ["K", "K/2"]
