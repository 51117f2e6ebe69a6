"""A registered source takes events from its logins alone, and only those named; owners register."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from ledger import codec, log
from ledger.database import Connection, Location, connect
from ledger.envelope import Event, event_id
from ledger.errors import NotAllowed
from ledger.events.access import AccessPolicyPublished, LoginLinked, ProducerRegistered
from ledger.events.corrections import EventAnnulled
from tests.ledger.schema.logins import login
from tests.ledger.store.samples import call, encoded


@contextmanager
def writer(location: Location) -> Iterator[Connection]:
    with login(location, "writer") as theirs, closing(connect(theirs, "writer")) as connection:
        yield connection


@pytest.fixture
def owner(any_location: Location) -> Iterator[Connection]:
    with closing(connect(any_location, "owner")) as connection:
        yield connection


def said(key: str, content: Any) -> Event:
    return call(key, data=content, source="office", client=None)


def registered(owner: Connection, key: str, **fields: Any) -> None:
    log.append(owner, [codec.encode(said(key, ProducerRegistered(source="pbx", **fields)))])


def outcome(connection: Connection, *events: Any) -> str:
    return log.append(connection, [*events])[0].outcome


@pytest.mark.parametrize("batch", [1, 2])
def test_a_source_that_is_registered_is_nobody_elses(
    any_location: Location, owner: Connection, batch: int
) -> None:
    # Given a source that anybody appends under, then registered for one login and type
    with writer(any_location) as theirs, writer(any_location) as another:
        assert outcome(another, encoded("before")) == "recorded"
        registered(owner, "r", logins=(theirs.info.user,), types=("call.logged",))
        # Then that login goes on; another login, and another type, are refused, alone or in a batch
        assert outcome(theirs, *[encoded(f"own-{n}") for n in range(batch)]) == "recorded"
        with pytest.raises(NotAllowed, match=f"{another.info.user} may not append call.logged"):
            log.append(another, [encoded(f"other-{n}") for n in range(batch)])
        with pytest.raises(NotAllowed, match=r"may not append deal\.won under the source pbx"):
            log.append(theirs, [encoded(f"won-{n}", type_="deal.won") for n in range(batch)])
        # and what is of another source is not affected
        assert outcome(another, encoded("mine", source="mail")) == "recorded"
    assert log.head(owner) == 2 + batch + 1


def test_what_was_sent_by_another_login_before_is_not_sent_again(
    any_location: Location, owner: Connection
) -> None:
    with writer(any_location) as theirs, writer(any_location) as another:
        log.append(another, [encoded("k")])
        registered(owner, "r", logins=(theirs.info.user,))
        with pytest.raises(NotAllowed):
            log.append(another, [encoded("k")])


def test_the_last_registration_that_stands_counts(
    any_location: Location, owner: Connection
) -> None:
    with writer(any_location) as first, writer(any_location) as second:
        registered(owner, "r1", logins=(first.info.user,))
        registered(owner, "r2", logins=(second.info.user,))
        assert outcome(second, encoded("a")) == "recorded"
        with pytest.raises(NotAllowed):
            log.append(first, [encoded("b")])
        for key in ("r2", "r1"):
            target = str(event_id("office", key))
            annulled = EventAnnulled(event=target, annulled_type="producer.registered", reason="x")
            log.append(owner, [codec.encode(said(f"not-{key}", annulled))])
            assert outcome(first, encoded(f"b-{key}")) == "recorded"
        assert outcome(second, encoded("c")) == "recorded"


GOVERNING = {
    "producer.registered": ProducerRegistered(source="pbx", logins=("me",)),
    "login.linked": LoginLinked(login="me", employee="E-1"),
    "access_policy.published": AccessPolicyPublished(version=1, mode="open"),
}


@pytest.mark.parametrize("name", GOVERNING)
@pytest.mark.parametrize("batch", [1, 2])
def test_who_may_knock_is_said_by_owners_alone(
    any_location: Location, owner: Connection, name: str, batch: int
) -> None:
    # Given what an owner said
    content = GOVERNING[name]
    log.append(owner, [codec.encode(said("owners", content))])
    target = str(event_id("office", "owners"))
    undone = EventAnnulled(event=target, annulled_type=name, reason="x")
    with writer(any_location) as theirs:
        beside = [encoded(f"n{n}", source="mail") for n in range(batch - 1)]
        # When a writer says the like of it, or takes it back; then nothing is recorded
        with pytest.raises(NotAllowed, match=name):
            log.append(theirs, [*beside, codec.encode(said("mine", content))])
        with pytest.raises(NotAllowed, match=f"annulment of {name}"):
            log.append(theirs, [*beside, codec.encode(said("not", undone))])
    assert log.head(owner) == 1


def test_the_login_is_recorded_whatever_role_was_taken(any_location: Location) -> None:
    with writer(any_location) as theirs:
        log.append(theirs, [encoded("a")])
        log.append(theirs, [encoded("b"), encoded("c")])
        user = theirs.info.user
    with closing(connect(any_location, "auditor")) as connection:
        assert [row.login for row in log.read(connection)] == [user] * 3
