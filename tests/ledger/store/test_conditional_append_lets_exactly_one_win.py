"""Of several who decide on the same history at once, one appends; the others learn why."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from ledger import log
from ledger.database import Location, connect
from ledger.errors import ConditionFailed, LedgerError, NotAllowed
from ledger.log import Condition, Item, Query
from tests.ledger.store.samples import encoded

RIVALS = 8
QUERIES = {
    "by type": Query((Item(("call.logged",)),)),
    "by client": Query((Item((), ("client:C-1",)),)),
    "by performer": Query((Item((), ("performed_by:E-1",)),)),
    "by tag": Query((Item((), ("deal:D-1",)),)),
    "by type and tags": Query((Item(("call.logged",), ("deal:D-1", "client:C-1")),)),
    "by any of several": Query((Item(("no.such",)), Item((), ("deal:D-1",)))),
    "by anything": Query(),
}


def decide(location: Location, key: str, condition: Condition, start: threading.Barrier) -> str:
    with closing(connect(location, "writer")) as connection:
        start.wait()
        try:
            event = encoded(key, tags=("deal:D-1",))
            return log.append(connection, [event], condition=condition)[0].outcome
        except ConditionFailed:
            return "failed"


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
def test_exactly_one_wins(any_location: Location, query: Query) -> None:
    for after in range(4):
        start = threading.Barrier(RIVALS)
        condition = Condition(query, after)
        with ThreadPoolExecutor(RIVALS) as pool:
            jobs = [
                pool.submit(decide, any_location, f"{after}-{n}", condition, start)
                for n in range(RIVALS)
            ]
        results = sorted(job.result() for job in jobs)
        assert results == ["failed"] * (RIVALS - 1) + ["recorded"]


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
def test_what_came_before_or_does_not_match_is_no_obstacle(
    any_location: Location, query: Query
) -> None:
    with closing(connect(any_location, "writer")) as connection:
        log.append(connection, [encoded("old", tags=("deal:D-1",))])
        assert log.append(connection, [encoded("new")], condition=Condition(query, 1))
        other = Query((Item(("call.logged",), ("client:C-2",)),))
        assert log.append(connection, [encoded("newer")], condition=Condition(other, 0))


def test_what_was_decided_before_is_not_added_to(any_location: Location) -> None:
    """Without a condition, what is new of a batch is recorded, and what is known is known."""
    never = Condition(Query((Item(("no.such",)),)), 0)
    with closing(connect(any_location, "writer")) as connection:
        log.append(connection, [encoded("a"), encoded("b")], condition=never)
        for more in ([encoded("c")], [encoded("c"), encoded("d")]):
            with pytest.raises(ConditionFailed):
                log.append(connection, [encoded("b"), *more], condition=never)
        again = log.append(connection, [encoded("a"), encoded("b")], condition=never)
        assert [each.outcome for each in again] == ["duplicate"] * 2
        mixed = log.append(connection, [encoded("b"), encoded("c")])
        assert [each.outcome for each in mixed] == ["duplicate", "recorded"]
        twice = log.append(connection, [encoded("e"), encoded("e")], condition=never)
        assert [each.outcome for each in twice] == ["recorded", "duplicate"]
        assert log.head(connection) == 4


def test_a_condition_sees_what_was_committed_while_it_waited(any_location: Location) -> None:
    with (
        closing(connect(any_location, "writer", autocommit=False)) as first,
        closing(connect(any_location, "writer")) as second,
        ThreadPoolExecutor(1) as pool,
    ):
        log.append(first, [encoded("a")])
        condition = Condition(QUERIES["by client"], 0)
        waiting = pool.submit(log.append, second, [encoded("b")], condition=condition)
        with closing(connect(any_location)) as watcher:
            blocked = (
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"
            )
            while watcher.execute(blocked).fetchone() != (1,):
                assert not waiting.done()
        first.commit()
        with pytest.raises(ConditionFailed):
            waiting.result()


def test_a_snapshot_from_before_the_wait_is_refused(any_location: Location) -> None:
    for level in (b"REPEATABLE READ", b"SERIALIZABLE"):
        with closing(connect(any_location, "writer")) as connection, connection.transaction():
            connection.execute(b"SET TRANSACTION ISOLATION LEVEL " + level)
            with pytest.raises(LedgerError, match="read committed"), connection.transaction():
                log.append(connection, [encoded("a")])


def test_who_may_read_is_told_what_stands_when_the_condition_fails(any_location: Location) -> None:
    annulment = encoded(
        "c", type_="event.annulled", client=None, tags=(f"event:{encoded('b').event_id}",)
    )
    query = Query((*QUERIES["by client"].items, Item(("event.annulled",))))
    with closing(connect(any_location, "owner")) as connection:
        log.append(connection, [encoded("a"), encoded("b"), annulment, encoded("d", client="C-2")])
        with pytest.raises(ConditionFailed) as failed:
            log.append(connection, [encoded("e")], condition=Condition(query), on_conflict_read=100)
        assert failed.value.dependencies == log.dependencies(connection, query, 100)
        assert [stands for _, stands in failed.value.dependencies.rows] == [True, False, True]
        nobody = Query((Item((), ("client:C-9",)),))
        assert log.append(
            connection, [encoded("e")], condition=Condition(nobody), on_conflict_read=100
        )


def test_an_annulment_recorded_before_its_event_has_no_effect(any_location: Location) -> None:
    annulment = encoded(
        "c", type_="event.annulled", client=None, tags=(f"event:{encoded('b').event_id}",)
    )
    with closing(connect(any_location, "owner")) as connection:
        log.append(connection, [annulment, encoded("b")])
        found = log.dependencies(connection, QUERIES["by client"], 100)
        assert [(row.position, stands) for row, stands in found.rows] == [(2, True)]


def test_who_may_only_append_is_not_told(any_location: Location) -> None:
    with closing(connect(any_location, "writer")) as connection:
        log.append(connection, [encoded("a")])
        condition = Condition(QUERIES["by client"])
        with pytest.raises(NotAllowed):
            log.append(connection, [encoded("b")], condition=condition, on_conflict_read=100)
        assert log.append(
            connection, [encoded("b")], condition=Condition(Query(), 1), on_conflict_read=100
        )
