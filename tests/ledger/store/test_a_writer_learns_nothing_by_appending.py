"""Who may append but not read is told nothing that they have not said themselves."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from ledger import log
from ledger.database import Connection, Location, connect
from ledger.errors import ConditionFailed, KeyConflict, NotAllowed
from ledger.log import Condition, Item, Query
from ledger.receipts import record_all
from ledger.store import Store
from tests.ledger.schema.logins import login
from tests.ledger.store.samples import encoded


@pytest.fixture
def theirs(any_location: Location) -> Iterator[Location]:
    """The ledger as a login sees it that may append alone, with a secret in it."""
    with closing(connect(any_location, "owner")) as owner:
        log.append(owner, [encoded("k", "the secret")])
    with login(any_location, "writer") as location:
        yield location


@pytest.fixture
def writer(theirs: Location) -> Iterator[Connection]:
    with closing(connect(theirs, "writer")) as connection:
        yield connection


def test_a_conflict_shows_what_is_recorded_to_readers_alone(
    any_location: Location, theirs: Location, writer: Connection
) -> None:
    (found,) = log.append(writer, [encoded("k", "a guess")], atomic=False)
    assert (found.outcome, found.stored) == ("conflict", None)
    with Store(theirs, "writer") as store, pytest.raises(KeyConflict) as refused:
        record_all(store, [encoded("k", "a guess"), encoded("l")])
    assert "the secret" not in str(refused.value)
    assert "is not shown to this login" in str(refused.value)
    with (
        login(any_location, "writer", "auditor") as also,
        closing(connect(also, "writer")) as reader,
    ):
        (known,) = log.append(reader, [encoded("k", "a guess")], atomic=False)
        assert known.stored == encoded("k", "the secret").body


def test_a_conflict_shows_a_login_its_own(writer: Connection) -> None:
    log.append(writer, [encoded("own", "one")])
    (found,) = log.append(writer, [encoded("own", "two")], atomic=False)
    assert found.stored == encoded("own", "one").body


@pytest.mark.parametrize(
    "items", [(), (Item(("call.logged",)),), (Item((), ("client:C-1",)), Item())]
)
def test_a_condition_of_who_may_not_read_names_a_tag(
    writer: Connection, items: tuple[Item, ...]
) -> None:
    with pytest.raises(NotAllowed, match="must name a tag in each item"):
        log.append(writer, [encoded("n")], condition=Condition(Query(items)))


def test_what_it_was_told_stays_on_record(any_location: Location, writer: Connection) -> None:
    asked = Condition(Query((Item(("call.logged",), ("client:C-1",)),)))
    with pytest.raises(ConditionFailed):
        log.append(writer, [encoded("n")], condition=asked)
    never = Condition(Query((Item(("call.logged",), ("client:C-9",)),)))
    log.append(writer, [encoded("m")], condition=never)
    with closing(connect(any_location, "owner")) as owner:
        with pytest.raises(ConditionFailed):
            log.append(
                owner, [encoded("o")], condition=asked
            )  # which may read, and leaves no trace
        found = owner.execute("SELECT login, condition FROM failed_conditions").fetchall()
    assert found == [
        (
            writer.info.user,
            {
                "query": [{"types": ["call.logged"], "tags": ["client:C-1"], "after": 0}],
                "after": 0,
            },
        )
    ]
