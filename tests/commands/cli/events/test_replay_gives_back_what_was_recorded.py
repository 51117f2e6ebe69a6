"""Replay shows every recorded field, in order, byte for byte; filters take away, never change."""

import hashlib
import json
from datetime import datetime

from ledger.database import Connection
from tests.commands.cli.conftest import Here, Run, event, jsonl, one_message
from tests.ledger.store.samples import stored_before


def lines(here: Here, *arguments: str) -> list[dict[str, object]]:
    done = here("replay", "--format", "jsonl", *arguments)
    assert done.exit_code == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_hashed_bytes_can_be_derived_from_a_line(iledger: Run, owner: Connection) -> None:
    iledger("append", stdin=jsonl(event(1), event(2, client="Ромашка"), event(3, client=None)))
    leaves = owner.execute(
        "SELECT leaf(e), timestamptz_send(recorded_at) FROM events e ORDER BY position"
    ).fetchall()
    done = iledger("replay", "--format", "jsonl")
    for line, (leaf, recorded_at) in zip(done.stdout.splitlines(), leaves, strict=True):
        found = json.loads(line)
        stamp = datetime.fromisoformat(found["recorded_at"])
        since_2000 = stamp - datetime.fromisoformat("2000-01-01T00:00:00Z")
        microseconds = (since_2000.days * 86_400 + since_2000.seconds) * 10**6
        assert recorded_at == (microseconds + since_2000.microseconds).to_bytes(8, "big")
        body = {name: found[name] for name in found if name not in _BESIDES}
        exact = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        said = recorded_at + found["login"].encode() + b"\0" + exact.encode()
        assert hashlib.sha256(b"\0" + said).digest() == leaf


_BESIDES = ("position", "event_id", "recorded_at", "login")


def test_a_replay_can_be_appended_to_another_ledger(iledger: Run, here: Here) -> None:
    iledger("append", stdin=jsonl(event(1), event(2)))
    bodies = [{name: line[name] for name in line if name not in _BESIDES} for line in lines(here)]
    for again in (bodies, lines(here)):
        done = iledger("append", "--format", "json", stdin=jsonl(*again))
        assert json.loads(done.stdout)["duplicates"] == 2


def test_filters(iledger: Run, here: Here) -> None:
    missed = {"type": "call.missed", "data": {}}
    iledger(
        "append",
        stdin=jsonl(
            event(1, client="C-1"),
            event(2, client="C-2", performed_by="E-8", occurred_at="2026-03-02"),
            event(3, client="C-1", source="web", occurred_at="2026-03-02T23:30:00Z"),
            event(4, client="C-2", occurred_at="unknown", **missed),
        ),
    )
    for arguments, expected in {
        (): [1, 2, 3, 4],
        ("--client", "C-1"): [1, 3],
        ("--employee", "E-8"): [2],
        ("--type", "call.missed"): [4],
        ("--type", "call.missed", "--type", "call.logged", "--client", "C-2"): [2, 4],
        ("--source", "web"): [3],
        ("--since", "2026-03-02"): [2, 3],
        ("--until", "2026-03-02"): [1, 2],  # half past two on the third in Moscow
        ("--until", "2026-03-02", "--zone", "UTC"): [1, 2, 3],
        ("--since", "2026-03-02", "--zone", "America/New_York"): [2, 3],
        ("--after", "2", "--limit", "1"): [3],
        ("--as-of", "2"): [1, 2],
        ("--client", "C-1", "--type", "call.missed"): [],
    }.items():
        assert [line["position"] for line in lines(here, *arguments)] == expected, arguments


def test_text_is_one_line_an_event(iledger: Run) -> None:
    note = {"type": "note.shared", "data": {"text": "first line\nsecond \x1b[31m line"}}
    iledger("append", stdin=jsonl(event(1, performed_by=None, occurred_at="2026-03", **note)))
    done = iledger("replay")
    (line,) = done.stdout.decode().splitlines()
    assert line.split()[:2] == ["1", "2026-03"]
    assert "(pbx-gateway)" in line
    assert "\x1b" not in line
    assert 'text="first line second' in line


def test_an_unknown_type_is_doubted(iledger: Run) -> None:
    done = iledger("replay", "--type", "call.loged")
    assert done.returncode == 0
    assert b"Did you mean 'call.logged'?" in done.stderr


def test_the_first_day_of_the_calendar_hinders_no_question(
    owner: Connection, iledger: Run, here: Here
) -> None:
    # A service that knows no date may have said this one, and what is recorded stays.
    stored_before(owner, event(1, occurred_at="0001-01-01"), event(2))
    for arguments, expected in ((("--since", "2026-01"), [2]), (("--until", "2020-01"), [1])):
        for zone in ("Asia/Tokyo", "UTC", "America/New_York"):
            found = lines(here, *arguments, "--zone", zone)
            assert [line["position"] for line in found] == expected
    assert iledger("replay", "--zone", "Asia/Tokyo").stdout.split()[1] == b"0001-01-01"
    shown = iledger("timeline", "C-1", "--format", "json").stdout
    assert json.loads(shown)[0]["occurred_at"] == "0001-01-01"


def test_an_empty_replay_says_so(iledger: Run) -> None:
    iledger("append", stdin=jsonl(event(1)))
    done = iledger("replay", "--client", "C-1", "--type", "call.missed")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"nothing found\n")


def test_it_does_not_begin_ahead_of_the_head(iledger: Run) -> None:
    iledger("append", stdin=jsonl(event(1)))
    assert iledger("replay", "--after", "1").returncode == 0
    for further in ((), ("--follow",)):
        done = iledger("replay", "--after", "2", *further)
        assert done.returncode == 2
        assert "--after 2 is ahead of the head, which is 1" in one_message(done)
