"""What the tests run in: which group of them, on which servers, clocks and Pythons."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]


def search_path() -> str:
    """Return PYTHONPATH for a program of this clone, which must keep the clock of its tests."""
    return os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
