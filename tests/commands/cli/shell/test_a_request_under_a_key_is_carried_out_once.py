"""Whatever has happened since, a request made again under its key is answered as the first time."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import Result

from commands.cli.directory import COMMANDS
from commands.cli.tree import Tree
from ledger import codec, log
from ledger.database import Location, connect
from ledger.errors import KeyTaken
from tests.commands.cli.conftest import Here, jsonl
from tests.commands.cli.shell.requests_made import BASE, CONFIRMED, REQUESTS, Made
from tests.projections.schemes import SCHEME
from tests.projections.sellers import september
from tests.projections.settled import recorded


def deciding(members: Any = COMMANDS, path: tuple[str, ...] = ()) -> Iterator[str]:
    """The names of every command that takes a --key."""
    tree = Tree(members, path)
    for name in tree.list_commands(click.Context(tree)):
        found = tree.get_command(click.Context(tree), name)
        if isinstance(found, Tree):
            yield from deciding(members[name].members, (*path, name))
        elif found is not None and any(param.name == "key" for param in found.params):
            yield " ".join((*path, name))


def test_every_deciding_command_is_in_the_table() -> None:
    """But for documents that may also be recorded, which have tests of their own."""
    documents = {"audit base", "handover pack"}
    assert sorted(each.command for each in REQUESTS) == sorted({*deciding()} - documents)


@pytest.fixture
def run(
    here: Here, location: Location, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Run a command, by S-9 unless it says by whom."""
    monkeypatch.chdir(tmp_path)
    Path("sales.toml").write_text(SCHEME, "utf-8")
    Path("second.toml").write_text(SCHEME.replace("version = 1", "version = 2"), "utf-8")

    def done(*words: str) -> Result:
        by = () if "--by" in words or words[:2] == ("transfer", "plan") else ("--by", "S-9")
        yes = ("--yes",) if " ".join(words[:2]) in CONFIRMED else ()
        return here(*words, *by, *yes)

    return done


def head(location: Location) -> int:
    with closing(connect(location, "owner")) as connection:
        return log.head(connection)


def begun(run: Callable[..., Result], location: Location, made: Made) -> tuple[str, ...]:
    """What has to be there before; the command line of the request."""
    with closing(connect(location, "owner")) as connection:
        if made.settled:
            recorded(location, connection, september())
        else:
            log.append(connection, [codec.encode_json(jsonl(each)) for each in BASE])
    for each in made.first:
        assert run(*each).exit_code == 0
    return (*made.command.split(), *made.asked, "--key", "K-1")


@pytest.mark.parametrize("made", REQUESTS, ids=lambda made: made.command)
def test_a_request_made_again_is_answered_as_the_first_time(
    run: Callable[..., Result], location: Location, made: Made
) -> None:
    asked = begun(run, location, made)
    before = head(location)
    first = run(*asked, "--format", "json")
    assert (first.exit_code, head(location) > before) == (0, True)
    assert "C-4" in first.stdout or made.command not in ("transfer apply", "transfer reverse")
    for each in made.then:
        assert run(*each).exit_code == 0
    after = head(location)
    for again in (asked, (*asked, "--dry-run")):
        done = run(*again, "--format", "json")
        assert (done.exit_code, done.stdout) == (0, first.stdout)
        assert "recorded before, with the key K-1" in done.stderr
    with pytest.raises(KeyTaken) as caught:
        run(*made.command.split(), *made.other, "--key", "K-1")
    assert "key 'K-1' names another request" in str(caught.value)
    assert not re.search("new key|another key", str(caught.value))
    assert head(location) == after
