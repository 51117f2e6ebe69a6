"""SQL lives in .sql files beside the Python that runs it; this finds it there.

A file is either one script, or named statements, each under a line `-- name: word`. A line
`\\ir FILE` of a script stands for that file, seen from the script's folder, as it does for psql.
"""

import posixpath
import re
from functools import cache
from importlib.resources import files


@cache
def script(package: str, name: str) -> str:
    """Read a whole .sql file of a package, with the files that it includes."""

    def included(line: re.Match[str]) -> str:
        return script(package, posixpath.normpath(f"{posixpath.dirname(name)}/{line[1]}"))

    text = (files(package) / name).read_text("utf-8")
    return re.sub(r"^\\ir (\S+)$", included, text, flags=re.MULTILINE)


@cache
def statements(package: str, name: str) -> dict[str, str]:
    """Read the named statements of a .sql file of a package, by name."""
    _, *parts = re.split(r"^-- name: (\w+)$", script(package, name), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))
