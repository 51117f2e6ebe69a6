"""Money without a currency and answers without a scale are told apart from all others."""

from decimal import Decimal
from typing import Any

import pytest

from commands.cli.reports.page.sections import leaders, trend
from commands.cli.shell.figures import courses, in_unit, pivoted
from ledger.envelope import Event
from ledger.errors import InvalidEvent
from ledger.events.contacts import SatisfactionRecorded
from ledger.events.ownership import CuratorAssigned
from ledger.events.sales import DealOpened, DealWon
from projections.metrics.metrics import explain, metrics
from projections.metrics.rows import MetricRow
from projections.motivation.measure import figure
from tests.projections.ledgers import ledger_of, view
from tests.projections.stories import told


def won(deal: str, employee: str, amount: int, currency: str | None) -> list[Event]:
    client = f"C-{employee}"
    return [
        told(CuratorAssigned(employee=employee), "2026-01-01", client=client),
        told(DealOpened(deal=deal, holder=employee), "2026-01-02", client=client),
        told(DealWon(deal=deal, amount=Decimal(amount), currency=currency), "2026-01-10",
             client=client),
    ]  # fmt: skip


MONEY = [
    *won("D-1", "E-1", 5000, "RUB"),
    *won("D-2", "E-2", 40, "EUR"),
    *won("D-3", "E-2", 7, None),
]


def answer(instrument: Any, score: int, scale: str | None = None, client: str = "C-1") -> Event:
    content = SatisfactionRecorded(instrument=instrument, score=score, scale=scale)
    return told(content, "2026-01-10T12:00:00Z", client=client)


def asked(dsn: str, history: list[Event], *names: str, **more: Any) -> list[MetricRow]:
    with ledger_of(dsn, history) as (_, connection):
        return metrics(connection, view(len(history)), metrics=names, **more)


def test_money_without_a_currency_has_a_row_of_its_own(embedded_dsn: str) -> None:
    rows = asked(embedded_dsn, MONEY, "won_value", "won_value_mean")
    assert [(row.group, row.metric, row.unit, row.value) for row in rows] == [
        ("E-1", "won_value", "RUB", 5000), ("E-1", "won_value_mean", "RUB", 5000),
        ("E-2", "won_value", "EUR", 40), ("E-2", "won_value", "no currency", 7),
        ("E-2", "won_value_mean", "EUR", 40), ("E-2", "won_value_mean", "no currency", 7),
    ]  # fmt: skip
    facts = {(row.group, row.metric): [row] for row in rows if row.unit != "EUR"}
    assert figure(facts, "E-2", "won_value", "RUB").others == {"no currency": 7}
    (line,) = pivoted(rows[2:4], "employee")
    assert line["E-2"] == "40 EUR; 7 (no currency)"


class _Told:
    """As much of an overview as these sections look at."""

    def __init__(self, rows: list[MetricRow], months: tuple[str, ...] = ()) -> None:
        self.leaders = self.trend = rows
        self.leading, self.months = ("won_value",), months


def test_nobody_is_ranked_by_money_without_a_currency_among_others(embedded_dsn: str) -> None:
    rows = asked(embedded_dsn, MONEY, "won_value")
    nothing = MetricRow("E-3", "whole", "won_value", 0, None, None, "currency")
    ranked: Any = leaders(_Told([*rows, nothing]), less=False)  # type: ignore[arg-type]
    assert {unit: [row["who"] for row in lines] for unit, lines in ranked.items()} == {
        "RUB": ["E-1", "E-3"], "EUR": ["E-2", "E-3"], "no currency": ["E-2", "E-3"],
    }  # fmt: skip
    assert ranked["no currency"][0]["cells"] == ["7 (no currency)"]


