"""The commands and programs of the README, and of pages that go on from it, run as they stand."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = ("README.md", "docs/ownership.md", "docs/eventsourcing.md")
# The test run itself, and what stands for the environment that the tests run in already.
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


def test_the_commands_of_the_readme_run_in_a_fresh_folder(tmp_path: Path) -> None:
    # Given the README's commands, with `make` using this environment in place of a new one
    pages = [(ROOT / page).read_text("utf-8") for page in PAGES]
    script = _script("\n".join(pages)) + "\niledger stop"
    programs = Path(sys.executable).parent
    assert "make demo" in script
    assert script.count("iledger ") >= 15
    made = f'make() {{ command make -f "{ROOT}/Makefile" READY= BIN="{programs}" "$@"; }}'
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("ILEDGER_")
    }
    environment["PATH"] = f"{programs}{os.pathsep}{environment['PATH']}"
    environment["PYTHONPATH"] = str(ROOT)
    # When they run one after the other
    done = subprocess.run(
        ["bash", "-c", f"{made}\n{script}"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    # Then none fails
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    assert "call.logged" in done.stdout
