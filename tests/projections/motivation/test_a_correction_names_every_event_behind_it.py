"""A proposed correction names the targets, reductions and employment behind it, too."""

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import pytest

from ledger.database import Connection, Location, connect
from ledger.envelope import Event
from ledger.events.motivation import (
    BonusReductionDecided,
    BonusReductionProposed,
    TargetRevised,
    TargetSet,
)
from ledger.events.ownership import CuratorAssigned
from ledger.events.people import EmployeeDeparted, EmployeeHired
from ledger.events.sales import DealOpened, DealWon
from projections.motivation.recalculation import corrections
from tests.projections.random_events import annulment
from tests.projections.sellers import PERIOD, Story
from tests.projections.settled import close, recorded

told = Story("afterwards").told
OVERDUE = f"{PERIOD}/E-1/overdue"
PROPOSED = told(
    BonusReductionProposed(
        reduction=OVERDUE, employee="E-1", period=PERIOD, amount=Decimal(9), currency="RUB",
        rule="overdue",
    ), "2026-10-01",
)  # fmt: skip
CONFIRMED = told(
    BonusReductionDecided(reduction=OVERDUE, period=PERIOD, decision="confirmed", reason="so"),
    "2026-10-01",
)


@pytest.fixture
def connection(location: Location) -> Iterator[Connection]:
    with closing(connect(location, "owner")) as found:
        yield found


def proposed(location: Location, connection: Connection, *events: Event) -> dict[str, list[int]]:
    """The evidence of the corrections proposed since these, by employee."""
    seen = recorded(location, connection, events)
    return {row.employee: row.evidence for row in corrections(connection, seen, PERIOD)}


def test_a_target_revised_a_reduction_and_a_departure(
    location: Location, connection: Connection
) -> None:
    head = close(location, connection).as_of
    revised = TargetRevised(target=f"{PERIOD}/E-1/won_value", to=Decimal(9000), reason="late")
    left = told(EmployeeDeparted(employee="E-2"), "2026-09-25")
    after = told(EmployeeDeparted(employee="E-1"), "2026-10-15")  # concerns no September
    events = (told(revised, "2026-10-02"), PROPOSED, CONFIRMED, left, after)
    assert proposed(location, connection, *events) == {
        "E-1": [head + 1, head + 3],
        "E-2": [head + 4],
    }
    # What is annulled is behind nothing any more
    undone = [annulment(event, key=str(n)) for n, event in enumerate((CONFIRMED, left))]
    assert proposed(location, connection, *undone) == {"E-1": [head + 1]}


def test_who_was_hired_on_paper_only_later(location: Location, connection: Connection) -> None:
    head = close(location, connection).as_of
    aim = TargetSet(
        target=f"{PERIOD}/E-5/won_value", scope="employee", scope_id="E-5", metric="won_value",
        period=PERIOD, value=Decimal(1), currency="RUB",
    )  # fmt: skip
    hired = told(EmployeeHired(employee="E-5", name="Анна", unit="U"), "2026-09-02")
    more = {"client": "C-99", "performed_by": "E-5"}
    owner = told(CuratorAssigned(employee="E-5"), "2026-09-02", **more)
    opened = told(DealOpened(deal="D-99", holder="E-5", currency="RUB"), "2026-09-03", **more)
    won = told(DealWon(deal="D-99", amount=Decimal(5)), "2026-09-04", **more)
    found = proposed(location, connection, hired, told(aim, "2026-10-02"), owner, opened, won)
    assert found == {"E-5": [head + 1, head + 2, head + 5]}
