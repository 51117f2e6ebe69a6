from tests.real_data import servicenow_questions, source
from tests.real_data.answers import SERVICENOW_UNCOVERED, covered, figures, published
from tests.real_data.conftest import Loaded


def test_every_covered_figure_is_equal(servicenow_loaded: Loaded):
    expected = covered(published(source.folder("servicenow_incidents")), SERVICENOW_UNCOVERED)
    found = figures(servicenow_questions.answers(*servicenow_loaded))
    del found["hours_in_state_total/New"]  # see SERVICENOW_UNCOVERED
    assert found == expected
