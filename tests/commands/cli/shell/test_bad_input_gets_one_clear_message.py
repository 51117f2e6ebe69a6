"""Whatever is wrong with the input or the database: one message, the documented exit code."""

import getpass
import json
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from commands.cli.directory import COMMANDS, Daily
from ledger.database import Connection, Location
from ledger.errors import InvalidQuestion
from tests.commands.cli.conftest import MODULE, Here, Run, event, jsonl, one_message
from tests.ledger.schema.logins import role_of

LINES: dict[str, tuple[bytes, str, str]] = {
    "naive time": (jsonl(event(1, occurred_at="2026-03-01T10:00:00")), "occurred_at", "zone"),
    "impossible time": (jsonl(event(1, occurred_at="2026-02-30")), "occurred_at", "possible"),
    "no time": (jsonl(event(1, occurred_at=None)), "occurred_at", "missing"),
    "the future": (jsonl(event(1, occurred_at="2150-01-01T00:00:00Z")), "occurred_at", "future"),
    "unknown type": (jsonl(event(1, type="call.loged")), "type", "did you mean 'call.logged'"),
    "unknown field": (jsonl(event(1, colour="red")), "colour", "remove it"),
    "unknown content": (
        jsonl(event(1, data={"direction": "inbound", "outcome": "busy", "mood": 1})),
        "data.mood",
        "call.logged has: direction",
    ),
    "empty value": (jsonl(event(1, client="")), "client", "must not be empty"),
    "10 MB value": (jsonl(event(1, client="x" * 10_000_000)), "event", "larger than 1 mib"),
    "NUL": (jsonl(event(1, client="a\0b")), "client", "cannot be seen"),
    "raw NUL": (b'{"type": \0}\n', "event", "not json"),
    "lone surrogate": (b'{"type": "call.logged", "source": "\\ud800"}\n', "source", "surrogate"),
    "wrong encoding": ('{"client": "Ромашка"}\n'.encode("cp1251"), "event", "iconv -f cp1251"),
    "no object": (b"[1, 2]\n", "event", "not an object"),
    "nested without end": (b"[" * 200_000 + b"\n", "event", "not json"),
    "a number without end": (b'{"type": ' + b"9" * 5_000 + b"}\n", "", ""),
    "truncated": (jsonl(event(1))[:-30], "event", "cut short"),
}


def test_every_bad_line_is_told_apart(iledger: Run, owner: Connection, tmp_path: Path) -> None:
    done = iledger("append", stdin=b"".join(line for line, _, _ in LINES.values()))
    assert done.returncode == 1, done.stderr
    assert b"Traceback" not in done.stderr
    entries = (tmp_path / "ledger.rejects.jsonl").read_text().splitlines()
    for (case, (_, field, said)), line in zip(LINES.items(), entries, strict=True):
        entry = json.loads(line)
        assert field in entry["field"], case
        assert said in entry["reason"].lower(), case
    assert owner.execute("SELECT count(*) FROM events").fetchone() == (0,)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_file_in_another_encoding_is_named_once(
    iledger: Run, tmp_path: Path, encoding: str
) -> None:
    text = jsonl(event(1), event(2)).decode()
    (tmp_path / "calls.jsonl").write_bytes(text.encode(encoding))
    done = iledger("append", "calls.jsonl")
    assert done.returncode == 1
    assert b"UTF-16" in done.stderr
    assert b"iconv" in done.stderr
    assert b"Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["calls.jsonl"]


@pytest.mark.parametrize("path", [".", "no-such-file.jsonl"])
def test_a_path_that_is_no_file(iledger: Run, path: str) -> None:
    done = iledger("append", path)
    assert done.returncode == 2
    assert path in done.stderr.decode()


