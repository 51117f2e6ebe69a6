"""Within the day or month that something is known as, the order of recording decides."""

import json
from typing import Any

import pytest

from ledger.envelope import event_id
from ledger.errors import Refused
from tests.commands.cli.conftest import Here, Run, event, jsonl

TIME, DAY, MONTH, BEFORE = "2025-05-06T10:00+03:00", "2025-05-06", "2025-05", "2025-01-01"
Line = tuple[str, str, dict[str, Any]]  # type, occurred_at, data
# First at a time, then on that day; what is asked, and what the first row says then.
PAIRS: dict[str, tuple[list[Line], str, dict[str, Any]]] = {
    "who was hired and left": (
        [("employee.hired", TIME, {"employee": "H", "name": "N", "unit": "U"}),
         ("employee.departed", DAY, {"employee": "H"})],
        "employee departures", {"employee": "H"},
    ),
    "a role revoked": (
        [("role.granted", TIME, {"employee": "E-3", "role": "adm"}),
         ("role.revoked", DAY, {"employee": "E-3", "role": "adm"})],
        "access role list --employee E-3", {},
    ),
    "a member of the team removed": (
        [("account_team_member.added", TIME, {"employee": "E-3", "team_role": "sales"}),
         ("account_team_member.removed", DAY, {"employee": "E-3"})],
        "card C-1 account_team", {},
    ),
    "a contact person who left": (
        [("contact_person.added", TIME, {"contact": "P-1", "name": "A"}),
         ("contact_person.left", DAY, {"contact": "P-1"})],
        "card C-1 contact_persons", {"has_left": True},
    ),
    "a fact retracted": (
        [("client_fact.recorded", TIME, {"field": "gone", "value": "old"}),
         ("client_fact.retracted", DAY, {"field": "gone", "reason": "r"})],
        "card C-1 facts", {},
    ),
    "a fact that has changed": (
        [("client_fact.recorded", TIME, {"field": "site", "value": "old"}),
         ("client_fact.recorded", DAY, {"field": "site", "value": "new"})],
        "card C-1 facts", {"value": "new"},
    ),
    "a case reopened": (
        [("case.opened", BEFORE, {"case": "S-1"}), ("case.resolved", TIME, {"case": "S-1"}),
         ("case.reopened", DAY, {"case": "S-1"})],
        "case list", {"status": "open", "reopened": 1},
    ),
    "a case resolved after all": (
        [("case.opened", BEFORE, {"case": "S-1"}), ("case.reopened", TIME, {"case": "S-1"}),
         ("case.resolved", DAY, {"case": "S-1"})],
        "case list", {"status": "resolved"},
    ),
    "who holds a case, and its state": (
        [("case.opened", BEFORE, {"case": "S-1"}),
         ("case.assigned", TIME, {"case": "S-1", "assignee": "E-1"}),
         ("case_state.entered", TIME, {"case": "S-1", "state": "a"}),
         ("case.assigned", DAY, {"case": "S-1", "assignee": "E-2"}),
         ("case_state.entered", DAY, {"case": "S-1", "state": "b"})],
        "case list", {"assignee": "E-2", "state": "b"},
    ),
    "who holds a deal, and its stage": (
        [("deal.opened", BEFORE, {"deal": "D-1", "holder": "E-1"}),
         ("deal_stage.entered", TIME, {"deal": "D-1", "stage": "Offer"}),
         ("deal.reassigned", TIME, {"deal": "D-1", "to_holder": "E-2"}),
         ("deal_stage.entered", DAY, {"deal": "D-1", "stage": "Contract"}),
         ("deal.reassigned", DAY, {"deal": "D-1", "to_holder": "E-3"})],
        "deal list", {"stage": "Contract", "holder": "E-3"},
    ),
    "who has a task": (
        [("task.assigned", TIME, {"task": "T-1", "title": "t", "assignee": "E-1"}),
         ("task.assigned", DAY, {"task": "T-1", "title": "t", "assignee": "E-2"})],
        "task list", {"assignee": "E-2"},
    ),
    "an offer accepted after all": (
        [("offer.sent", BEFORE, {"offer": "O-1"}), ("offer.declined", TIME, {"offer": "O-1"}),
         ("offer.accepted", DAY, {"offer": "O-1"})],
        "deal offers", {"state": "accepted"},
    ),
    "a deal lost in the month": (
        [("deal.opened", BEFORE, {"deal": "D-1"}),
         ("deal.won", DAY, {"deal": "D-1", "amount": 1, "currency": "RUB"}),
         ("deal.lost", MONTH, {"deal": "D-1"})],
        "deal list --status lost", {"deal": "D-1"},
    ),
    "a client released in the month": (
        [("curator.assigned", DAY, {"employee": "E-1"}),
         ("client.released", MONTH, {"reason": "pool"})],
        "owner C-1 owner", {"owner": None},
    ),
}  # fmt: skip


@pytest.mark.parametrize("story", PAIRS)
def test_what_is_recorded_later_on_a_day_holds(iledger: Run, here: Here, story: str) -> None:
    lines, question, expected = PAIRS[story]
    recorded(iledger, *lines)
    words, part = question.split(), ""
    if words[0] in ("card", "owner"):
        part = words.pop()
    answer = asked(here, *words)
    rows = answer[part] if part else answer
    assert {name: rows[0][name] for name in expected} == expected if expected else rows == []


