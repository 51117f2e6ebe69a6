"""Every kind of finding of `audit check`: found with its nearest id, and not where all is sound."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ledger.database import Connection
from ledger.envelope import Event
from ledger.errors import InvalidQuestion
from ledger.events.clients import ClientMerged, ClientRegistered
from ledger.events.contacts import CallLogged, InquiryReceived
from ledger.events.motivation import ShortfallExplained, TargetSet
from ledger.events.ownership import ClientReassigned, CuratorAssigned
from ledger.events.people import EmployeeDeparted, EmployeeHired, OrgUnitDefined
from ledger.events.sales import (
    DealOpened,
    DealReassigned,
    DealWon,
    GoodsReturned,
    OfferAccepted,
    OfferSent,
)
from ledger.events.service import CaseAssigned, CaseClosed, CaseOpened
from ledger.events.work import TaskAssigned, TaskCompleted
from projections.questions.integrity.check import KINDS, check, counts
from projections.questions.ownership import portfolio
from tests.projections.ledgers import NOW, ledger_of, view
from tests.projections.random_events import annulment
from tests.projections.stories import told

Found = tuple[str, str, str | None, str | None]
CALL = CallLogged(direction="outbound", outcome="reached")


def of(data: Any, at: str = "2026-02-01T10:00Z", who: str | None = "E-1") -> Event:
    return told(data, at, client="C-1", performed_by=who)


def opened(deal: str = "D-1", holder: str | None = "E-1") -> DealOpened:
    return DealOpened(deal=deal, holder=holder)


def task(name: str, assignee: str) -> TaskAssigned:
    return TaskAssigned(
        task=name, title="x", assignee=assignee, due_at=datetime(2026, 4, 1, tzinfo=UTC)
    )


WON = DealWon(deal="D-1", amount=Decimal(1))
SOUND = (
    told(OrgUnitDefined(unit="U-1", name="Unit", kind="team"), "2026-01-01"),
    told(EmployeeHired(employee="E-1", name="A", unit="U-1"), "2026-01-01"),
    told(EmployeeHired(employee="E-2", name="B", unit="U-1"), "2026-01-01"),
    of(ClientRegistered(kind="company", name="Client")),
    of(CuratorAssigned(employee="E-1")),
    of(opened()),
    of(CALL),
)


def found(story: list[Event], dsn: str, **asked: Any) -> list[Found]:
    with ledger_of(dsn, story) as (_, connection):
        return _rows(connection, len(story), **asked)


def _rows(connection: Connection, as_of: int, on: datetime = NOW, *kinds: str) -> list[Found]:
    rows = check(connection, view(as_of, on), kinds)
    if not kinds:
        told_of = counts(connection, view(as_of, on))
        assert sum(told_of.values()) == len(rows)
        assert set(told_of) == {row.kind for row in rows}
    for row in rows:  # each kind alone finds the same
        assert row in check(connection, view(as_of, on), [row.kind])
    return [(row.kind, row.what, row.id, row.near) for row in rows]


def test_what_is_sound_has_no_finding_at_any_position(embedded_dsn: str) -> None:
    with ledger_of(embedded_dsn, SOUND) as (_, connection):
        for as_of in range(len(SOUND) + 1):
            assert check(connection, view(as_of)) == []


# One event after those that are sound, and what is found of it.
CASES: dict[str, tuple[Event, list[Found]]] = {
    "a client never registered": (
        told(CALL, "2026-02-01", client="C-2", performed_by="E-1"),
        [("unknown", "client", "C-2", "C-1")],
    ),
    "a client of another alphabet": (
        told(CALL, "2026-02-01", client="С-1", performed_by="E-1"),
        [("unknown", "client", "С-1", "C-1"), ("look-alike", "client", "С-1", "C-1")],
    ),
    "a client of small letters": (
        told(ClientRegistered(kind="company", name="x"), "2026-02-01", client="c-1"),
        [("look-alike", "client", "c-1", "C-1")],
    ),
    "a parent": (
        told(
            ClientRegistered(kind="company", name="x", parent="C-77"), "2026-02-01", client="C-2"
        ),
        [("unknown", "client", "C-77", None)],
    ),
    "a performer": (of(CALL, who="E-11"), [("unknown", "employee", "E-11", "E-1")]),
    "a curator": (
        of(CuratorAssigned(employee="E-1O"), "2026-02-02"),
        [("unknown", "employee", "E-1O", "E-1")],
    ),
    "a holder": (of(opened("D-2", "Е-2")), [
        ("unknown", "employee", "Е-2", "E-2"), ("look-alike", "employee", "Е-2", "E-2"),
    ]),
    "a former holder": (
        of(DealReassigned(deal="D-1", from_holder="E-9", to_holder="E-2")),
        [("unknown", "employee", "E-9", "E-1")],
    ),
    "a unit": (
        told(EmployeeHired(employee="E-3", name="C", unit="U1"), "2026-02-01"),
        [("unknown", "unit", "U1", "U-1")],
    ),
    "a deal of an offer": (
        of(OfferSent(offer="O-1", deal="D-11")), [("unknown", "deal", "D-11", "D-1")],
    ),
    "an offer of a deal": (
        of(DealOpened(deal="D-2", holder="E-1", offer="O-1")), [("unknown", "offer", "O-1", None)],
    ),
    "a case of a task": (
        of(TaskAssigned(task="T-1", title="x", assignee="E-1", case="S-1",
                        due_at=datetime(2026, 4, 1, tzinfo=UTC))),
        [("unknown", "case", "S-1", None)],
    ),
    "an inquiry answered": (
        of(CallLogged(direction="outbound", outcome="reached", in_reply_to="Q-1")),
        [("unknown", "interaction", "Q-1", None)],
    ),
    "a deal won": (
        of(DealWon(deal="D-10", amount=Decimal(1))), [("never-opened", "deal", "D-10", "D-1")],
    ),
    "an offer accepted": (
        of(OfferAccepted(offer="O-1")), [("never-opened", "offer", "O-1", None)],
    ),
    "a return of goods never bought": (
        of(GoodsReturned(purchase="P-1", amount=Decimal(1), currency="RUB")),
        [("unknown", "purchase", "P-1", None)],
    ),
    "a case closed": (of(CaseClosed(case="S-1")), [("never-opened", "case", "S-1", None)]),
    "a case assigned": (
        of(CaseAssigned(case="S-1", assignee="E-1")), [("never-opened", "case", "S-1", None)],
    ),
    "a task done": (of(TaskCompleted(task="T-1")), [("never-opened", "task", "T-1", None)]),
    "a deal opened again": (of(opened()), [("opened-twice", "deal", "D-1", None)]),
    "a win before the opening": (
        of(WON, "2026-02-01T09:59Z"), [("ends-first", "deal", "D-1", None)],
    ),
    "a win the day before": (of(WON, "2026-01-31"), [("ends-first", "deal", "D-1", None)]),
    "a departure before the hiring": (
        told(EmployeeDeparted(employee="E-2"), "2025-12-31"),
        [("ends-first", "employee", "E-2", None)],
    ),
    "a call of an unknown party": (
        told(CALL, "2026-02-01", performed_by="E-1"), [("no-client", "call", None, None)],
    ),
    "an inquiry of an unknown party": (
        told(InquiryReceived(channel="web", inquiry="Q-1"), "2026-02-01"),
        [("no-client", "inquiry", "Q-1", None)],
    ),
    "a win for another client": (
        told(WON, "2026-02-02", client="C-2"),
        [("unknown", "client", "C-2", "C-1"), ("two-clients", "deal", "D-1", "C-2")],
    ),
    "a call before the hiring": (
        of(CALL, "2025-12-31"), [("not-employed", "act", "E-1", None)],
    ),
    "a client before the hiring": (
        of(CuratorAssigned(employee="E-2"), "2025-12-31"),
        [("not-employed", "act", "E-1", None), ("not-employed", "client", "C-1", None)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_kind_is_found_and_not_before_it_is_recorded_nor_after_it_is_annulled(
    embedded_dsn: str, case: str
) -> None:
    event, expected = CASES[case]
    story = [*SOUND, event]
    story.append(told(annulment(event, key="x").data, "2026-03-01"))
    with ledger_of(embedded_dsn, story) as (_, connection):
        assert _rows(connection, len(SOUND) + 1) == expected
        assert _rows(connection, len(SOUND)) == []
        assert check(connection, view(len(story))) == []


@pytest.mark.parametrize("case", ["a client never registered", "a deal won", "a performer"])
def test_what_happened_later_is_not_found_on_an_earlier_day(embedded_dsn: str, case: str) -> None:
    event, _ = CASES[case]
    with ledger_of(embedded_dsn, [*SOUND, event]) as (_, connection):
        assert _rows(connection, len(SOUND) + 1, datetime(2026, 1, 20, tzinfo=UTC)) == []


def test_what_is_dated_later_is_unknown_with_its_beginning_on_an_earlier_day(
    embedded_dsn: str,
) -> None:
    """Whatever table keeps it, also one that keeps no time."""
    target = TargetSet(
        target="T-1", scope="employee", scope_id="E-2", metric="deals_won", period="2026-03",
        value=Decimal(1), direction="more", method="given",
    )  # fmt: skip
    moved = ClientReassigned(from_employee="E-1", to_employee="E-2", reason="workload", batch="B")
    story = [
        *SOUND,
        told(target, "2026-03-01"),
        told(ShortfallExplained(target="T-1", cause="x"), "2026-04-01"),
        of(moved, "2026-04-01T10:00Z"),
    ]
    with ledger_of(embedded_dsn, story) as (_, connection):
        expected = [("never-opened", "batch", "B", None)]
        assert _rows(connection, len(story)) == expected
        for day in ("2026-02-28", "2026-03-02", "2026-03-31"):
            assert _rows(connection, len(story), datetime.fromisoformat(f"{day}T12:00Z")) == []


def test_a_day_is_all_of_it_at_both_edges_of_an_employment_and_of_a_deal(embedded_dsn: str) -> None:
    """Ties: the day of the hiring and of the departure, in the zone; the very moment of a win."""
    story = [
        *SOUND,
        of(CALL, "2025-12-31T21:00:00Z", "E-2"),  # midnight in Moscow, on the first day
        told(EmployeeDeparted(employee="E-2"), "2026-02-01"),
        of(CALL, "2026-02-01T20:59:59Z", "E-2"),  # the last day's last second
        of(CALL, "2026-02-01", "E-2"),
        of(WON, "2026-02-01T10:00Z"),
        of(opened("D-2", None), "2026-02-02T10:00Z"),
        of(DealWon(deal="D-2", amount=Decimal(1)), "2026-02-02"),
    ]
    assert found(story, embedded_dsn) == []
    beyond = [
        *story,
        of(CALL, "2025-12-31T20:59:59Z", "E-2"),
        of(CALL, "2026-02-01T21:00:01Z", "E-2"),
    ]
    with ledger_of(embedded_dsn, beyond) as (_, connection):
        (row,) = check(connection, view(len(beyond)))
        assert (row.kind, row.employee, row.events) == ("not-employed", "E-2", 2)
        assert row.position == len(beyond) - 1


def test_open_work_of_who_has_left_is_found_until_somebody_takes_it(embedded_dsn: str) -> None:
    left = told(EmployeeDeparted(employee="E-1"), "2026-02-10")
    story = [
        *SOUND,
        of(task("T-1", "E-1")),
        of(CaseOpened(case="S-1")),
        of(CaseAssigned(case="S-1", assignee="E-1")),
        left,
    ]
    taken = [
        told(DealReassigned(deal="D-1", from_holder="E-1", to_holder="E-2"), "2026-02-11",
             client="C-1"),
        told(task("T-1", "E-2"), "2026-02-11", client="C-1"),
        told(CaseAssigned(case="S-1", assignee="E-2"), "2026-02-11", client="C-1"),
    ]  # fmt: skip
    with ledger_of(embedded_dsn, [*story, *taken]) as (_, connection):
        at = len(story)
        open_ = [
            (row.what, row.id) for row in check(connection, view(at)) if row.kind == "left-open"
        ]
        assert open_ == [("case", "S-1"), ("deal", "D-1"), ("task", "T-1")]
        (row,) = portfolio.departures(connection, view(at))
        assert (row.open_deals, row.open_tasks, row.open_cases) == (["D-1"], ["T-1"], ["S-1"])
        assert _rows(connection, at - 1) == []
        assert _rows(connection, at, datetime(2026, 2, 9, tzinfo=UTC)) == []
        assert check(connection, view(at + 3)) == []
        (row,) = portfolio.departures(connection, view(at + 3))
        assert (row.open_deals, row.open_tasks, row.open_cases) == ([], [], [])


def test_an_id_that_was_merged_away_is_known(embedded_dsn: str) -> None:
    merged = told(ClientMerged(survivor="C-1", absorbed="OLD", evidence="x", approved_by="E-1"),
                  "2026-02-02", client="C-1")  # fmt: skip
    story = [*SOUND, told(CALL, "2026-02-01", client="OLD", performed_by="E-1"), merged]
    assert found(story, embedded_dsn) == []
    assert found(story[:-1], embedded_dsn) == [("unknown", "client", "OLD", None)]


def test_an_unknown_kind_is_refused_with_those_there_are(embedded_dsn: str) -> None:
    with ledger_of(embedded_dsn, []) as (_, connection):
        with pytest.raises(InvalidQuestion, match="Did you mean 'look-alike'"):
            check(connection, view(0), ["lookalike"])
        assert check(connection, view(0), list(KINDS)) == []
