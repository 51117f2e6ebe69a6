"""The list of mutations: small, wilful changes of behaviour that a test should notice.

A list is a file of TOML beside this one. A table is named after the file of the product that is
changed; `tests` names the tests that should notice, the likeliest first, and every other key is the
name of a mutation: the old text, which occurs exactly once in the file, and the new one. A mutation
that no test can notice has a third text, the reason.
"""

import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
LISTS = Path(__file__).parent


class Mutation(NamedTuple):
    """A mutation of a file of the product; survives: why no test can notice it, or empty."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    survives: str = ""

    def mutated(self, text: str) -> str:
        """The file's text with the mutation."""
        return text.replace(self.old, self.new)

    def digest(self, root: Path) -> str:
        """What the outcome follows from, but for what else has changed in the tree."""
        texts = [(root / self.file).read_text("utf-8")]
        for path in map(root.joinpath, self.tests):
            files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
            texts += [file.read_text("utf-8") for file in files]
        return hashlib.sha256("\0".join((*self[:4], *texts)).encode()).hexdigest()[:16]


def mutations(folder: Path = LISTS) -> list[Mutation]:
    """All mutations, in the order of the lists."""
    return [each for path in sorted(folder.glob("*.toml")) for each in _listed(path)]


def _listed(path: Path) -> Iterator[Mutation]:
    for file, table in tomllib.loads(path.read_text("utf-8")).items():
        tests = tuple(table.pop("tests"))
        for name, (old, new, *survives) in table.items():
            yield Mutation(name, file, old, new, tests, *survives)


def faults(listed: list[Mutation], root: Path = ROOT) -> list[str]:
    """What is wrong with a list, a line each: texts and tests that are gone, equal names."""
    names = Counter(each.name for each in listed)
    found = [f"{name}: {n} mutations have this name" for name, n in names.items() if n > 1]
    for each in listed:
        file = root / each.file
        times = file.read_text("utf-8").count(each.old) if file.exists() else 0
        if times != 1:
            found.append(f"{each.name}: {times} times in {each.file}, not once: {each.old!r}")
        found += [f"{each.name}: no test {t}" for t in each.tests if not (root / t).exists()]
        if not each.tests or each.old == each.new:
            found.append(f"{each.name}: changes nothing, or has no tests")
    return found


def chosen(listed: list[Mutation], words: list[str]) -> list[Mutation]:
    """Those whose name or file has any of these words in it; all without words."""
    return [m for m in listed if not words or any(w in m.name or w in m.file for w in words)]
