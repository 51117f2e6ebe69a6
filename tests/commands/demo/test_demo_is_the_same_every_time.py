import os
import subprocess
import sys

from commands.demo import events

DIGEST = """
import hashlib, json
from commands.demo import events
text = "\\n".join(json.dumps(event, ensure_ascii=False) for event in events())
print(hashlib.sha256(text.encode()).hexdigest())
"""


def _digest(hash_seed: str) -> str:
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", DIGEST]
    return subprocess.run(
        command, env=environment, check=True, capture_output=True, text=True
    ).stdout


def test_two_processes_with_different_hash_seeds_make_the_same_bytes() -> None:
    assert _digest("1") == _digest("2")


def test_another_seed_makes_another_year() -> None:
    assert list(events(1)) != list(events(2))
