"""By team, office, fact and quarter: each event belongs to the group that it had at its moment."""

from datetime import date
from typing import Any

from ledger.envelope import Event
from ledger.events.clients import ClientFactRecorded
from ledger.events.contacts import CallLogged
from ledger.events.people import EmployeeHired, OrgUnitDefined
from ledger.events.sales import DealLost, DealOpened
from projections.metrics.metrics import metrics
from tests.projections.ledgers import ledger_of, view
from tests.projections.stories import figures, told

CALL = CallLogged(direction="outbound", outcome="reached")


def unit(name: str, kind: str, parent: str | None, manager: str | None) -> Event:
    return told(
        OrgUnitDefined(unit=name, name=name, kind=kind, parent=parent, manager=manager),
        "2025-01-01",
    )


PEOPLE = [
    unit("MSK", "branch", None, "E-9"),
    unit("Sales", "department", "MSK", "E-8"),
    unit("Team", "team", "Sales", None),
    told(EmployeeHired(employee="E-1", name="A", unit="Team"), "2025-01-02"),
    told(EmployeeHired(employee="E-2", name="B", unit="MSK"), "2025-01-02"),
]


def asked(dsn: str, history: list[Event], metric: str, **how: Any) -> list[Any]:
    with ledger_of(dsn, history) as (_, connection):
        return metrics(connection, view(len(history)), metrics=[metric], **how)


def test_a_team_is_of_the_nearest_manager_and_an_office_is_the_branch_above(
    embedded_dsn: str,
) -> None:
    calls = [
        told(CALL, "2026-01-05T10:00Z", client="C-1", performed_by=who)
        for who in ("E-1", "E-1", "E-2")
    ]
    expected = {
        "unit": {"Team": 2, "MSK": 1}, "team": {"E-8": 2, "E-9": 1}, "office": {"MSK": 3},
    }  # fmt: skip
    for by, groups in expected.items():
        rows = asked(embedded_dsn, [*PEOPLE, *calls], "interactions", by=by, credit="performer")
        assert figures(rows, "interactions") == groups, by


def test_a_client_belongs_to_the_last_value_of_a_fact(embedded_dsn: str) -> None:
    facts = [
        told(ClientFactRecorded(field="size", value=value), at, client="C-1")
        for value, at in (("big", "2026-02-01"), ("small", "2026-01-01"))
    ]
    history = [*facts, told(CALL, "2026-01-05T10:00Z", client="C-1")]
    rows = asked(embedded_dsn, history, "interactions", by="fact:size")
    assert figures(rows, "interactions") == {"big": 1}


def test_what_is_open_is_counted_once_at_the_end_of_each_quarter(embedded_dsn: str) -> None:
    history = [
        told(DealOpened(deal="D-1", holder="E-1"), "2025-11-05"),
        told(DealOpened(deal="D-2", holder="E-1"), "2026-01-05"),
        told(DealLost(deal="D-2"), "2026-02-05"),
    ]
    span = {"since": date(2025, 10, 1), "until": date(2026, 4, 1)}
    for every, expected in (
        ("quarter", {"2025-Q4": 1, "2026-Q1": 1}),
        ("month", {"2025-11": 1, "2025-12": 1, "2026-01": 2, "2026-02": 1, "2026-03": 1}),
        ("year", {"2025": 1, "2026": 1}),
    ):
        rows = asked(embedded_dsn, history, "deals_open", by="whole", every=every, **span)
        assert {row.period: row.value for row in rows if row.value} == expected, every
