"""The statements of figures as printed: those that run, whole, and nothing that is not needed."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from ledger.database import Connection
from ledger.events.clients import ClientFactRecorded
from ledger.events.contacts import CallLogged, InquiryReceived
from ledger.events.ownership import ClientReassigned, CuratorAssigned
from ledger.events.people import EmployeeHired, OrgUnitDefined
from ledger.events.sales import DealOpened, DealStageEntered, DealWon, OfferSent, PurchaseRecorded
from ledger.events.work import BusinessCalendarPublished, Workday
from projections.metrics.credit import credit_of
from projections.metrics.definitions import EVIDENCE, METRICS
from projections.metrics.metrics import (
    TERMS,
    Every,
    Selection,
    explain,
    explain_question,
    metrics,
    metrics_questions,
)
from projections.metrics.query import figures_statement
from projections.metrics.rows import Aggregate, EvidenceRow
from projections.metrics.sql_script import script_of
from projections.metrics.template import rendered
from projections.view import HASHED, UNSORTED, add_up_all
from tests.projections.ledgers import ledger_of, view
from tests.projections.stories import told

WEEK = tuple(Workday(weekday=day, shifts=("09:00-18:00",)) for day in range(1, 6))
CALENDAR = BusinessCalendarPublished(
    calendar="office",
    zone="Europe/Moscow",
    first_day=date(2025, 12, 1),
    last_day=date(2026, 12, 31),
    week=WEEK,
)
HISTORY = [
    told(CALENDAR, "2025-12-01"),
    told(OrgUnitDefined(unit="B-1", name="North", kind="branch")),
    told(OrgUnitDefined(unit="T-1", name="One", kind="team", parent="B-1", manager="E-8")),
    told(EmployeeHired(employee="E-1", name="Анна", unit="T-1")),
    told(EmployeeHired(employee="E-2", name="Boris 100 %", unit="T-1")),
    told(CuratorAssigned(employee="E-1"), "2026-01-10", client="C-1"),
    told(ClientFactRecorded(field="it's", value="so"), "2026-01-11", client="C-1"),
    told(ClientReassigned(to_employee="E-2", reason="workload"), "2026-02-01", client="C-1"),
    told(InquiryReceived(inquiry="I-1", channel="email"), "2026-02-03T09:00:00Z", client="C-1"),
    told(
        CallLogged(direction="outbound", outcome="reached"), "2026-02-03T12:00:00Z",
        client="C-1", performed_by="E-1",
    ),
    told(OfferSent(offer="O-1"), "2026-02-04", client="C-1", performed_by="E-1"),
    told(DealOpened(deal="D-1", holder="E-1", product="P"), "2026-02-05", client="C-1"),
    told(DealStageEntered(deal="D-1", stage="offer"), "2026-02-09", client="C-1"),
    told(DealWon(deal="D-1", amount=Decimal("7.01"), currency="RUB"), "2026-02-10", client="C-1"),
    told(PurchaseRecorded(purchase="B-1", amount=Decimal(3)), "2026-02-11", client="C-1"),
]  # fmt: skip
SEEN = view(len(HISTORY), datetime(2026, 3, 10, tzinfo=UTC))
BY = ("whole", "employee", "team", "unit", "office", "product", "client", "fact:it's")
CREDITS = ("owner-at-event", "performer", "first-claimant", "split:30:0.3", "current-owner")
SPAN = {"since": date(2026, 2, 1), "until": date(2026, 3, 1)}
BUSINESS = TERMS._replace(calendar="office")
# Every pair of a credit with a grouping that depends on it, and every grouping.
CASES = [
    ("whole", CREDITS[0]),
    ("product", CREDITS[3]),
    ("client", CREDITS[0]),
    (BY[-1], CREDITS[1]),
]
CASES += [(by, credit) for by in ("employee", "team", "unit", "office") for credit in CREDITS]
EVERY = ["month" if number % 2 else "whole" for number in range(len(CASES))]
EXPLAINED = ["win_rate", "response_business_mean", "coverage"] * len(CASES)


@pytest.fixture(scope="module")
def connection(embedded_dsn: str) -> Iterator[Connection]:
    with ledger_of(embedded_dsn, HISTORY) as (_, connection):
        yield connection


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """The statements about figures that reach the server, with their parameters."""
    found: list[tuple[str, Any]] = []
    real = psycopg.Cursor.execute

    def execute(cursor: Any, statement: Any, parameters: Any = None, **how: Any) -> Any:
        if "wanted AS" in str(statement):
            found.append((statement, parameters))
        return real(cursor, statement, parameters, **how)

    monkeypatch.setattr(psycopg.Cursor, "execute", execute)
    return found


def filled_in(connection: Connection, statement: str, parameters: Any) -> str:
    return psycopg.ClientCursor(connection).mogrify(statement, parameters).strip()


def statements_in(script: str) -> list[str]:
    """The statements of a script, without what sets them up."""
    return re.findall(
        r"^SET LOCAL work_mem[^\n]*\n(.*?);\nCOMMIT;$", script, re.DOTALL | re.MULTILINE
    )


def answers(connection: Connection, script: str) -> list[list[tuple[Any, ...]]]:
    """What a script gives in a session that knows nothing of the question."""
    connection.rollback()
    cursor = psycopg.Cursor(connection)
    cursor.execute(script.encode())
    found = []
    while True:
        if cursor.description:
            found.append(cursor.fetchall())
        if not cursor.nextset():
            return found


@pytest.mark.parametrize(
    ("by", "credit", "every"),
    [(*case, every) for case, every in zip(CASES, EVERY, strict=True)],
)
def test_figures(
    connection: Connection, run: list[tuple[str, Any]], by: str, credit: str, every: Every
) -> None:
    asked: dict[str, Any] = {"by": by, "every": every, "credit": credit, "terms": BUSINESS, **SPAN}
    questions = metrics_questions(connection, SEEN, Selection(**asked))
    script = script_of(connection, questions, (UNSORTED, *HASHED), SEEN)
    assert not run
    # Byte for byte what runs, and all of it
    with connection.transaction():  # in which no second connection is opened
        assert metrics(connection, SEEN, **asked)
    assert [filled_in(connection, *each) for each in run] == statements_in(script)
    # Every statement can be explained by itself, and gives the same rows by itself
    plans = answers(connection, re.sub(r"^WITH$", "EXPLAIN WITH", script, flags=re.MULTILINE))
    assert len(plans) == len(questions) > 1
    assert all("cost=" in plan[0][0] for plan in plans)
    rows = [row for found in answers(connection, script) for row in found]
    known = add_up_all(connection, SEEN, questions, Aggregate, beside=False)
    assert sorted(map(repr, rows)) == sorted(repr(tuple(row)) for row in known)


@pytest.mark.parametrize(
    ("by", "credit", "metric"),
    [(*case, metric) for case, metric in zip(CASES, EXPLAINED, strict=False)],
)
def test_evidence(
    connection: Connection, run: list[tuple[str, Any]], by: str, credit: str, metric: str
) -> None:
    asked = Selection(by=by, credit=credit, terms=BUSINESS, **SPAN)
    question = explain_question(connection, SEEN, asked, metric)
    script = script_of(connection, [question], HASHED, SEEN)
    assert not run
    rows = explain(connection, SEEN, metric, **asked._asdict())
    assert [filled_in(connection, *each) for each in run] == statements_in(script)
    (plan,) = answers(connection, re.sub(r"^WITH$", "EXPLAIN WITH", script, flags=re.MULTILINE))
    assert "cost=" in plan[0][0]
    (found,) = answers(connection, script)
    assert rows == [EvidenceRow(*row) for row in found]


def test_a_question_pays_for_no_other() -> None:
    whole = figures_statement(credit_of("owner-at-event"), "whole", ("win_rate",))
    for unneeded in (
        "owner_spells_at(",
        "employment_spells(",
        "unit_spells(",
        "percentile_cont(",
        "periods AS (",
        "clock AS",
        "clients_seen AS (",
        "FROM interactions",
    ):
        assert unneeded not in whole
    assert "employment_spells" in figures_statement(credit_of("performer"), "team", ("win_rate",))
    split = figures_statement(credit_of("split:30:0.3"), "employee", ("win_rate",))
    assert "windows AS (" in split
    assert not re.search(r"-- (when|put|otherwise|end)\b", split)


def test_a_metric_is_found_by_name_where_its_evidence_is() -> None:
    for name, metric in METRICS.items():
        assert re.search(rf"\b{name.removesuffix('.*')}\b", EVIDENCE[metric.evidence].sql), name


def test_a_template_keeps_the_lines_whose_conditions_hold() -> None:
    template = """
