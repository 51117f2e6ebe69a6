from tests.real_data import maven, maven_fold, servicenow, servicenow_fold, source
from tests.real_data.answers import (
    MAVEN_UNCOVERED,
    SERVICENOW_UNCOVERED,
    covered,
    figures,
    published,
)


def test_of_maven():
    folder = source.folder("maven_crm")
    expected = covered(published(folder), MAVEN_UNCOVERED)
    assert figures(maven_fold.answers(maven.events(folder))) == expected


def test_of_servicenow_but_for_the_row_that_goes_back_in_time():
    folder = source.folder("servicenow_incidents")
    expected = covered(published(folder), SERVICENOW_UNCOVERED)
    found = figures(servicenow_fold.answers(servicenow.events(folder)))
    del found["hours_in_state_total/New"]  # see SERVICENOW_UNCOVERED
    assert found == expected