def test_who_owned_the_client_by_then_is_credited(iledger: Run, here: Here) -> None:
    recorded(
        iledger,
        ("curator.assigned", BEFORE, {"employee": "E-1"}),
        ("purchase.recorded", DAY, {"purchase": "P-1", "amount": 1, "currency": "RUB"}),
        ("client.reassigned", TIME, {"from_employee": "E-1", "to_employee": "E-2",
                                     "reason": "workload"}),
        ("purchase.recorded", DAY, {"purchase": "P-2", "amount": 10, "currency": "RUB"}),
    )  # fmt: skip
    for zone in ("Europe/Moscow", "America/New_York", "Asia/Vladivostok"):
        rows = asked(here, "metrics", "--metric", "purchase_value", "--by", "employee",
                     "--zone", zone)  # fmt: skip
        assert {row["group"]: row["value"] for row in rows} == {"E-1": 1, "E-2": 10}


OWNED: Line = ("curator.assigned", BEFORE, {"employee": "E-1"})
MOVED: Line = ("client.reassigned", TIME,
               {"from_employee": "E-1", "to_employee": "E-2", "reason": "workload"})  # fmt: skip
EARLIER: Line = ("client.reassigned", "2025-05-06T09:00+03:00",
                 {"from_employee": "E-1", "to_employee": "E-3", "reason": "workload"})  # fmt: skip
BOUGHT: dict[str, Any] = {"purchase": "P-1", "amount": 1, "currency": "RUB"}


def annulling(number: int) -> Line:
    """The annulment of the event recorded as the one of this number."""
    event = str(event_id("pbx", f"pbx-{number}"))
    return (
        "event.annulled",
        BEFORE,
        {"event": event, "annulled_type": "client.reassigned", "reason": "x"},
    )


@pytest.mark.parametrize(
    ("lines", "owner"),
    [
        ([OWNED, MOVED, ("purchase.recorded", DAY, BOUGHT)], "E-2"),
        ([OWNED, ("purchase.recorded", DAY, BOUGHT), MOVED], "E-1"),
        ([OWNED, MOVED, ("purchase.recorded", "2025-05-05", BOUGHT)], "E-1"),
        ([OWNED, MOVED, ("purchase.recorded", "2025-04", BOUGHT)], "E-1"),
        ([OWNED, MOVED, ("purchase.recorded", MONTH, BOUGHT)], "E-2"),
        # Its place is settled by what is known when it is recorded.
        ([OWNED, MOVED, annulling(2), ("purchase.recorded", DAY, BOUGHT), EARLIER], "E-1"),
        ([OWNED, ("purchase.recorded", DAY, BOUGHT), MOVED, EARLIER], "E-1"),
        ([OWNED, MOVED, ("purchase.recorded", DAY, BOUGHT), annulling(2), MOVED], "E-1"),
    ],
)
def test_who_is_credited_follows_from_the_order_of_recording(
    iledger: Run, here: Here, lines: list[Line], owner: str
) -> None:
    recorded(iledger, *lines)
    rows = asked(here, "metrics", "--metric", "purchase_value", "--by", "employee")
    assert [row["group"] for row in rows] == [owner]


def test_an_earlier_answer_stays_though_what_gave_the_place_was_annulled_since(
    iledger: Run, here: Here
) -> None:
    recorded(iledger, OWNED, MOVED, ("purchase.recorded", DAY, BOUGHT), annulling(2))
    question = "metrics", "--metric", "purchase_value", "--by", "employee"
    groups = [[row["group"] for row in asked(here, *question, *then)]
              for then in ((), ("--as-of", "4"))]  # fmt: skip
    assert groups == [["E-1"], ["E-2"]]


def test_a_month_is_credited_by_what_had_changed_hands_by_the_day_asked_for(
    iledger: Run, here: Here
) -> None:
    recorded(iledger, OWNED, MOVED, ("purchase.recorded", MONTH, BOUGHT))
    question = "metrics", "--metric", "purchase_value", "--by", "employee"
    groups = [[row["group"] for row in asked(here, *question, "--on", day)]
              for day in ("2025-05-03", "2025-05-31")]  # fmt: skip
    assert groups == [["E-1"], ["E-2"]]


def test_what_has_come_after_an_event_takes_its_place_anew_when_that_is_annulled(
    iledger: Run, here: Here
) -> None:
    lines = OWNED, MOVED, ("purchase.recorded", DAY, BOUGHT), EARLIER
    credited = []
    for more in ((), (annulling(2),)):
        recorded(iledger, *lines, *more)
        rows = asked(here, "metrics", "--metric", "purchase_value", "--by", "employee")
        credited.append([row["group"] for row in rows])
    assert credited == [["E-2"], ["E-1"]]


DEAL: tuple[Line, Line] = (
    ("deal.opened", BEFORE, {"deal": "D", "holder": "E-1", "amount": 5, "currency": "RUB"}),
    ("deal.reassigned", TIME, {"deal": "D", "to_holder": "E-2"}),
)


