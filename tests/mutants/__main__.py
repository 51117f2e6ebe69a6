"""`make mutants`: change the sources on purpose, and see whether the tests notice.

    python -m tests.mutants [--check] [--afresh] [--every N] [--jobs N] [--limit SECONDS] [WORD ...]

WORD: only mutations with it in their name or in the name of the file that they change; --every N:
of those one of so many, a sample. Outcomes are kept in .mutants; what was tried before, and has not
changed since, is not tried again. It fails if a text of the list no longer occurs exactly once, if
the tests fail without a mutation, if less than nine of ten mutations are caught, or if one survives
of which the list does not say why.
"""

import argparse
import json
import queue
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from tests.mutants.mutations import LISTS, ROOT, Mutation, chosen, faults, mutations
from tests.mutants.workshop import Outcome, Workshop

ENOUGH = 0.9
UNCHANGED = "without a mutation"


class Kept:
    """The outcomes of earlier runs, by what they follow from; a line each."""

    def __init__(self, root: Path, *, afresh: bool) -> None:
        self._root, self._path = root, root / ".mutants" / "outcomes.jsonl"
        self._path.parent.mkdir(exist_ok=True)
        if afresh:
            self._path.unlink(missing_ok=True)
        lines = self._path.read_text("utf-8").splitlines() if self._path.exists() else []
        self._found = {found["of"]: Outcome(*found["outcome"]) for found in map(json.loads, lines)}

    @cache  # noqa: B019 - what is tried is the tree as it was in the beginning
    def _digest(self, mutation: Mutation) -> str:
        return mutation.digest(self._root)

    def get(self, mutation: Mutation) -> Outcome | None:
        return self._found.get(self._digest(mutation))

    def add(self, mutation: Mutation, outcome: Outcome) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            line = {"of": self._digest(mutation), "name": mutation.name, "outcome": outcome}
            file.write(json.dumps(line) + "\n")


def tried(
    wanted: list[Mutation], kept: Kept, root: Path, jobs: int, limit: float
) -> Iterator[tuple[Mutation, Outcome]]:
    """Each mutation with its outcome: first those of earlier runs, then the others as they end."""
    new = []
    for each in wanted:
        if found := kept.get(each):
            yield each, found
        else:
            new.append(each)
    free: queue.SimpleQueue[Workshop] = queue.SimpleQueue()
    with ExitStack() as stack, ThreadPoolExecutor(jobs) as pool:
        for _ in range(min(jobs, len(new))):
            free.put(stack.enter_context(Workshop(root, limit)))

        def attempt(mutation: Mutation) -> Outcome:
            workshop = free.get()
            try:
                return workshop.try_out(mutation)
            finally:
                free.put(workshop)

        running = {pool.submit(attempt, each): each for each in new}
        for done in as_completed(running):
            if done.result().verdict != "broken":
                kept.add(running[done], done.result())
            yield running[done], done.result()


def sound(wanted: list[Mutation], root: Path, limit: float) -> Outcome:
    """The outcome of all their tests without a mutation: they survive it."""
    tests = tuple(dict.fromkeys(test for each in wanted for test in each.tests))
    with Workshop(root, limit) as workshop:
        return workshop.run(tests)


def verdict(outcomes: list[tuple[Mutation, Outcome]]) -> list[str]:
    """Why these outcomes are not good enough, one line each; empty if they are."""
    caught = sum(outcome.verdict == "caught" for _, outcome in outcomes)
    found = []
    for each, outcome in outcomes:
        if outcome.verdict == "survived" and not each.survives:
            found.append(f"{each.name} survives: write a test that notices it, or say why none can")
        if outcome.verdict == "broken":
            found.append(f"{each.name} could not be tried: {outcome.by}")
    if caught < ENOUGH * len(outcomes):
        found.append(f"only {caught} of {len(outcomes)} are caught; nine of ten should be")
    return found


def run(options: argparse.Namespace, folder: Path = LISTS, root: Path = ROOT) -> int:
    listed = mutations(folder)
    wrong = faults(listed, root)
    wanted = chosen(listed, options.word)[:: options.every]
    if not wanted:
        wrong.append(f"no mutation has any of {options.word} in its name or file")
    if options.check or wrong:
        return _report(wrong, f"{len(listed)} mutations, each of which still applies")
    kept = Kept(root, afresh=options.afresh)
    if any(kept.get(each) is None for each in wanted) and not options.trust:
        plain = sound(wanted, root, options.limit)
        if plain.verdict != "survived":
            return _report([f"the tests fail {UNCHANGED}: {plain.by}"], "")
    outcomes = []
    for each, outcome in tried(wanted, kept, root, options.jobs, options.limit):
        outcomes.append((each, outcome))
        why = f" ({each.survives})" if each.survives and outcome.verdict == "survived" else ""
        by = f" by {outcome.by}" if outcome.verdict == "caught" else why
        print(
            f"{len(outcomes):>4}/{len(wanted)} {outcome.verdict:<8} {each.name}{by}"
            f", {outcome.seconds} s", flush=True,
        )  # fmt: skip
    caught = sum(outcome.verdict == "caught" for _, outcome in outcomes)
    return _report(verdict(outcomes), f"{caught} of {len(outcomes)} are caught")


def _report(wrong: list[str], good: str) -> int:
    for line in wrong:
        print(line, file=sys.stderr)
    print(good if not wrong else f"{len(wrong)} faults", flush=True)
    return 1 if wrong else 0


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("word", nargs="*", help="only mutations with it in their name or file")
    parser.add_argument("--check", action="store_true", help="only check that the list applies")
    parser.add_argument("--afresh", action="store_true", help="forget the outcomes of earlier runs")
    parser.add_argument("--trust", action="store_true", help=f"do not run the tests {UNCHANGED}")
    parser.add_argument("--every", type=int, default=1, help="a sample: one of so many")
    parser.add_argument("--jobs", type=int, default=1, help="how many are tried at a time")
    parser.add_argument("--limit", type=float, default=300, help="seconds for one of them")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(run(options()))
