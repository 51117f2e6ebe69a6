"""The commands and programs of the README and of the pages in docs/ run as they are written."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.surroundings import search_path

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = ("README.md", "docs/ownership.md", "docs/eventsourcing.md")
# The test run itself, and the activation of an environment that the tests run in already.
NOT_HERE = ("make test", ". .venv/bin/activate")


def _script(text: str) -> str:
    lines = ["set -eu"]
    for kind, block in BLOCK.findall(text):
        if kind == "python":
            lines.append(f"python - <<'PROGRAM'\n{block}PROGRAM")
            continue
        commands = [line.removeprefix("$ ") for line in block.splitlines()]
        lines += [command for command in commands if command not in NOT_HERE]
    return "\n".join(lines)


def _run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script in a folder, with `make` using this environment in place of a new one."""
    programs = Path(sys.executable).parent
    made = f'make() {{ command make -f "{ROOT}/Makefile" READY= BIN="{programs}" "$@"; }}'
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("ILEDGER_")
    }
    environment["PATH"] = f"{programs}{os.pathsep}{environment['PATH']}"
    environment["PYTHONPATH"] = search_path()
    return subprocess.run(
        ["bash", "-c", f"{made}\n{script}\niledger server stop"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )


def test_the_commands_of_the_readme_run_in_a_fresh_folder(tmp_path: Path) -> None:
    # Given the commands of the README and of the page that continues on its ledger
    script = _script("\n".join((ROOT / page).read_text("utf-8") for page in PAGES))
    assert "make demo" in script
    assert script.count("iledger ") >= 15
    # When they run one after the other
    done = _run(script, tmp_path)
    # Then none fails
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    assert "call.logged" in done.stdout


@pytest.mark.parametrize("page", ["docs/start.md", "docs/python.md"])
def test_a_page_with_a_ledger_of_its_own_runs_in_a_fresh_folder(page: str, tmp_path: Path) -> None:
    # Given the commands and programs of a page that creates its own ledger
    script = _script((ROOT / page).read_text("utf-8"))
    assert "export ILEDGER_HOME=" in script
    assert script.count("<<'PROGRAM'") >= 2
    # When they run one after the other
    done = _run(script, tmp_path)
    # Then none fails
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
