"""After any transfers and reversals: every client has one owner, or is in the pool or an orphan."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commands.decisions.handle import Context, handle, propose
from commands.decisions.ownership import ownership, reassignment
from commands.decisions.people import people
from ledger.api import Ledger
from ledger.database import Connection, Location
from ledger.errors import NotFound, Refused
from ledger.events.ownership import CuratorAssigned
from projections.questions.ownership import portfolio
from projections.tables.ownership import ownership as reported
from projections.tables.ownership import transfers
from tests.commands.decisions.batches import (
    CLIENTS,
    EMPLOYEES,
    Owners,
    company,
    context,
    event,
    now,
    owners,
    passed,
    plan,
    returned,
)
from tests.ledger.store.samples import slip_in
from tests.projections.ledgers import ledger_of
from tests.projections.stories import broken
from tests.surroundings.groups import examples


class Run:
    """A ledger, and beside it a plain account of whose each client must be."""

    def __init__(self, ledger: Ledger, connection: Connection) -> None:
        self.ledger, self.connection = ledger, connection
        self.owner: Owners = dict.fromkeys(CLIENTS, "E-1") | {CLIENTS[-1]: None}
        self.by: dict[str, str] = {}  # client: the batch by which its owner has it
        self.batches: list[tuple[str, str]] = []
        self.gone: set[str] = set()

    def transfer(self, employee: str, rule: str) -> None:
        to = tuple(each for each in EMPLOYEES if each != employee and each not in self.gone)
        if not to:
            return
        made = plan(self.ledger, self.connection, employee, rule=rule, to=to)
        outcome = passed(self.ledger, made)
        assert not outcome.left
        # The same clients may be planned again at the same position; then it is the same batch.
        if not outcome.before:
            self.batches.append((made.batch, employee))
            self.owner |= {move.client: move.to for move in made.moves}
            self.by |= {move.client: made.batch for move in made.moves}

    def reverse(self, which: int) -> None:
        if not self.batches:
            return
        batch, employee = self.batches[which % len(self.batches)]
        outcome = returned(self.ledger, batch)
        back = [client for client, by in self.by.items() if by == batch]
        if not outcome.before:
            assert outcome.done == len(back)
            self.owner |= dict.fromkeys(back, employee)
            self.by |= dict.fromkeys(back, "gone back")

    def release(self, client: str) -> None:
        decide = reassignment.release(reason="pool", approved_by="E-boss")
        handle(self.ledger, ownership.model(client), context(), decide)
        self.owner[client] = None
        self.by.pop(client, None)

    def depart(self, employee: str) -> None:
        if employee not in self.gone:
            handle(self.ledger, people.model(employee), context(), people.depart(employee))
            self.gone.add(employee)


STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("transfer"), st.sampled_from(EMPLOYEES),
            st.sampled_from(("least-loaded", "round-robin")),
        ),
        st.tuples(st.just("reverse"), st.integers(0, 3)),
        st.tuples(st.just("release"), st.sampled_from(CLIENTS)),
        st.tuples(st.just("depart"), st.sampled_from(EMPLOYEES[:2])),
    ),
    max_size=8,
)  # fmt: skip


@settings(max_examples=examples(), suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_after_any_transfers_and_reversals(embedded_dsn: str, steps: list[Any]) -> None:
    with ledger_of(embedded_dsn, company()) as (location, connection), Ledger(location) as ledger:
        run = Run(ledger, connection)
        for name, *arguments in steps:
            getattr(run, name)(*arguments)
        assert owners(ledger, connection) == run.owner
        view = now(ledger, connection)
        orphans = sorted(row.client for row in portfolio.orphans(connection, view))
        assert orphans == sorted(c for c, owner in run.owner.items() if owner in run.gone)
        told = portfolio.departures(connection, view)
        assert sorted(row.employee for row in told) == sorted(run.gone)
        assert all(row.clients == row.placed + row.pool + row.orphans for row in told)
        assert sum(row.orphans for row in told) == len(orphans)


def test_apply_and_reverse_leave_the_owners_as_before_and_both_in_the_history(
    location: Location, owner: Connection
) -> None:
    with Ledger(location) as ledger:
        ledger.append_all(company(barred=[("C-0", "E-2")]))
        before = owners(ledger, owner)
        handle(ledger, people.model("E-1"), context(), people.depart("E-1"))
        made = plan(ledger, owner, "E-1", rule="round-robin", to=("E-2", "E-3"))
        assert made == plan(ledger, owner, "E-1", rule="round-robin", to=("E-2", "E-3"))
        assert [move.to for move in made.moves[:2]] == ["E-3", "E-2"]
        tried = passed(ledger, made, take=propose)
        assert tried == (made.batch, 6, 6, (), False)
        assert owners(ledger, owner) == before
        assert passed(ledger, made) == tried
        assert not portfolio.orphans(owner, now(ledger, owner))
        assert passed(ledger, made) == (made.batch, 6, 6, (), True)
        decide = reassignment.reassign("E-3", reason="workload", approved_by="E-boss")
        (since,) = handle(ledger, ownership.model("C-1", "E-3"), context(), decide).receipts
        ((kept, why),) = returned(ledger, made.batch).left
        assert kept == "C-1"
        assert why == f"has changed since, by client.reassigned (position {since.position})"
        assert owners(ledger, owner) == before | {"C-1": "E-3"}
        found = reported.history(owner, now(ledger, owner), "C-2")
        assert [(row.change, row.reason, row.to_employee) for row in found] == [
            ("assigned", None, "E-1"),
            ("reassigned", "departure", "E-3"),
            ("reassigned", "batch_reversed", "E-1"),
        ]
        (batch,) = transfers.batches(owner, now(ledger, owner))
        figures = ("state", "planned", "moved", "skipped", "restored", "kept")
        assert [getattr(batch, each) for each in figures] == ["reversed", 6, 6, 0, 5, 1]


@pytest.mark.parametrize("step", [passed, returned])
def test_two_at_once_do_it_once(location: Location, owner: Connection, step: Any) -> None:
    many = [f"C-{number:04}" for number in range(1_201)]
    with Ledger(location) as ledger:
        ledger.append_all(company(many))
        made = plan(ledger, owner, "E-1", to=("E-2", "E-3"))
        if step is returned:
            passed(ledger, made)
        given_ = made if step is passed else made.batch
        before = ledger.store.head()
        with ThreadPoolExecutor(3) as pool:
            outcomes = list(pool.map(lambda _: step(ledger, given_), range(3)))
        assert {(outcome.done, outcome.left) for outcome in outcomes} == {(1_200, ())}
        assert ledger.store.head() == before + 1_200 + 2


def test_others_decide_about_the_same_clients_meanwhile(
    location: Location, owner: Connection
) -> None:
    """What is decided between the reading and the recording of a chunk is respected."""
    with Ledger(location) as ledger:
        ledger.append_all(company())
        made = plan(ledger, owner, "E-1", to=("E-2",))
        meddled: list[str] = []

        def meddle(*given_: Any) -> Any:
            ledger_, model, when, decide = given_

            def slowly(state: Any, at: Context) -> Any:
                if state.clients and not meddled:
                    meddled.append(made.batch)
                    release = reassignment.release(reason="pool", approved_by="E-boss")
                    handle(ledger, ownership.model("C-3"), context(), release)
                return decide(state, at)

            return handle(ledger_, model, when, slowly)

        outcome = passed(ledger, made, take=meddle)
        assert (outcome.done, [client for client, _ in outcome.left]) == (5, ["C-3"])
        assert owners(ledger, owner)["C-3"] is None
        (batch,) = transfers.batches(owner, now(ledger, owner))
        assert (batch.moved, batch.skipped, batch.state) == (5, 1, "complete")


@pytest.mark.parametrize("step", [passed, returned])
def test_a_client_of_whom_something_is_not_understood_stays_alone(
    location: Location, owner: Connection, step: Any
) -> None:
    with Ledger(location) as ledger:
        ledger.append_all(company())
        made = plan(ledger, owner, "E-1", to=("E-2",))
        if step is returned:
            passed(ledger, made)
        slip_in(owner, [broken(event(CuratorAssigned(employee="E-3"), "new", "C-3"), version=7)])
        position = ledger.store.head()
        outcome = step(ledger, made if step is passed else made.batch)
        ((client, why),) = outcome.left
        assert (client, outcome.done) == ("C-3", 5)
        assert f"position {position}, curator.assigned" in why
        found = owners(ledger, owner)
        kept, gone = ("E-1", "E-2") if step is passed else ("E-2", "E-1")
        assert found == dict.fromkeys(CLIENTS[:-1], gone) | {"C-3": kept, CLIENTS[-1]: None}
        (batch,) = transfers.batches(owner, now(ledger, owner))
        assert 1 in (batch.skipped, batch.kept)


def test_what_is_refused(location: Location, owner: Connection) -> None:
    with Ledger(location) as ledger:
        ledger.append_all(company())
        handle(ledger, people.model("E-3"), context(), people.depart("E-3"))
        for kind, said, employee, wanted in (
            (NotFound, "E-9", "E-9", {"to": ("E-2",)}),
            (NotFound, "E-9", "E-1", {"to": ("E-9",)}),
            (NotFound, "E-9", "E-1", {"to": ("E-2",), "otherwise": "E-9"}),
            (Refused, "has left", "E-1", {"to": ("E-3",)}),
            (Refused, "name another employee", "E-1", {"to": ("E-1",)}),
            (Refused, "the unit of E-1 is not known", "E-1", {"rule": "same-unit"}),
        ):
            with pytest.raises(kind, match=said):
                plan(ledger, owner, employee, **wanted)
        made = plan(ledger, owner, "E-1", to=("E-2",))
        handle(ledger, people.model("E-2"), context(), people.depart("E-2"))
        with pytest.raises(Refused, match="E-2 left"):
            passed(ledger, made)
        with pytest.raises(NotFound, match="no batch 'T-9'"):
            returned(ledger, "T-9")
