"""Where there is no ledger, a command says so and leaves the folder; only `init` makes one."""

from pathlib import Path

import pytest

import ledger
from ledger.errors import NotInitialised
from tests.commands.cli.conftest import Run, one_message

COMMANDS = (
    "status", "metrics", "card C-1", "replay", "append", "employee depart E-1", "init --migrate",
    "projections rebuild", "projections list --format json", "handover pack C-1 --to E-1",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_a_mistyped_folder_is_named_and_not_made(
    iledger: Run, tmp_path: Path, command: str
) -> None:
    place = tmp_path / "mistyped"
    done = iledger(
        *command.split(), ILEDGER_DSN="", ILEDGER_SCHEMA="ledger", ILEDGER_HOME=str(place)
    )
    if command.startswith("projections list"):
        assert done.returncode == 0, "which reads no ledger"
    else:
        assert done.returncode == 6
        said = one_message(done)
        assert f"there is no ledger in the folder {place}" in said
        assert "`iledger init`" in said
    assert not place.exists()


def test_the_doctor_finds_that_there_is_none(iledger: Run, tmp_path: Path) -> None:
    place = tmp_path / "mistyped"
    done = iledger("doctor", "--format", "csv", ILEDGER_DSN="", ILEDGER_HOME=str(place))
    assert done.returncode == 1
    assert b"there is no ledger in the folder" in done.stdout
    assert b"`iledger init` makes one there" in done.stdout
    assert not place.exists()


def test_the_library_makes_one_only_if_it_may(tmp_path: Path) -> None:
    with pytest.raises(NotInitialised, match="there is no ledger in the folder"):
        ledger.open(folder=tmp_path / "mistyped", create=False)
    assert not (tmp_path / "mistyped").exists()
