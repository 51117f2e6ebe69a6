"""How the code is laid out, checked: sizes, names, shelves, SQL in .sql files."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.sources import ALL, OURS, PACKAGES, ROOT, SCRIPTS, named, nodes, text, tree

NO_IDEAS = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
# One line that only puts names in, such as `COPY {} ({}) FROM STDIN`, is no statement to be read.
SQL = re.compile(
    r"^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|MERGE|COPY)\s(?!.*\{\}).*\b(FROM|INTO|SET|AS)\b",
    re.DOTALL,
)
FIGURE = re.compile(r"#.*\b\d+ ms\b")
# The shelves have the same names in every layer; a layer may have some of its own beside them.
SUBJECTS = {
    *("clients", "people", "ownership", "contacts", "sales", "work", "service", "motivation"),
    *("knowledge", "value", "marketing", "access", "integrity"),
}
SHELVED = {
    "ledger/events": {"corrections", "fields", "requests"},
    "projections/tables": set(),
    "projections/questions": set(),
    "commands/decisions": set(),
    "commands/cli": {"admin", "directory", "events", "reports", "shell"},
}
# Folders of tests that test no folder and no file of the product.
OF_TESTS = {
    "tests/mutants",
    "tests/packaging",
    "tests/real_data",
    "tests/servers",
    "tests/surroundings",
}
ROOMS = 25  # of a folder at most


def test_a_file_has_at_most_300_lines() -> None:
    assert not {named(p): n for p in ALL if (n := len(text(p).splitlines())) > 300}


def test_a_script_says_at_its_head_what_it_holds_and_is_no_longer_than_400_lines() -> None:
    assert not [named(path) for path in SCRIPTS if not text(path).startswith("-- ")]
    assert not {named(p): n for p in SCRIPTS if (n := len(text(p).splitlines())) > 400}


def test_a_function_has_at_most_40_lines() -> None:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    long = [
        f"{named(path)}:{node.name}"
        for path in ALL
        for node in nodes(path)
        if isinstance(node, functions) and (node.end_lineno or 0) - node.lineno >= 40
    ]
    assert not long


def test_a_file_is_named_after_an_idea() -> None:
    parts = {
        path: {Path(part).stem for part in path.relative_to(ROOT).parts}
        for path in [*ALL, *SCRIPTS]
    }
    assert not [named(path) for path, names in parts.items() if names & NO_IDEAS]


def test_a_folder_has_at_most_25_rooms() -> None:
    # A module and its script are one room; what makes a folder a package is none.
    files = {path.with_suffix("") for path in [*ALL, *SCRIPTS] if path.stem != "__init__"}
    folders = {folder for path in files for folder in path.parents if ROOT in folder.parents}
    rooms = Counter(each.parent for each in files | folders)
    assert not {named(folder): n for folder, n in rooms.items() if n > ROOMS}


@pytest.mark.parametrize("layer", SHELVED)
def test_shelves_have_the_names_of_the_subjects(layer: str) -> None:
    shelves = {path.name for path in (ROOT / layer).iterdir() if (path / "__init__.py").exists()}
    if layer == "ledger/events":  # where each shelf is one file
        shelves = {path.stem for path in (ROOT / layer).glob("*.py")} - {"__init__"}
    assert shelves
    assert shelves <= SUBJECTS | SHELVED[layer]


def test_a_folder_of_tests_is_called_as_what_it_tests() -> None:
    folders = {path.parent for path in ALL if path.relative_to(ROOT).parts[0] == "tests"}
    tested = [named(folder) for folder in folders if folder != ROOT / "tests"]
    of_product = [
        name.removeprefix("tests/") for name in tested if not name.startswith((*OF_TESTS,))
    ]
    unknown = [n for n in of_product if not ((ROOT / n).is_dir() or (ROOT / f"{n}.py").exists())]
    assert of_product
    assert not unknown


def test_sql_lives_in_sql_files() -> None:
    found = [
        (named(path), node.value)
        for path in OURS
        for node in nodes(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value)
    ]
    assert not found


def test_no_path_of_anybodys_home_is_written_down() -> None:
    home = re.compile(r"/(home|Users)/\w|C:\\\\Users")
    others = [path for path in (*ALL, *SCRIPTS) if path != Path(__file__)]
    assert not [named(path) for path in others if home.search(text(path))]


def test_every_module_says_what_it_is_for() -> None:
    assert not [named(p) for p in OURS if text(p).strip() and not ast.get_docstring(tree(p))]


def test_the_packages_are_complete() -> None:
    """A folder of modules that is no package would be missing from the wheel."""
    folders = {path.parent for path in OURS}
    assert {(ROOT / package) for package in PACKAGES} <= folders
    assert not [named(folder) for folder in folders if not (folder / "__init__.py").exists()]


def test_values_are_aligned_by_hand_in_few_places() -> None:
    marked = {named(path): n for path in OURS if (n := text(path).count("# fmt: skip"))}
    assert sum(marked.values()) <= 15, marked


def test_an_import_inside_a_function_says_what_it_costs() -> None:
    """It is there because it costs more than 20 ms: the figure stands beside it or above it."""
    unsaid = [
        f"{named(path)}:{node.lineno}"
        for path in OURS
        for function in nodes(path)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for node in ast.walk(function)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        if not FIGURE.search("\n".join(text(path).splitlines()[node.lineno - 3 : node.end_lineno]))
    ]
    assert not unsaid
