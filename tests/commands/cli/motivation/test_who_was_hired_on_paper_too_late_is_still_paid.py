"""Who was known only after the period was settled has no statement, but may be given his due."""

import json
from contextlib import closing
from decimal import Decimal
from typing import Any

from ledger.database import Location, connect
from ledger.envelope import Event
from ledger.events.motivation import TargetSet
from ledger.events.ownership import CuratorAssigned
from ledger.events.people import EmployeeHired
from ledger.events.sales import DealOpened, DealWon
from tests.commands.cli.conftest import Here
from tests.projections.sellers import PERIOD, Story
from tests.projections.settled import close, recorded

E5 = f"{PERIOD}/E-5"


def hired_and_won() -> list[Event]:
    told, more = Story("paper").told, {"client": "C-99", "performed_by": "E-5"}
    aim = TargetSet(
        target=f"{E5}/won_value", scope="employee", scope_id="E-5", metric="won_value",
        period=PERIOD, value=Decimal(1), currency="RUB",
    )  # fmt: skip
    return [
        told(EmployeeHired(employee="E-5", name="Анна", unit="U"), "2026-09-02"),
        told(aim, "2026-10-02"),
        told(CuratorAssigned(employee="E-5"), "2026-09-02", **more),
        told(DealOpened(deal="D-99", holder="E-5", currency="RUB"), "2026-09-03", **more),
        told(DealWon(deal="D-99", amount=Decimal(5)), "2026-09-04", **more),
    ]


def rows(here: Here, *arguments: str) -> Any:
    done = here(*arguments, "--format", "json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_by_a_correction_that_is_proposed_and_decided(location: Location, here: Here) -> None:
    with closing(connect(location, "owner")) as connection:
        close(location, connection)
        before = rows(here, "bonus", "statement", "list", "--period", PERIOD)
        recorded(location, connection, hired_and_won())
    # Given what is proposed under the name of a statement that was never issued
    (proposed,) = rows(here, "bonus", "statement", "corrections", PERIOD)
    assert (proposed["statement"], proposed["settled"]) == (E5, 0)
    assert proposed["changed"] == ["no statement before"]
    # When it is decided
    done = here(
        "bonus", "statement", "correct", E5, "--reason", "hired on paper late", "--by", "E-9"
    )
    assert done.exit_code == 0, done.output
    # Then it is proposed no more, and counted wherever corrections are
    assert rows(here, "bonus", "statement", "corrections", PERIOD) == []
    (*others, mine) = rows(here, "bonus", "statement", "list", "--period", PERIOD)
    assert others == before
    assert (mine["statement"], mine["total"], mine["sha256"]) == (E5, 0, None)
    assert mine["corrected"] == proposed["delta"] > 0
    assert mine["currency"] == "RUB"
    (period,) = rows(here, "bonus", "period", "list", "--period", PERIOD)
    assert period["corrected"] == proposed["delta"]
    (became,) = rows(here, "bonus", "statement", "show", E5)
    assert (became["ruling"], became["said"]) == ("corrected", "hired on paper late")
    # And the settled statements are what they were
    assert here("bonus", "statement", "verify", PERIOD).exit_code == 0
