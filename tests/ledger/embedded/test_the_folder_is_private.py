import os
import stat
from pathlib import Path

import psycopg
import pytest

from ledger import embedded
from ledger.errors import ServerUnavailable
from tests.ledger.embedded.conftest import leave_nothing, processes


def answers(home: Path) -> bool:
    with psycopg.connect(embedded.ensure_running(home)) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def test_nobody_else_can_enter_the_folder(folder: Path) -> None:
    before = os.umask(0)
    try:
        embedded.ensure_running(folder)
    finally:
        os.umask(before)
    for part in (folder, folder / "data"):
        assert stat.S_IMODE(part.stat().st_mode) == 0o700
    for part in folder.glob("*"):
        assert not part.stat().st_mode & 0o077, part
    assert stat.S_IMODE((folder / "data" / ".s.PGSQL.5432").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "name",
    ["x" * 200, "a, b", "it's a \\ name", "Клиенты и сделки", "two\nlines"],
    ids=["long", "comma", "quotes", "cyrillic", "newline"],
)
def test_any_name_serves_for_the_folder(tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    try:
        assert answers(home)
        assert embedded.stop(home)
        assert answers(home)
    finally:
        leave_nothing(home)


def test_a_long_path_is_reached_through_a_private_folder_only(
    tmp_path: Path, short_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / ("x" * 200)
    monkeypatch.setattr("tempfile.tempdir", str(short_place))
    shelter = short_place / f"iledger-{os.geteuid()}"
    try:
        shelter.mkdir(mode=0o755)
        with pytest.raises(ServerUnavailable, match="open to other users"):
            embedded.ensure_running(home)
        shelter.rmdir()
        shelter.symlink_to(tmp_path)
        with pytest.raises(ServerUnavailable, match="is not a folder: remove it"):
            embedded.ensure_running(home)
        shelter.unlink()
        assert answers(home)
        assert stat.S_IMODE(shelter.stat().st_mode) == 0o700
    finally:
        leave_nothing(home)


def test_a_path_that_no_link_can_shorten_is_refused_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, deep = tmp_path / ("x" * 200), tmp_path / ("y" * 200)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    with pytest.raises(ServerUnavailable, match="set TMPDIR to /tmp"):
        embedded.ensure_running(home)
    assert not (home / "data").exists()
    assert not processes(home)


def test_a_folder_open_to_others_is_refused_with_the_remedy(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o750)
    for ask in (embedded.ensure_running, embedded.find, embedded.stop):
        with pytest.raises(ServerUnavailable, match=r"mode 750\).*chmod 700"):
            ask(folder)
    folder.chmod(0o700)
    assert not list(folder.iterdir())


def test_a_folder_of_another_user_is_refused(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(folder, 65534, 65534)
        theirs = folder
    else:
        theirs = Path("/")
    with pytest.raises(ServerUnavailable, match=r"belongs to .*: run as its owner"):
        embedded.ensure_running(theirs)
    os.chown(folder, os.geteuid(), os.getegid())


def test_a_folder_of_another_major_version_is_refused_and_not_touched(folder: Path) -> None:
    embedded.ensure_running(folder)
    embedded.stop(folder)
    mark = folder / "data" / "PG_VERSION"
    mark.write_text("15\n")
    before = {path: path.lstat().st_mtime_ns for path in (folder / "data").rglob("*")}
    with pytest.raises(ServerUnavailable, match=r"made by PostgreSQL 15.*pg_dump"):
        embedded.ensure_running(folder)
    assert {path: path.lstat().st_mtime_ns for path in (folder / "data").rglob("*")} == before
    mark.write_text("18\n")
    assert answers(folder)


def test_a_file_in_place_of_the_folder_is_refused(folder: Path) -> None:
    folder.write_text("not a folder")
    with pytest.raises(
        ServerUnavailable, match="choose another folder with --folder or ILEDGER_HOME"
    ):
        embedded.ensure_running(folder)
    folder.unlink()  # else the fixture cannot look for a server


def test_a_server_that_does_not_start_is_explained_by_its_log(folder: Path) -> None:
    embedded.ensure_running(folder)
    embedded.stop(folder)
    settings = folder / "data" / "postgresql.conf"
    good = settings.read_text()
    settings.write_text(good + "\nno_such_setting = 1\n")
    with pytest.raises(ServerUnavailable, match=r"no_such_setting.*server\.log"):
        embedded.ensure_running(folder)
    settings.write_text(good)
    assert answers(folder)


def test_the_default_folder_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert embedded.default_folder().name == "iledger"
    monkeypatch.setenv("ILEDGER_HOME", str(tmp_path))
    assert embedded.default_folder() == tmp_path
