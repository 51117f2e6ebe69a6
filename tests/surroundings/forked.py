"""`iledger` in a process of its own, forked from one that has imported the program before.

Importing is half of what a command costs, and tests run thousands. What depends on how Python
starts, on pipes or on signals starts `python -m commands.cli.main` instead.
"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(["pytest", "tests.surroundings.imported"])
_STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


def run(
    arguments: Sequence[str], *, stdin: bytes, cwd: Path, env: Mapping[str, str], timeout: float
) -> "subprocess.CompletedProcess[bytes]":
    """Run `iledger` with these arguments, as `subprocess.run` would."""
    with TemporaryDirectory() as name:
        files = {stream: Path(name, stream) for stream, _ in _STREAMS}
        files["stdin"].write_bytes(stdin)
        process = _CONTEXT.Process(target=_main, args=(arguments, cwd, dict(env), files))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(["iledger", *arguments], timeout)
        said = (files[stream].read_bytes() for stream in ("stdout", "stderr"))
        return subprocess.CompletedProcess(["iledger", *arguments], process.exitcode, *said)


def _main(
    arguments: Sequence[str], cwd: Path, env: Mapping[str, str], files: Mapping[str, Path]
) -> None:
    """What the forked process does: be `iledger`."""
    from commands.cli.main import main

    for number, (stream, mode) in enumerate(_STREAMS):
        with files[stream].open(mode) as file:
            os.dup2(file.fileno(), number)
        setattr(sys, stream, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
    sys.stderr.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    os.chdir(cwd)
    sys.argv = ["iledger", *arguments]
    main()
