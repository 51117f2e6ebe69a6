"""`make demo`: append the demo company's year to a ledger of its own and ask questions about it.

The questions show the product's main uses: a client card, the ownership history across a departure,
a month's metrics with two kinds of credit, a replay, and a quarter that is closed before a late win
is recorded. Every command is printed before it runs.
"""

import argparse
import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import cast

from commands.demo import events
from commands.demo.motivation import late_events

QUESTIONS = (
    ("Who owned the client, and why did that change?", "owner C-0112"),
    ("What do we know about the client?", "card C-0112"),
    ("What did we know on the day before Ivanova left?", "card C-0112 --on 2025-09-11"),
    ("How did her departure go?", "employee departures"),
    ("Her clients were transferred in a batch", "transfer status B-2025-09"),
    (
        "What the new owner received: a hand-over pack",
        "handover pack C-0112 --to E-09 --as-of 13000",
    ),
    ("Which clients have lost their owner?", "employee orphans"),
    ("Two sellers wanted the same client", "dispute list"),
    (
        "September, credited to the owner of the client at the time",
        "metrics --period 2025-09 --by employee --credit owner-at-event",
    ),
    (
        "September, credited to the performer",
        "metrics --period 2025-09 --by employee --credit performer",
    ),
    ("How far were the targets met?", "target attainment --period 2025-Q3"),
    ("In which stage are deals lost?", "funnel"),
    ("What happened around the departure, as recorded?", "replay --client C-0112 --limit 12"),
)
SETTLING = (
    ("Who breached a norm?", "norm breaches --period 2025-Q3"),
    ("Record these breaches", "norm record --period 2025-Q3 --by E-02 --yes"),
    (
        "What the scheme would deduct for them …",
        "bonus reduction propose --period 2025-Q3 --scheme sales --by E-02",
    ),
    (
        "… is decided by a person",
        'bonus reduction decide "2025-Q3/E-13/norm of tasks" --confirm --reason "прогул" --by E-04',
    ),
    (
        "Close the quarter: one statement per employee",
        'bonus period close 2025-Q3 --scheme sales@1 --by E-01 --allow-late-scheme "a late demo"',
    ),
)
SETTLED = (
    ("The quarter as a seller sees it", "kpi --mine --period 2025-Q3 --by E-09"),
    ("The quarter as her manager sees it", "kpi --team --period 2025-Q3 --by E-03"),
    (
        "A late win changes no statement: a correction is proposed",
        "bonus statement corrections 2025-Q3",
    ),
)
_DECIDED = 8  # the exit code of a decision that was recorded before: the demo is run again


def main(folder: Path) -> int:
    """Create the ledger in `folder` and ask the questions. Running it again adds nothing twice."""
    folder.mkdir(mode=0o700, exist_ok=True)
    stream, late = folder / "company-2025.jsonl", folder / "known-late.jsonl"
    for file, batch in ((stream, events()), (late, late_events())):
        with file.open("w", encoding="utf-8") as lines:
            lines.writelines(json.dumps(event, ensure_ascii=False) + "\n" for event in batch)
    page = folder / "2025-Q3.html"
    place = ["--folder", str(folder / "ledger")]
    commands = [
        ("A ledger of its own", ["init", "--zone", "Europe/Moscow"]),
        ("A company's year, as its services append it", ["append", str(stream)]),
        *((remark, shlex.split(question)) for remark, question in (*QUESTIONS, *SETTLING)),
        ("A win of September, recorded only now", ["append", str(late)]),
        *((remark, shlex.split(question)) for remark, question in SETTLED),
        (
            "The third quarter as a page for the browser",
            ["report", "page", "--period", "2025-Q3", "--html", str(page)],
        ),
    ]
    for remark, command in commands:
        print(f"\n# {remark}\n$ iledger {shlex.join(place + command)}", flush=True)
        done = subprocess.run([sys.executable, "-m", "commands.cli.main", *place, *command])
        if done.returncode not in (0, _DECIDED):
            return done.returncode
    print(f"\nOpen {page} in a browser.")
    print(f"More commands: iledger {shlex.join(place)} --help (`server stop` ends its server)")
    return 0


def _folder() -> Path:
    description = (
        "Create a ledger with a fictitious company's year of about 20,700 events (2025) and run "
        "the main questions on it, printing each command. It needs no server. A second run adds "
        "nothing twice."
    )
    parser = argparse.ArgumentParser(prog="python -m commands.demo", description=description)
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path(".demo"), help="where to create it (.demo)"
    )
    arguments = parser.parse_args()
    return cast("Path", arguments.folder)


if __name__ == "__main__":
    sys.exit(main(_folder()))
