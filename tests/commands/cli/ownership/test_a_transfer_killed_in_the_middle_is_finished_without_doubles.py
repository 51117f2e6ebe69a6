"""A batch, or its reversal, that was killed is simply run again: every client once, none left."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from ledger.database import Connection
from tests.commands.cli.conftest import MODULE, Run, event, jsonl

CLIENTS = 1_700
COUNT = "SELECT count(*) FROM events WHERE type = 'client.reassigned'"


def company() -> bytes:
    def fact(type_: str, key: str, client: str | None = None, /, **data: str) -> dict[str, object]:
        return event(0, type=type_, key=key, client=client, data=data, performed_by=None)

    names = [f"C-{number:04}" for number in range(CLIENTS)]
    return jsonl(
        *(fact("employee.hired", each, employee=each, name=each) for each in ("E-1", "E-2", "E-3")),
        *(fact("client.registered", f"r-{c}", c, kind="company", name=c) for c in names),
        *(fact("curator.assigned", f"a-{c}", c, employee="E-1") for c in names),
    )


def count(owner: Connection) -> int:
    row = owner.execute(COUNT).fetchone()
    assert row is not None
    return int(row[0])


def kill_once(
    start: Callable[[], "subprocess.Popen[bytes]"], owner: Connection, before: int
) -> int:
    """Kill the command as soon as it has recorded something; how much it has."""
    process = start()
    deadline = time.monotonic() + 60
    while count(owner) == before:
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    # What it had sent when it was killed is recorded whole, or not at all.
    while owner.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()"
    ).fetchone() != (0,):
        time.sleep(0.01)
    reached = count(owner) - before
    assert 0 < reached < CLIENTS
    return reached


def test_killed_in_the_middle_then_finished(
    iledger: Run, owner: Connection, settings: dict[str, str], tmp_path: Path
) -> None:
    assert iledger("append", stdin=company()).returncode == 0
    iledger(
        "transfer", "plan", "E-1", "--rule", "round-robin", "--to", "E-2,E-3", "--out", "p.json"
    )
    batch = json.loads((tmp_path / "p.json").read_text())["batch"]
    passing = ["transfer", "apply", "p.json", "--yes", "--format", "json"]
    giving = ["transfer", "reverse", batch, "--reason", "x", "--yes", "--format", "json"]
    before = 0
    over = {"moved": b"was completed before", "restored": b"was reversed before"}
    for command, done in ((passing, "moved"), (giving, "restored")):

        def start(command: list[str] = command) -> "subprocess.Popen[bytes]":
            return subprocess.Popen(
                [*MODULE, *command], cwd=tmp_path, env=settings, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )  # fmt: skip

        kill_once(start, owner, before)
        status = json.loads(iledger("transfer", "status", "--format", "json").stdout)
        assert status[0]["state"] == ("open" if command is passing else "reversing")
        told = json.loads(iledger(*command).stdout)
        assert told["batch"][0][done] == CLIENTS
        before += CLIENTS
        assert count(owner) == before
        assert over[done] in iledger(*command).stderr
        assert count(owner) == before
    twice = f"SELECT count(*) FROM (SELECT client FROM ({COUNT.replace('count(*)', '*')}) AS e "
    assert owner.execute(twice + "GROUP BY client HAVING count(*) <> 2) AS d").fetchone() == (0,)
    clients = json.loads(iledger("clients", "--owner", "E-1", "--format", "json").stdout)
    assert len(clients) == CLIENTS


def test_applied_and_reversed_at_once_all_clients_are_back(
    iledger: Run, owner: Connection, settings: dict[str, str], tmp_path: Path
) -> None:
    assert iledger("append", stdin=company()).returncode == 0
    iledger("transfer", "plan", "E-1", "--rule", "one", "--to", "E-2", "--out", "p.json")
    batch = json.loads((tmp_path / "p.json").read_text())["batch"]
    applying = subprocess.Popen(
        [*MODULE, "transfer", "apply", "p.json", "--yes"], cwd=tmp_path, env=settings,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not count(owner):
        assert time.monotonic() < deadline
    assert iledger("transfer", "reverse", batch, "--reason", "x", "--yes").returncode == 0
    _, said = applying.communicate()
    assert applying.returncode in (0, 8), said
    status = json.loads(iledger("transfer", "status", "--format", "json").stdout)
    assert status[0]["state"] == "reversed"
    assert status[0]["moved"] == status[0]["restored"] > 0
    clients = json.loads(iledger("clients", "--owner", "E-1", "--format", "json").stdout)
    assert len(clients) == CLIENTS
