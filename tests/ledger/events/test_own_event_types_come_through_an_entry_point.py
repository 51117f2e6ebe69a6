"""A company adds its own event types from its own package; the ledger's code stays as it is."""

import subprocess
import sys
from pathlib import Path

import pytest

from ledger.database import Location

MODULE = '''
"""Visits to the showroom."""

from ledger.events.fields import EmployeeId, Label, Personal, fact


@fact
class Guest:
    """Not an event: its name is one word."""

    name: Personal[Label]


@fact
class ShowroomVisited:
    """Somebody came to the showroom and was received by an employee."""

    employee: EmployeeId
    guests: tuple[Guest, ...] = ()
'''
USE = """
import sys
import ledger
from ledger import catalogue, codec
from showroom_events import Guest, ShowroomVisited

described = catalogue.types()["showroom.visited"]
assert described.content is ShowroomVisited
assert (described.version, described.subject) == (1, "showroom")
assert described.tags == (("employee", "employee"),)
assert "guest" not in catalogue.types()
line = {"type": "showroom.visited", "source": "door", "key": "1", "recorded_by": "door",
        "occurred_at": "2026-03-01", "data": {"employee": "E-7", "guests": [{"name": "Анна"}]}}
with ledger.open(sys.argv[1], schema_name=sys.argv[2]) as api:
    event = ledger.Event(source="door", key="1", recorded_by="door", occurred_at="2026-03-01",
                         data=ShowroomVisited(employee="E-7", guests=(Guest(name="Анна"),)))
    import json
    assert codec.encode(event) == codec.encode_json(json.dumps(line).encode())
    api.append(event)
    [found] = api.read(employee="E-7")
    assert found.data == event.data
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder with an installed package that defines events of its own."""
    (tmp_path / "showroom_events.py").write_text(MODULE)
    facts = tmp_path / "showroom_events-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: showroom-events\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(
        "[interaction_ledger.events]\nshowroom = showroom_events\n"
    )
    return tmp_path


def run(package: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    use = f"import sys; sys.path.append({str(package)!r})\n" + arguments[0]
    command = [sys.executable, "-c", use, *arguments[1:]]
    return subprocess.run(command, capture_output=True, text=True)


def test_they_are_appended_read_and_found_like_the_ledgers_own(
    package: Path, location: object
) -> None:
    done = run(package, USE, location.dsn, location.schema)  # type: ignore[attr-defined]
    assert done.returncode == 0, done.stderr


def test_a_name_that_is_taken_is_refused(package: Path) -> None:
    taken = MODULE.replace("ShowroomVisited", "CallLogged")
    (package / "showroom_events.py").write_text(taken)
    done = run(package, "from ledger import catalogue; catalogue.types()")
    assert "two packages define the event type 'call.logged'" in done.stderr


CAUGHT_UP = """
import sys
from contextlib import closing
from ledger.database import Location, connect
from projections.engine.catch_up import catch_up
from projections.engine.runner import progress

location = Location(dsn=sys.argv[1], schema=sys.argv[2])
with closing(connect(location, "owner")) as connection:
    before = progress(connection, location)
    catch_up(connection, location)
    found = connection.execute("SELECT performed_by FROM entries").fetchall()
    strange = connection.execute("SELECT type FROM not_understood").fetchall()
    print(before and before.fresh, len(found), *(type_ for type_, in strange))
"""


@pytest.mark.usefixtures("unbuilt")
def test_a_package_installed_later_is_seen_in_what_was_recorded_before(
    package: Path, location: Location
) -> None:
    recorded = run(package, USE, location.dsn or "", location.schema)
    assert recorded.returncode == 0, recorded.stderr
    without = run(package.parent, CAUGHT_UP, location.dsn or "", location.schema)
    assert without.stdout == "None 0 showroom.visited\n", without.stderr
    later = run(package, CAUGHT_UP, location.dsn or "", location.schema)
    assert later.stdout == "False 1\n", later.stderr
    again = run(package, CAUGHT_UP, location.dsn or "", location.schema)
    assert again.stdout == "True 1\n", again.stderr
