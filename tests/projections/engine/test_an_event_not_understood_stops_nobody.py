"""What this program cannot understand is passed over, listed and shown; the rest counts as ever."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import sql

from ledger import codec, log
from ledger.api import Ledger
from ledger.database import Connection, Location
from ledger.envelope import NEVER, Event, Recorded, Row, Unreadable
from ledger.errors import NotAllowed
from ledger.events.clients import ClientRegistered
from ledger.events.contacts import CallLogged
from ledger.events.work import TaskAssigned
from projections.engine import not_understood, registry
from projections.engine.catch_up import catch_up
from projections.engine.not_understood import concerning
from projections.engine.rebuild import rebuild
from projections.engine.runner import unfold
from projections.engine.verify import verify
from projections.questions.clients.card import card, timeline
from projections.view import View
from tests.ledger.schema.logins import role_of
from tests.ledger.store.samples import slip_in
from tests.projections.ledgers import rows
from tests.projections.random_events import annulment, histories
from tests.projections.stories import broken, told
from tests.surroundings.groups import examples

NOW = View.now(8)
CALL = CallLogged(direction="outbound", outcome="reached")


CALLS = [told(CALL, "2026-01-02", client="C-1") for _ in range(6)]
UNREADABLE = {
    "unknown type": broken(CALLS[0], type="parcel.delivered"),
    "a version from the future": broken(CALLS[1], version=7),
    "content of another shape": broken(CALLS[2], data={"direction": 5}),
    "no content": broken(CALLS[3], data=None),
    "no envelope": codec.encode(CALLS[4])._replace(body=b'{"occurred_at": "?"}'),
    "no JSON": codec.encode(CALLS[5])._replace(body=b"\xff{"),
}
REASONS = (
    "its type is unknown to this program",
    "its version 7 is newer than 1",
    "its content cannot be read",
    "its content cannot be read",
    "its content cannot be read",
    "its content cannot be read",
)
REGISTERED = told(ClientRegistered(kind="company", name="Oak"), "2026-01-01", client="C-1")


@pytest.fixture
def passed_over(owner: Connection, location: Location) -> Connection:
    """A ledger with each of these at positions 2 to 7, and a task after them."""
    task = told(TaskAssigned(task="T-1", title="Call", assignee="E-1"), "2026-01-03", client="C-1")
    slip_in(owner, [codec.encode(REGISTERED), *UNREADABLE.values(), codec.encode(task)])
    catch_up(owner, location)
    return owner


def test_it_is_listed_with_its_position_type_and_reason(passed_over: Connection) -> None:
    found = concerning(passed_over, NOW, None)
    assert [each.position for each in found] == [2, 3, 4, 5, 6, 7]
    assert [each.type for each in found] == ["parcel.delivered", *["call.logged"] * 5]
    for each, reason in zip(found, REASONS, strict=True):
        assert each.reason.startswith(reason)


def test_what_stands_before_and_after_it_counts(passed_over: Connection) -> None:
    found = card(passed_over, NOW, "C-1")
    assert found.identity[0].value == "Oak"
    assert [task.name for task in found.open_tasks] == ["T-1"]
    assert found.contacts == []


def test_the_timeline_shows_it_as_not_understood(passed_over: Connection) -> None:
    found = timeline(passed_over, NOW, "C-1", kinds=["not_understood"])
    assert [line.position for line in found] == [2, 3, 4, 5, 6, 7]
    assert all(line.summary.startswith("not understood: its ") for line in found)
    assert found[0].type == "parcel.delivered"
    assert [line.recorded_by for line in found] == [*["crm"] * 4, "?", "?"]


def test_it_concerns_only_its_client_and_what_is_known_by_then(passed_over: Connection) -> None:
    assert len(concerning(passed_over, NOW, ["C-1", "C-2"])) == 6
    assert concerning(passed_over, NOW, ["C-2"]) == []
    assert len(concerning(passed_over, View.now(3), None)) == 2
    before = NOW._replace(on=datetime(2025, 12, 1, tzinfo=UTC))
    assert concerning(passed_over, before, None) == []


def test_once_annulled_it_concerns_nobody(passed_over: Connection, location: Location) -> None:
    log.append(passed_over, [codec.encode(annulment(CALLS[0], key="no"))])
    catch_up(passed_over, location)
    assert len(concerning(passed_over, View.now(9), None)) == 5
    assert len(concerning(passed_over, NOW, None)) == 6


def test_a_rebuild_and_a_comparison_pass_over_it_too(
    passed_over: Connection, location: Location
) -> None:
    live = rows(passed_over)
    assert all(table.equal for table in verify(location).tables)
    rebuild(location)
    assert rows(passed_over) == live


def test_a_program_reads_on_and_is_told_why(passed_over: Connection, location: Location) -> None:
    with closing(Ledger(location)) as api:
        found = list(api.read())
    assert [each.position for each in found] == list(range(1, 9))
    assert [type(each.data) is Unreadable for each in found] == [False, *[True] * 6, False]
    assert (found[2].source, found[2].client, found[2].precision) == ("story", "C-1", "day")
    assert (found[6].source, found[6].client, found[6].precision) == ("", None, "instant")
    assert found[2].data.body == UNREADABLE["a version from the future"].body


def test_it_takes_its_place_with_a_program_that_understands_it(
    passed_over: Connection, location: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = codec._decoder

    def newer(type_: str, version: int) -> Callable[[bytes], Recorded]:
        return known(type_, 1 if version == 7 else version)

    monkeypatch.setattr(codec, "_decoder", newer)
    monkeypatch.setattr(registry, "fingerprint", lambda: "of a program that knows version 7")
    catch_up(passed_over, location)
    assert [each.position for each in concerning(passed_over, NOW, None)] == [2, 4, 5, 6, 7]
    contacts = {line.name: line.position for line in card(passed_over, NOW, "C-1").contacts}
    assert contacts["last contact"] == 3


def test_what_no_table_can_hold_is_passed_over_alone(owner: Connection, location: Location) -> None:
    """As a line that an older version of this program accepted: more than a number's column."""
    before, after = (told(CALL, "2026-01-02", client="C-1") for _ in range(2))
    too_much = broken(before, data={"direction": "outbound", "outcome": "reached",
                                    "duration_s": 1 << 70}, key="huge")  # fmt: skip
    batch = [codec.encode(before), too_much._replace(key="huge"), codec.encode(after)]
    slip_in(owner, batch)
    for make in (lambda: catch_up(owner, location), lambda: rebuild(location)):
        make()
        (found,) = concerning(owner, NOW, None)
        assert (found.position, found.type) == (2, "call.logged")
        contacts = {line.name: line.value for line in card(owner, NOW, "C-1").contacts}
        assert contacts["call count"] == "2"


