"""A company adds its own metric from its own package, defined as ours are."""

import subprocess
import sys
from pathlib import Path

from ledger import log
from ledger.codec import encode
from ledger.database import Connection, Location
from ledger.events.contacts import NoteShared
from tests.projections.stories import told

MODULE = """
from projections.metrics.definitions import Evidence, Metric

METRICS = {"notes": Metric("notes shared", "note", "count")}
EVIDENCE = {"note": Evidence('''
SELECT 'note', i.position, i.occurred_at, i.precision, i.position, i.client, NULL, NULL,
       i.kind, NULL, i.performed_by, i.unit, NULL::boolean, NULL::numeric, NULL, NULL::numeric,
       NULL::timestamp
FROM interactions i
WHERE i.kind = 'note' AND known(i.position, i.annulled_at, %(as_of)s)
  AND in_period(i.occurred_at, %(starts)s, %(ends)s, %(zone)s)
''')}
"""
USE = """
import sys
from contextlib import closing
from ledger.database import Location, connect
from projections.metrics.metrics import explain, metrics
from projections.engine.catch_up import catch_up
from projections.view import View

location = Location(dsn=sys.argv[1], schema=sys.argv[2])
with closing(connect(location, "owner")) as connection:
    seen = View.now(catch_up(connection, location).position)
    (row,) = metrics(connection, seen, metrics=["notes"], credit="performer")
    assert (row.group, row.value) == ("E-7", 1), row
    (line,) = explain(connection, seen, "notes")
    assert line.position == 1
    assert "notes" in {row.metric for row in metrics(connection, seen)}
"""


def run(package: Path, use: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    facts = package / "own_metrics-1.0.dist-info"
    facts.mkdir(exist_ok=True)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: own-metrics\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[interaction_ledger.metrics]\nown = own_metrics\n")
    code = f"import sys; sys.path.append({str(package)!r})\n{use}"
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_it_is_asked_for_and_explained_like_ours(
    tmp_path: Path, location: Location, owner: Connection
) -> None:
    note = told(NoteShared(text="Spoke to them"), "2026-03-01", client="C-1", performed_by="E-7")
    log.append(owner, [encode(note)])
    (tmp_path / "own_metrics.py").write_text(MODULE)
    done = run(tmp_path, USE, str(location.dsn), location.schema)
    assert done.returncode == 0, done.stderr


def test_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own_metrics.py").write_text(MODULE.replace('"notes"', '"win_rate"'))
    done = run(tmp_path, "from projections.metrics.definitions import defined; defined()")
    assert "two packages define win_rate" in done.stderr
