"""`status`, `doctor` and `projections status` list what is not understood; answers remark on it."""

import json

import pytest

from ledger import codec
from ledger.database import Connection
from ledger.errors import Refused
from ledger.events.clients import ClientRegistered
from ledger.events.contacts import CallLogged
from ledger.events.ownership import CuratorAssigned
from ledger.events.people import EmployeeHired
from tests.commands.cli.conftest import Here
from tests.ledger.store.samples import slip_in
from tests.projections.stories import told

LISTED = {
    "position": 3,
    "type": "parcel.delivered",
    "reason": "its type is unknown to this program; install the package that defines it, or a "
    "newer interaction-ledger",
}


@pytest.fixture
def parcel(owner: Connection) -> Connection:
    """Two clients, and an event of the first that no class describes."""
    clients = [
        codec.encode(told(ClientRegistered(kind="company", name="Oak"), "2026-01-01", client=each))
        for each in ("C-1", "C-2")
    ]
    call = codec.encode(told(CallLogged(direction="inbound", outcome="reached"), client="C-1"))
    slip_in(owner, [*clients, call._replace(type="parcel.delivered")])
    return owner


@pytest.mark.parametrize("asked_before", [False, True])
def test_it_is_listed_with_position_type_and_reason(
    parcel: Connection, here: Here, asked_before: bool
) -> None:
    if asked_before:
        assert here("clients").exit_code == 0
    status = json.loads(here("status", "--format", "json").stdout)
    assert status["Not understood"] == [LISTED]
    doctor = json.loads(here("doctor", "--format", "json").stdout)
    (finding,) = [each for each in doctor if each["check"] == "events"]
    assert finding["result"] == "warn"
    assert finding["found"].startswith("not understood: position 3, parcel.delivered: its type is")
    table = here("projections", "status").stdout
    assert "parcel.delivered" in here("status").stdout
    (row,) = json.loads(here("projections", "status", "--format", "json").stdout)
    assert row["not_understood"] == [LISTED]
    assert "parcel.delivered" in table


def test_an_event_of_a_type_of_ours_in_version_0_is_listed(owner: Connection, here: Here) -> None:
    call = codec.encode(told(CallLogged(direction="inbound", outcome="reached"), client="C-1"))
    own = call._replace(type="own.fact", key="own")
    slip_in(owner, [call._replace(version=0), own._replace(version=0)])
    (found,) = json.loads(here("status", "--format", "json").stdout)["Not understood"]
    assert (found["position"], found["type"]) == (1, "call.logged")


def test_answers_that_it_could_concern_say_so_in_one_remark(parcel: Connection, here: Here) -> None:
    remark = "this answer passes over what could not be understood, at position 3; "
    for arguments in (["card", "C-1"], ["clients"], ["employee", "orphans"], ["timeline", "C-1"]):
        done = here(*arguments)
        assert done.exit_code == 0
        assert done.stderr.count(remark) == 1, arguments
    for arguments in (["card", "C-2"], ["clients", "--as-of", "2"]):
        assert remark not in here(*arguments).stderr
    assert "not understood: its type is unknown" in here("timeline", "C-1").stdout


def test_a_decision_that_depends_on_it_is_refused_and_others_are_taken(
    parcel: Connection, here: Here
) -> None:
    hired = codec.encode(told(EmployeeHired(employee="E-1", name="Anna"), "2026-01-01"))
    newer = codec.encode(told(CuratorAssigned(employee="E-2"), client="C-1"))._replace(version=9)
    stranger = codec.encode(told(EmployeeHired(employee="E-2", name="Olga"), "2026-01-01"))
    slip_in(parcel, [hired, newer, stranger._replace(version=9)])
    told_why = "event at position 5, curator.assigned, which .* install the newer version"
    with pytest.raises(Refused, match=told_why):
        here("client", "assign", "C-1", "--to", "E-1", "--by", "E-9")
    assert here("client", "assign", "C-2", "--to", "E-1", "--by", "E-9").exit_code == 0


def test_replay_shows_it_whole(parcel: Connection, here: Here) -> None:
    encoded = codec.encode(told(CallLogged(direction="inbound", outcome="reached"), client="C-1"))
    slip_in(parcel, [encoded._replace(body=b"{")])
    *_, third, last = here("replay", "--format", "jsonl").stdout.splitlines()
    assert json.loads(third)["data"] == {"direction": "inbound", "outcome": "reached"}
    assert (json.loads(last)["type"], json.loads(last)["base64"]) == ("call.logged", "ew==")
    assert "not understood" in here("replay").stdout
    assert here("replay", "--source", "story", "--since", "2026").exit_code == 0


def test_where_all_is_understood_nothing_is_said(owner: Connection, here: Here) -> None:
    assert "Not understood" not in here("status").stdout + here("status").stderr
    doctor = json.loads(here("doctor", "--format", "json").stdout)
    assert [each["result"] for each in doctor if each["check"] == "events"] == ["ok"]
