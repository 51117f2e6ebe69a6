"""`iledger projections verify` compares row for row, finds what differs, leaves nothing behind."""

import json

import pytest

from ledger.database import Connection, Location
from projections.engine import zones
from projections.engine.catch_up import catch_up
from projections.engine.verify import verify
from tests.commands.cli.conftest import Run, event, jsonl

OWNED = [
    event(
        n, type="curator.assigned", performed_by=None, client=f"C-{n}", data={"employee": "E-1"}
    )
    for n in range(1, 6)
]  # fmt: skip


@pytest.fixture
def built(iledger: Run, owner: Connection, location: Location) -> Connection:
    """A connection as owner of a ledger with five owned clients, the projections built."""
    assert iledger("append", stdin=jsonl(*OWNED)).returncode == 0
    assert iledger("projections", "rebuild").returncode == 0
    owner.execute(f"SET search_path = {location.projections}, {location.schema}")
    return owner


def differing(iledger: Run) -> dict[str, tuple[int, int]]:
    done = iledger("projections", "verify", "--format", "json")
    rows = json.loads(done.stdout)
    found = {r["table"]: (r["surplus"], r["missing"]) for r in rows if r["surplus"] or r["missing"]}
    assert done.returncode == bool(found)
    assert (b"equal, row by row" in done.stderr) is not bool(found)
    return found


def test_equal_tables_are_equal_and_nothing_is_left_behind(
    iledger: Run, built: Connection, location: Location
) -> None:
    assert differing(iledger) == {}
    schemas = built.execute(
        "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s) ORDER BY nspname",
        [f"{location.schema}_"],
    ).fetchall()
    assert schemas == [(location.projections,), (zones.beside(location.projections),)]


def test_changed_removed_and_doubled_rows_are_found(iledger: Run, built: Connection) -> None:
    built.execute("UPDATE ownership_changes SET to_employee = 'E-thief' WHERE client = 'C-1'")
    assert differing(iledger) == {"ownership_changes": (1, 1)}
    built.execute("DELETE FROM ownership_changes WHERE client = 'C-2'")
    assert differing(iledger) == {"ownership_changes": (1, 2)}
    built.execute("INSERT INTO ownership_changes SELECT * FROM ownership_changes "
                  "WHERE client = 'C-3'")  # fmt: skip
    assert differing(iledger) == {"ownership_changes": (2, 2)}
    assert iledger("projections", "rebuild").returncode == 0
    assert differing(iledger) == {}


def test_projections_that_lag_are_compared_where_they_stand(
    iledger: Run, built: Connection
) -> None:
    iledger("append", stdin=jsonl(event(9)))
    assert differing(iledger) == {}


def test_what_is_taken_in_meanwhile_is_compared_too(
    iledger: Run, built: Connection, location: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events come, and a question takes them in, between the building and the comparing."""
    from projections.engine import verify as module

    build = module.build

    def slow(*arguments: object) -> int:
        made = build(*arguments)  # type: ignore[arg-type]
        more = event(8, type="curator.assigned", client="C-8", data={"employee": "E-2"})
        assert iledger("append", stdin=jsonl(more)).returncode == 0
        catch_up(built, location)
        return made

    monkeypatch.setattr(module, "build", slow)
    found = verify(location)
    assert found.position == 6
    assert all(table.equal for table in found.tables)
    assert {t.table: t.rows for t in found.tables}["ownership_changes"] == 6


@pytest.mark.usefixtures("unbuilt")
def test_without_projections_there_is_nothing_to_verify(iledger: Run) -> None:
    done = iledger("projections", "verify")
    assert done.returncode == 6
    assert b"projections rebuild" in done.stderr
