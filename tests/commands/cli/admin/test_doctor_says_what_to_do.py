"""`iledger doctor` finds what endangers the ledger, and says what to do about it."""

import json
from typing import Any

import pytest
from psycopg import conninfo

from ledger.database import Connection, Location
from tests.commands.cli.conftest import Run, event, jsonl
from tests.ledger.schema.logins import role_of


def findings(iledger: Run, **settings: str) -> tuple[int, dict[str, Any]]:
    done = iledger("doctor", "--format", "json", **settings)
    assert b"Traceback" not in done.stderr
    return done.returncode, {each["check"]: each for each in json.loads(done.stdout)}


@pytest.mark.usefixtures("unbuilt")
def test_a_healthy_ledger(iledger: Run) -> None:
    code, found = findings(iledger)
    assert code == 0
    assert found.pop("projections")["result"] == "warn"  # nobody has asked anything yet
    assert {each["result"] for each in found.values()} == {"ok"}
    assert {"connection", "schema", "triggers", "fsync", "clock", "roles", "grants"} <= set(found)


def test_where_there_is_no_ledger_the_one_advice_is_to_make_it(iledger: Run) -> None:
    code, found = findings(iledger, ILEDGER_SCHEMA="nothing_here")
    assert code == 1
    failed = {check: each["found"] for check, each in found.items() if each["result"] == "fail"}
    assert list(failed) == ["schema"]
    assert "Run `iledger init`" in found["schema"]["advice"]
    assert not {"roles", "triggers", "grants", "projections"} & found.keys()


def test_triggers_that_do_not_guard(iledger: Run, owner: Connection) -> None:
    for weaker in ("ENABLE TRIGGER", "DISABLE TRIGGER"):
        owner.execute(f"ALTER TABLE events {weaker} immutable")
        code, found = findings(iledger)
        assert code == 1
        assert found["triggers"]["found"] == "not guarding: events"
        assert "ENABLE ALWAYS" in found["triggers"]["advice"]


def test_a_grant_past_the_door(iledger: Run, owner: Connection, location: Location) -> None:
    owner.execute(f"GRANT DELETE ON events TO {role_of(location, 'writer')}")
    code, found = findings(iledger)
    assert code == 1
    assert role_of(location, "writer") in found["grants"]["found"]


def test_an_auditor_sees_every_grant_past_the_door(
    iledger: Run, owner: Connection, location: Location
) -> None:
    writer = role_of(location, "writer")
    owner.execute(f"GRANT INSERT ON events TO {writer}")
    owner.execute("GRANT UPDATE (tag) ON event_tags TO PUBLIC")
    owner.execute("RESET ROLE")
    owner.execute(f"CREATE ROLE looks LOGIN IN ROLE {role_of(location, 'auditor')}")
    try:
        dsn = conninfo.make_conninfo(location.dsn or "", user="looks")
        code, found = findings(iledger, ILEDGER_DSN=dsn)
    finally:
        owner.execute("DROP ROLE looks")
    assert code == 1
    assert found["grants"]["found"] == f"may write past append: PUBLIC, {writer}"
    assert f"ON {location.schema}.events" in found["grants"]["advice"]
    assert found["grants"]["advice"].endswith(f"FROM PUBLIC, {writer}")


def test_a_server_that_forgets(iledger: Run, owner: Connection) -> None:
    owner.execute("RESET ROLE")
    owner.execute("ALTER ROLE SESSION_USER SET synchronous_commit = off")
    try:
        code, found = findings(iledger)
    finally:
        owner.execute("ALTER ROLE SESSION_USER RESET synchronous_commit")
    assert code == 1
    assert found["synchronous_commit"]["found"] == "off"


def test_no_server_and_no_ledger(iledger: Run, tmp_path: Any) -> None:
    code, found = findings(iledger, ILEDGER_DSN=f"host={tmp_path}")
    assert code == 1
    assert list(found) == ["connection"]
    code, found = findings(iledger, ILEDGER_SCHEMA="nothing_here")
    assert code == 1
    assert "iledger init" in found["schema"]["advice"]


@pytest.mark.usefixtures("unbuilt")
def test_status_tells_how_far_everything_is(iledger: Run) -> None:
    iledger("append", stdin=jsonl(event(1), event(2)))
    whole = json.loads(iledger("status", "--format", "json").stdout)
    assert whole["Ledger"][0]["head"] == 2
    assert whole["Ledger"][0]["zone"] == "Europe/Moscow"
    assert whole["Projections"] == []
    iledger("projections", "rebuild")
    iledger("append", stdin=jsonl(event(3)))
    whole = json.loads(iledger("status", "--format", "json").stdout)
    assert whole["Projections"] == [{"position": 2, "behind": 1, "state": "current"}]
    assert {"events", "ownership_changes"} <= {each["table"] for each in whole["Tables"]}
