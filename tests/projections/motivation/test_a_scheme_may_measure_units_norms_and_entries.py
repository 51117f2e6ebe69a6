"""Schemes: targets of the unit and the company, breaches of norms, business hours, data entry."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.database import Connection, Location, connect
from ledger.envelope import Event
from ledger.errors import InvalidQuestion
from ledger.events.clients import ClientFactConfirmed, ClientFactRecorded, ClientFactRetracted
from ledger.events.contacts import CallLogged, InquiryReceived
from ledger.events.motivation import NormDefined, TargetSet
from ledger.events.people import OrgUnitDefined
from ledger.events.work import BusinessCalendarPublished, Workday
from projections.motivation.recalculation import corrections, verified
from projections.motivation.reductions import reductions_due
from projections.motivation.scheme import scheme_of
from projections.motivation.statements import compute_statements, figures_behind
from projections.periods import period_of
from projections.tables.motivation.settlement import issued
from projections.view import View
from tests.projections.ledgers import ZONE
from tests.projections.random_events import annulment
from tests.projections.schemes import SCHEME
from tests.projections.sellers import PERIOD, Story, late, september
from tests.projections.settled import close, recorded

told = Story("more").told
SEPTEMBER = period_of(PERIOD)
SHARED = """\
[[components]]
metric = "won_value"
kind = "result"
weight = 2
target = "unit"
cap = 2

[[components]]
metric = "deals_won"
kind = "result"
weight = 1
target = "company"
cap = 2

[[curve]]
"""
TEAM = SCHEME.replace("[[curve]]\n", SHARED, 1)


def component(metric: str, target: str, kind: str = "process") -> str:
    """The scheme with one component more."""
    more = f'[[components]]\nmetric = "{metric}"\nkind = "{kind}"\nweight = 1\n'
    return SCHEME.replace("[[curve]]\n", f"{more}target = {target}\ncap = 2\n\n[[curve]]\n", 1)


def target_of(scope: str, scope_id: str | None, metric: str, value: str) -> Event:
    data = TargetSet(
        target=f"{PERIOD}/{scope_id}/{metric}", scope=scope, scope_id=scope_id, metric=metric,  # type: ignore[arg-type]
        period=PERIOD, value=Decimal(value), currency="RUB" if metric == "won_value" else None,
    )  # fmt: skip
    return told(data, "2026-08-20")


# E-3 after he left, and E-4 before he came, belonged to no unit.
UNITS = {"U": Decimal("9141.92"), "V": Decimal("3858.25")}
TARGETS = [
    target_of("unit", "U", "won_value", "8000"),
    target_of("unit", "V", "won_value", "4000"),
    target_of("whole", None, "deals_won", "20"),
]


@pytest.fixture
def connection(location: Location) -> Iterator[Connection]:
    with closing(connect(location, "owner")) as found:
        yield found


def seen_from(location: Location, connection: Connection, *events: Event) -> View:
    """The end of September, with these events besides its story."""
    recorded(location, connection, september())
    return recorded(location, connection, events)._replace(on=SEPTEMBER.end(ZONE))


def figure_of(
    connection: Connection, view: View, text: str, metric: str, employee: str = "E-1"
) -> dict[str, Any]:
    """A component of somebody's statement, as it would be written."""
    statements = compute_statements(connection, view, SEPTEMBER, scheme_of(text))
    (one,) = [each for each in statements if each.employee == employee]
    (found,) = [each for each in one.content["components"] if each["metric"] == metric]
    return dict(found)


