"""`make mutants`, on a tree of two files: what is caught, what survives, and what is wrong."""

import json
from pathlib import Path

import pytest

from tests.mutants.__main__ import options, run
from tests.mutants.mutations import chosen, mutations

SOURCE = "def bounded(value: int) -> int:\n    return min(value, 10)\n\n\nUNUSED = 1\n"
TEST = """
from product import bounded

def test_it_is_bounded() -> None:
    assert bounded(11) == 10
"""
LIST = """
["product.py"]
tests = ["test_product.py"]
nothing-is-bounded = ['min(value, 10)', 'value']
nobody-uses-it = ['UNUSED = 1', 'UNUSED = 2']
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A product with one test; its list of mutations is in `lists`."""
    root = tmp_path / "root"
    (root / "lists").mkdir(parents=True)
    (root / "product.py").write_text(SOURCE)
    (root / "test_product.py").write_text(TEST)
    (root / "lists" / "list.toml").write_text(LIST)
    return root


def tried(tree: Path, *arguments: str) -> int:
    return run(options([*arguments]), tree / "lists", tree)


def test_survivors_fail_unless_the_list_says_why(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tried(tree) == 1
    said = capsys.readouterr()
    assert "caught   nothing-is-bounded by test_product.py::test_it_is_bounded" in said.out
    assert "survived nobody-uses-it" in said.out
    assert "nobody-uses-it survives: write a test that notices it, or say why none can" in said.err
    assert "only 1 of 2 are caught; nine of ten should be" in said.err
    assert (tree / "product.py").read_text() == SOURCE

    # Outcomes are kept; what is caught anew is what was not tried before, or has changed since.
    kept = (tree / ".mutants" / "outcomes.jsonl").read_text().splitlines()
    assert [json.loads(line)["name"] for line in kept] == ["nothing-is-bounded", "nobody-uses-it"]
    assert tried(tree, "bounded") == 0
    assert (tree / ".mutants" / "outcomes.jsonl").read_text().splitlines() == kept


def test_one_with_a_reason_is_only_counted(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "lists" / "list.toml").write_text(LIST.replace("= 2']", "= 2', 'it has no effect']"))
    assert tried(tree, "nobody") == 1
    said = capsys.readouterr()
    assert "survived nobody-uses-it (it has no effect)" in said.out
    assert "only 0 of 1 are caught" in said.err
    assert "write a test" not in said.err


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("product.py", "UNUSED", "USED", "nobody-uses-it: 0 times in product.py, not once"),
        ("product.py", "\n\n\n", "\nUNUSED = 1\n", "nobody-uses-it: 2 times in product.py"),
        ("lists/list.toml", "test_product.py", "test_x.py", "nobody-uses-it: no test test_x.py"),
        ("lists/list.toml", "= 2'", "= 1'", "nobody-uses-it: changes nothing"),
    ],
)
def test_a_list_that_no_longer_applies_is_refused(
    tree: Path, capsys: pytest.CaptureFixture[str], file: str, old: str, new: str, said: str
) -> None:
    (tree / file).write_text((tree / file).read_text().replace(old, new))
    assert tried(tree, "--check") == 1
    assert said in capsys.readouterr().err


def test_tests_that_fail_by_themselves_catch_nothing(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "test_product.py").write_text(TEST.replace("== 10", "== 9"))
    assert tried(tree) == 1
    assert "the tests fail without a mutation" in capsys.readouterr().err


def test_the_list_is_of_all_packages_in_python_and_sql() -> None:
    listed = mutations()
    assert len(listed) >= 150
    assert len({each.name for each in listed}) == len(listed)
    kinds = {(each.file.partition("/")[0], Path(each.file).suffix) for each in listed}
    packages = ("ledger", "projections", "commands")
    assert kinds >= {(package, ".py") for package in packages}
    assert kinds >= {("ledger", ".sql"), ("projections", ".sql")}
    assert chosen(listed, ["sales"]) == [m for m in listed if "sales" in m.name + m.file]
