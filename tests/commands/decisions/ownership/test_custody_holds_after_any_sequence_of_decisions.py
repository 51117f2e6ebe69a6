"""Whatever is decided, in whatever order, every client has one owner or none at any moment."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commands.decisions.handle import Context, handle
from commands.decisions.ownership import ownership, reassignment, reservation
from ledger.api import Ledger
from ledger.errors import Refused
from ledger.events.clients import ClientRegistered
from ledger.events.contacts import CallLogged
from ledger.events.ownership import ReservationPolicyPublished
from ledger.events.people import EmployeeDeparted, EmployeeHired
from ledger.events.sales import OfferSent
from projections.engine.catch_up import catch_up
from projections.questions.ownership import custody
from tests.projections.ledgers import ledger_of, view
from tests.projections.stories import told
from tests.surroundings.groups import examples

BEGIN = datetime(2026, 1, 10, tzinfo=UTC)
CLIENTS, SELLERS = ("C-1", "C-2"), ("E-1", "E-2", "E-3")
START = [
    told(ReservationPolicyPublished(version=1, days=3, former_owner_days=2), "2026-01-01"),
    *(told(EmployeeHired(employee=each, name=each), "2026-01-01") for each in SELLERS),
    *(
        told(ClientRegistered(kind="company", name=each), "2026-01-01", client=each)
        for each in CLIENTS
    ),
]


class Step(NamedTuple):
    """Something that is tried, so many hours after what was tried before."""

    what: str
    client: str
    employee: str
    hours: int
    ahead: int


def _approach(ledger: Ledger, step: Step, context: Context) -> None:
    offer = told(
        OfferSent(offer=f"O-{context.key}"), context.at.isoformat(), client=step.client,
        performed_by=step.employee,
    )  # fmt: skip
    model = ownership.model(step.client, step.employee, seller=step.employee)
    context = context._replace(performed_by=step.employee, source=offer.source, key=offer.key)
    handle(ledger, model, context, reservation.approach(offer, step.employee))


def _reserve(ledger: Ledger, step: Step, context: Context) -> None:
    model = ownership.model(step.client, step.employee, seller=step.employee)
    handle(ledger, model, context, reservation.reserve(step.employee))


def _expire(ledger: Ledger, step: Step, context: Context) -> None:
    handle(ledger, ownership.renewable(step.client), context, reservation.expire())


def _call(ledger: Ledger, step: Step, context: Context) -> None:
    call = CallLogged(direction="outbound", outcome="reached")
    event = told(call, context.at.isoformat(), client=step.client, performed_by=step.employee)
    ledger.append(event)


def _depart(ledger: Ledger, step: Step, context: Context) -> None:
    ledger.append(told(EmployeeDeparted(employee=step.employee), context.at.isoformat()))


def _curate(ledger: Ledger, step: Step, context: Context) -> None:
    effective = context.at + timedelta(hours=step.ahead) if step.ahead else None
    decide = {
        "assign": reassignment.assign(step.employee, effective_at=effective),
        "reassign": reassignment.reassign(
            step.employee, reason="workload", approved_by=None, effective_at=effective
        ),
        "release": reassignment.release(reason="x", approved_by=None, effective_at=effective),
        "bar": reassignment.bar(step.employee, reason="quarrel"),
    }[step.what]
    handle(ledger, ownership.model(step.client, step.employee), context, decide)


DO: dict[str, Callable[[Ledger, Step, Context], Any]] = {
    "approach": _approach, "reserve": _reserve, "expire": _expire, "call": _call,
    "depart": _depart, "assign": _curate, "reassign": _curate, "release": _curate, "bar": _curate,
}  # fmt: skip
STEPS = st.builds(
    Step,
    # Departures are drawn less often, for soon nobody would be left to decide about.
    st.sampled_from([*DO] * 3).filter(lambda what: what != "depart") | st.sampled_from([*DO]),
    st.sampled_from(CLIENTS),
    st.sampled_from(SELLERS),
    st.sampled_from((0, 1, 30, 100)),
    st.sampled_from((0, 0, 0, 50)),
)


def taken(ledger: Ledger, steps: list[Step]) -> tuple[list[int], datetime]:
    """How many events each step recorded, -1 if it was refused; and when the last was taken."""
    at, recorded = BEGIN, []
    for n, step in enumerate(steps):
        at += timedelta(hours=step.hours)
        before = ledger.store.head()
        try:
            DO[step.what](ledger, step, Context("E-0", at, key=f"step-{n}"))
            recorded.append(ledger.store.head() - before)
        except Refused:
            recorded.append(-1)
    return recorded, at


@settings(max_examples=examples(), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=1, max_size=12))
def test_custody_holds(embedded_dsn: str, steps: list[Step]) -> None:
    first = Step("assign", "C-1", "E-1", 0, 0)
    with ledger_of(embedded_dsn, START) as (target, connection), Ledger(target) as ledger:
        recorded, at = taken(ledger, [first, *steps])
        # What nobody can refuse was done; the rest, if it was refused, is not what this is about.
        assert recorded[0] == 1
        position = catch_up(connection, target).position
        for as_of in range(len(START), position + 1):
            assert custody.breaches(connection, view(as_of, at + timedelta(days=30))) == []


def test_every_step_can_be_taken_and_changes_whose_the_clients_are(embedded_dsn: str) -> None:
    """Or else the law would hold because all is refused."""
    steps = [
        Step("approach", "C-1", "E-1", 0, 0), Step("call", "C-1", "E-1", 1, 0),
        Step("reserve", "C-2", "E-2", 0, 0), Step("expire", "C-2", "E-2", 100, 0),
        Step("assign", "C-2", "E-3", 1, 0), Step("reassign", "C-2", "E-1", 1, 0),
        Step("bar", "C-2", "E-2", 1, 0), Step("release", "C-2", "E-1", 1, 50),
        Step("depart", "C-2", "E-3", 1, 0),
    ]  # fmt: skip
    assert {step.what for step in steps} == {*DO}
    with ledger_of(embedded_dsn, START) as (target, connection), Ledger(target) as ledger:
        recorded, at = taken(ledger, steps)
        assert recorded == [2, 1, 1, 1, 1, 1, 1, 1, 1]
        seen = view(catch_up(connection, target).position, at + timedelta(days=30))
        chain = custody.chain(connection, seen, "C-2")
        assert [row.owner for row in chain] == ["E-2", None, "E-3", "E-1", None]
        assert custody.breaches(connection, seen) == []
