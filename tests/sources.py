"""The source files of this repository, each read and parsed once, and what they import."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("ledger", "projections", "commands")


def _files(*folders: str, ending: str) -> tuple[Path, ...]:
    return tuple(sorted(path for name in folders for path in (ROOT / name).rglob(f"*.{ending}")))


OURS = _files(*PACKAGES, ending="py")
ALL = (*OURS, *_files("tests", "benchmarks", ending="py"))
SCRIPTS = _files(*PACKAGES, ending="sql")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def text(path: Path) -> str:
    return path.read_text("utf-8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree(path)))


@cache
def modules() -> dict[str, Path]:
    """Return the file of each module, by its name in an import."""
    return {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in ALL} | {
        ".".join(path.parent.relative_to(ROOT).parts): path
        for path in ALL
        if path.name == "__init__.py"
    }


@cache
def imported(path: Path) -> tuple[str, ...]:
    """Return the names that a file imports; of `from a import b` it is `a.b` if b is a module."""
    return tuple(_imported(nodes(path)))


def _imported(found: Iterable[ast.AST]) -> Iterator[str]:
    for node in found:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in modules() else str(node.module) for name in inner)


@cache
def imports() -> dict[Path, frozenset[Path]]:
    """Return which of our files each of our files imports."""
    return {
        path: frozenset(modules()[n] for n in imported(path) if n in modules()) - {path}
        for path in ALL
    }


def room(path: Path, under: str) -> str | None:
    """Return the name of the file or folder directly in `under` that holds a file, or None."""
    folder = ROOT / under
    if folder not in path.parents:
        return None
    return path.relative_to(folder).parts[0].removesuffix(".py")