def test_options_that_make_no_sense(iledger: Run) -> None:
    for arguments, said in (
        (["reply"], "did you mean `iledger replay`?"),
        (["replay", "--since", "yesterday"], "Give a day (2025-06-30)"),
        (["replay", "--since", "2025-Q5"], "a quarter (2025-Q2), a year (2025)"),
        (["owner", "C-1", "--zone", ""], "--zone is empty; give it a value, or leave it out"),
        (["--folder=", "status"], "--folder is empty; give it a value, or leave it out"),
        (["card", ""], "an argument is empty; give it a value, or leave it out"),
        (["status", "--zone", "nonsense"], "unknown time zone 'nonsense'"),
        (["deal", "aging", "--zone", "posix/UTC"], 'time zone "posix/UTC" not recognized'),
        (["clients", "--columns", " ,"], "--columns ' ,' names no column"),
        (["clients", "--sort", ":desc"], "--sort ':desc' names no column"),
        (["report", "adoption", "--last", "30"], "--last '30' is not a number of days"),
        (["report", "adoption", "--last", "3d", "--since", "2025"], "give one of them"),
        (["replay", "--as-of", "5"], "position 5 is ahead of the head, which is 0"),
        (["replay", "--as-of", "2150-01-01"], "is in the future"),
        (["metrics", "--credit", "split:30:1.5"], "less than 1), such as split:30:0.5"),
        (["--dsn", "host=x password=secret", "status"], "PGPASSFILE"),
        (["--dsn", "postgresql://a:secret@b/c", "status"], "PGPASSFILE"),
        (["--dsn", "nonsense", "status"], "DSN cannot be read"),
        (["--schema", "Sales", "init"], "cannot name a ledger's schema"),
        (["--schema", "pg_sales", "init"], "cannot name a ledger's schema"),
        (["--dsn", "host=a", "--folder", "b", "status"], "name two ledgers"),
    ):
        done = iledger(*arguments)
        assert done.returncode == 2, (arguments, done.stderr)
        assert said in done.stderr.decode()
        assert b"Traceback" not in done.stderr
        assert b"secret" not in done.stderr


@pytest.mark.parametrize("command", ["append", "replay", "status", "projections rebuild"])
def test_the_database_is_down(iledger: Run, tmp_path: Path, command: str) -> None:
    done = iledger(*command.split(), stdin=jsonl(event(1)), ILEDGER_DSN=f"host={tmp_path}")
    assert done.returncode == 7
    assert "start it" in one_message(done)


@pytest.mark.parametrize("command", ["append", "replay", "status", "projections rebuild"])
def test_there_is_no_ledger(iledger: Run, command: str) -> None:
    done = iledger(*command.split(), stdin=jsonl(event(1)), ILEDGER_SCHEMA="nothing_here")
    assert done.returncode == 6
    assert "`iledger init`" in one_message(done)


def test_a_folder_without_a_ledger_is_named(iledger: Run, tmp_path: Path) -> None:
    place = ("--folder", tmp_path / "elsewhere")
    done = iledger(*place, "owner", "C-1")
    iledger(*place, "server", "stop")
    assert done.returncode == 6
    message = one_message(done)
    assert f"there is no ledger in the folder {tmp_path / 'elsewhere'}" in message
    assert "--folder or ILEDGER_HOME" in message


@contextmanager
def role_setting(owner: Connection, location: Location, name: str, value: str) -> Iterator[str]:
    """A login of its own, for which a setting differs; its DSN."""
    login = sql.Identifier(f"{location.schema}_login")
    assert location.dsn is not None
    with psycopg.connect(location.dsn, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(login))
        grant = sql.SQL("GRANT {} TO {}").format(sql.Identifier(role_of(location, "owner")), login)
        admin.execute(grant)
        alter = sql.SQL("ALTER ROLE {} SET {} = {}")
        admin.execute(alter.format(login, sql.Identifier(name), sql.Literal(value)))
        yield psycopg.conninfo.make_conninfo(location.dsn, user=f"{location.schema}_login")
        admin.execute(sql.SQL("DROP ROLE {}").format(login))


def test_the_database_is_read_only(iledger: Run, owner: Connection, location: Location) -> None:
    with role_setting(owner, location, "default_transaction_read_only", "on") as dsn:
        done = iledger("append", stdin=jsonl(event(1)), ILEDGER_DSN=dsn)
    assert done.returncode == 7
    assert b"read-only" in done.stderr
    assert b"primary" in done.stderr
    assert b"recorded 0" in done.stderr
    assert b"Traceback" not in done.stderr


def test_the_login_has_no_rights(iledger: Run, owner: Connection, location: Location) -> None:
    assert location.dsn is not None
    with psycopg.connect(location.dsn, autocommit=True) as admin:
        admin.execute("CREATE ROLE nobody_at_all LOGIN")
        try:
            dsn = psycopg.conninfo.make_conninfo(location.dsn, user="nobody_at_all")
            done = iledger("append", stdin=jsonl(event(1)), ILEDGER_DSN=dsn)
        finally:
            admin.execute("DROP ROLE nobody_at_all")
    assert done.returncode == 5
    assert "role" in one_message(done)


