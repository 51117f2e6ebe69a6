"""A component of a scheme may measure how a norm was kept: in which share of its periods."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.envelope import Event
from ledger.errors import InvalidQuestion
from ledger.events.contacts import CallLogged
from ledger.events.motivation import NormBreached, NormDefined
from ledger.events.people import EmployeeHired
from projections.motivation.scheme import examined, scheme_of
from projections.motivation.statements import compute_statements, figures_behind
from projections.periods import period_of
from tests.projections.ledgers import ledger_of, view
from tests.projections.random_events import annulment
from tests.projections.stories import told

D = Decimal
SCHEME = """
name = "m"
version = 1
effective_from = 2026-01-01
currency = "RUB"
process_share = 1
[bonus]
default = 1000
[[components]]
norm = "CALLS"
kind = "process"
weight = 1
target = 1
cap = 1
[[curve]]
score = 0
factor = 0
[[curve]]
score = 1
factor = 1
"""
QUARTER = period_of("2026-Q1")


def call(day: str, by: str) -> Event:
    content = CallLogged(direction="outbound", outcome="reached")
    return told(content, f"{day}T12:00:00Z", client="C-1", performed_by=by)


HISTORY = [
    *(told(EmployeeHired(employee=each, name=each, unit="U"), "2025-01-01") for each in
      ("E-1", "E-2")),
    told(NormDefined(norm="CALLS", version=1, metric="interactions.call", bound="at_least",
                     value=D(1), every="month", credit="performer", scope="whole",
                     effective_from=date(2026, 1, 1)), "2025-12-01"),
    *(call(f"2026-{month}-10", "E-1") for month in ("01", "02", "03")),
    call("2026-02-10", "E-2"),
]  # fmt: skip


def test_it_is_the_share_of_the_months_in_which_it_was_kept(embedded_dsn: str) -> None:
    recorded = told(NormBreached(norm="CALLS", version=1, employee="E-2", period="2026-01",
                                 value=D(0), limit=D(1)), "2026-04-01")  # fmt: skip
    forgiven = [recorded, annulment(recorded, key="x")]
    for more, kept in (([], 1), (forgiven, 2)):
        history = [*HISTORY, *more]
        with ledger_of(embedded_dsn, history) as (_, connection):
            seen = view(len(history))
            found = compute_statements(connection, seen, QUARTER, scheme_of(SCHEME))
            behind = figures_behind(connection, seen, QUARTER, scheme_of(SCHEME), "norm:CALLS")
        facts = {each.employee: each.content["components"][0] for each in found}
        assert [each["metric"] for each in facts.values()] == ["norm:CALLS"] * 2
        assert (facts["E-1"]["fact"], facts["E-1"]["denominator"]) == (1, 3)
        assert (facts["E-2"]["numerator"], facts["E-2"]["denominator"]) == (kept, 3)
        assert found[0].total == 1000
        assert behind == []


def test_the_norm_has_to_be_defined_and_has_no_targets(embedded_dsn: str) -> None:
    other, seen = scheme_of(SCHEME.replace("CALLS", "OTHER")), view(len(HISTORY))
    with (
        ledger_of(embedded_dsn, HISTORY) as (_, connection),
        pytest.raises(InvalidQuestion, match="no norm 'OTHER' was defined"),
    ):
        compute_statements(connection, seen, QUARTER, other)
    for changed, field in (
        (SCHEME.replace("target = 1", 'target = "unit"'), "components[0].target"),
        (SCHEME.replace("target = 1", 'target = 1\nmetric = "win_rate"'), "components[0].norm"),
        (SCHEME.replace('norm = "CALLS"\n', ""), "components[0].metric"),
    ):
        assert field in [each.field for each in examined(changed)[1]]
