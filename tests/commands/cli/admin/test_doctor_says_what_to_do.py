"""`iledger doctor` finds what endangers the ledger, and says what to do about it."""

import json
import time
from contextlib import closing
from typing import Any

import psycopg
import pytest
from psycopg import conninfo

from commands.cli.admin import doctor
from ledger import log
from ledger.database import Connection, Location, connect
from tests.commands.cli.conftest import Run, event, jsonl
from tests.ledger.schema.logins import login, role_of
from tests.ledger.store.samples import encoded, tampered


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
    assert {"comments", "owner", "rights", "functions"} <= set(found)
    assert {"recorded_at", "turn", "transactions"} <= set(found)


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


def test_a_login_that_may_write_everything(iledger: Run, location: Location) -> None:
    with login(location) as theirs, psycopg.connect(location.dsn or "", autocommit=True) as admin:
        name = conninfo.conninfo_to_dict(theirs.dsn or "")["user"]
        for predefined, result in (("pg_write_all_data", "fail"), ("pg_read_all_data", "warn")):
            admin.execute(f"GRANT {predefined} TO {name}")
            code, found = findings(iledger)
            assert code == (result == "fail")
            assert found["rights"]["result"] == result
            assert f"{name} (by {predefined})" in found["rights"]["found"]
            admin.execute(f"REVOKE {predefined} FROM {name}")


def test_a_function_on_its_callers_path(iledger: Run, owner: Connection) -> None:
    owner.execute("ALTER FUNCTION head RESET search_path")
    code, found = findings(iledger)
    assert code == 1
    assert found["functions"]["found"].endswith("search_path: head")
    assert "`iledger init`" in found["functions"]["advice"]
    assert "head" in iledger("init").stderr.decode()
    assert findings(iledger)[0] == 0


def test_roles_that_do_not_say_whose_they_are(iledger: Run, location: Location) -> None:
    auditor = role_of(location, "auditor")
    with psycopg.connect(location.dsn or "", autocommit=True) as admin:
        admin.execute(f"COMMENT ON ROLE {auditor} IS 'for BI'")
        code, found = findings(iledger)
        assert code == 1
        assert f"{auditor} (for BI)" in found["comments"]["found"]
        admin.execute(f"COMMENT ON ROLE {auditor} IS NULL")
    iledger("init")
    assert findings(iledger)[0] == 0


def test_who_may_change_the_schema(iledger: Run, location: Location, owner: Connection) -> None:
    with login(location, "owner") as theirs:
        name = conninfo.conninfo_to_dict(theirs.dsn or "")["user"]
        _, found = findings(iledger)
        assert f"{role_of(location, 'owner')}, whose members are {name}" in found["owner"]["found"]
    owner.execute("RESET ROLE")
    owner.execute("ALTER FUNCTION head OWNER TO CURRENT_USER")
    code, found = findings(iledger)
    assert code == 1
    assert found["owner"]["found"].startswith("not the owner's: head() of ")


def test_who_holds_the_turn_and_who_stays(
    iledger: Run, location: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        login(location, "writer") as theirs,
        closing(connect(theirs, "writer", autocommit=False)) as connection,
    ):
        log.append(connection, [encoded("a")])
        code, found = findings(iledger)
        said, info = found["turn"]["found"], connection.info
        assert f"process {info.backend_pid}, login {info.user}, holds the turn to append" in said
        connection.rollback()
    assert code == 1
    assert findings(iledger)[1]["turn"]["result"] == "ok"
    # A transaction is long where a minute is
    with closing(connect(location, autocommit=False)) as connection:
        connection.execute("SELECT 1")
        monkeypatch.setattr(doctor, "_LONG", 0.1)
        time.sleep(0.2)
        with closing(connect(location)) as asking:
            opened = [each.found for each in doctor._open(asking, location)]
        pid = connection.info.backend_pid
    assert any(each.startswith(f"process {pid}, login ") for each in opened)


def test_a_last_event_ahead_of_the_clock(iledger: Run, location: Location) -> None:
    with closing(connect(location)) as connection:
        log.append(connection, [encoded("a")])
        connection.execute("ALTER TABLE events DISABLE TRIGGER immutable")
        connection.execute("UPDATE events SET recorded_at = now() + interval '1 hour'")
        connection.execute("ALTER TABLE events ENABLE ALWAYS TRIGGER immutable")
    code, found = findings(iledger)
    assert code == 1
    assert "s ahead of the server's clock" in found["recorded_at"]["found"]
    assert "NTP" in found["recorded_at"]["advice"]


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


def test_a_clock_that_is_right_is_said_to_be(
    iledger: Run, location: Location, owner: Connection
) -> None:
    # Given a ledger in which nothing was recorded for more than a month
    log.append(owner, [encoded("a")])
    tampered(location, "UPDATE events SET recorded_at = recorded_at - interval '40 days'")
    refused = iledger("append", stdin=jsonl(event(1)))
    assert refused.returncode == 7
    assert b"iledger doctor --clock-is-right" in refused.stderr
    # When an owner says that its clock is right, then it records again
    assert iledger("doctor", "--clock-is-right").returncode == 0
    assert iledger("append", stdin=jsonl(event(1))).returncode == 0