def test_no_heading_of_a_currency_stands_over_money_without_one(embedded_dsn: str) -> None:
    months = ("2026-01", "2026-02")
    rows = asked(embedded_dsn, MONEY, "won_value", by="whole", every="month")
    columns = {each.unit: each.cells for each in trend(_Told(rows, months))  # type: ignore[arg-type]
               if each.metric == "won_value"}  # fmt: skip
    assert columns == {"EUR": ["40 EUR", None], "RUB": ["5 000 RUB", None],
                       "no currency": ["7 (no currency)", None]}  # fmt: skip
    later = [row._replace(period="2026-02", value=0, unit="currency") for row in rows[:1]]
    (line,) = courses([*rows, *later], "whole")
    assert line["whole"] == "█▁; █▁; █▁"


def test_answers_are_measured_on_their_own_scale(embedded_dsn: str) -> None:
    history = [
        *(answer("csat", score, "1-5", f"C-{score}") for score in (1, 3, 4, 5)),
        answer("csat", 10, "0-10", "C-10"), answer("csat", 8, "0-10", "C-11"),
        answer("csat", 3, "1-3", "C-12"), answer("csat", 2, "1-3", "C-13"),
        answer("csat", 9, None, "C-14"),
    ]  # fmt: skip
    (row,) = asked(embedded_dsn, history, "csat_top_share", by="whole")
    assert (row.numerator, row.denominator) == (4, 8)
    with ledger_of(embedded_dsn, history) as (_, connection):
        lines = explain(connection, view(len(history)), "csat_top_share")
    assert [line.position for line in lines if line.counted] == [3, 4, 5, 7]


def test_effort_has_a_mean_for_each_scale(embedded_dsn: str) -> None:
    history = [answer("ces", 6, "1-7"), answer("ces", 2, "1-7", "C-2"),
               answer("ces", 5, "1-5", "C-3"), answer("ces", 1, None, "C-4")]  # fmt: skip
    rows = asked(embedded_dsn, history, "ces_mean", by="whole")
    assert [(row.unit, row.value) for row in rows] == [("1-5", 5), ("1-7", 4), ("no scale", 1)]
    assert [in_unit(row.value, row.unit) for row in rows] == [
        "5.0 of 1-5", "4.0 of 1-7", "1.0 (no scale)",
    ]  # fmt: skip
    of_all = {("whole", "ces_mean"): rows}
    assert figure(of_all, "whole", "ces_mean", None).value is None
    assert figure({("whole", "ces_mean"): rows[:1]}, "whole", "ces_mean", None).value == 5


def test_an_answer_that_is_left_out_or_on_another_scale_hides_none(embedded_dsn: str) -> None:
    answers = (("csat", 5, "1-5"), ("csat", 2), ("ces", 2, "1-7"), ("ces", 90, "0-100"))
    history = [answer(*each) for each in (*answers, ("ces", 3, "1-7"))]
    rows = asked(embedded_dsn, history, "csat_top_share", "ces_mean", by="whole")
    assert [(row.metric, row.unit, row.value) for row in rows] == [
        ("csat_top_share", "ratio", 1), ("ces_mean", "0-100", 90), ("ces_mean", "1-7", 3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("instrument", "score", "scale"),
    [("nps", 4, "1-5"), ("csat", 6, "1-5"), ("csat", 0, "1-5"), ("csat", 11, None),
     ("ces", 5, "7-1"), ("ces", 5, "five")],
)  # fmt: skip
def test_an_answer_off_its_scale_is_refused(instrument: Any, score: int, scale: str | None) -> None:
    with pytest.raises(InvalidEvent, match="scale"):
        SatisfactionRecorded(instrument=instrument, score=score, scale=scale)


@pytest.mark.parametrize("name", ["ces_mean", "deals_won"])
def test_a_figure_on_several_scales_is_none_and_not_nought(name: str) -> None:
    rows = [MetricRow("E-1", "whole", name, 4, 8, 2, scale) for scale in ("1-5", "1-10")]
    found = figure({("E-1", name): rows}, "E-1", name, None)
    assert (found.value, found.numerator, found.denominator) == (None, None, None)