@pytest.mark.parametrize("at", [DAY, MONTH])
@pytest.mark.parametrize(
    ("metric", "closed"),
    [
        ("won_value", ("deal.won", {"amount": 5, "currency": "RUB"})),
        ("deals_lost", ("deal.lost", {})),
    ],
)
def test_who_held_a_deal_by_then_is_credited_with_its_end(
    iledger: Run, here: Here, metric: str, closed: tuple[str, dict[str, Any]], at: str
) -> None:
    recorded(iledger, *DEAL, (closed[0], at, {"deal": "D", **closed[1]}))
    assert [
        row["group"] for row in asked(here, "metrics", "--metric", metric, "--by", "employee")
    ] == ["E-2"]


def test_a_deal_won_after_all_was_not_won_before_it_was_lost(iledger: Run, here: Here) -> None:
    lost, won = (
        ("deal.lost", TIME, {"deal": "D"}),
        ("deal.won", DAY, {"deal": "D", "amount": 5, "currency": "RUB"}),
    )
    recorded(iledger, DEAL[0], lost, won)
    assert asked(here, "deal", "list", "--on", "2025-05-06T05:00+03:00")[0]["status"] == "open"
    assert asked(here, "deal", "list")[0]["status"] == "won"
    assert [row["status"] for row in asked(here, "deal", "history", "D")] == ["open", "lost", "won"]


@pytest.mark.parametrize("at", [DAY, MONTH])
def test_who_comes_back_on_the_day_of_leaving_is_there(iledger: Run, here: Here, at: str) -> None:
    hired = {"employee": "H", "name": "N"}
    added = {"contact": "P-1", "name": "A"}
    recorded(
        iledger,
        ("employee.hired", BEFORE, hired), ("employee.departed", TIME, {"employee": "H"}),
        ("employee.hired", at, hired),
        ("contact_person.added", BEFORE, added), ("contact_person.left", TIME, {"contact": "P-1"}),
        ("contact_person.added", at, added),
        ("conflict.reported", BEFORE, {"employee": "H"}),
        ("conflict.resolved", TIME, {"employee": "H", "outcome": "reconciled"}),
        ("conflict.reported", at, {"employee": "H"}),
    )  # fmt: skip
    assert {row["employee"]: row["departed"] for row in asked(here, "employee", "list")} == {
        "H": False
    }
    card = asked(here, "card", "C-1")
    assert card["contact_persons"][0]["has_left"] is False
    assert [row["name"] for row in card["open_conflicts"]] == ["H"]
    assert here("client", "assign", "C-1", "--to", "H", "--by", "E-1").exit_code == 0


def test_who_held_a_case_by_then_is_credited_with_its_end(iledger: Run, here: Here) -> None:
    recorded(
        iledger,
        ("case.opened", BEFORE, {"case": "S"}),
        ("case.assigned", BEFORE, {"case": "S", "assignee": "E-1"}),
        ("case.assigned", TIME, {"case": "S", "assignee": "E-2"}),
        ("case.resolved", DAY, {"case": "S"}),
    )
    rows = asked(here, "metrics", "--metric", "resolution_mean", "--by", "employee")
    assert [row["group"] for row in rows] == ["E-2"]


def test_a_beginning_recorded_late_begins_nothing_anew(iledger: Run, here: Here) -> None:
    recorded(
        iledger,
        ("contact_person.left", TIME, {"contact": "P-1"}),
        ("contact_person.added", DAY, {"contact": "P-1", "name": "A"}),
        ("task.completed", TIME, {"task": "T-1"}),
        ("task.assigned", DAY, {"task": "T-1", "title": "t", "assignee": "E-1"}),
    )
    assert asked(here, "card", "C-1")["contact_persons"][0]["has_left"] is True
    assert asked(here, "task", "list")[0]["state"] == "completed"


def test_what_the_new_owner_does_on_that_day_is_no_breach(iledger: Run, here: Here) -> None:
    recorded(iledger, OWNED, MOVED, ("offer.sent", DAY, {"offer": "O-1"}), performed_by="E-2")
    assert [row["breach"] for row in asked(here, "dispute", "claims", "C-1")][-1] is False
    assert asked(here, "client", "conflict", "list") == []


def test_who_left_by_a_decision_is_gone_for_decisions(iledger: Run, here: Here) -> None:
    recorded(iledger, *PAIRS["who was hired and left"][0])
    with pytest.raises(Refused, match=r"H"):
        here("client", "assign", "C-1", "--to", "H", "--by", "E-1")


def recorded(iledger: Run, *lines: Line, **more: str) -> None:
    registered = ("client.registered", "2024-01-01", {"kind": "company", "name": "A"})
    told = [
        event(number, type=type_, occurred_at=at, client="C-1", data=data, import_batch="B", **more)
        for number, (type_, at, data) in enumerate([registered, *lines])
    ]
    done = iledger("append", stdin=jsonl(*told))
    assert done.returncode == 0, done.stderr


def asked(here: Here, *words: str) -> Any:
    return json.loads(here(*words, "--format", "json").stdout)
