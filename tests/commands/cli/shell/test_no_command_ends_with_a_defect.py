"""Every command in every format, and odd arguments, on all event types in odd orders."""

import itertools
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random, SystemRandom

import click
import pytest

from commands.cli.error_messages import DEFECT
from ledger import schema
from ledger.database import Location, connect
from tests.commands.cli import odd
from tests.ledger.store.samples import slip_in
from tests.surroundings.groups import examples, sampling

SEED = int(os.environ.get("ILEDGER_TEST_SEED", SystemRandom().getrandbits(32)))
SCHEME = (Path(__file__).parents[4] / "docs" / "motivation.md").read_text("utf-8")
LEAVES = odd.leaves()
_numbers = itertools.count(1)
# What there has to be so that questions on motivation have something to answer.
FIRST = (
    ["bonus", "scheme", "publish", "sales.toml", "--by", "E-1"],
    ["target", "set", "--metric", "won_value", "--period", "2026-Q1", "--value", "10",
     "--currency", "RUB", "--employee", "E-1"],
    ["norm", "define", "N-1", "--metric", "win_rate", "--at-least", "0.1", "--from", "2026-01-01",
     "--allow-late", "test"],
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(embedded_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder in which commands run, on a ledger that the environment names."""
    place = Location(dsn=embedded_dsn, schema=f"odd{os.getpid()}_{next(_numbers)}")
    schema.init(place, "Europe/Moscow")
    with closing(connect(place, "owner")) as connection:
        slip_in(connection, odd.odd_events(Random(SEED)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ILEDGER_DSN", embedded_dsn)
        patch.setenv("ILEDGER_SCHEMA", place.schema)
        patch.chdir(tmp_path_factory.mktemp("odd"))
        toml = SCHEME.split("```toml")[1].split("```")[0]
        Path("sales.toml").write_text(toml.replace("2026-07-01", "2026-01-01"), "utf-8")
        for command in FIRST:
            check(command)  # the random ledger may have a reason to refuse it
        yield Path()


def check(arguments: list[str]) -> None:
    done = odd.run(arguments)
    told = f"ILEDGER_TEST_SEED={SEED}: {arguments}: {done.err}"
    assert done.code != DEFECT, told
    assert "Traceback" not in done.err, told
    assert done.code in range(9), told


@pytest.mark.parametrize("top", sorted({leaf.path[0] for leaf in LEAVES}))
def test_every_command_answers_in_every_format(folder: Path, top: str) -> None:
    random = Random(f"{SEED} {top}")
    for path, command in LEAVES:
        if path[0] != top:
            continue
        needed = odd.arguments(odd.Leaf(path, command), random, folder, needed_alone=True)
        forms = [p.type.choices for p in command.params if isinstance(p.type, click.Choice)
                 and p.name == "form"]  # fmt: skip
        for form in [*forms[0], None] if forms else [None]:
            check([*path, *needed, *(("--format", str(form)) if form else ())])


@sampling
@pytest.mark.parametrize("part", range(4))
def test_no_arguments_are_a_defect(folder: Path, part: int) -> None:
    """Odd values, in random commands; the message of a failure names the seed."""
    print(f"ILEDGER_TEST_SEED={SEED}")
    random = Random(f"{SEED} part {part}")
    for _ in range(examples(250)):
        leaf = random.choice(LEAVES)
        check([*leaf.path, *odd.arguments(leaf, random, folder)])