def test_a_projection_that_fails_on_an_event_passes_over_it(
    owner: Connection, location: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(event: Recorded) -> Iterator[NamedTuple]:
        raise ZeroDivisionError("no calls")

    unfolds = {**registry.unfolds(), "call.logged": (failing,)}
    monkeypatch.setattr(registry, "unfolds", lambda: unfolds)
    log.append(owner, [codec.encode(REGISTERED), codec.encode(CALLS[0])])
    catch_up(owner, location)
    (found,) = concerning(owner, NOW, None)
    assert found.reason == "ZeroDivisionError in a projection: no calls"
    assert card(owner, NOW, "C-1").identity[0].value == "Oak"


def test_what_is_wrong_with_a_table_is_the_fault_of_no_event(
    owner: Connection, location: Location
) -> None:
    log.append(owner, [codec.encode(REGISTERED), codec.encode(CALLS[0])])
    catch_up(owner, location)
    log.append(owner, [codec.encode(CALLS[1]), codec.encode(CALLS[2])])
    keeper = sql.Identifier(role_of(location, "keeper"))
    owner.execute(sql.SQL("REVOKE INSERT ON interactions FROM {}").format(keeper))
    with pytest.raises(NotAllowed, match="permission denied for table interactions"):
        catch_up(owner, location)
    owner.execute(sql.SQL("GRANT INSERT ON interactions TO {}").format(keeper))
    catch_up(owner, location)
    assert concerning(owner, NOW, None) == []
    contacts = {line.name: line.value for line in card(owner, NOW, "C-1").contacts}
    assert contacts["call count"] == "3"


@settings(max_examples=examples(30))
@given(history=histories(), strange=st.sets(st.integers(0, 30)))
def test_other_events_unfold_as_if_it_were_not_there(
    history: list[Event], strange: set[int]
) -> None:
    recorded = [
        Row(n, new.event_id, new.type, 7 if n in strange else new.version, NEVER,
            new.occurred_at, new.body, "")
        for n, new in enumerate(map(codec.encode, history))
    ]  # fmt: skip
    found = unfold(recorded, ZoneInfo("UTC"))
    passed = [each.position for each in found.pop(not_understood.PassedOver, [])]
    assert passed == [row.position for row in recorded if row.version == 7]
    assert found == unfold((row for row in recorded if row.version != 7), ZoneInfo("UTC"))
