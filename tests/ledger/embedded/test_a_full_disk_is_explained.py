import shutil
from pathlib import Path

import pytest

from ledger import embedded, schema
from ledger.api import Ledger
from ledger.database import Location
from ledger.embedded import programs
from ledger.errors import ServerUnavailable
from tests.ledger.store.samples import call


def test_a_first_start_that_fails_on_a_full_disk_says_so_and_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing can be logged on a full disk either, so initdb ends without a word.
    silent = programs.Programs(Path("/nonexistent"), "18.6", None)
    folder.mkdir(mode=0o700)
    (folder / "initdb").symlink_to(shutil.which("false") or "/bin/false")
    monkeypatch.setattr(
        "ledger.embedded.server.server_programs", lambda: silent._replace(folder=folder)
    )
    free = shutil.disk_usage(folder)._replace(free=4096)
    monkeypatch.setattr("shutil.disk_usage", lambda _: free)
    with pytest.raises(ServerUnavailable, match="it said nothing: free some disk space"):
        embedded.ensure_running(folder)
    assert not (folder / "data").exists()
    assert not (folder / "data.new").exists()


def test_a_disk_that_fills_up_while_events_are_appended_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    location = Location(folder=folder)
    schema.init(location)
    with Ledger(location) as opened:
        opened.append(call("1"))
        embedded.stop(folder)

        def fail(*_: object) -> str:
            raise ServerUnavailable("PostgreSQL did not start")

        monkeypatch.setattr("ledger.embedded.ensure_running", fail)
        monkeypatch.setattr(opened.store._pool, "timeout", 1)  # of the pool that it appends with
        with pytest.raises(ServerUnavailable, match="cannot be reached"):
            opened.append(call("2"))
        with (folder / "server.log").open("a") as log:
            log.write('PANIC:  could not write to file "pg_wal": No space left on device\n')
        with pytest.raises(ServerUnavailable, match=f"disk that holds .*{folder} is full"):
            opened.append(call("2"))


def test_an_outage_is_not_explained_by_what_was_before_the_last_start(folder: Path) -> None:
    location, gone = Location(folder=folder), ServerUnavailable("gone")
    embedded.ensure_running(folder)
    embedded.stop(folder)
    with (folder / "server.log").open("a") as log:
        log.write('PANIC:  could not write to file "pg_wal": No space left on device\n')
    assert "is full" in str(location.outage(gone))
    embedded.ensure_running(folder)
    assert location.outage(gone) is gone


def test_an_outage_is_told_as_it_is_where_the_folder_is_gone(tmp_path: Path) -> None:
    gone = ServerUnavailable("gone")
    assert Location(folder=tmp_path / "away").outage(gone) is gone
