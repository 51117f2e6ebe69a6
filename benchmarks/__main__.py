"""`make bench`: measure on a private PostgreSQL, print the tables and put them into the README."""

import argparse
import itertools
import os
import platform
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psycopg

from benchmarks import asking, door, figures
from ledger import embedded
from ledger.database import Location

README = Path(__file__).with_name("README.md")


def main() -> None:
    """Measure, print, and put the tables into the README."""
    chosen = _options()
    with tempfile.TemporaryDirectory(prefix="iledger-bench-", dir=chosen.folder) as name:
        folder = Path(name)
        dsn = embedded.ensure_running(folder / "ledger")
        try:
            for part in chosen.only or PARTS:
                table = f"{_made_by(dsn, part, chosen)}\n\n{PARTS[part](dsn, folder, chosen)}"
                print(table)
                if not chosen.no_readme:
                    _write(part, table)
        finally:
            embedded.stop(folder / "ledger")


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", choices=PARTS, action="append", help="one table only")
    options.add_argument("--rounds", type=int, default=12, help="of the door")
    options.add_argument("--lines", type=int, default=50_000, help="of the file that is appended")
    options.add_argument("--events", type=int, default=300_000, help="that questions are about")
    options.add_argument("--clients", type=int, default=30_000, help="that questions are about")
    options.add_argument("--message-db", type=Path, help="its npm package, unpacked (left out)")
    options.add_argument("--folder", help="on the disk to measure (the system's for such files)")
    options.add_argument("--no-readme", action="store_true", help="print only")
    return options.parse_args()


def _door(dsn: str, folder: Path, chosen: argparse.Namespace) -> str:
    lines = door.measure(dsn, folder, chosen.rounds, chosen.lines, chosen.message_db)
    sides = door.OTHERS if chosen.message_db else door.OTHERS[:-1]
    head = ["a second", "ours", *(f"{name}, ours × (at least)" for name in sides)]
    table = _drawn(head, (line.cells(sides) for line in lines))
    return table if chosen.message_db else f"{table}\n\nmessage-db was left out: there is no npm."


def _asking(dsn: str, _folder: Path, chosen: argparse.Namespace) -> str:
    location = Location(dsn=dsn, schema="asking")
    asked = asking.measure(location, chosen.events, chosen.clients)
    head = ["operation", "ours", "beside the limit", "beside the peer", "goal"]
    lines = itertools.chain(asked, figures.measure(location))
    return _drawn(head, (line.cells() for line in lines))


PARTS: dict[str, Callable[[str, Path, argparse.Namespace], str]] = {
    "door": _door,
    "asking": _asking,
}
_SHOWN = {"door": ("rounds", "lines"), "asking": ("events", "clients")}


def _made_by(dsn: str, part: str, chosen: argparse.Namespace) -> str:
    given = " ".join(f"--{name} {getattr(chosen, name)}" for name in _SHOWN[part])
    with psycopg.connect(dsn) as connection:
        server = connection.info.server_version // 10000
    return (
        f"`--only {part} {given}`; PostgreSQL {server}, fsync on; "
        f"Python {platform.python_version()}; {os.cpu_count()} cores."
    )


def _drawn(head: Sequence[str], lines: Iterator[Sequence[str]]) -> str:
    """A Markdown table; each line is printed as soon as it is measured."""
    rows = [head, ["---"] * len(head)]
    for cells in lines:
        print(" | ".join(cells), flush=True)
        rows.append(cells)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in rows)


def _write(part: str, table: str) -> None:
    mark = f"<!-- {part} -->"
    before, _, rest = README.read_text("utf-8").partition(mark)
    _, _, after = rest.partition(mark)
    README.write_text(f"{before}{mark}\n{table}\n{mark}{after}", "utf-8")


if __name__ == "__main__":
    main()
