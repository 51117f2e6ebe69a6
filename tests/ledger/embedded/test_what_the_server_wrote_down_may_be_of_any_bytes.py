"""The server's own notes name its folder, whose name need not be UTF-8, and may be half written."""

from pathlib import Path

import pytest

from ledger import embedded
from ledger.embedded.running import recorded
from ledger.embedded.server import find

LINES = [b"4711", b"/tmp/caf\xe9/data", b"0", b"5432", b".", b"", b"0 0", b"ready"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").write_bytes(b"18\n")
    return tmp_path / "data"


def test_a_name_that_is_no_utf8_does_not_matter(data: Path) -> None:
    (data / "postmaster.pid").write_bytes(b"\n".join(LINES) + b"\n")
    server = recorded(data.parent)
    assert server is not None
    assert (server.pid, server.version) == (4711, "18")


@pytest.mark.parametrize("written", [b"", b"\xff\xfe", b"\n".join([b"\xe9", *LINES[1:]])])
def test_notes_that_say_nothing_are_no_server(data: Path, written: bytes) -> None:
    (data / "postmaster.pid").write_bytes(written)
    assert recorded(data.parent) is None


def test_a_server_starts_over_such_notes(folder: Path) -> None:
    embedded.ensure_running(folder)
    embedded.stop(folder)
    (folder / "data" / "postmaster.pid").write_bytes(b"\xff\xfe\n\xe9\n")
    assert find(folder) is None
    assert embedded.ensure_running(folder)
