"""Every question is right about what was annulled, as of then, on a day, and where two things tie.

A new question needs its line in one of the tables EXAMPLES beside this file.
"""

import inspect
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import Any

import pytest

from tests.projections.questions import (
    examples_of_clients_and_motivation,
    examples_of_integrity,
    examples_of_ownership,
    examples_of_people_and_work,
    examples_of_sales_and_service,
)
from tests.projections.questions.examples import LOOKS, Example, Looks, looked
from tests.sources import OURS, named

TABLES = (
    examples_of_clients_and_motivation, examples_of_integrity, examples_of_ownership,
    examples_of_people_and_work, examples_of_sales_and_service,
)  # fmt: skip
# Here the tie is settled by changing nothing: what was noted before a hand-over stays where it was.
SETTLED = {
    "questions.service.service_report.touches", "tables.service.cases.cases: the deadline to solve",
}  # fmt: skip
FOLDERS = ("projections/questions/", "projections/tables/")


Question = Callable[..., Any]


def name_of(question: Question | tuple[Question, str]) -> str:
    """Module and function, and a remark where a question has more than one line."""
    function, remark = question if isinstance(question, tuple) else (question, "")
    name = f"{function.__module__.removeprefix('projections.')}.{function.__qualname__}"
    return f"{name}: {remark}" if remark else name


EXAMPLES: dict[str, Example] = {
    name_of(question): example for table in TABLES for question, example in table.EXAMPLES.items()
}


def questions() -> Iterator[str]:
    """Every public function that takes a connection and a view, and returns an answer."""
    for path in OURS:
        if named(path).startswith(FOLDERS) and path.stem != "__init__":
            module = import_module(named(path).removesuffix(".py").replace("/", "."))
            for name, found in vars(module).items():
                own = inspect.isfunction(found) and found.__module__ == module.__name__
                if own and not name.startswith("_") and _answers(found):
                    yield name_of(found)


def _answers(found: Callable[..., Any]) -> bool:
    signature = inspect.signature(found)
    takes = {"connection", "view"} <= {*signature.parameters} or "before" in signature.parameters
    return takes and signature.return_annotation is not None


@pytest.fixture(scope="module")
def kept(embedded_dsn: str) -> Callable[[str], Looks]:
    """The looks of an example, and of all that share a ledger with it."""

    @cache
    def of(group: str) -> Looks:
        alike = {n: e for n, e in EXAMPLES.items() if (n if e.alone else "") == group}
        return looked(embedded_dsn, alike)

    return lambda name: of(name if EXAMPLES[name].alone else "")


def test_every_question_has_examples() -> None:
    assert {name.partition(":")[0] for name in EXAMPLES} == {*questions()}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("question", EXAMPLES)
def test_the_answer_is_right(kept: Callable[[str], Looks], question: str, look: str) -> None:
    found = kept(question)[question, look]
    assert found
    for answer, expected in found:
        assert answer == expected


@pytest.mark.parametrize("question", EXAMPLES)
def test_the_change_makes_a_difference(question: str) -> None:
    """Or else its examples would show nothing."""
    example = EXAMPLES[question]
    assert example.after not in (example.before, example.at_once)
    assert question in SETTLED or example.tied != example.after
