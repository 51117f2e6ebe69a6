"""The groups of tests: which tests each has, what it needs, and what it says where that is missing.

`make test` runs the everyday group, which needs Python and a clone and nothing else. Each other
group needs more, and is a target of its own that fails where it is missing: no test is skipped.

A test belongs to the everyday group unless its folder is in FOLDERS or it has the mark
`group("name")`. Three groups run everyday tests in another way: `servers` those that take
`any_location`, on the machine's own servers; `clocks` those of which READS_THE_CLOCK is true, with
the clock set; `exhaustive` those that sample, with many more examples.
"""

import importlib.util
import os
import random
import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeVar

import pytest

from tests.real_data import source
from tests.surroundings import servers

TESTS = Path(__file__).parents[1]
FOLDERS = {TESTS / "real_data": "data", TESTS / "packaging": "dist", TESTS / "servers": "servers"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# The product reads the clock where a command is given, in the database, and in View.now.
READS_THE_CLOCK = re.compile(r"\.now\(|commands\.cli|iledger ")
EVERY_DAY = 30  # examples of a sampling test
TIMES_MORE = 10  # of these in the group `exhaustive`

Test = TypeVar("Test", bound=Callable[..., None])

_chosen = "everyday"
_SEED = "ILEDGER_TEST_SEED"


class Group(NamedTuple):
    """What a group tests, and a function that says what it misses here, or None."""

    tests: str
    missing: Callable[[], str | None] = lambda: None


def _no_data() -> str | None:
    try:
        for name in ("maven_crm", "servicenow_incidents"):
            source.folder(name)
    except FileNotFoundError as error:
        return str(error)
    return None


def _no_browser() -> str | None:
    if browser() is None:
        return f"no browser: install Debian's package chromium, or put one of {BROWSERS} on PATH"
    return None


def _no_clock() -> str | None:
    if "TEST_CLOCK_AHEAD" in os.environ:
        return None
    return "the clock is the machine's own: run `make test-clocks`, which sets it"


def _no_build() -> str | None:
    lacking = [name for name in ("build", "umadb") if not importlib.util.find_spec(name)]
    if not lacking:
        return None
    return f"packages are missing ({', '.join(lacking)}): run `make test-dist`, which installs them"


GROUPS = {
    "everyday": Group("what needs Python and a clone and nothing else"),
    "data": Group("two published data sets and their published answers", _no_data),
    "browser": Group("the page of `iledger report page --html`, in Chromium", _no_browser),
    "servers": Group("the store on the machine's own PostgreSQL servers", servers.missing),
    "clocks": Group("other hours, the ends of month and year, other time zones", _no_clock),
    "exhaustive": Group(f"{TIMES_MORE} times the examples of each test that samples"),
    "dist": Group(
        "wheel and source distribution, installed from the package index; the benchmarks", _no_build
    ),
}


def choose(name: str) -> None:
    """Run this group. Raises pytest.UsageError saying what to do if it cannot be run here."""
    global _chosen
    _chosen = name
    if missing := GROUPS[name].missing():
        raise pytest.UsageError(f"the tests of the group {name!r} cannot run: {missing}")


def chosen() -> str:
    return _chosen


def examples(everyday: int = EVERY_DAY) -> int:
    """Return how many examples a sampling test is to try, in the group that was chosen."""
    return everyday * (TIMES_MORE if _chosen == "exhaustive" else 1)


def sampling(test: Test) -> Test:
    """Mark a test that samples by itself, without hypothesis; `examples` tells it how much."""
    test.samples = True  # type: ignore[attr-defined]
    return test


def seed() -> int:
    """The seed of this run, which its header shows; ILEDGER_TEST_SEED repeats one."""
    # In the environment, so that the processes of one run have the same.
    return int(os.environ.setdefault(_SEED, str(random.SystemRandom().randrange(2**32))))


def browser() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def has(item: pytest.Item) -> bool:
    """Tell whether the chosen group has this test."""
    if _chosen in ("everyday", "data", "browser", "dist"):
        return _own_group(item) == _chosen
    if _own_group(item) != "everyday":
        return _own_group(item) == _chosen
    if _chosen == "servers":
        return "any_dsn" in getattr(item, "fixturenames", ())
    if _chosen == "clocks":
        return _reads_the_clock(item.path)
    test = getattr(item, "obj", None)
    return hasattr(test, "hypothesis") or hasattr(test, "samples")


def _own_group(item: pytest.Item) -> str:
    if mark := item.get_closest_marker("group"):
        return str(mark.args[0])
    return next(
        (name for folder, name in FOLDERS.items() if folder in item.path.parents), "everyday"
    )


@cache
def _reads_the_clock(path: Path) -> bool:
    within = TESTS / "commands" / "cli" in path.parents
    return within or bool(READS_THE_CLOCK.search(path.read_text("utf-8")))


def left_out() -> list[str]:
    """Return what `make test` did not run, one line a target."""
    others = {name: group.tests for name, group in GROUPS.items() if name != "everyday"}
    others["pythons"] = "these tests on every other Python that the machine has"
    return [f"left out: make test-{name:<10}  {tests}" for name, tests in others.items()]