-- when: one
  -- put: text
-- when: two
both
-- otherwise
one
-- end
-- otherwise
neither
-- end
-- a comment
"""
    texts = {"text": "a\n\n b"}
    assert rendered(template, {"one": True, "two": True}, texts) == (
        "  a\n\n   b\nboth\n-- a comment\n"
    )
    assert rendered(template, {"one": True, "two": False}, texts) == (
        "  a\n\n   b\none\n-- a comment\n"
    )
    assert rendered(template, {"one": False, "two": True}, texts) == "neither\n-- a comment\n"
    with pytest.raises(KeyError):
        rendered(template, {"one": True}, texts)


def rescanned(plan: dict[str, Any], *, anew: bool = False) -> Iterator[str]:
    """The CTEs that a plan scans anew for every row."""
    anew = anew or plan.get("Parent Relationship") == "SubPlan"
    if anew and "CTE Name" in plan:
        yield plan["CTE Name"]
    for part in plan.get("Plans", ()):
        yield from rescanned(part, anew=anew)


def test_no_evidence_is_scanned_anew_for_every_row(connection: Connection) -> None:
    for metric in METRICS:
        asked = Selection("employee", "month", terms=BUSINESS)
        statement, known = explain_question(connection, SEEN, asked, metric)
        with connection.transaction():
            for setting in HASHED:
                connection.execute(setting)
            ((found,),) = connection.execute(f"EXPLAIN (FORMAT JSON) {statement}", known)
        assert "grouped" not in rescanned(found[0]["Plan"]), metric
