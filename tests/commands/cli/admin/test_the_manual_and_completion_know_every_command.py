"""The manual page and the completion by TAB are made from the commands themselves."""

import re
import subprocess
import sys

from click.shell_completion import ShellComplete

from commands.cli import main
from commands.cli.admin.manual import page
from commands.cli.admin.reference import commands
from commands.cli.directory import COMMANDS
from tests.commands.cli.conftest import ROOT


def test_the_manual_has_every_command_and_option() -> None:
    text = page().replace("\\-", "-").replace("\\&", "")
    for name, command in commands():
        assert name == "iledger" or f'.SS "{name}"' in text
        for parameter in command.params:
            assert all(option in text for option in parameter.opts if option.startswith("-"))
    requests = {line.split()[0] for line in page().splitlines() if line.startswith((".", "'"))}
    assert requests == {".TH", ".SH", ".SS", ".PP", ".TP", ".B"}, "nothing else steers roff"
    assert not re.search(r"\\[^-e&]", page())


def _completed(*words: str) -> set[str]:
    *args, incomplete = words
    complete = ShellComplete(main.iledger, {}, "iledger", "_ILEDGER_COMPLETE")
    return {item.value for item in complete.get_completions(args, incomplete)}


def test_names_are_completed_at_every_level() -> None:
    assert _completed("") == {*COMMANDS, "help"}
    assert _completed("he") == {"help"}
    assert _completed("cl") == {"clients", "client"}
    assert _completed("client", "re") == {"reserve", "reassign", "release"}
    assert _completed("bonus", "scheme", "pub") == {"publish"}
    assert "--sort" in _completed("deal", "list", "--so")


def test_completion_after_help_proposes_what_help_explains() -> None:
    assert _completed("help", "") == {*COMMANDS, "help"}
    assert _completed("help", "cl") == {"clients", "client"}
    assert _completed("help", "client", "me") == {"merge"}


def test_completion_after_a_wrong_name_is_silent() -> None:
    assert _completed("nosuch", "") == set()
    assert _completed("client", "nosuch", "") == set()
    assert _completed("help", "nosuch", "") == set()


def test_completion_of_names_imports_no_command() -> None:
    code = (
        "import sys; from click.shell_completion import ShellComplete\n"
        "from commands.cli import main\n"
        "found = ShellComplete(main.iledger, {}, 'iledger', 'X').get_completions(['client'], 'me');"
        "print(found[0].value, *[name for name in sys.modules if name.startswith('ledger')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == "merge\n", done.stderr
