"""Who comes second decides on what is then known, at a time after it, unless a time was given."""

import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commands.cli.shell.decision import decided_anew
from commands.decisions.handle import Context, Decision, handle, propose
from commands.decisions.ownership import ownership, reassignment
from ledger.api import Ledger
from ledger.database import Location
from ledger.envelope import Event, Recorded
from ledger.errors import Outdated, Refused
from ledger.events.ownership import ClientReassigned, CuratorAssigned
from ledger.events.people import EmployeeHired
from tests.commands.cli.conftest import MODULE

STAFF = [f"E-{n}" for n in range(1, 8)]
Decide = Callable[[Any, Context], Decision]


@pytest.fixture
def book(location: Location) -> Iterator[Ledger]:
    with Ledger(location) as ledger:
        for employee in STAFF:
            tell(ledger, EmployeeHired(employee=employee, name="Анна"), employee, None)
        tell(ledger, CuratorAssigned(employee="E-1"), "assigned")
        yield ledger


def tell(book: Ledger, data: Any, key: str, client: str | None = "C-1", at: Any = None) -> None:
    fact = Event(
        data=data, source="hr", key=key, recorded_by="hr", client=client,
        occurred_at=at or "2026-01-01",
    )  # fmt: skip
    book.append(fact)


def changes(book: Ledger) -> list[Recorded]:
    return list(book.read(client="C-1", types=["client.reassigned"]))


def outrun(book: Ledger, decide: Decide, at: datetime) -> Decide:
    """The same decision, before whose recording a rival's is recorded."""
    rivals = iter([ClientReassigned(from_employee="E-1", to_employee="E-3", reason="workload")])

    def decided(state: Any, context: Context) -> Decision:
        decision = decide(state, context)
        for rival in rivals:
            tell(book, rival, "rival", at=at)
        return decision

    return decided


def reassign(to: str, at: datetime | None = None) -> Decide:
    return reassignment.reassign(to, reason="workload", approved_by=None, effective_at=at)


@pytest.mark.parametrize("ahead", [0, 200])
def test_its_time_moves_behind_what_it_lost_to(book: Ledger, ahead: int) -> None:
    """Even if that happened by a clock that is ahead."""
    now = datetime.now(UTC)
    rival = now + timedelta(seconds=ahead)
    context = Context("E-9", now - timedelta(hours=1), live=True)
    decide = outrun(book, reassign("E-2"), rival)
    handle(book, ownership.model("C-1", "E-2"), context, decide)
    first, second = changes(book)
    assert second.occurred_at is not None
    assert second.occurred_at >= rival
    assert (first.data.to_employee, second.data.from_employee) == ("E-3", "E-3")
    assert propose(book, ownership.model("C-1", "E-4"), context, reassign("E-4")).events


def test_a_time_that_was_given_stays(book: Ledger) -> None:
    now = datetime.now(UTC)
    early, late = now - timedelta(hours=1), now + timedelta(days=1)
    model = ownership.model("C-1", "E-2")
    with pytest.raises(Refused, match="would come before it"):
        handle(book, model, Context("E-9", early), outrun(book, reassign("E-2"), now))
    context = Context("E-9", early, live=True)
    handled = handle(book, model, context, reassign("E-2", at=late))
    assert handled.events[0].data.effective_at == late


def test_of_many_processes_none_is_refused_for_coming_second(
    book: Ledger, location: Location, settings: dict[str, str]
) -> None:
    given = ("client", "reassign", "C-1", "--reason", "workload", "--to")
    running = [
        subprocess.Popen([*MODULE, *given, to], env=settings, stdout=-1, stderr=-1)
        for to in STAFF[1:]
    ]
    told = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0] * 6, told
    found = changes(book)
    times = [each.occurred_at for each in found]
    assert times == sorted(times, key=str)
    assert [each.data.from_employee for each in found] == [
        "E-1", *(each.data.to_employee for each in found[:-1])
    ]  # fmt: skip


def test_what_a_decision_was_computed_from_is_computed_anew() -> None:
    tries = iter([Outdated("corrected meanwhile"), Outdated("and again"), None])

    def attempt() -> str:
        if error := next(tries):
            raise error
        return "decided"

    assert decided_anew(attempt) == "decided"
