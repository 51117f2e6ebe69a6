"""The library's projection runner follows a ledger: its own cases, and one with our events."""

from collections import Counter

import pytest
from eventsourcing.dcb.application import DCBApplication
from eventsourcing.dcb.domain import Decision, Tagged
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.persistence import Tracking
from eventsourcing.popo import POPOTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.tests import projection as theirs

from ledger.api import Ledger
from ledger.database import Location
from ledger.dcb import Fact, decision
from ledger.events.contacts import CallLogged
from ledger.events.sales import OfferSent
from tests.ledger.dcb.decisions import happened
from tests.ledger.dcb.doors import environment
from tests.ledger.store.samples import call

CASES = [
    name
    for name in dir(theirs.TaggedDecisionCountersProjectionTestCase)
    if name.startswith("test_")
]


class EventCounters(POPOTrackingRecorder, theirs.EventCountersView):
    """The view of the library's cases, in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.created = self.subsequent = 0

    def get_created_event_counter(self) -> int:
        return self.created

    def get_subsequent_event_counter(self) -> int:
        return self.subsequent

    def incr_created_event_counter(self, tracking: Tracking) -> None:
        self.created += 1
        self.insert_tracking(tracking)

    def incr_subsequent_event_counter(self, tracking: Tracking) -> None:
        self.subsequent += 1
        self.insert_tracking(tracking)


class Seconds(POPOTrackingRecorder):
    """How long each client was talked to."""

    def __init__(self) -> None:
        super().__init__()
        self.by_client: Counter[str | None] = Counter()


class TalkTime(Projection[Seconds]):
    """Sums the calls; all else passes by."""

    topics = ("call.logged",)

    @singledispatchmethod
    def process_event(self, tagged: Tagged[Decision], tracking: Tracking) -> None:
        decided = tagged.decision
        assert isinstance(decided, Fact)
        assert isinstance(decided, decision(CallLogged))
        self.view.by_client[decided.event.client] += decided.event.data.duration_s
        self.view.insert_tracking(tracking)


def beside(location: Location, projection: str) -> dict[str, str]:
    """The ledger's environment, and a view in memory beside it."""
    return environment(location) | {f"{projection}_PERSISTENCE_MODULE": "eventsourcing.popo"}


@pytest.mark.parametrize("case", CASES)
def test_the_cases_of_the_library_pass(case: str, any_location: Location) -> None:
    class Here(theirs.TaggedDecisionCountersProjectionTestCase):
        view_class = EventCounters
        env = beside(any_location, "EVENTCOUNTERS")

    getattr(Here(), case)()


def test_no_case_of_the_library_is_left_out() -> None:
    assert len(CASES) >= 2


def test_a_projection_of_our_events_follows_our_own_door(any_location: Location) -> None:
    with Ledger(any_location) as opened:
        opened.append(call("before"))
        runner = ProjectionRunner(
            application_class=DCBApplication,
            projection_class=TalkTime,
            view_class=Seconds,
            env=beside(any_location, "TALKTIME"),
        )
        with runner:
            opened.append(happened(OfferSent(offer="O-1"), "offer"))
            last = opened.append(call("after", client="C-2"))
            runner.wait(last.position, timeout=20)
            assert runner.view.by_client == {"C-1": 184, "C-2": 184}
