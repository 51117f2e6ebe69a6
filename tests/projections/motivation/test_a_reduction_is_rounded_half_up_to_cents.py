"""A reduction is money: rounded to cents half-up, limited, and proposed if something is left."""

from contextlib import closing
from decimal import Decimal

import pytest

from ledger.database import Location, connect
from projections.motivation.reductions import reductions_due
from projections.motivation.scheme import scheme_of
from projections.periods import period_of
from tests.projections.ledgers import ZONE
from tests.projections.schemes import SCHEME
from tests.projections.sellers import PERIOD, september
from tests.projections.settled import recorded

SEPTEMBER = period_of(PERIOD)


@pytest.mark.parametrize(
    ("amount", "taken"),
    [("500.125", "500.13"), ("0.005", "0.01"), ("0.004", None), ("2000.01", "2000.00")],
)
def test_a_reduction(location: Location, amount: str, taken: str | None) -> None:
    scheme = scheme_of(SCHEME.replace("amount = 500", f"amount = {amount}"))
    with closing(connect(location, "owner")) as connection:
        seen = recorded(location, connection, september())._replace(on=SEPTEMBER.end(ZONE))
        dues = reductions_due(connection, seen, SEPTEMBER, scheme)
    # Everybody has one more than is allowed
    assert {each.amount for each in dues} == (set() if taken is None else {Decimal(taken)})
