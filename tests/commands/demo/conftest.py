from typing import Any

import pytest

from commands.demo import events
from ledger.envelope import event_id
from ledger.moments import Moment


@pytest.fixture(scope="session")
def year() -> list[dict[str, Any]]:
    """The demo's events in the order of the stream."""
    return list(events())


@pytest.fixture(scope="session")
def history(year: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events that were not annulled, in the order of happening; `at` is the moment in UTC."""
    annulled = {e["data"]["event"] for e in year if e["type"] == "event.annulled"}
    valid = [e for e in year if str(event_id(e["source"], e["key"])) not in annulled]
    timed = [event | {"at": Moment.parse(event["occurred_at"]).at} for event in valid]
    return sorted(timed, key=lambda event: event["at"])
