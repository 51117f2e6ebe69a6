"""`iledger --help` imports nothing but click, and a question no event classes; no clock needed."""

import subprocess
import sys

import click

from commands.cli.admin.reference import commands
from commands.cli.directory import COMMANDS
from tests.commands.cli.conftest import ROOT

HEAVY = {"psycopg", "pydantic", "msgspec", "rich", "eventsourcing", "ledger.codec", "zoneinfo"}


def imported(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    return set(done.stdout.splitlines()[-1].split())


def test_help_imports_click_alone() -> None:
    with_help = imported("from commands.cli.main import run\nrun(['--help'])")
    with_click = imported("import click, click.shell_completion")
    new = {
        name
        for name in with_help - with_click
        if name.partition(".")[0] not in sys.stdlib_module_names
    }
    ours = {name for name in new if not name.startswith(("click", "commands.cli.directory"))}
    assert ours == {"commands", "commands.cli", "commands.cli.main", "commands.cli.tree"}


def test_a_question_imports_no_event_classes() -> None:
    asked = imported("import commands.cli.shell.question, commands.cli.shell.output")
    assert not asked & (HEAVY - {"psycopg", "msgspec", "zoneinfo"})


def test_replay_imports_no_event_classes() -> None:
    assert not imported("import commands.cli.events.replay") & {"pydantic", "eventsourcing", "rich"}


def test_the_table_of_commands_agrees_with_the_commands() -> None:
    found = dict(commands())
    for name, entry in COMMANDS.items():
        assert found[f"iledger {name}"].get_short_help_str(limit=200) == entry.help
    for name, command in found.items():
        assert command.name == name.split()[-1]


def test_at_most_thirty_names_stand_at_the_top() -> None:
    assert len(COMMANDS) <= 30
    nouns = {name: command for name, command in commands() if isinstance(command, click.Group)}
    assert all(len(noun.list_commands(click.Context(noun))) <= 30 for noun in nouns.values())
