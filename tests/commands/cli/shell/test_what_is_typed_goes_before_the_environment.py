"""Which ledger a command works on, where command line and environment name different ones."""

from pathlib import Path

from click.testing import CliRunner

from commands.cli import main


def _stop(*options: str, **settings: str) -> tuple[int, str]:
    done = CliRunner(env=settings).invoke(main.iledger, [*options, "server", "stop"])
    return done.exit_code, f"{done.stderr}{done.exception or ''}"


def test_a_typed_folder_goes_before_a_dsn_of_the_environment(tmp_path: Path) -> None:
    own = ("--folder", str(tmp_path / "own"))
    code, said = _stop(*own, ILEDGER_DSN=f"host={tmp_path}")
    assert (code, said) == (0, "not running\n")


def test_a_typed_dsn_goes_before_a_folder_of_the_environment(tmp_path: Path) -> None:
    elsewhere = ("--dsn", f"host={tmp_path}")
    code, said = _stop(*elsewhere, ILEDGER_HOME=str(tmp_path / "own"))
    assert code != 0
    assert "did not start" in said


def test_a_dsn_of_the_environment_goes_before_its_folder(tmp_path: Path) -> None:
    both = {"ILEDGER_HOME": str(tmp_path / "own"), "ILEDGER_DSN": f"host={tmp_path}"}
    code, said = _stop(**both)
    assert code != 0
    assert "did not start" in said
