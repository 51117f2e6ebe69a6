"""Schemes, closings, corrections and reductions as given-when-then tables."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from commands.decisions.motivation import reductions, settlement
from commands.decisions.motivation.settlement import Settlement
from ledger.envelope import Event
from ledger.errors import Refused
from ledger.events import motivation as facts
from projections.motivation.employment import Tenure
from projections.motivation.measure import Figure
from projections.motivation.payout import Person, Setting, compute_payouts
from projections.motivation.payout_statement import digest
from projections.motivation.reductions import Due
from projections.motivation.scheme import Scheme, scheme_of
from projections.motivation.target_groups import TargetValue
from projections.periods import period_of
from tests.commands.decisions.given import CONTEXT, NOW, event, given, told, when
from tests.projections.schemes import SCHEME


def since_january(text: str) -> Scheme:
    return scheme_of(text).model_copy(update={"effective_from": date(2026, 1, 1)})


SALES = since_january(SCHEME)
MAY, ZONE = period_of("2026-05"), "Europe/Moscow"
CASE = settlement.model(period="2026-05", statement="2026-05/E-1")
PERSON = Person(
    Tenure("E-1", None, 31, (("U", 31),)),
    dict.fromkeys([each.metric for each in SALES.components], Figure(Decimal(1))),
    {"won_value": TargetValue("T", Decimal(1), Decimal(1))},
)
STATEMENTS = compute_payouts(SALES, Setting(MAY, ZONE, 50), [PERSON])
DUE = Due("E-1", SALES.reductions[0], 3, Decimal(1000), (7, 9))


def published(at: int = -60, version: int = 1, scheme: Any = SALES) -> Event:
    """A scheme known so many days after the beginning of the year (an hour later, recorded)."""
    content = facts.MotivationSchemePublished(
        scheme=scheme.name, version=version, effective_from=scheme.effective_from,
        toml=scheme.text, sha256=scheme.sha256,
    )  # fmt: skip
    return event(content, at, client=None)


def closed(period: str, zone: str = ZONE) -> Event:
    content = facts.PeriodClosed(
        period=period, zone=zone, as_of=9, scheme="sales", scheme_version=1, credit="performer",
        statements=1, digest="0" * 64,
    )  # fmt: skip
    return event(content, 40, client=None)


def state(*events: Event) -> Settlement:
    found: Settlement = given(CASE, *events)
    return found


def close(late: str | None = None, **changes: Any) -> Any:
    wanted = {"period": MAY, "scheme": SALES, "as_of": 50, "statements": STATEMENTS} | changes
    return settlement.close(
        wanted["period"], ZONE, wanted["scheme"], wanted["as_of"], wanted["statements"], late
    )


class TestAScheme:
    def test_is_published_whole_and_once(self) -> None:
        (found,) = when(settlement.publish(SALES), state())
        assert (found.toml, found.sha256) == (SALES.text, SALES.sha256)
        assert when(settlement.publish(SALES), state(published())) == []

    def test_never_changes_in_a_version(self) -> None:
        other = scheme_of(SCHEME.replace("0.3", "0.4"))
        for known in (published(), published(version=3)):
            with pytest.raises(Refused, match="a version never changes; give the file version ="):
                when(settlement.publish(other), state(known))
        assert when(
            settlement.publish(other.model_copy(update={"version": 4})), state(published(version=3))
        )


class TestAPeriod:
    def test_is_closed_with_a_statement_for_everybody(self) -> None:
        issued, closing = when(close(), state(published()))
        assert issued.document == STATEMENTS[0].document
        assert issued.sha256 == STATEMENTS[0].sha256
        assert (issued.statement, issued.total) == ("2026-05/E-1", STATEMENTS[0].total)
        assert (closing.as_of, closing.statements, closing.zone) == (50, 1, ZONE)
        assert closing.digest == digest(STATEMENTS)

    def test_that_is_running_is_not_closed(self) -> None:
        with pytest.raises(
            Refused, match="2026-06 is not over before 2026-07-01 00:00 Europe/Moscow"
        ):
            when(close(period=period_of("2026-06")), state(published()))
        early = CONTEXT._replace(at=datetime(2026, 5, 31, 20, 59, tzinfo=UTC))
        with pytest.raises(Refused, match="not over"):
            when(close(), state(published()), early)
        assert when(close(), state(published()), CONTEXT._replace(at=NOW.replace(day=1, hour=0)))

    @pytest.mark.parametrize("other", ["2026-05", "2026-Q2", "2026"])
    def test_is_not_closed_where_a_day_of_it_is_already(self, other: str) -> None:
        with pytest.raises(Refused, match=f"2026-05 overlaps the closed period {other}; correct"):
            when(close(), state(published(), closed(other)))
        assert when(close(), state(published(), closed("2026-04")))

    def test_is_not_closed_where_an_hour_of_it_was_closed_in_another_zone(self) -> None:
        for other, zone in (("2026-04", "America/New_York"), ("2026-06", "Asia/Vladivostok")):
            for decide in (close(), reductions.propose(MAY, ZONE, SALES, [DUE])):
                with pytest.raises(Refused, match=f"overlaps {other}.*; give --zone {zone}"):
                    when(decide, state(published(), closed(other, zone)))
        assert when(close(), state(published(), closed("2026-04", "Asia/Vladivostok")))

    def test_needs_a_scheme_that_was_published_as_it_is(self) -> None:
        with pytest.raises(Refused, match="was not published"):
            when(close(), state())
        with pytest.raises(Refused, match="was not published"):
            when(close(scheme=since_january(SCHEME + "# more")), state(published()))

    def test_needs_a_scheme_that_was_known_when_it_began_or_a_stated_reason(self) -> None:
        late = state(published(at=130))
        with pytest.raises(Refused, match=r"was published on 2026-05-11.*--allow-late-scheme"):
            when(close(), late)
        ahead = SALES.model_copy(update={"effective_from": date(2026, 5, 2)})
        with pytest.raises(Refused, match="holds from 2026-05-02 on, after 2026-05 began"):
            when(close(scheme=ahead), state(published()))
        *_, closing = when(close(late="agreed"), late)
        assert closing.late_scheme == "agreed"

    def test_is_not_closed_without_anybody_to_pay(self) -> None:
        with pytest.raises(Refused, match="nobody who was employed in 2026-05"):
            when(close(statements=[]), state(published()))

    def test_is_not_closed_while_reductions_are_open_or_decided_meanwhile(self) -> None:
        proposal = told(reductions.propose(MAY, ZONE, SALES, [DUE])(state(), CONTEXT))
        proposed = event(proposal[0], 150, client=None)
        with pytest.raises(Refused, match="1 reductions are undecided: 2026-05/E-1/overdue task"):
            when(close(), state(published(), proposed))
        ruled = when(
            reductions.rule(proposal[0].reduction, "waived", "ill"), state(published(), proposed)
        )
        after = state(published(), proposed, event(ruled[0], 151, client=None))
        assert when(close(), after)
        with pytest.raises(Refused, match="meanwhile; run it again"):
            when(close(as_of=2), after)


class TestAStatement:
    def issued(self) -> Event:
        return event(when(close(), state(published()))[0], 151, client=None)

    def test_is_disputed_and_corrected_by_so_much(self) -> None:
        name, known = "2026-05/E-1", state(self.issued())
        (dispute,) = when(settlement.dispute(name, "D-1 was mine"), known)
        assert dispute == facts.StatementDisputed(statement=name, claim="D-1 was mine")
        correct = settlement.correct(name, Decimal("-5.50"), reason="double", evidence=[3])
        (correction,) = when(correct, known)
        assert (correction.delta, correction.evidence) == (Decimal("-5.50"), (3,))

    def test_names_as_many_events_behind_it_as_an_event_holds(self) -> None:
        many = settlement.correct(
            "2026-05/E-1", Decimal(1), reason="an import came late", evidence=range(20_000)
        )
        (correction,) = when(many, state(self.issued()))
        assert correction.evidence == tuple(range(10_000))
        everything = DUE._replace(evidence=tuple(range(20_000)))
        (proposal,) = when(reductions.propose(MAY, ZONE, SALES, [everything]), state())
        assert proposal.evidence == tuple(range(10_000))

    @pytest.mark.parametrize("delta", ["0", "0.001", "1e14", "-1e30"])
    def test_is_corrected_by_an_amount_of_money(self, delta: str) -> None:
        correct = settlement.correct("2026-05/E-1", Decimal(delta), reason="r")
        with pytest.raises(Refused, match="cannot be"):
            when(correct, state(self.issued()))

    def test_is_never_corrected_below_nothing(self) -> None:
        total = STATEMENTS[0].total
        all_of_it = settlement.correct("2026-05/E-1", -total, reason="r")
        (gone,) = when(all_of_it, state(self.issued()))
        with pytest.raises(Refused, match="less than nothing"):
            when(
                settlement.correct("2026-05/E-1", Decimal("-0.01"), reason="r"),
                state(self.issued(), event(gone, 152, client=None)),
            )

    def test_is_corrected_by_a_computed_difference_only_while_that_is_one(self) -> None:
        total = STATEMENTS[0].total
        more = settlement.correct("2026-05/E-1", Decimal(1000), reason="r", seen=total)
        (corrected,) = when(more, state(self.issued()))
        with pytest.raises(Refused, match="was corrected meanwhile"):
            when(more, state(self.issued(), event(corrected, 152, client=None)))

    def test_must_have_been_issued(self) -> None:
        for decide in (
            settlement.dispute("2026-05/E-1", "x"),
            settlement.correct("2026-05/E-1", Decimal(1), reason="r"),
        ):
            with pytest.raises(Refused, match="no statement '2026-05/E-1'"):
                when(decide, state())


class TestAReduction:
    def proposed(self) -> Event:
        return event(
            when(reductions.propose(MAY, ZONE, SALES, [DUE]), state())[0], 150, client=None
        )

    def test_is_proposed_once_with_its_evidence(self) -> None:
        (found,) = when(reductions.propose(MAY, ZONE, SALES, [DUE]), state())
        assert (found.reduction, found.amount) == ("2026-05/E-1/overdue task", Decimal(1000))
        assert found.evidence == (7, 9)
        assert when(reductions.propose(MAY, ZONE, SALES, [DUE]), state(self.proposed())) == []

    def test_is_decided_once(self) -> None:
        name = "2026-05/E-1/overdue task"
        confirm = reductions.rule(name, "confirmed", "no excuse")
        (ruled,) = when(confirm, state(self.proposed()))
        assert ruled.decision == "confirmed"
        with pytest.raises(Refused, match="is confirmed already"):
            when(confirm, state(self.proposed(), event(ruled, 151, client=None)))
        with pytest.raises(Refused, match="no reduction"):
            when(confirm, state())

    def test_is_neither_proposed_nor_decided_in_a_settled_period(self) -> None:
        settled = state(self.proposed(), closed("2026-05"))
        for decide in (
            reductions.propose(MAY, ZONE, SALES, [DUE]),
            reductions.rule("2026-05/E-1/overdue task", "waived", "r"),
        ):
            with pytest.raises(Refused, match="overlaps the closed period 2026-05"):
                when(decide, settled)
