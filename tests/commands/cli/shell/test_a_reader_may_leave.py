"""A closed stdout or stderr ends a command quietly, with a documented exit code."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.commands.cli.conftest import MODULE, Run, event, jsonl

LONG = ("replay", "replay --format jsonl", "timeline C-1", "timeline C-1 --format csv",
        "timeline C-1 --format json", "event types", "metrics --help")  # fmt: skip


@pytest.mark.parametrize("command", LONG)
def test_a_reader_of_the_first_line_ends_it_with_141(
    iledger: Run, settings: dict[str, str], command: str
) -> None:
    done = iledger("append", stdin=jsonl(*(event(n, client="C-1") for n in range(3_000))))
    assert done.returncode == 0
    for unbuffered in ("", "1"):
        code, said = _read_one_line(settings | {"PYTHONUNBUFFERED": unbuffered}, command)
        assert (code in (0, 141), said) == (True, b"")
        if not command.endswith(("types", "--help")):  # which fit into the pipe
            assert code == 141


@pytest.mark.parametrize(("command", "code"), [
    ("nosuch", 2), ("card C-404", 3), ("replay --as-of 99", 2),
])  # fmt: skip
def test_an_error_that_nobody_reads_keeps_its_code(
    settings: dict[str, str], command: str, code: int
) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    done = subprocess.run([*MODULE, *command.split()], stdout=writes, stderr=writes, env=settings)
    os.close(writes)
    assert done.returncode == code


def test_the_codes_are_documented() -> None:
    page = Path(__file__).parents[4] / "docs" / "exit-codes.md"
    assert "| 141 |" in page.read_text()


def _read_one_line(settings: dict[str, str], command: str) -> tuple[int, bytes]:
    with subprocess.Popen(
        [*MODULE, *command.split()], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=settings
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
        return process.wait(), said
