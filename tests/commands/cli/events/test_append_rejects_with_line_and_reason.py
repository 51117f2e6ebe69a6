"""Bad lines go to a reject file with number, reason and the original; all others are recorded."""

import base64
import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from ledger.database import Connection, Location, connect
from tests.commands.cli.conftest import MODULE, Here, Run, event, jsonl, one_message
from tests.ledger.schema.logins import role_of


def recorded(owner: Connection) -> int:
    row = owner.execute("SELECT count(*) FROM events").fetchone()
    assert row is not None
    return int(row[0])


def rejects(path: Path) -> dict[int, dict[str, object]]:
    found = [json.loads(line) for line in path.read_text().splitlines()]
    return {entry["line"]: entry for entry in found}


def test_a_bad_line_does_not_hold_up_the_rest(
    iledger: Run, owner: Connection, tmp_path: Path
) -> None:
    wrong = event(2, data={"direction": "sideways", "outcome": "reached"})
    (tmp_path / "calls.jsonl").write_bytes(jsonl(event(1), wrong, event(3)))
    done = iledger("append", "calls.jsonl")
    assert done.returncode == 1
    assert b"recorded 2, duplicates 0, rejected 1 (see calls.jsonl.rejects.jsonl)" in done.stderr
    entry = rejects(tmp_path / "calls.jsonl.rejects.jsonl")[2]
    assert entry["field"] == "data.direction"
    assert entry["value"] == "sideways"
    assert "docs/events.md" in str(entry["reason"])
    assert json.loads(str(entry["text"])) == wrong
    assert recorded(owner) == 2


def test_the_reject_file_is_private_and_only_made_if_needed(iledger: Run, tmp_path: Path) -> None:
    (tmp_path / "good.jsonl").write_bytes(jsonl(event(1)))
    assert iledger("append", "good.jsonl").returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["good.jsonl"]
    assert iledger("append", stdin=b"{}\n").returncode == 1
    mode = (tmp_path / "ledger.rejects.jsonl").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_rejects_of_a_pipe_are_never_overwritten(iledger: Run, tmp_path: Path) -> None:
    for _ in range(3):
        iledger("append", stdin=b"{}\n")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [
        "ledger.2.rejects.jsonl", "ledger.3.rejects.jsonl", "ledger.rejects.jsonl",
    ]  # fmt: skip


def test_a_mended_file_leaves_no_outdated_rejects(iledger: Run, tmp_path: Path) -> None:
    load = tmp_path / "calls.jsonl"
    load.write_bytes(jsonl(event(1), {}))
    assert iledger("append", "calls.jsonl").returncode == 1
    load.write_bytes(jsonl(event(1), event(2)))
    done = iledger("append", "calls.jsonl")
    assert done.returncode == 0
    assert b"recorded 1, duplicates 1, rejected 0" in done.stderr
    assert not (tmp_path / "calls.jsonl.rejects.jsonl").exists()


def test_other_files_are_not_taken_for_reject_files(iledger: Run, tmp_path: Path) -> None:
    load, precious = tmp_path / "calls.jsonl", tmp_path / "precious.txt"
    load.write_bytes(b"{}\n")
    precious.write_text("do not lose me\n")
    for name in ("precious.txt", "calls.jsonl"):
        assert iledger("append", "calls.jsonl", "--rejects", name).returncode == 2
    assert precious.read_text() == "do not lose me\n"
    assert load.read_bytes() == b"{}\n"


def test_a_device_or_a_pipe_is_never_replaced_by_a_reject_file(
    iledger: Run, tmp_path: Path
) -> None:
    pipe, terminal = tmp_path / "pipe", os.ttyname(os.openpty()[1])
    os.mkfifo(pipe)
    for place in (pipe, terminal):
        refused = iledger("append", "--rejects", place, stdin=b"{}\n")
        assert refused.returncode == 2
        assert f"{place} is not a file" in one_message(refused)
    assert pipe.is_fifo()
    assert Path(terminal).is_char_device()


