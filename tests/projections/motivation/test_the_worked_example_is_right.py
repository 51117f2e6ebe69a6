"""docs/motivation.md: its scheme is valid, and its figures are what the program computes."""

import re
from decimal import Decimal
from pathlib import Path

from projections.motivation.employment import Tenure
from projections.motivation.measure import Figure
from projections.motivation.payout import ConfirmedReduction, Person, Setting, compute_payouts
from projections.motivation.scheme import scheme_of
from projections.motivation.target_groups import TargetValue
from projections.periods import period_of

PAGE = (Path(__file__).parents[3] / "docs" / "motivation.md").read_text("utf-8")


def table(header: str) -> list[list[str]]:
    """The rows of the table under this header."""
    body = PAGE.split(f"{header}\n", 1)[1].split("\n\n")[0]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in body.splitlines()[1:]]


def test_the_figures_of_the_page_are_computed() -> None:
    scheme = scheme_of(PAGE.split("```toml\n")[1].split("```")[0])
    lines = table("| component | fact | target | weight | index |")
    steps = {name: Decimal(value) for name, _, value in table("| step | how | value |")}
    taken_off = re.search(r"total \| [0-9.]+ − (\d+) ", PAGE)
    days = re.search(r"(\d+) of the (\d+) days", PAGE)
    assert days
    assert taken_off
    period = period_of("2026-Q3")
    assert period.days == int(days[2])
    figures = {metric: Figure(Decimal(fact)) for metric, fact, *_ in lines}
    targets = {
        metric: TargetValue("T", Decimal(target), Decimal(target))
        for metric, _, target, *_ in lines[:1]
    }
    taken = (ConfirmedReduction("R", "overdue task", Decimal(taken_off[1])),)
    tenure = Tenure("E-07", None, int(days[1]), (("U", int(days[1])),))
    person = Person(tenure, figures, targets, taken)
    (statement,) = compute_payouts(scheme, Setting(period, "Europe/Moscow", 1), [person])
    told = {each["metric"]: each for each in statement.content["components"]}
    for metric, _, target, weight, index in lines:
        found = (told[metric]["target"], told[metric]["weight"], told[metric]["index"])
        assert found == (Decimal(target), Decimal(weight), Decimal(index))
    assert {name: statement.content[name] for name in steps} == steps
