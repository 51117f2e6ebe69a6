"""Whoever types `dir(ledger)` finds the API, before anything of it is imported."""

import subprocess
import sys

import ledger


def run(program: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_dir_lists_all_of_it_at_once() -> None:
    assert set(ledger.__all__) <= set(run("import ledger; print(*dir(ledger))"))


def test_dir_lists_nothing_that_only_its_making_needed() -> None:
    shown = run("import ledger; print(*dir(ledger))")
    assert {name for name in shown if not name.startswith("__")} == set(ledger.__all__)


def test_every_name_of_it_is_there() -> None:
    assert all(getattr(ledger, name).__module__.startswith("ledger.") for name in ledger.__all__)


def test_a_star_import_brings_the_api_alone() -> None:
    program = "from ledger import *; print(*sorted(name for name in dir() if name[0] != '_'))"
    assert run(program) == sorted(ledger.__all__)


def test_listing_imports_no_event_class() -> None:
    program = "import sys, ledger; dir(ledger); print(*(n for n in sys.modules if 'pydantic' in n))"
    assert run(program) == []
