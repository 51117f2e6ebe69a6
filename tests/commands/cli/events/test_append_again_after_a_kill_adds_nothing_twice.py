"""A load that was killed is simply run again: every event once, the reject file complete."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

from ledger.database import Connection
from tests.commands.cli.conftest import MODULE, Run, event, jsonl

EVENTS = 12_000


def count(owner: Connection) -> int:
    row = owner.execute("SELECT count(*) FROM events").fetchone()
    assert row is not None
    return int(row[0])


def test_killed_in_the_middle_twice_then_complete(
    iledger: Run, owner: Connection, settings: dict[str, str], tmp_path: Path
) -> None:
    wrong = {n: event(n, client=7) for n in range(0, EVENTS, 500)}
    load = jsonl(*(wrong.get(n) or event(n) for n in range(EVENTS)))
    (tmp_path / "calls.jsonl").write_bytes(load)
    reached = 0
    for _ in range(2):
        process = subprocess.Popen(
            [*MODULE, "append", "calls.jsonl"],
            cwd=tmp_path,
            env=settings,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while count(owner) < reached + 2_000:
            assert process.poll() is None, "the load ended before it could be killed"
            assert time.monotonic() < deadline
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        reached = count(owner)
    done = iledger("append", "calls.jsonl", "--format", "json")
    assert done.returncode == 1, done.stderr
    summary = json.loads(done.stdout)
    assert summary["rejected"] == len(wrong)
    assert summary["duplicates"] >= reached
    assert summary["recorded"] + summary["duplicates"] == EVENTS - len(wrong) == count(owner)
    keys = owner.execute("SELECT key FROM events ORDER BY position").fetchall()
    assert [key for (key,) in keys] == [f"pbx-{n}" for n in range(EVENTS) if n not in wrong]
    entries = (tmp_path / "calls.jsonl.rejects.jsonl").read_text().splitlines()
    assert [json.loads(entry)["line"] for entry in entries] == [n + 1 for n in wrong]
