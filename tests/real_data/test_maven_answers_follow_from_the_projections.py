from tests.real_data import maven_questions, source
from tests.real_data.answers import MAVEN_UNCOVERED, covered, figures, published
from tests.real_data.conftest import Loaded


def test_every_covered_figure_is_equal(maven_loaded: Loaded):
    expected = covered(published(source.folder("maven_crm")), MAVEN_UNCOVERED)
    assert figures(maven_questions.answers(*maven_loaded)) == expected
