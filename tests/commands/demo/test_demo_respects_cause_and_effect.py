"""Everything is read from the events alone, in the order of happening, annulled ones left out."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from commands.demo.workdays import MOSCOW, is_working

History = list[dict[str, Any]]
ENDS = {"task": {"task.completed", "task.cancelled"}, "deal": {"deal.won", "deal.lost"}}


def _of(history: History, *types: str) -> History:
    return [event for event in history if event["type"] in types]


def _lives(history: History, subject: str, *prefixes: str) -> dict[str, History]:
    """The events of each deal, task … by its id."""
    found = defaultdict(list)
    for event in history:
        if event["type"].startswith(prefixes or (f"{subject}.", f"{subject}_")):
            found[event["data"][subject]].append(event)
    return found


def _owners(history: History) -> dict[str, list[tuple[datetime, str | None]]]:
    owners = defaultdict(list)
    taken = {"client.reserved", "curator.assigned", "client.reassigned"}
    for event in history:
        if event["type"] in taken:
            data = event["data"]
            owners[event["client"]].append(
                (event["at"], data.get("to_employee", data.get("employee")))
            )
        elif event["type"] in ("client.released", "reservation.expired"):
            owners[event["client"]].append((event["at"], None))
    return owners


def _at(spells: list[tuple[datetime, Any]], at: datetime) -> Any:
    return next((value for since, value in reversed(spells) if since < at), None)


def test_nobody_acts_before_being_hired_or_after_leaving(history: History) -> None:
    hired = {e["data"]["employee"]: e["at"] for e in _of(history, "employee.hired")}
    left = {e["data"]["employee"]: e["at"] for e in _of(history, "employee.departed")}
    forever = datetime.max.replace(tzinfo=UTC)
    for event in history:
        for who in filter(None, (event.get("performed_by"), event["data"].get("assignee"))):
            assert hired[who] <= event["at"] < left.get(who, forever), event
        if event["recorded_by"].startswith("E-"):
            assert hired[event["recorded_by"]] <= event["at"], event


def test_nobody_gets_a_client_before_being_hired_or_after_leaving(history: History) -> None:
    hired = {e["data"]["employee"]: e["at"] for e in _of(history, "employee.hired")}
    left = {e["data"]["employee"]: e["at"] for e in _of(history, "employee.departed")}
    for spells in _owners(history).values():
        for since, owner in spells:
            assert owner is None or hired[owner] <= since
            assert owner not in left or since < left[owner]


def test_nobody_acts_while_away(history: History) -> None:
    away = defaultdict(list)
    for event in _of(history, "absence.recorded"):
        days = event["data"]["first_day"], event["data"]["last_day"]
        away[event["data"]["employee"]].append(tuple(map(date.fromisoformat, days)))
    for event in history:
        day = event["at"].astimezone(MOSCOW).date()
        for first, last in away[event.get("performed_by")]:
            assert not first <= day <= last, event


def test_people_act_in_working_hours(history: History) -> None:
    for event in history:
        if "performed_by" in event:
            at = event["at"].astimezone(MOSCOW)
            assert is_working(at.date()), event
            assert 9 <= at.hour < 20, event


def test_no_client_is_dealt_with_before_it_is_known(history: History) -> None:
    known = set()
    for event in history:
        if event["type"] in ("client.registered", "prospect.registered"):
            assert event["client"] not in known
            known.add(event["client"])
        assert event.get("client") is None or event["client"] in known, event
    assert len(known) == 600


def test_a_transfer_names_the_owner_it_takes_the_client_from(history: History) -> None:
    owners = _owners(history)
    for event in _of(history, "client.reassigned", "client.released"):
        assert event["data"]["from_employee"] == _at(owners[event["client"]], event["at"]), event
        assert event["data"]["from_employee"] != event["data"].get("to_employee")


def test_a_reservation_follows_an_offer_and_a_curator_a_reservation(history: History) -> None:
    offered, reserved = set(), {}
    old = {event["client"] for event in _of(history, "client.registered")}
    for event in history:
        client, data = event.get("client"), event["data"]
        if event["type"] == "offer.sent":
            offered.add(client)
        elif event["type"] == "client.reserved":
            assert client in offered
            reserved[client] = data["employee"]
        elif event["type"] in ("curator.assigned", "reservation.expired") and client not in old:
            assert reserved[client] == data["employee"]


def test_a_prospect_is_qualified_then_reserved_and_converted_by_its_first_win(
    history: History,
) -> None:
    won: dict[str, str] = {}
    qualified, converted = set(), set()
    for event in history:
        client = event.get("client")
        if event["type"] == "deal.won":
            won.setdefault(client, event["data"]["deal"])
        elif event["type"] == "prospect.qualified":
            qualified.add(client)
        elif event["type"] == "client.reserved":
            assert client in qualified
        elif event["type"] == "prospect.converted":
            assert won[client] == event["data"]["first_deal"]
            assert client not in converted
            converted.add(client)
    prospects = {event["client"] for event in _of(history, "prospect.registered")}
    assert converted == prospects & won.keys()


def test_a_deal_is_opened_enters_stages_and_is_then_won_or_lost(history: History) -> None:
    for deal in _lives(history, "deal").values():
        types = [event["type"] for event in deal if event["type"] != "deal.reassigned"]
        assert types[:2] == ["deal.opened", "deal_stage.entered"]
        assert types.count("deal.opened") == 1
        for before, after in pairwise(types):
            assert (before in ENDS["deal"]) <= (after == "deal.reopened"), types
            assert (after == "deal.reopened") <= (before == "deal.lost"), types
        if types[-1] == "deal.won":
            assert types.count("deal_stage.entered") == 5


def test_a_deal_is_held_by_the_owner_of_its_client(history: History) -> None:
    owners = _owners(history)
    for deal in _lives(history, "deal").values():
        holder = deal[0]["data"]["holder"]
        for event in deal:
            if event["type"] == "deal.reassigned":
                assert event["data"]["from_holder"] == holder
                holder = event["data"]["to_holder"]
            elif "client" in event:
                a_minute_ago = event["at"] - timedelta(minutes=1)  # the deal follows its client
                assert holder == _at(owners[event["client"]], a_minute_ago), event


@pytest.mark.parametrize(
    ("subject", "first", "others"),
    [
        ("offer", "offer.sent", {"offer.accepted", "offer.declined", "offer.expired"}),
        ("meeting", "meeting.planned", {"meeting.held", "meeting.cancelled"}),
    ],
)
def test_what_is_sent_or_planned_has_at_most_one_outcome(
    history: History, subject: str, first: str, others: set[str]
) -> None:
    for life in _lives(history, subject).values():
        assert life[0]["type"] == first
        assert len(life) <= 2
        assert all(event["type"] in others for event in life[1:])
        assert len({event["client"] for event in life}) == 1


def test_a_task_is_given_once_and_rests_when_done(history: History) -> None:
    for task in _lives(history, "task").values():
        types = [event["type"] for event in task]
        assert types[0] == "task.assigned"
        assert types.count("task.assigned") == 1
        assert not ENDS["task"] & set(types[:-1]), types
        done = [e["data"]["step"] for e in task if e["type"] == "task_step.done"]
        assert done == task[0]["data"].get("steps", [])[: len(done)]


def test_some_tasks_are_late_some_extended_some_cancelled(history: History) -> None:
    late = extended = 0
    for task in _lives(history, "task").values():
        due = datetime.fromisoformat(task[0]["data"]["due_at"])
        moved = _of(task, "task_deadline.extended")
        extended += len(moved)
        due = datetime.fromisoformat(moved[-1]["data"]["due_at"]) if moved else due
        late += any(event["at"] > due for event in _of(task, "task.completed"))
    assert late >= 10
    assert extended >= 10
    assert len(_of(history, "task.cancelled")) >= 10


def test_a_case_is_opened_resolved_and_closed_in_this_order(history: History) -> None:
    order = ("case.opened", "case.acknowledged", "case.resolved", "case.closed")
    for case in _lives(history, "case").values():
        types = [event["type"] for event in case]
        firsts = [types.index(type_) for type_ in order if type_ in types]
        assert firsts == sorted(firsts)
        assert tuple(t for t in order if t in types) == order[: len(firsts)]
        assert "case.closed" not in types[:-1]
        due = {e["data"]["deadline"]: e["data"]["due_at"] for e in _of(case, "case_deadline.set")}
        for breach in _of(case, "case_deadline.breached"):
            assert due[breach["data"]["deadline"]] == breach["data"]["due_at"]
            assert breach["at"] == datetime.fromisoformat(breach["data"]["due_at"])


def test_facts_and_people_are_known_before_they_change(history: History) -> None:
    facts, people = set(), set()
    for event in history:
        client, data = event.get("client"), event["data"]
        if event["type"] == "client_fact.recorded":
            facts.add((client, data["field"]))
        elif event["type"] == "client_fact.retracted":
            facts.remove((client, data["field"]))
        elif event["type"] == "client_fact.confirmed":
            assert {(client, field) for field in data["fields"]} <= facts
        elif event["type"] == "contact_person.added":
            people.add((client, data["contact"]))
        elif event["type"] == "contact_person.left":
            people.remove((client, data["contact"]))
        elif event["type"] == "contact_role.changed":
            assert (client, data["contact"]) in people


def test_a_purchase_of_a_deal_follows_its_win(history: History) -> None:
    won = set()
    for event in _of(history, "deal.won", "purchase.recorded"):
        deal = event["data"].get("deal")
        if event["type"] == "deal.won":
            won.add(deal)
        else:
            assert deal is None or deal in won


def test_holidays_and_weekends_are_quiet(history: History) -> None:
    year = [event["at"].astimezone(MOSCOW).date() for event in history if event["at"].year == 2025]
    assert sum(not is_working(day) for day in year) / len(year) < 0.02
