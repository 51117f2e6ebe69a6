"""`make test-pythons`: `make test` once on each other Python that the machine has.

    python -m tests.surroundings.pythons

Each gets a virtual environment of its own, `.venv-3.12` and so on. Looked for are `python3.12` and
the like on PATH, and those of pyenv.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SUPPORTED = ("3.11", "3.12", "3.13")


def others() -> dict[str, str]:
    """Return the program of each supported version but the one that runs this."""
    ours = f"{sys.version_info.major}.{sys.version_info.minor}"
    wanted = [version for version in SUPPORTED if version != ours]
    working = {v: [p for p in _candidates(v) if _is(p, v)] for v in wanted}
    return {version: programs[-1] for version, programs in working.items() if programs}


def _candidates(version: str) -> list[str]:
    on_path = shutil.which(f"python{version}")
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    kept = sorted(pyenv.glob(f"{version}*/bin/python{version}"))
    return [*([on_path] if on_path else []), *map(str, kept)]


def _is(program: str, version: str) -> bool:
    """Tell whether it is a Python of this version: a shim of pyenv may lead nowhere."""
    ask = "import sys, venv, ensurepip; print(*sys.version_info[:2], sep='.')"
    answer = subprocess.run([program, "-c", ask], capture_output=True, text=True)
    return answer.stdout.strip() == version


def main() -> int:
    found = others()
    if not found:
        print(
            f"the tests of the group 'pythons' cannot run: this machine has no other Python than "
            f"{sys.version_info.major}.{sys.version_info.minor}: install one of {SUPPORTED}",
            file=sys.stderr,
        )
        return 4
    failed = []
    for version, program in found.items():
        print(f"Python {version}", flush=True)
        # What an outer make was told is not for this one.
        environment = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL")}
        command = ["make", f"VENV=.venv-{version}", f"PYTHON={program}", "test"]
        if subprocess.run(command, cwd=ROOT, env=environment).returncode:
            failed.append(version)
    for version in failed:
        print(f"failed on Python {version}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
