"""Ids that are one client pass on once, none to its owner; what is reversed at once is all back."""

from contextlib import suppress
from typing import Any

import pytest

from commands.decisions.clients import merging
from commands.decisions.handle import handle
from commands.decisions.ownership import transfer
from commands.decisions.people import people
from ledger.api import Ledger
from ledger.database import Connection, Location
from ledger.errors import Refused
from ledger.events.clients import ClientFactRecorded
from ledger.events.people import EmployeeSkillNoted
from projections.questions.ownership import custody, portfolio, succession
from projections.tables.ownership import transfers
from tests.commands.decisions.batches import (
    company,
    context,
    event,
    now,
    owners,
    passed,
    plan,
    returned,
)


@pytest.mark.parametrize("before", range(4))
def test_what_is_applied_while_it_is_reversed_does_not_stay_behind(
    location: Location, owner: Connection, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    """Somebody goes on applying a batch before each step of its reversal."""
    monkeypatch.setattr(transfer, "CHUNK", 2)
    with Ledger(location) as ledger:
        ledger.append_all(company())
        held = owners(ledger, owner)
        made = plan(ledger, owner, "E-1", to=("E-2",))

        def broken_off(*given_: Any) -> Any:
            handled = handle(*given_)
            if len(handled.events) == 2:
                raise InterruptedError
            return handled

        with pytest.raises(InterruptedError):
            passed(ledger, made, take=broken_off)
        steps: list[bool] = []

        def meddle(*given_: Any) -> Any:
            if len(steps) == before:
                with suppress(Refused):
                    passed(ledger, made)
            steps.append(True)
            return handle(*given_)

        outcome = returned(ledger, made.batch, take=meddle)
        assert outcome.done == (2 if before else 6)
        with pytest.raises(Refused, match="was reversed"):
            passed(ledger, made)
        assert owners(ledger, owner) == held
        (batch,) = transfers.batches(owner, now(ledger, owner))
        assert (batch.state, batch.moved) == ("reversed", batch.restored)


def test_a_merged_client_passes_on_once_and_is_counted_once(
    location: Location, owner: Connection
) -> None:
    with Ledger(location) as ledger:
        ledger.append_all(company())
        for absorbed in ("C-1", "C-2"):
            decide = merging.merge("C-0", absorbed, evidence="INN")
            handle(ledger, merging.model("C-0", absorbed), context(), decide)
        said = event(ClientFactRecorded(field="segment", value="A"), "segment", "C-2")
        able = event(EmployeeSkillNoted(employee="E-2", field="segment", value="A"), "skill")
        ledger.append_all([said, able])
        handle(ledger, people.model("E-1"), context(), people.depart("E-1"))

        made = plan(ledger, owner, "E-1", rule="fact:segment", otherwise="E-3")
        assert [(move.client, move.to) for move in made.moves] == [
            ("C-0", "E-2"), ("C-3", "E-3"), ("C-4", "E-3"), ("C-5", "E-3"),
        ]  # fmt: skip
        assert passed(ledger, made) == (made.batch, 4, 4, (), False)
        (gone,) = portfolio.departures(owner, now(ledger, owner))
        assert [getattr(gone, each) for each in ("clients", "placed", "orphans")] == [4, 4, 0]
        (only, _) = succession.present(owner, now(ledger, owner))
        assert (only.employee, only.clients) == ("E-2", 1)
        assert not custody.breaches(owner, now(ledger, owner))

        # What was separated again was never passed on.
        decide = merging.unmerge("C-0", "C-2", reason="two branches")
        handle(ledger, merging.model("C-0", "C-2"), context(), decide)
        (orphan,) = portfolio.orphans(owner, now(ledger, owner))
        assert orphan.client == "C-2"
        assert [row.clients for row in portfolio.departures(owner, now(ledger, owner))] == [5]
        assert returned(ledger, made.batch).done == 4
        assert {row.client for row in portfolio.orphans(owner, now(ledger, owner))} == {
            "C-0", "C-2", "C-3", "C-4", "C-5",
        }  # fmt: skip


def test_an_employee_who_stays_is_no_successor_of_their_own_clients(
    location: Location, owner: Connection
) -> None:
    with Ledger(location) as ledger:
        said = event(ClientFactRecorded(field="segment", value="A"), "segment", "C-0")
        able = event(EmployeeSkillNoted(employee="E-1", field="segment", value="A"), "skill")
        ledger.append_all([*company(), said, able])
        made = plan(ledger, owner, "E-1", rule="fact:segment", otherwise="E-3")
        assert {move.to for move in made.moves} == {"E-3"}