def test_the_unit_of_the_end_and_the_company_are_measured_as_wholes(
    location: Location, connection: Connection
) -> None:
    recorded(location, connection, TARGETS)
    seen = close(location, connection, TEAM)
    documents = {
        row.employee: json.loads(row.document) for row in issued(connection, seen, period=PERIOD)
    }
    shared = {who: [c for c in each["components"] if "of" in c] for who, each in documents.items()}
    # E-2 moved to V in the month; E-3 left U
    assert {who: each[0]["of_id"] for who, each in shared.items()} == {
        "E-1": "U", "E-2": "V", "E-3": "U", "E-4": "U",
    }  # fmt: skip
    assert shared["E-1"] == shared["E-3"] == shared["E-4"] != shared["E-2"]
    assert shared["E-1"][1] == shared["E-2"][1]
    assert {shared[who][0]["of_id"]: Decimal(shared[who][0]["fact"]) for who in shared} == UNITS
    assert (shared["E-2"][0]["target_of"], shared["E-1"][1]["of_id"]) == (
        f"{PERIOD}/V/won_value",
        "whole",
    )
    # The events behind it are those of the unit, to the cent
    rows = figures_behind(connection, seen, SEPTEMBER, scheme_of(TEAM), "won_value/unit", ["E-2"])
    assert {row.group for row in rows} == {"V"}
    assert sum(row.value for row in rows) == Decimal(shared["E-2"][0]["fact"])
    # And what comes late is proposed to everybody whom it concerns
    assert all(row.same for row in verified(connection, seen, PERIOD))
    seen = recorded(location, connection, late())
    proposed = {row.employee: row for row in corrections(connection, seen, PERIOD)}
    assert "E-2" in proposed
    assert any(each.startswith("won_value/unit fact") for each in proposed["E-2"].changed)
    assert all(row.evidence for row in proposed.values())


def test_a_branch_has_what_its_units_have(location: Location, connection: Connection) -> None:
    branch = told(OrgUnitDefined(unit="U", name="Юг", kind="branch"), "2026-09-01")
    below = told(OrgUnitDefined(unit="V", name="Запад", kind="team", parent="U"), "2026-09-01")
    seen = seen_from(location, connection, *TARGETS, branch, below)
    statements = compute_statements(connection, seen, SEPTEMBER, scheme_of(TEAM))
    (one,) = [each for each in statements if each.employee == "E-1"]
    assert one.content["components"][4]["fact"] == sum(UNITS.values())


def test_missing_targets_of_units_are_named_once(
    location: Location, connection: Connection
) -> None:
    seen = seen_from(location, connection, TARGETS[0])
    with pytest.raises(InvalidQuestion, match=r"2 targets are missing") as error:
        compute_statements(connection, seen, SEPTEMBER, scheme_of(TEAM))
    assert "unit V won_value" in str(error.value)
    assert "the company deals_won" in str(error.value)


def test_a_reduction_by_a_norm_is_so_much_a_breach(
    location: Location, connection: Connection
) -> None:
    norm = NormDefined(
        norm="TASKS", version=1, metric="overdue_share", bound="at_most", value=Decimal(1),
        counting=True, every="month", credit="performer", scope="whole",
        effective_from=date(2026, 9, 1),
    )  # fmt: skip
    text = SCHEME.replace('metric = "overdue_share"\namount', 'norm = "TASKS"\namount')
    scheme = scheme_of(text.replace("allowed = 1", "allowed = 0"))
    seen = seen_from(location, connection)
    with pytest.raises(InvalidQuestion, match="no norm 'TASKS' was defined"):
        reductions_due(connection, seen, SEPTEMBER, scheme)
    seen = recorded(location, connection, [told(norm, "2026-09-01")])._replace(on=seen.on)
    dues = reductions_due(connection, seen, SEPTEMBER, scheme)
    assert dues
    assert all((due.counted, due.amount, len(due.evidence) > 1) == (1, 500, True) for due in dues)
    # Each once a period: one is allowed, so nothing is due
    assert reductions_due(connection, seen, SEPTEMBER, scheme_of(text)) == []


def calendar(name: str, last: str) -> Event:
    return told(BusinessCalendarPublished(
        calendar=name, zone=ZONE, first_day=date(2026, 1, 1), last_day=date.fromisoformat(last),
        week=tuple(Workday(weekday=n, shifts=("09:00-18:00",)) for n in range(1, 6)),
    ), "2025-12-01")  # fmt: skip


