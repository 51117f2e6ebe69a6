import shutil
from pathlib import Path

import pytest

from ledger import embedded
from ledger.embedded import programs
from ledger.errors import ServerUnavailable


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
