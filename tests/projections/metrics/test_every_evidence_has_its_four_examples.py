"""Every kind of evidence is right about what was annulled, as of then, on a day, and at an edge.

New evidence needs its line in EXAMPLES, in examples_of_evidence.py.
"""

import pytest

from projections.metrics.definitions import EVIDENCE
from tests.projections.metrics.counted import EDGE
from tests.projections.metrics.examples_of_what_nearly_counts import EXAMPLES
from tests.projections.questions.examples import LOOKS, Looks, looked


@pytest.fixture(scope="module")
def looks(embedded_dsn: str) -> Looks:
    examples = {name: evidence.example() for name, evidence in EXAMPLES.items()}
    return looked(embedded_dsn, examples, EDGE)


def test_all_evidence_has_examples() -> None:
    assert {name.partition(":")[0] for name in EXAMPLES} == {*EVIDENCE}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("evidence", EXAMPLES)
def test_the_right_events_count(looks: Looks, evidence: str, look: str) -> None:
    """At the edge, what happens as a month ends belongs to the next."""
    assert looks[evidence, look]
    for found, expected in looks[evidence, look]:
        assert found == expected
