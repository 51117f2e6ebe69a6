"""A refusal shows times in the zone of the decision, and says what has been recorded."""

from commands.decisions.handle import Context
from commands.decisions.ownership import reservation
from tests.commands.decisions.given import CONTEXT
from tests.commands.decisions.sellers import OFFER, curated, state


def refusal(context: Context) -> str:
    return str(reservation.approach(OFFER, "E-1")(state(curated("E-2")), context).refusal)


def test_times_are_in_the_zone_of_the_decision() -> None:
    assert "client C-1 has been owned by E-2 since 2026-01-21 00:00 UTC (event" in refusal(CONTEXT)
    moscow = refusal(CONTEXT._replace(zone="Europe/Moscow"))
    assert "since 2026-01-21 03:00 Europe/Moscow (event" in moscow


def test_a_proposed_refusal_would_be_recorded() -> None:
    assert "The attempt of E-1 has been recorded." in refusal(CONTEXT)
    assert "The attempt of E-1 would be recorded." in refusal(CONTEXT._replace(proposed=True))
