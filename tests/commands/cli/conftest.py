"""The real command in a process of its own, on a ledger that the test has for itself."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from commands.cli import main
from ledger.database import Location
from tests.surroundings import forked, search_path

ROOT = Path(__file__).parents[3]
MODULE = [sys.executable, "-m", "commands.cli.main"]
Here = Callable[..., Result]
Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture(autouse=True)
def any_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are as wide as they need to be, whatever the terminal that the tests run in."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture
def settings(location: Location) -> dict[str, str]:
    """The environment in which `iledger` finds the test's ledger."""
    return os.environ | {
        "ILEDGER_DSN": location.dsn or "",
        "ILEDGER_SCHEMA": location.schema,
        "PYTHONPATH": search_path(),
    }


@pytest.fixture
def iledger(settings: dict[str, str], tmp_path: Path) -> Run:
    """Run `iledger` with these arguments in the test's folder; extra settings by keyword."""

    def run(
        *arguments: str | Path, stdin: bytes = b"", **more: str
    ) -> "subprocess.CompletedProcess[bytes]":
        words = [*map(str, arguments)]
        return forked.run(words, stdin=stdin, cwd=tmp_path, env=settings | more, timeout=120)

    return run


@pytest.fixture
def here(settings: dict[str, str]) -> Here:
    """Run `iledger` in this process, where starting one for every question would take too long."""

    def run(*arguments: str) -> Result:
        return CliRunner(env=settings).invoke(main.iledger, arguments, catch_exceptions=False)

    return run


def event(number: int, **changes: Any) -> dict[str, Any]:
    """A call as a telephone exchange reports it; `changes` replaces or, by None, removes fields."""
    whole = {
        "type": "call.logged",
        "source": "pbx",
        "key": f"pbx-{number}",
        "client": f"C-{number % 10}",
        "performed_by": "E-7",
        "recorded_by": "pbx-gateway",
        "occurred_at": "2026-03-01T10:00:00+03:00",
        "data": {"direction": "outbound", "outcome": "reached", "duration_s": number},
    } | changes
    return {name: value for name, value in whole.items() if value is not None}


def jsonl(*events: Any) -> bytes:
    return b"".join(json.dumps(each, ensure_ascii=False).encode() + b"\n" for each in events)


def one_message(done: "subprocess.CompletedProcess[bytes]") -> str:
    """What went wrong, in one line and without a traceback."""
    said = done.stderr.decode()
    assert "Traceback" not in said
    assert said.startswith("iledger: "), said
    assert said.count("\n") == 1, said
    return said
