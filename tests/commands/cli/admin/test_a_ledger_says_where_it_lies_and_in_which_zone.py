"""`iledger init` names the place of the ledger and its time zone, taken from the system."""

import json
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from commands.cli.admin.system_zone import system_zone
from tests.commands.cli.conftest import Run, one_message


@pytest.fixture
def nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("TZ", raising=False)
    return tmp_path / "not there"


def test_the_zone_is_that_of_the_system(
    nothing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named, linked = tmp_path / "timezone", tmp_path / "localtime"
    assert system_zone(nothing, nothing) == ("UTC", "because this system names none")
    linked.symlink_to("/usr/share/zoneinfo/Asia/Tokyo")
    assert system_zone(nothing, linked) == ("Asia/Tokyo", f"taken from {linked}")
    named.write_text("Europe/Moscow\n")
    assert system_zone(named, linked) == ("Europe/Moscow", f"taken from {named}")
    monkeypatch.setenv("TZ", ":Asia/Almaty")
    assert system_zone(named, linked) == ("Asia/Almaty", "taken from TZ")
    for unknown in ("MSK-3", "No/Where", "../etc/passwd"):
        monkeypatch.setenv("TZ", unknown)
        assert system_zone(named, linked)[0] == "Europe/Moscow"


def test_init_says_where_the_ledger_lies_and_that_its_zone_is_final(
    iledger: Run, tmp_path: Path
) -> None:
    own = {"ILEDGER_DSN": "", "ILEDGER_SCHEMA": "ledger", "ILEDGER_HOME": str(tmp_path / "own")}
    made = iledger("init", TZ="Asia/Almaty", **own)
    again = iledger("init", **own)
    other = iledger("init", "--zone", "Asia/Tokyo", **own)
    status = iledger("status", "--format", "json", **own)
    iledger("server", "stop", **own)
    assert made.returncode == again.returncode == 0, made.stderr
    said = made.stderr.decode()
    assert f"embedded in {tmp_path / 'own'}" in said
    assert "its time zone is Asia/Almaty, taken from TZ, and is final" in said
    assert one_line(again.stderr).startswith("ledger ")
    assert " already exists; " in one_line(again.stderr)
    assert one_line(again.stderr).endswith("; its time zone is Asia/Almaty")
    assert other.returncode == 2, "the zone is final"
    assert "its time zone, Asia/Almaty, is final" in one_message(other)
    (ledger,) = json.loads(status.stdout)["Ledger"]
    parts = conninfo_to_dict(ledger["dsn"])
    assert set(parts) == {"host", "port", "user", "dbname"}, "enough for psql, and no password"
    assert parts["dbname"] == ledger["database"].partition(",")[0]


def one_line(said: bytes) -> str:
    (line,) = said.decode().splitlines()
    return line
