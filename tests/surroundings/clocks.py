"""`make test-clocks`: the tests that can depend on the clock, with the clock set ahead.

    python -m tests.surroundings.clocks [ARGUMENTS OF PYTEST]

With `--group everyday` among the arguments it is every test, not only those of the group `clocks`.
The hours are those at which a day has begun in one zone and not in another: in Moscow, the zone of
the tests' ledgers, it begins at 21:00 UTC. The clock of the servers that the tests start is set
as well, by libfaketime. It goes on from there.
"""

import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[2]
# In UTC, and TZ. Together: an ordinary day, a month's end, a year's end; far east and far west.
CLOCKS = (
    ("2027-06-16T20:30:00", "Pacific/Kiritimati"),
    ("2028-02-29T22:30:00", "America/Los_Angeles"),
    ("2026-12-31T23:59:50", "Pacific/Pago_Pago"),
)
COLLECTING = timedelta(seconds=15)  # passes before the first test begins


def libfaketime() -> Path | None:
    """Return the library for programs with threads, where Debian and Fedora put it."""
    named = os.environ.get("ILEDGER_TEST_FAKETIME")
    usual = [*Path("/usr").glob("lib*/**/faketime/libfaketimeMT.so.1")]
    return next(
        (path for path in [*([Path(named)] if named else []), *usual] if path.exists()), None
    )


def run(library: Path, when: str, zone: str, arguments: list[str]) -> int:
    """Run pytest with the clock at `when` as its first tests begin."""
    ahead = datetime.fromisoformat(when).replace(tzinfo=UTC) - COLLECTING - datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="iledger-pyc-") as compiled:
        environment = os.environ | {
            "TZ": zone,
            "TEST_CLOCK_AHEAD": f"{ahead.total_seconds():.0f}",
            "TEST_FAKETIME_LIBRARY": str(library),
            "PYTHONPATH": str(Path(__file__).parent / "loaded"),  # sitecustomize sets the clock
            # What is compiled is kept apart: the time in it is of another clock.
            "PYTHONPYCACHEPREFIX": compiled,
        }
        pytest = [sys.executable, "-m", "pytest", "--group", "clocks", *arguments]
        return subprocess.run(pytest, cwd=ROOT, env=environment).returncode


def main() -> int:
    library = libfaketime()
    if library is None:
        print(
            "the tests of the group 'clocks' cannot run: no libfaketime: install Debian's package "
            "faketime, or name the library in ILEDGER_TEST_FAKETIME",
            file=sys.stderr,
        )
        return 4
    failed = []
    for when, zone in CLOCKS:
        print(f"the clock at {when} UTC, TZ={zone}", flush=True)
        if run(library, when, zone, sys.argv[1:]):
            failed.append(f"{when} UTC, TZ={zone}")
    for each in failed:
        print(f"failed with the clock at {each}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
