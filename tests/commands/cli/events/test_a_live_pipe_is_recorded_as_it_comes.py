"""`append -` records and answers what has come soon, and what is answered is there."""

import json
import os
import random
import signal
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from ledger.database import Connection
from tests.commands.cli.conftest import MODULE, event, jsonl

Pipe = Callable[..., Any]
SOON = 10.0  # seconds; what never comes comes after none of them


@pytest.fixture
def pipe(settings: dict[str, str], tmp_path: Path) -> Pipe:
    """Start `iledger append - --receipts` with pipes for all its streams."""

    @contextmanager
    def start(*words: str, **streams: Any) -> Iterator["subprocess.Popen[bytes]"]:
        streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE) | streams
        command = [*MODULE, "append", *(words or ("-", "--receipts"))]
        with subprocess.Popen(
            command, cwd=tmp_path, env=settings, preexec_fn=_heeding_signals, **streams
        ) as process:
            watchdog = threading.Timer(100, process.kill)
            watchdog.start()
            try:
                yield process
            finally:
                watchdog.cancel()
                process.kill()

    return start


def _heeding_signals() -> None:
    """As a program in a terminal does, also where these tests run in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def send(process: "subprocess.Popen[bytes]", load: bytes) -> None:
    assert process.stdin is not None
    process.stdin.write(load)
    process.stdin.flush()


def receipt(process: "subprocess.Popen[bytes]") -> dict[str, Any]:
    assert process.stdout is not None
    return dict(json.loads(process.stdout.readline()))


def feed(process: "subprocess.Popen[bytes]", count: int, chance: random.Random) -> None:
    """Send so many lines, with pauses by chance, while somebody else reads the answers."""
    assert process.stdin is not None
    with suppress(BrokenPipeError), process.stdin as stream:
        for number in range(count):
            stream.write(jsonl(event(number)))
            if chance.random() < 0.02:
                stream.flush()
                time.sleep(chance.random() / 100)


def keys(owner: Connection) -> list[str]:
    return [key for (key,) in owner.execute("SELECT key FROM events ORDER BY position")]


def slow_down(owner: Connection, seconds: float) -> None:
    """Each statement that records something takes so long."""
    owner.execute(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN PERFORM pg_sleep({seconds}); RETURN NULL; END $$"
    )
    owner.execute("GRANT EXECUTE ON FUNCTION slow TO PUBLIC")
    owner.execute("CREATE TRIGGER slow AFTER INSERT ON events EXECUTE FUNCTION slow()")


def test_a_line_is_answered_before_the_next_is_sent(pipe: Pipe, owner: Connection) -> None:
    with pipe() as process:
        send(process, jsonl(event(0)))
        assert receipt(process)["position"] == 1
        took = []
        for number in range(1, 30):
            began = time.monotonic()
            send(process, jsonl(event(number)))
            answer = receipt(process)
            took.append(time.monotonic() - began)
            assert keys(owner)[-1] == answer["key"] == f"pbx-{number}"
            assert (answer["line"], answer["position"]) == (number + 1, number + 1)
            assert (answer["source"], answer["outcome"]) == ("pbx", "recorded")
        assert statistics.median(took) < 0.2
        process.stdin.close()
        assert process.wait() == 0


def test_a_pipe_that_stalls_in_the_middle_of_a_line_keeps_the_lines_before(
    pipe: Pipe, owner: Connection
) -> None:
    begun, rest = jsonl(event(3))[:40], jsonl(event(3))[40:]
    with pipe() as process:
        send(process, b"\n" + jsonl(event(1), {}, event(2)) + begun)
        answers = [receipt(process) for _ in range(3)]
        assert [each["outcome"] for each in answers] == ["recorded", "rejected", "recorded"]
        assert [each["line"] for each in answers] == [2, 3, 4]
        assert keys(owner) == ["pbx-1", "pbx-2"]
        send(process, rest.rstrip(b"\n"))
        process.stdin.close()
        assert receipt(process)["key"] == "pbx-3", "the last line needs no line break"
        assert process.wait() == 1


def test_what_comes_while_a_batch_is_recorded_is_one_batch(pipe: Pipe, owner: Connection) -> None:
    slow_down(owner, 0.3)
    with pipe() as process:
        feeder = threading.Thread(target=feed, args=(process, 2_500, random.Random(1)))
        feeder.start()
        answers = [receipt(process) for _ in range(2_500)]
        feeder.join()
        assert process.wait() == 0
    assert [each["key"] for each in answers] == keys(owner)
    batches = owner.execute("SELECT count(*) FROM events GROUP BY xmin::text ORDER BY 1").fetchall()
    assert max(batches)[0] <= 1_000
    assert len(batches) < 20


@pytest.mark.parametrize("number", range(6))
def test_killed_at_any_moment_what_was_answered_is_there(
    pipe: Pipe, owner: Connection, number: int
) -> None:
    chance = random.Random(number)
    with pipe() as process:
        feeder = threading.Thread(target=feed, args=(process, 100_000, chance))
        feeder.start()
        first = receipt(process)
        threading.Timer(chance.random() / 2, process.kill).start()
        said = process.stdout.read()
        assert process.wait() == -signal.SIGKILL
        feeder.join()
    whole = said[: said.rfind(b"\n") + 1].splitlines()
    answers = [first, *map(json.loads, whole)]
    there = keys(owner)
    assert [each["key"] for each in answers] == there[: len(answers)]
    assert [each["position"] for each in answers] == [n + 1 for n in range(len(answers))]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_open_pipe_ends_soon_with_what_was_recorded_said(
    pipe: Pipe, owner: Connection, number: int, code: int
) -> None:
    with pipe() as process:
        send(process, jsonl(event(1), event(2)) + b'{"type": ')
        assert [receipt(process)["line"] for _ in range(2)] == [1, 2]
        process.send_signal(number)
        began = time.monotonic()
        assert process.wait(60) == code
        assert time.monotonic() - began < SOON
        assert b"stopped early: recorded 2, duplicates 0, rejected 0" in process.stderr.read()
    assert keys(owner) == ["pbx-1", "pbx-2"]


def test_a_file_ends_with_the_batch_under_way(
    pipe: Pipe, owner: Connection, tmp_path: Path
) -> None:
    slow_down(owner, 0.5)
    (tmp_path / "calls.jsonl").write_bytes(jsonl(*(event(n) for n in range(30_000))))
    with pipe("calls.jsonl", "--receipts") as process:
        receipt(process)
        process.send_signal(signal.SIGINT)
        answered = 1 + len(process.stdout.readlines())
        assert process.wait(60) == 130
        said = process.stderr.read()
    recorded = len(keys(owner))
    assert answered == recorded <= 4_000
    assert f"stopped early: recorded {recorded:,}," in said.decode()


def test_receipts_that_cannot_be_written_end_it(pipe: Pipe, owner: Connection) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    with pipe(stdout=full) as process:
        send(process, jsonl(event(1), event(2)))
        assert process.wait(60) == 1
        said = process.stderr.read().decode()
    os.close(full)
    assert said == (
        f"stopped early: recorded {len(keys(owner))}, duplicates 0, rejected 0\n"
        "iledger: receipts on standard output: No space left on device\n"
    )


def test_receipts_that_nobody_reads_end_it(pipe: Pipe, owner: Connection) -> None:
    with pipe() as process:
        process.stdout.close()
        send(process, jsonl(event(1)))
        assert process.wait(60) == 141
        assert b"stopped early: recorded 1," in process.stderr.read()
    assert keys(owner) == ["pbx-1"]
