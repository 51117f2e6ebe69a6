"""A settled statement is the same for ever and on every server; what changes is proposed."""

import json
from contextlib import closing
from decimal import Decimal

import pytest

from commands.decisions.handle import handle
from commands.decisions.motivation import settlement
from ledger.api import Ledger
from ledger.database import Location, connect
from ledger.envelope import Event, event_id
from ledger.errors import NotFound
from ledger.events.corrections import EventAnnulled
from projections.engine.rebuild import rebuild
from projections.motivation.recalculation import closing_of, corrections, replayed, verified
from projections.motivation.scheme import scheme_of
from projections.periods import period_of
from projections.tables.motivation.settlement import issued, rulings
from tests.projections.schemes import SCHEME
from tests.projections.sellers import PERIOD, late, reassigned, september
from tests.projections.settled import CONTEXT, close, now, recorded

# Of all statements, on every version of PostgreSQL; it changes only with what a statement says.
DIGEST = "57b4de917e56ea19df00ccc34208bdbdf3ffb895bba0c8b53211299afad74ac8"


def annulled(number: int) -> Event:
    """The annulment of an event of the story."""
    of = list(september())[number - 1]
    data = EventAnnulled(
        event=str(event_id(of.source, of.key)), annulled_type="deal.won", reason="a double"
    )
    return Event(
        data=data, source="annulled", key=str(number), recorded_by="E-boss",
        occurred_at="2026-10-05", client=of.client,
    )  # fmt: skip


def test_whatever_is_recorded_after_it(any_location: Location) -> None:
    with closing(connect(any_location, "owner")) as connection:
        # Given a settled month
        seen = close(any_location, connection)
        before = [row.document for row in issued(connection, seen, period=PERIOD)]
        assert closing_of(connection, seen, PERIOD).digest == DIGEST
        assert corrections(connection, seen, PERIOD) == []
        # When clients pass on, events come late, and one is annulled
        seen = recorded(any_location, connection, [*reassigned(200), *late()])
        story = list(september())
        won = next(
            n for n, event in enumerate(story, 1)
            if type(event.data).__name__ == "DealWon" and event.performed_by == "E-1"
        )  # fmt: skip
        seen = recorded(any_location, connection, [annulled(won)])
        # Then the statements are what they were, and computed again the same
        for _ in range(2):
            after = [row.document for row in issued(connection, seen, period=PERIOD)]
            assert after == before
            assert all(row.same for row in verified(connection, seen, PERIOD))
            # And what would be another now is proposed, with the events behind it
            proposed = {row.employee: row for row in corrections(connection, seen, PERIOD)}
            assert set(proposed) == {"E-1", "E-2"}
            assert won in proposed["E-1"].evidence
            assert proposed["E-1"].delta < 0 < proposed["E-2"].delta
            assert any(each.startswith("won_value fact") for each in proposed["E-2"].changed)
            # … also after the projections were built anew
            rebuild(any_location)
            seen = now(any_location, connection)


def test_a_correction_is_decided_and_then_proposed_no_more(location: Location) -> None:
    with closing(connect(location, "owner")) as connection:
        close(location, connection)
        seen = recorded(location, connection, late())
        (proposed,) = corrections(connection, seen, PERIOD)
        with Ledger(location) as book:
            name, model = proposed.statement, settlement.model(statement=proposed.statement)
            handle(book, model, CONTEXT, settlement.dispute(name, "D-late is mine"))
            decide = settlement.correct(
                name, proposed.delta, reason="late contract", evidence=proposed.evidence
            )
            handle(book, model, CONTEXT, decide)
        seen = now(location, connection)
        assert corrections(connection, seen, PERIOD) == []
        (row,) = issued(connection, seen, statement=name)
        assert (row.corrected, row.disputes) == (proposed.delta, 1)
        assert [each.ruling for each in rulings(connection, seen, name)] == [
            "disputed", "corrected",
        ]  # fmt: skip


def test_employment_within_the_period_is_paid_by_days_and_stated(location: Location) -> None:
    with closing(connect(location, "owner")) as connection:
        seen = close(location, connection)
        told = {
            row.employee: json.loads(row.document)
            for row in issued(connection, seen, period=PERIOD)
        }
    days = {employee: each["days_employed"] for employee, each in told.items()}
    assert days == {"E-1": 30, "E-2": 30, "E-3": 20, "E-4": 15}
    assert told["E-2"]["units"] == [{"days": 10, "unit": "U"}, {"days": 20, "unit": "V"}]
    assert all("agreed in July" in each["remarks"][-1] for each in told.values())
    for each in told.values():
        bonus = Decimal(each["bonus"]) * Decimal(each["factor"]) * each["days_employed"] / 30
        assert abs(bonus - Decimal(each["total"])) <= Decimal("0.005")


def test_another_scheme_replayed_says_who_would_have_got_what_and_why(location: Location) -> None:
    with closing(connect(location, "owner")) as connection:
        seen = close(location, connection)
        period = period_of(PERIOD)
        same = replayed(connection, seen, period, scheme_of(SCHEME), None)
        # The remark on a late scheme is not part of what is paid
        assert all((row.delta, row.why) == (0, []) for row in same)
        recorded(location, connection, late())
        result = scheme_of(SCHEME.replace("process_share = 0.3", "process_share = 0"))
        rows = replayed(connection, seen, period, result, None)
        assert any(row.delta for row in rows)
        for row in rows:
            assert row.after - row.before == row.delta
            assert "process share 0.3 → 0" in row.why
        assert rows == replayed(connection, seen, period, result, scheme_of(SCHEME))


def test_a_period_that_is_not_settled_is_compared_with_nothing_settled(location: Location) -> None:
    with closing(connect(location, "owner")) as connection:
        seen = close(location, connection)
        # Whatever else stands in the way there, such as missing targets
        with pytest.raises(NotFound, match="period 2026-08 is not closed"):
            replayed(connection, seen, period_of("2026-08"), scheme_of(SCHEME), None)
