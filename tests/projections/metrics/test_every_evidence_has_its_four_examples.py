"""Every kind of evidence is right about what was annulled, as of then, on a day, and at an edge.

New evidence needs its line in EXAMPLES, in examples_of_evidence.py.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from projections.metrics.definitions import EVIDENCE
from tests.projections.ledgers import view
from tests.projections.metrics.counted import EDGE, FEBRUARY, MARCH
from tests.projections.metrics.examples_of_evidence import EXAMPLES
from tests.projections.questions.examples import LOOKS, Ledgers, staged


@pytest.fixture(scope="module")
def ledgers(embedded_dsn: str) -> Iterator[Ledgers]:
    examples = [evidence.example() for evidence in EXAMPLES.values()]
    with ExitStack() as stack:
        stages = [stack.enter_context(staged(embedded_dsn, examples, upto)) for upto in (2, 3, 6)]
        yield Ledgers(*stages, moment=EDGE)


def test_all_evidence_has_examples() -> None:
    assert {name.partition(":")[0] for name in EXAMPLES} == {*EVIDENCE}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("evidence", EXAMPLES)
def test_the_right_events_count(ledgers: Ledgers, evidence: str, look: str) -> None:
    for found, expected in LOOKS[look](EXAMPLES[evidence].example(), ledgers):
        assert found == expected


@pytest.mark.parametrize("evidence", EXAMPLES)
def test_what_happens_as_a_month_ends_belongs_to_the_next(ledgers: Ledgers, evidence: str) -> None:
    asked = EXAMPLES[evidence]
    for connection, heads in ledgers.stages[1:]:
        found = asked.lines(connection, view(heads[2]), FEBRUARY, MARCH)
        assert found == asked.february