def test_business_hours_are_by_the_calendar_named_or_the_only_one(
    location: Location, connection: Connection
) -> None:
    metric = "response_business_within_norm"
    plain = component(metric, "1")
    named = plain.replace("version = 1", 'version = 1\ncalendar = "office"', 1)
    asked = told(
        InquiryReceived(inquiry="I", channel="web"), "2026-09-04T17:30:00+03:00", client="C-0"
    )
    answer = told(CallLogged(direction="outbound", outcome="reached"), "2026-09-07T09:20:00+03:00",
                  client="C-0", performed_by="E-1")  # fmt: skip
    seen = seen_from(location, connection, asked, answer)
    with pytest.raises(InvalidQuestion, match="name a business calendar; there are: none"):
        figure_of(connection, seen, plain, metric)
    # A calendar that ends before the period does
    seen = recorded(location, connection, [calendar("office", "2026-09-15")])._replace(on=seen.on)
    for text in (
        plain,
        named,
        SCHEME.replace("version = 1", 'version = 1\ncalendar = "office"', 1),
    ):
        with pytest.raises(InvalidQuestion, match="'office' covers 15 of the 30 days of 2026-09"):
            compute_statements(connection, seen, SEPTEMBER, scheme_of(text))
    seen = recorded(location, connection, [calendar("office", "2026-12-31")])._replace(on=seen.on)
    for text in (plain, named):
        told_ = figure_of(connection, seen, text, metric)
        assert (told_["numerator"], told_["denominator"]) == (1, 1)
        (one, *_) = compute_statements(connection, seen, SEPTEMBER, scheme_of(text))
        assert one.content["calendar"] == "office"
    # Of two, the one named, or else the default
    seen = recorded(location, connection, [calendar("shop", "2026-12-31")])._replace(on=seen.on)
    assert figure_of(connection, seen, named, metric)["numerator"] == 1
    with pytest.raises(InvalidQuestion, match="there are: office, shop"):
        figure_of(connection, seen, plain, metric)
    seen = recorded(location, connection, [calendar("default", "2026-12-31")])._replace(on=seen.on)
    assert figure_of(connection, seen, plain, metric)["numerator"] == 1


def test_a_fact_told_twice_and_retracted_is_lost_to_both_and_one_never_told_is_not_confirmed(
    location: Location, connection: Connection
) -> None:
    def points(who: str, *events: Event) -> Decimal:
        seen = recorded(location, connection, events)._replace(on=SEPTEMBER.end(ZONE))
        text = component("contributions", "4")
        found: Decimal = figure_of(connection, seen, text, "contributions", who)["fact"]
        return found

    seen_from(location, connection)
    first, second = ({"client": "C-1", "performed_by": f"E-{n}"} for n in (1, 2))
    inn = ClientFactRecorded(field="inn", value="1")
    assert points("E-1", told(inn, "2026-09-02", **first), told(inn, "2026-09-03", **second)) == 1
    checked = ClientFactConfirmed(fields=("inn", "phone"), method="call")
    assert points("E-2", told(checked, "2026-09-04", **second)) == 1, "nobody has told the phone"
    # The value that all three stood for is retracted
    wrong = ClientFactRetracted(field="inn", reason="wrong")
    assert points("E-1", told(wrong, "2026-09-05", client="C-1")) == 0
    assert points("E-2") == 0
    # What is retracted is no more confirmed than what was never told
    assert points("E-2", told(checked, "2026-09-06", **second)) == 0


def test_entries_are_paid_once_and_no_more_when_retracted_or_annulled(
    location: Location, connection: Connection
) -> None:
    text = component("contributions", "4")
    more = {"client": "C-1", "performed_by": "E-1"}

    def points(*events: Event, who: str = "E-1") -> Decimal:
        seen = recorded(location, connection, events)._replace(on=SEPTEMBER.end(ZONE))
        found: Decimal = figure_of(connection, seen, text, "contributions", who)["fact"]
        return found

    seen_from(location, connection)
    assert points() == 0
    # Given three facts, each is a point
    facts = [
        told(ClientFactRecorded(field=field, value="1"), f"2026-09-{day}", **more)
        for field, day in (("inn", "02"), ("phone", "03"), ("city", "04"))
    ]
    assert points(*facts) == 3
    # Told again, by whomever, it is none; told otherwise it is one
    again = ClientFactRecorded(field="inn", value="1")
    assert points(told(again, "2026-09-05", **more)) == 3
    assert points(told(again, "2026-09-05", **more | {"performed_by": "E-2"}), who="E-2") == 0
    assert points(told(ClientFactRecorded(field="inn", value="2"), "2026-09-06", **more)) == 4
    # Retracted it is lost, and so is one whose event is annulled
    wrong = told(ClientFactRetracted(field="phone", reason="wrong"), "2026-09-08", client="C-1")
    assert points(wrong) == 3
    assert points(annulment(facts[2], key="an entry by mistake")) == 2
    # And half the target is half the index
    seen = recorded(location, connection, [])._replace(on=SEPTEMBER.end(ZONE))
    told_ = figure_of(connection, seen, text, "contributions")
    assert (told_["kind"], told_["index"]) == ("process", Decimal("0.5"))
