"""Behind PgBouncer everything works that works without it, and nothing is left to others."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ledger import schema
from ledger.api import Ledger
from ledger.database import Location, connect
from ledger.errors import LedgerError, ServerUnavailable
from ledger.events.clients import ClientRegistered
from ledger.events.people import EmployeeHired
from projections.engine.catch_up import catch_up
from projections.engine.rebuild import rebuild
from projections.engine.verify import verify
from projections.questions.clients.card import card
from projections.view import View
from tests.projections.stories import told
from tests.surroundings import servers

ODD = ("timezone=Asia/Tokyo", "datestyle=German", "log_timezone=UTC")
ELM = told(ClientRegistered(kind="company", name="Elm"), "2026-02-01", client="C-2")
OAK = told(ClientRegistered(kind="company", name="Oak"), "2026-02-01", client="C-1")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server whose own zone and dates are others than ours."""
    with servers.running(servers.found()["15"], *ODD) as dsn:
        yield dsn


@pytest.fixture(params=["transaction", "session"])
def pooled(server: str, request: pytest.FixtureRequest) -> Iterator[Location]:
    """An empty ledger behind a pooler, in a database of its own."""
    name = f"crm_{request.node.name.split('[')[0][5:25]}_{request.param}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    with servers.pooled(make_conninfo(server, dbname=name), request.param) as dsn:
        location = Location(dsn=dsn)
        schema.init(location, "Europe/Moscow")
        yield location


def test_events_are_appended_read_and_followed(pooled: Location) -> None:
    with Ledger(pooled) as ledger:
        assert ledger.append(OAK).position == 1
        hired = [
            told(EmployeeHired(employee=f"E-{n}", name="Anna"), "2026-01-01") for n in range(100)
        ]
        assert [each.position for each in ledger.append_all(hired)] == [*range(2, 102)]
        assert [each.position for each in ledger.read()] == [*range(1, 102)]
        recorded = next(iter(ledger.read()))
        assert str(recorded.recorded_at.tzinfo) == "UTC"
        followed = ledger.follow(after=101)
        ledger.append(ELM)
        assert next(followed).position == 102


def test_projections_are_built_caught_up_and_verified(pooled: Location) -> None:
    with Ledger(pooled) as ledger, closing(connect(pooled, "owner")) as connection:
        assert connection.pooled
        ledger.append(OAK)
        catch_up(connection, pooled)
        ledger.append(ELM)
        assert catch_up(connection, pooled).position == 2
        for zone in ("Europe/Moscow", "Asia/Vladivostok"):
            shown = card(connection, View.now(2, zone), "C-2")
            assert [line.value for line in shown.identity if line.name == "name"] == ["Elm"]
        assert rebuild(pooled, workers=2) == 2
        assert not [each for each in verify(pooled).tables if not each.equal]


def test_commands_answer_as_they_do_without_it(pooled: Location, tmp_path: Path) -> None:
    lines = tmp_path / "events.jsonl"
    lines.write_text("".join(_line(n) for n in range(1, 40)))
    assert "39" in _iledger(pooled, "append", str(lines))
    answers = [
        json.loads(_iledger(pooled, *command, "--format", "json"))
        for command in (["employee", "list"], ["projections", "verify"])
    ]
    assert len(answers[0]) == 39
    assert _iledger(pooled, "replay", "--limit", "1")
    found = json.loads(_iledger(pooled, "doctor", "--format", "json", ends=1))
    assert "pooler" in [each["check"] for each in found if each["result"] == "ok"]
    # The server of this test runs without it, to be quick.
    assert [each["check"] for each in found if each["result"] == "fail"] == ["fsync"]


def test_nothing_is_left_to_the_others_of_the_pool(pooled: Location) -> None:
    names = ("role", "search_path", "timezone", "jit")
    with psycopg.connect(pooled.dsn or "", autocommit=True, prepare_threshold=None) as other:
        shown = [other.execute(f"SHOW {name}").fetchone() for name in names]
        with closing(connect(pooled, "owner")) as connection:
            ours = connection.execute(
                "SELECT current_user::text, current_setting('TimeZone'), now()"
            ).fetchone()
            assert ours is not None
            assert ours[:2] == (connection.settings["role"], "UTC")
            assert str(ours[2].tzinfo) == "UTC"
            assert [other.execute(f"SHOW {name}").fetchone() for name in names] == shown


def test_many_clients_share_one_server_connection(server: str) -> None:
    """Each transaction comes after one of another client, with other settings."""
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute("CREATE DATABASE shared")
    dsn = make_conninfo(server, dbname="shared")
    with servers.pooled(dsn, "transaction", "default_pool_size = 1") as there:
        one, other = Location(dsn=there, schema="one"), Location(dsn=there, schema="other")
        for each in (one, other):
            schema.init(each)
        with Ledger(one) as first, Ledger(other) as second:
            for n in range(20):
                event = told(EmployeeHired(employee=f"E-{n}", name="Anna"), "2026-01-01")
                assert first.append(event).position == n + 1
                assert second.append(event).position == n + 1
                assert first.store.head() == second.store.head() == n + 1


def test_a_pooler_without_transactions_is_refused(server: str) -> None:
    with servers.pooled(server, "statement") as dsn, pytest.raises(ServerUnavailable) as refused:
        connect(Location(dsn=dsn), "owner")
    assert "pool_mode = transaction" in str(refused.value)
    assert isinstance(refused.value, LedgerError)


def _line(n: int) -> str:
    body = {
        "type": "employee.hired", "version": 1, "source": "hr", "key": str(n), "recorded_by": "hr",
        "occurred_at": "2026-01-01", "data": {"employee": f"E-{n}", "name": "Anna"},
    }  # fmt: skip
    return json.dumps(body) + "\n"


def _iledger(location: Location, *words: str, ends: int = 0) -> str:
    command = [sys.executable, "-m", "commands.cli.main", "--dsn", location.dsn or "", *words]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == ends, done.stderr
    return done.stdout + ("" if words[0] != "append" else done.stderr)
