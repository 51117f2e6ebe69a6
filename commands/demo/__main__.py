"""`make demo`: append the demo company's year to a ledger of its own, and ask about it.

The questions are the product's main job: a card, an ownership history across a departure, a month's
figures credited in two ways, a replay; and a quarter that is settled before a late win is known.
Every command is printed before it runs.
"""

import json
import shlex
import subprocess
import sys
from pathlib import Path

from commands.demo import events
from commands.demo.motivation import late_events

QUESTIONS = (
    ("Whose client was it, and why did that change?", "owner C-0112"),
    ("What do we know about it?", "card C-0112"),
    ("What did we know on the day before Ivanova left?", "card C-0112 --on 2025-09-11"),
    ("How did her departure go?", "employee departures"),
    ("Her clients passed on in a batch", "transfer status B-2025-09"),
    ("What the new owner was told", "handover pack C-0112 --to E-09 --as-of 13000"),
    ("Who has no owner any more?", "employee orphans"),
    ("Two sellers wanted the same client", "dispute list"),
    (
        "September, credited to who owned the client at the time",
        "metrics --period 2025-09 --by employee --credit owner-at-event",
    ),
    (
        "September, credited to who did it",
        "metrics --period 2025-09 --by employee --credit performer",
    ),
    ("What was reached of the targets?", "target attainment --period 2025-Q3"),
    ("Where do deals get lost?", "funnel"),
    ("What happened around the departure, as recorded?", "replay --client C-0112 --limit 12"),
)
SETTLING = (
    ("Who did not keep the norms?", "norm breaches --period 2025-Q3"),
    ("That is put on record", "norm record --period 2025-Q3 --by E-02 --yes"),
    (
        "What the scheme would take off for it …",
        "bonus reduction propose --period 2025-Q3 --scheme sales --by E-02",
    ),
    (
        "… is decided by a person",
        'bonus reduction decide "2025-Q3/E-13/norm of tasks" --confirm --reason "прогул" --by E-04',
    ),
    (
        "The quarter is settled: a statement for everybody",
        'bonus period close 2025-Q3 --scheme sales@1 --by E-01 --allow-late-scheme "a late demo"',
    ),
)
SETTLED = (
    ("What a seller sees", "kpi --mine --period 2025-Q3 --by E-09"),
    ("What her manager sees", "kpi --team --period 2025-Q3 --by E-03"),
    (
        "A late win changes no statement: a correction is proposed",
        "bonus statement corrections 2025-Q3",
    ),
)
_DECIDED = 8  # the exit code of what was decided already, when the demo is run again


def main(folder: Path) -> int:
    """Make the ledger in `folder` and ask the questions; safe to run again, nothing is doubled."""
    folder.mkdir(mode=0o700, exist_ok=True)
    stream, late = folder / "company-2025.jsonl", folder / "known-late.jsonl"
    for file, told in ((stream, events()), (late, late_events())):
        with file.open("w", encoding="utf-8") as lines:
            lines.writelines(json.dumps(event, ensure_ascii=False) + "\n" for event in told)
    page = folder / "2025-Q3.html"
    place = ["--folder", str(folder / "ledger")]
    commands = [
        ("A ledger of its own", ["init", "--zone", "Europe/Moscow"]),
        ("A company's year, as its services append it", ["append", str(stream)]),
        *((remark, shlex.split(question)) for remark, question in (*QUESTIONS, *SETTLING)),
        ("A win of September, entered only now", ["append", str(late)]),
        *((remark, shlex.split(question)) for remark, question in SETTLED),
        (
            "The third quarter, to look at",
            ["report", "page", "--period", "2025-Q3", "--html", str(page)],
        ),
    ]
    for remark, command in commands:
        print(f"\n# {remark}\n$ iledger {shlex.join(place + command)}", flush=True)
        done = subprocess.run([sys.executable, "-m", "commands.cli.main", *place, *command])
        if done.returncode not in (0, _DECIDED):
            return done.returncode
    print(f"\nOpen {page} in a browser.")
    print(f"Ask on: iledger {shlex.join(place)} --help; end its server with … server stop")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".demo")))
