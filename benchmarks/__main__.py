"""`make bench`: measure everything on a private PostgreSQL and write benchmarks/README.md."""

import argparse
import itertools
import platform
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg

from benchmarks import appending, asking, deciding, figures
from benchmarks.sides import Line
from ledger import embedded, schema
from ledger.database import Location

README = Path(__file__).with_name("README.md")
MARK = "<!-- measured -->"


def main() -> None:
    """Measure, print, and put the table into the README."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=1_000_000)
    options.add_argument("--clients", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--pairs", type=int, default=10_000)
    options.add_argument("--no-readme", action="store_true", help="print only")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="iledger-bench-") as name:
        folder = Path(name) / "ledger"
        dsn = embedded.ensure_running(folder)
        try:
            lines = list(_measure(dsn, chosen))
            table = _table(lines, _server(dsn), chosen)
        finally:
            embedded.stop(folder)
    print(table)
    if not chosen.no_readme:
        before, _, rest = README.read_text("utf-8").partition(MARK)
        _, _, after = rest.partition(MARK)
        README.write_text(f"{before}{MARK}\n{table}\n{MARK}{after}", "utf-8")


def _measure(dsn: str, chosen: argparse.Namespace) -> Iterator[Line]:
    small = Location(dsn=dsn, schema="appending")
    schema.init(small)
    for line in appending.measure(small, chosen.rounds):
        print(" | ".join(line.cells()), flush=True)
        yield line
    for line in deciding.measure(Location(dsn=dsn, schema="deciding"), chosen.pairs):
        print(" | ".join(line.cells()), flush=True)
        yield line
    large = Location(dsn=dsn, schema="asking")
    asked = asking.measure(large, chosen.events, chosen.clients)
    for line in itertools.chain(asked, figures.measure(large)):
        print(" | ".join(line.cells()), flush=True)
        yield line


def _server(dsn: str) -> str:
    with psycopg.connect(dsn) as connection:
        return f"PostgreSQL {connection.info.server_version // 10000}, fsync on"


def _table(lines: list[Line], server: str, chosen: argparse.Namespace) -> str:
    head = ["operation", "ours", "beside the limit", "beside the peer", "goal"]
    rows = [head, ["---"] * len(head), *(line.cells() for line in lines)]
    drawn = "\n".join("| " + " | ".join(cells) + " |" for cells in rows)
    return (
        f"`python -m benchmarks --events {chosen.events} --clients {chosen.clients} "
        f"--rounds {chosen.rounds} --pairs {chosen.pairs}`; {server}; "
        f"Python {platform.python_version()}.\n\n{drawn}"
    )


if __name__ == "__main__":
    main()