def test_a_reject_file_in_no_folder_is_refused_before_anything_is_recorded(
    iledger: Run, owner: Connection
) -> None:
    refused = iledger("append", "--rejects", "gone/wrong.jsonl", stdin=jsonl(event(1), {}))
    assert refused.returncode == 2
    assert "there is no folder" in one_message(refused)
    assert recorded(owner) == 0


@pytest.mark.parametrize("name", ["/dev/stdin", "pipe"])
def test_rejects_of_what_a_shell_pipes_in_by_name_stay_in_the_working_folder(
    iledger: Run, owner: Connection, tmp_path: Path, name: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    lines = jsonl(event(1), {})
    with ThreadPoolExecutor(1) as other:
        if name == "pipe":
            other.submit((tmp_path / "pipe").write_bytes, lines)
        done = iledger("append", name, stdin=lines)
    assert done.returncode == 1
    assert b"recorded 1, duplicates 0, rejected 1 (see ledger.rejects.jsonl)" in done.stderr
    assert rejects(tmp_path / "ledger.rejects.jsonl")[2]["text"] == "{}"
    assert recorded(owner) == 1


def test_what_was_rejected_of_another_load_is_left_alone(iledger: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"{}\n")
    (tmp_path / "b.jsonl").write_bytes(jsonl(event(1)))
    given = ("--rejects", "wrong.jsonl")
    assert iledger("append", "a.jsonl", *given).returncode == 1
    before = (tmp_path / "wrong.jsonl").read_bytes()
    for load in ("b.jsonl", "-"):
        refused = iledger("append", load, *given, stdin=b"{}\n")
        assert refused.returncode == 2
        assert "rejected of another input; name another" in one_message(refused)
    assert (tmp_path / "wrong.jsonl").read_bytes() == before
    again = iledger("append", tmp_path / "a.jsonl", *given)
    assert again.returncode == 1, "the same load may be run again"
    assert (tmp_path / "wrong.jsonl").read_bytes() == before


def test_what_is_not_utf8_is_kept_exactly(iledger: Run, tmp_path: Path) -> None:
    line = json.dumps(event(1, client="Ромашка"), ensure_ascii=False).encode("cp1251")
    assert iledger("append", stdin=line + b"\n").returncode == 1
    entry = rejects(tmp_path / "ledger.rejects.jsonl")[1]
    assert base64.b64decode(str(entry["base64"])) == line
    assert "UTF-8" in str(entry["reason"])


def test_what_is_passed_over_and_what_is_not(
    iledger: Run, owner: Connection, tmp_path: Path
) -> None:
    one, two, three = (jsonl(event(n)).rstrip() for n in (1, 2, 3))
    # A byte order mark, CRLF, blank lines and no last line break are no faults; a cut line is one.
    whole = b"\xef\xbb\xbf" + one + b"\r\n\r\n   \n" + two + b"\n" + three
    done = iledger("append", "--format", "json", stdin=whole)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["recorded"] == recorded(owner) == 3
    cut = iledger("append", stdin=one + b"\n" + two[:-20])
    assert cut.returncode == 1
    assert b"cut short" in cut.stderr
    assert rejects(tmp_path / "ledger.rejects.jsonl")[2]["text"] == two[:-20].decode()


def test_a_rejected_line_after_a_byte_order_mark_is_kept_whole(
    iledger: Run, tmp_path: Path
) -> None:
    wrong = jsonl(event(1, type="x" * 5000)).rstrip()
    assert iledger("append", stdin=b"\xef\xbb\xbf" + wrong).returncode == 1
    entry = rejects(tmp_path / "ledger.rejects.jsonl")[1]
    assert (entry["text"], "cut" in entry) == (wrong.decode(), False)


# Run in a process between, which has no other child: what a child has used is at least what the
# process had that started it, and for all children only the largest figure is known.
MEASURED = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:])
print("KiB:", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(done.returncode)
"""


def test_a_huge_line_costs_no_memory(settings: dict[str, str], tmp_path: Path) -> None:
    with (tmp_path / "huge.jsonl").open("wb") as load:
        load.write(b'{"type": "')
        load.truncate(600 << 20)  # a hole, read as NUL
        load.seek(0, 2)
        load.write(b"\n" + jsonl(event(1)))
    command = [sys.executable, "-c", MEASURED, *MODULE, "append", "huge.jsonl"]
    done = subprocess.run(command, cwd=tmp_path, env=settings, capture_output=True, timeout=120)
    assert done.returncode == 1
    # The line has 600 MiB; a command that records one event takes about 60.
    assert 0 < int(done.stdout.split(b"KiB:")[1]) < 200 << 10
    entry = rejects(tmp_path / "huge.jsonl.rejects.jsonl")[1]
    assert entry["cut"] is True
    assert "larger than 1 MiB" in str(entry["reason"])
    assert b"recorded 1," in done.stderr


def test_it_acts_as_no_more_than_a_writer(
    here: Here, tmp_path: Path, location: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, taken = import_module("commands.cli.events.append"), []

    def connected(*arguments: Any) -> Connection:
        connection = connect(*arguments)
        taken.extend(connection.execute("SELECT current_user").fetchone() or ())
        return connection

    monkeypatch.setattr(module, "connect", connected)
    (tmp_path / "calls.jsonl").write_bytes(jsonl(event(1)))
    assert here("append", str(tmp_path / "calls.jsonl")).exit_code == 0
    assert taken == [role_of(location, "writer")]


def test_receipts_tell_the_outcome_of_every_line(iledger: Run) -> None:
    first = iledger("append", "--receipts", stdin=jsonl(event(1), {}, event(2)))
    lines = [json.loads(line) for line in first.stdout.splitlines()]
    assert [line["outcome"] for line in lines] == ["recorded", "rejected", "recorded"]
    again = iledger("append", "--receipts", stdin=jsonl(event(1)))
    assert json.loads(again.stdout) == lines[0] | {"outcome": "duplicate"}


def test_a_key_used_twice_with_other_content_shows_both(iledger: Run, tmp_path: Path) -> None:
    twice = jsonl(event(1), event(1, client="C-other"))
    assert iledger("append", stdin=twice).returncode == 1
    entry = rejects(tmp_path / "ledger.rejects.jsonl")[2]
    assert entry["field"] == "key"
    assert entry["value"] == "pbx-1"
    assert "C-1" in str(entry["reason"])
    assert "C-other" in str(entry["reason"])


TABLE = b"Date,From,To\n2026-03-01,+7,+8\n"


@pytest.mark.parametrize(
    ("given", "called"),
    [
        (TABLE, "a table in CSV"),
        (b"\xef\xbb\xbf" + TABLE.replace(b",", b";"), "a table in CSV"),
        (TABLE.replace(b",", b"\t"), "a table in CSV"),
        (b"From anna@example.com Sun Mar  1 10:00:00 2026\nSubject: offer\n", "a mailbox (mbox)"),
        (b"Return-Path: <anna@example.com>\n", "an e-mail"),
        (b"BEGIN:VCARD\r\nVERSION:3.0\r\n", "a vCard file"),
        (b"BEGIN:VCALENDAR\r\n", "a calendar"),
        (b'<?xml version="1.0"?>\n', "XML"),
        (b"PK\x03\x04", "an office document"),
    ],
)
def test_another_kind_of_file_is_named_with_what_to_do(
    iledger: Run, owner: Connection, tmp_path: Path, given: bytes, called: str
) -> None:
    refused = iledger("append", stdin=given + jsonl(event(1)))
    assert refused.returncode == 1
    said = refused.stderr.decode()
    assert called in said
    assert "there is no command" in said.lower()
    assert recorded(owner) == 0
    assert list(tmp_path.iterdir()) == []


def test_one_line_that_looks_like_a_table_does_not_hold_up_the_rest(
    iledger: Run, owner: Connection
) -> None:
    assert iledger("append", stdin=b"a, b\n" + jsonl(event(1))).returncode == 1
    assert recorded(owner) == 1


@pytest.mark.parametrize(
    "words", [("transfer", "apply"), ("bonus", "scheme", "check"), ("bonus", "scheme", "publish")]
)
def test_a_file_without_end_is_refused(iledger: Run, words: tuple[str, ...]) -> None:
    done = iledger(*words, "/dev/zero")
    assert done.returncode == 2
    assert "larger than any" in one_message(done)
