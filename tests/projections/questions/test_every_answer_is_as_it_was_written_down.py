"""No column of any answer changes unnoticed: whole answers are compared with those written down.

If an answer is to be another, `python -m tests.projections.questions.written_answers` writes all of
them anew; the difference is to be read like one of the code.
"""

import pytest

from tests.projections.questions.written_answers import Answers, answers, written


@pytest.fixture(scope="module")
def found(embedded_dsn: str) -> Answers:
    return answers(embedded_dsn)


def test_all_answers_are_written_down(found: Answers) -> None:
    assert sorted(found) == sorted(written())


@pytest.mark.parametrize("question", written())
def test_the_answer_is_the_same(found: Answers, question: str) -> None:
    assert found[question] == written()[question]
