"""How the code is laid out, checked: sizes, names, one import direction, SQL in .sql files."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("ledger", "projections", "commands")  # each may import itself and those before it
OURS = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
ALL = [*OURS, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "benchmarks").rglob("*.py"))]
SCRIPTS = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.sql"))
NO_IDEAS = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
# One line that only puts names in, such as `COPY {} ({}) FROM STDIN`, is no statement to be read.
SQL = re.compile(
    r"^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|MERGE|COPY)\s(?!.*\{\}).*\b(FROM|INTO|SET|AS)\b",
    re.DOTALL,
)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{named(path)} imports relatively"
            yield str(node.module)


@pytest.mark.parametrize("path", OURS, ids=named)
def test_imports_point_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    later = PACKAGES[PACKAGES.index(package) + 1 :]
    wrong = [name for name in imported(path) if name.split(".")[0] in (*later, "tests")]
    assert not wrong


def test_one_file_alone_imports_the_eventsourcing_library() -> None:
    importing = [
        named(path)
        for path in OURS
        if any(n.split(".")[0] == "eventsourcing" for n in imported(path))
    ]
    assert importing == ["ledger/dcb.py"]


@pytest.mark.parametrize(
    ("path", "unwanted"),
    [
        ("ledger/codec.py", "ledger.log"),  # events to bytes know no table
        ("ledger/intake.py", "ledger.api"),
        ("ledger/store.py", "ledger.codec"),  # the table knows no event class
        ("ledger/log.py", "ledger.codec"),
    ],
)
def test_inside_the_ledger_too(path: str, unwanted: str) -> None:
    assert unwanted not in imported(ROOT / path)


@pytest.mark.parametrize("path", ALL, ids=named)
def test_a_file_has_at_most_300_lines(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 300


@pytest.mark.parametrize("path", SCRIPTS, ids=named)
def test_a_script_says_at_its_head_what_it_holds_and_is_no_longer_than_400_lines(
    path: Path,
) -> None:
    text = path.read_text("utf-8")
    assert text.startswith("-- ")
    assert len(text.splitlines()) <= 400


@pytest.mark.parametrize("path", ALL, ids=named)
def test_a_function_has_at_most_40_lines(path: Path) -> None:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    long = [
        node.name
        for node in ast.walk(tree(path))
        if isinstance(node, functions) and (node.end_lineno or 0) - node.lineno >= 40
    ]
    assert not long


@pytest.mark.parametrize("path", [*ALL, *SCRIPTS], ids=named)
def test_a_file_is_named_after_an_idea(path: Path) -> None:
    parts = {part.removesuffix(path.suffix) for part in path.relative_to(ROOT).parts}
    assert not parts & NO_IDEAS


@pytest.mark.parametrize("path", OURS, ids=named)
def test_sql_lives_in_sql_files(path: Path) -> None:
    found = [
        node.value
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value)
    ]
    assert not found


@pytest.mark.parametrize("path", [*ALL, *SCRIPTS], ids=named)
def test_no_path_of_anybodys_home_is_written_down(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"/(home|Users)/\w|C:\\\\Users", text) or path == Path(__file__)


@pytest.mark.parametrize("path", OURS, ids=named)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    empty = not path.read_text("utf-8").strip()
    assert empty or ast.get_docstring(tree(path))
