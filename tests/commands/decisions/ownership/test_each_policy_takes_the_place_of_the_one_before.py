"""Publishing rules of reservation, decided without a database."""

from datetime import UTC, datetime

import pytest

from commands.decisions.handle import Context
from commands.decisions.ownership.policy import Policies, publish
from ledger.errors import Refused
from ledger.events.ownership import Exclusion, ReservationPolicyPublished

CONTEXT = Context("E-01", datetime(2026, 5, 1, tzinfo=UTC), key="1")
NINETY = ReservationPolicyPublished(version=1, days=90)


def test_the_first_is_version_1_and_the_next_one_more_than_the_highest() -> None:
    (event,) = publish(NINETY)(Policies(), CONTEXT).events
    assert (event.data.version, event.client) == (1, None)
    after = Policies(latest=ReservationPolicyPublished(version=3, days=30), version=7)
    (event,) = publish(NINETY)(after, CONTEXT).events
    assert event.data == ReservationPolicyPublished(version=8, days=90)


def test_rules_that_hold_already_need_no_event() -> None:
    after = Policies(latest=ReservationPolicyPublished(version=2, days=90), version=2)
    assert publish(NINETY)(after, CONTEXT).events == ()


def test_what_the_rules_name_must_exist() -> None:
    wrong = ReservationPolicyPublished(version=1, claims=("offer.send",))
    with pytest.raises(Refused, match=r"Did you mean 'offer.sent'\?"):
        publish(wrong)(Policies(), CONTEXT)
    groups = ReservationPolicyPublished(version=1, exclusions=(Exclusion(units=("U-1", "U-2")),))
    with pytest.raises(Refused, match="no unit 'U-2' is known"):
        publish(groups)(Policies(units=frozenset({"U-1"})), CONTEXT)
    assert publish(groups)(Policies(units=frozenset({"U-1", "U-2"})), CONTEXT).events
