"""Built as they are published, installed in empty environments, and used: wheel and sdist."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("ledger", "projections", "commands")
KINDS = {"wheel": "*.whl", "sdist": "*.tar.gz"}
CALL = (
    '{"type":"call.logged","source":"pbx","key":"pbx-1","client":"C-1","performed_by":"E-1",'
    '"recorded_by":"pbx-gateway","occurred_at":"2026-03-01T10:00:00+03:00",'
    '"data":{"direction":"outbound","outcome":"reached","duration_s":184}}\n'
)


def run(*command: str | Path, **more: object) -> str:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, **more)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return str(done.stdout)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the wheel and the sdist, the wheel made from the sdist."""
    source, made = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    leave = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=leave)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    run(sys.executable, "-m", "build", "--outdir", made, source)
    return made


@pytest.fixture(scope="module", params=KINDS)
def programs(
    request: pytest.FixtureRequest, built: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder of programs of an environment that has nothing but the installed package."""
    (package,) = built.glob(KINDS[request.param])
    empty = tmp_path_factory.mktemp(request.param)
    run(sys.executable, "-m", "venv", empty)
    run(empty / "bin" / "pip", "install", "--quiet", package)
    return empty / "bin"


def test_every_file_of_the_packages_is_installed(programs: Path) -> None:
    (site,) = (programs.parent / "lib").glob("python*/site-packages")
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file()]
    ours = {str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts}
    assert len([name for name in ours if name.endswith(".sql")]) > 40
    missing = {name for name in ours if not (site / name).exists()}
    assert not missing
    (metadata,) = site.glob("interaction_ledger-*.dist-info")
    assert (metadata / "licenses" / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()


def test_a_ledger_is_made_filled_and_asked(programs: Path, tmp_path: Path) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ILEDGER_", "PYTHON"))}
    more = {"cwd": tmp_path, "env": kept | {"ILEDGER_HOME": str(tmp_path / "ledger")}}
    iledger = programs / "iledger"
    try:
        run(iledger, "init", "--zone", "Europe/Moscow", **more)
        (tmp_path / "call.jsonl").write_text(CALL)
        run(iledger, "append", tmp_path / "call.jsonl", **more)
        assert "2026-03-01 10:00" in run(iledger, "card", "C-1", **more)
        assert "call.logged" in run(iledger, "replay", "--format", "jsonl", **more)
        run(iledger, "report", "page", "--html", "page.html", "--period", "2026-03", **more)
        assert (tmp_path / "page.html").read_text().startswith("<!")
        run(iledger, "projections", "verify", **more)
    finally:
        run(iledger, "server", "stop", **more)
