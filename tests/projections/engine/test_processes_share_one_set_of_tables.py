"""Processes that follow, rebuild, annul and decide at once leave the tables as one alone would."""

import threading
from contextlib import closing
from pathlib import Path

import pytest

from commands.decisions.ownership import transfer
from commands.decisions.ownership.transfer_plan import write
from ledger import codec, log
from ledger.api import Ledger
from ledger.database import Connection, Location, connect
from ledger.envelope import Event
from ledger.events.contacts import CallLogged
from ledger.events.ownership import CuratorAssigned
from ledger.sql import statements
from projections.engine import rebuild as building
from projections.engine.catch_up import catch_up
from projections.engine.rebuild import rebuild
from projections.engine.verify import verify
from tests.commands.decisions.batches import company, owners, plan
from tests.projections.engine.processes import at_once, finished, started
from tests.projections.random_events import annulment
from tests.projections.stories import told

FRAME = statements("projections.engine", "frame.sql")
CALL = CallLogged(direction="outbound", outcome="reached")
# Each assigns clients of its own, annuls every second of these, and catches up after each.
ANNULLING = """
    from tests.projections.engine.test_processes_share_one_set_of_tables import assigned, undone
    for n in range(12):
        log.append(connection, [codec.encode(event) for event in assigned(number, n)])
        catch_up(connection, location)
        log.append(connection, [codec.encode(event) for event in undone(number, n)])
        catch_up(connection, location)
"""
APPLYING = """
    from pathlib import Path
    from commands.decisions.ownership import transfer
    from commands.decisions.ownership.transfer_plan import read
    from ledger.api import Ledger
    from tests.commands.decisions.batches import passed
    transfer.CHUNK = 2
    with Ledger(location) as ledger:
        passed(ledger, read(Path(PLAN)))
"""


def calls(count: int) -> list[Event]:
    return [told(CALL, "2026-03-01", client=f"C-{n % 50}") for n in range(count)]


def assigned(process: int, n: int) -> list[Event]:
    """Assignments of clients that all processes share, with keys of this process's own."""
    return [
        Event(
            data=CuratorAssigned(employee=f"E-{process}-{n}"), source="test", recorded_by="crm",
            key=f"{process}-{n}-{client}", occurred_at="2026-03-01", client=f"C-{client}",
        )
        for client in range(5)
    ]  # fmt: skip


def undone(process: int, n: int) -> list[Event]:
    return [annulment(e, key=f"undo-{e.key}") for e in assigned(process, n)[n % 2 :: 2]]


def record(connection: Connection, events: list[Event]) -> None:
    for start in range(0, len(events), 1_000):
        log.append(connection, [codec.encode(each) for each in events[start : start + 1_000]])


def differing(location: Location) -> list[str]:
    """The tables that do not have exactly the rows that follow from the events."""
    return [table.table for table in verify(location, workers=0).tables if not table.equal]


def test_four_that_catch_up_at_once_add_every_event_once(
    location: Location, owner: Connection
) -> None:
    catch_up(owner, location)
    record(owner, calls(3_000))
    at_once(location, "catch_up(connection, location)", 4)
    (rows,) = owner.execute("SELECT count(*) FROM interactions").fetchone() or ()
    assert rows == 3_000
    assert differing(location) == []


def test_four_that_ask_first_build_the_tables_once(location: Location, owner: Connection) -> None:
    record(owner, calls(300))
    at_once(location, "catch_up(connection, location)", 4)
    assert catch_up(owner, location).behind == 0
    assert differing(location) == []


def test_one_of_those_who_find_stale_tables_rebuilds_them(
    location: Location, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(owner, calls(10))
    rebuild(location)
    monkeypatch.setattr(building, "build", None)
    assert rebuild(location, if_stale=True) == 10


def test_rebuilds_while_others_append_and_follow_lose_nothing(
    location: Location, owner: Connection
) -> None:
    record(owner, calls(300))
    catch_up(owner, location)
    append = "[log.append(connection, [codec.encode(e)]) for e in assigned(number, 99)]"
    follow = "[catch_up(connection, location) for _ in range(20)]"
    both = (
        "from tests.projections.engine.test_processes_share_one_set_of_tables import assigned\n"
        f"    {append} if number % 2 else {follow}"
    )
    with started(location, "rebuild(location)", 2) as rebuilding:
        at_once(location, both, 4)
        finished(rebuilding)
    assert catch_up(owner, location).behind == 0
    assert differing(location) == []


def test_tables_are_swapped_only_when_nobody_is_adding_to_them(
    location: Location, owner: Connection
) -> None:
    record(owner, calls(10))
    catch_up(owner, location)
    with closing(connect(location, "owner")) as other, other.transaction():
        other.execute(FRAME["lock"])
        swapping = threading.Thread(target=rebuild, args=(location,), daemon=True)
        swapping.start()
        swapping.join(timeout=3)
        assert swapping.is_alive()
    swapping.join(timeout=60)
    assert not swapping.is_alive()


def test_an_event_recorded_while_the_tables_were_built_is_in_them(
    location: Location, owner: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(owner, calls(10))
    build = building.build

    def built(*arguments: object) -> int:
        position = build(*arguments)  # type: ignore[arg-type]
        record(owner, calls(5))
        return position

    monkeypatch.setattr(building, "build", built)
    assert rebuild(location) == 15
    (rows,) = owner.execute("SELECT count(*) FROM interactions").fetchone() or ()
    assert rows == 15


def test_what_is_materialized_is_right_while_others_annul(
    location: Location, owner: Connection
) -> None:
    record(owner, calls(50))
    at_once(location, ANNULLING, 3)
    position = catch_up(owner, location).position
    assert position == 50 + 3 * 12 * 5 + 3 * sum(len(undone(0, n)) for n in range(12))
    assert differing(location) == []
    spells = (
        "SELECT count(*) FROM (TABLE owner_spells EXCEPT ALL SELECT * FROM owner_spells_of(%s)) d"
    )
    assert owner.execute(spells, [position]).fetchone() == (0,)


def test_a_batch_applied_by_three_at_once_passes_on_each_client_once(
    location: Location, owner: Connection, tmp_path: Path
) -> None:
    with Ledger(location) as ledger:
        ledger.append_all(company())
        held = owners(ledger, owner)
        made = plan(ledger, owner, "E-1", to=("E-2",), batch="B-1")
        write(made, tmp_path / "plan.json")
        at_once(location, APPLYING.replace("PLAN", repr(str(tmp_path / "plan.json"))), 3)
        assert owners(ledger, owner) == {c: "E-2" if who else None for c, who in held.items()}
        moves = owner.execute("SELECT client FROM batch_moves ORDER BY 1").fetchall()
        assert moves == sorted((move.client,) for move in made.moves)
        status, _ = transfer.read(ledger, transfer.model("B-1"), transfer.Memory())
        assert (status.completed.moved, status.completed.skipped) == (len(made.moves), 0)
    assert differing(location) == []