@pytest.mark.parametrize(("version", "said"), [(9_999, "Install a newer"), (3, "unreleased")])
def test_the_schema_is_of_another_version(
    iledger: Run, owner: Connection, version: int, said: str
) -> None:
    owner.execute("DELETE FROM migrations")
    owner.execute("INSERT INTO migrations VALUES (%s, 'another')", [version])
    for command in ("append", "replay", "status"):
        done = iledger(command, stdin=jsonl(event(1)))
        assert done.returncode == 6
        assert said in one_message(done)


def test_a_full_disk(iledger: Run, owner: Connection, location: Location) -> None:
    """A full disk cannot be had without a file system of our own; its SQLSTATE can."""
    function = """
        CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF NEW.position > 1500 THEN
                RAISE EXCEPTION 'could not extend file: No space left on device'
                    USING ERRCODE = 'disk_full';
            END IF;
            RETURN NEW;
        END $$"""
    owner.execute(function)
    owner.execute("GRANT EXECUTE ON FUNCTION full_disk TO PUBLIC")
    owner.execute("CREATE TRIGGER full_disk BEFORE INSERT ON events "
                  "FOR EACH ROW EXECUTE FUNCTION full_disk()")  # fmt: skip
    load = jsonl(*(event(n) for n in range(3_000)))
    done = iledger("append", stdin=load)
    assert done.returncode == 7
    assert b"stopped early: recorded 1,000" in done.stderr
    assert b"run out of room" in done.stderr
    assert b"Traceback" not in done.stderr
    # Nothing half-written: whole batches only, and the same command goes on once there is room.
    assert owner.execute("SELECT count(*) FROM events").fetchone() == (1_000,)
    owner.execute("DROP TRIGGER full_disk ON events")
    assert iledger("append", stdin=load).returncode == 0
    assert owner.execute("SELECT count(*) FROM events").fetchone() == (3_000,)


def test_a_reader_who_leaves_ends_it_quietly(
    iledger: Run, settings: dict[str, str], tmp_path: Path
) -> None:
    import subprocess

    iledger("append", stdin=jsonl(*(event(n) for n in range(3_000))))
    process = subprocess.Popen(
        [*MODULE, "replay"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=settings
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 141


@pytest.mark.parametrize("command", ["card", "replay --client", "clients --search"])
def test_an_argument_in_another_encoding_is_named(iledger: Run, command: str) -> None:
    iledger("append", stdin=jsonl(event(1)))
    name = os.fsdecode("Ромашка".encode("cp1251"))
    done = iledger(*command.split(), name)
    assert done.returncode == 2
    assert "is not UTF-8" in one_message(done)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_standard_stream_hinders_nothing(
    iledger: Run, settings: dict[str, str], tmp_path: Path, closed: str
) -> None:
    import subprocess

    (tmp_path / "calls.jsonl").write_bytes(jsonl(event(1)))
    for command in ("append calls.jsonl", "append -", "status"):
        line = f"{shlex.join(MODULE)} {command} {closed}"
        done = subprocess.run(
            ["sh", "-c", line], cwd=tmp_path, env=settings, capture_output=True, input=b""
        )
        assert done.returncode == 0, (command, done.stderr)
    assert json.loads(iledger("status", "--format", "json").stdout)["Ledger"][0]["head"] == 1


def test_a_defect_is_told_without_a_traceback(monkeypatch: Any, capsys: Any) -> None:
    from commands.cli import main

    monkeypatch.setitem(COMMANDS, "status", Daily("admin.server:gone", ""))
    assert main.run(["status"]) == 70
    assert "ILEDGER_DEBUG=1" in capsys.readouterr().err
    monkeypatch.setitem(os.environ, "ILEDGER_DEBUG", "1")
    with pytest.raises(AttributeError):
        main.run(["status"])


def test_a_login_without_a_name_says_who_decides(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr(getpass, "getuser", nameless)
    with pytest.raises(InvalidQuestion, match="name the decision maker with --by"):
        here("reservation", "policy", "publish")
    assert here("reservation", "policy", "publish", "--by", "E-1").exit_code == 0


def test_a_span_that_ends_before_it_begins_is_refused(iledger: Run) -> None:
    iledger("append", stdin=jsonl(event(1)))
    done = iledger("client", "diff", "C-1", "--from", "2026", "--to", "2025", "--axis", "true")
    assert done.returncode == 2
    assert b"--from 2026 is later than --to 2025; exchange the two" in done.stderr
