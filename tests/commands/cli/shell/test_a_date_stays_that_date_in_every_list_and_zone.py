"""History known by the day only: no list makes it the evening before, west of Greenwich."""

import json

import pytest

from tests.commands.cli.conftest import Here, Run, event, jsonl

DAY = "2025-03-01"
FACTS = (
    ("employee.hired", {"employee": "E-1", "name": "João"}, None),
    ("employee.hired", {"employee": "E-2", "name": "Ana"}, None),
    ("client.registered", {"kind": "company", "name": "Um"}, "C-1"),
    ("client.registered", {"kind": "company", "name": "Dois"}, "C-2"),
    ("client.registered", {"kind": "company", "name": "Três"}, "C-3"),
    ("curator.assigned", {"employee": "E-1"}, "C-1"),
    ("curator.assigned", {"employee": "E-2"}, "C-2"),
    ("call.logged", {"direction": "outbound", "outcome": "reached"}, "C-1"),
    ("call.logged", {"direction": "outbound", "outcome": "reached"}, "C-3"),
    ("client.merged", {"survivor": "C-2", "absorbed": "C-3", "evidence": "inn"}, "C-2"),
    ("employee.departed", {"employee": "E-2"}, None),
    ("client_fact.recorded", {"field": "inn", "value": "7"}, "C-1"),
    ("client_fact.confirmed", {"fields": ["inn"], "method": "call"}, "C-1"),
    ("deal.opened", {"deal": "D-1", "holder": "E-1"}, "C-1"),
    ("deal.won", {"deal": "D-1", "amount": "5"}, "C-1"),
    ("offer.sent", {"offer": "O-1"}, "C-1"),
    ("offer.accepted", {"offer": "O-1"}, "C-1"),
    ("task.assigned", {"task": "T-1", "title": "x", "assignee": "E-1"}, "C-1"),
    ("task.completed", {"task": "T-1"}, "C-1"),
    ("case.opened", {"case": "S-1"}, "C-1"),
    ("case.acknowledged", {"case": "S-1"}, "C-1"),
    ("case.assigned", {"case": "S-1", "assignee": "E-1"}, "C-1"),
    ("handover_pack.issued", {"employee": "E-1", "as_of": 5, "sha256": "0" * 64}, "C-1"),
    ("handover.accepted", {"employee": "E-1"}, "C-1"),
    ("case.resolved", {"case": "S-1"}, "C-1"),
    ("case.closed", {"case": "S-1"}, "C-1"),
)
LISTS = (
    ("clients",), ("employee", "orphans"), ("employee", "portfolio", "E-1"), ("deal", "list"),
    ("deal", "offers"), ("task", "list"), ("case", "list"), ("employee", "list"),
    ("employee", "departures"), ("card", "C-1"), ("owner", "C-1"),
    ("audit", "custody", "--client", "C-1"),
    ("deal", "history", "D-1"), ("case", "holders", "S-1"), ("handover", "list"),
    ("timeline", "C-1"), ("client", "diff", "C-1", "--from", "4", "--to", str(len(FACTS))),
)  # fmt: skip


@pytest.mark.parametrize("zone", ["America/Sao_Paulo", "Asia/Vladivostok"])
def test_what_is_known_by_the_day_is_shown_as_that_day(iledger: Run, here: Here, zone: str) -> None:
    lines = (
        event(number, type=kind, data=data, client=client, occurred_at=DAY)
        for number, (kind, data, client) in enumerate(FACTS)
    )
    done = iledger("append", "-", stdin=jsonl(*lines))
    assert done.returncode == 0, done.stderr
    for each in LISTS:
        for form in ("json", "csv", "table"):
            shown = here(*each, "--zone", zone, "--format", form).stdout
            assert DAY in shown, (each, form)
            for wrong in ("2025-02-28", f"{DAY}T", f"{DAY} "):
                assert wrong not in shown.replace(f"{DAY}  ", ""), (each, form, shown)
    (one, two) = json.loads(here("clients", "--zone", zone, "--format", "json").stdout)
    assert (two["last_contact_at"], two["owner_since"], two["since"]) == (DAY, DAY, DAY)
    assert one["last_contact_at"] == DAY, "heard of under the id that it has absorbed"
