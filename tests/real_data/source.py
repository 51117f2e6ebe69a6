"""The public test data: where it lies, whether it is the right data, and its CSV files as rows.

The data is not part of this repository. It lies in `../shared/data` beside it, or where the
environment variable ILEDGER_TEST_DATA points: a folder with `maven_crm/` and
`servicenow_incidents/`, each with a README on origin and licence and the published `answers.json`.
"""

import csv
import hashlib
import io
import json
import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Wire = dict[str, Any]

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data"
SHA256 = {
    "CRM+Sales+Opportunities.zip": (
        "c4b44a010fc40660c0daa2b00c1aff22ddb4b85f70ce3f6990ae523fcf981904"
    ),
    "incident_event_log.csv.zip": (
        "b2c1ef2bf8b1246eb8967b96c62512a840a014935962984fd4f6f9b77d9afe99"
    ),
}


def folder(name: str) -> Path:
    """Find one set of the test data. Raises FileNotFoundError saying what to do."""
    found = Path(os.environ.get("ILEDGER_TEST_DATA") or BESIDE) / name
    if not found.is_dir():
        raise FileNotFoundError(
            f"the test data {name!r} is not at {found}; put it there, or set ILEDGER_TEST_DATA to "
            "the folder that holds maven_crm/ and servicenow_incidents/"
        )
    return found


def rows(archive: Path, member: str) -> Iterator[dict[str, str]]:
    """Read the rows of one CSV file in a zip whose SHA-256 is the one the answers were made from.

    Raises ValueError if it is another file.
    """
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != SHA256[archive.name]:
        raise ValueError(f"{archive} is not the file the answers were computed from: {digest}")
    with zipfile.ZipFile(archive) as opened, opened.open(member) as binary:
        yield from csv.DictReader(io.TextIOWrapper(binary, encoding="utf-8", newline=""))


def print_events(events: Callable[[Path], Iterator[Wire]], name: str) -> None:
    """Write a set's events to standard output, one JSON object a line."""
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else folder(name)
    for event in events(chosen):
        print(json.dumps(event, ensure_ascii=False))
