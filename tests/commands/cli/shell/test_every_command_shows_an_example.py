"""Whoever asks a command for help gets a description of every option, and an example."""

import shlex

import click
import pytest

from commands.cli.admin.reference import commands

COMMANDS = dict(commands())


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example_that_parses(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    assert command.epilog
    assert command.epilog.startswith(
        f"Example: {name}" if name != "iledger" else "Example: iledger"
    )
    for example in command.epilog.removeprefix("Example: ").split(" && "):
        words = shlex.split(example)
        called = max((each for each in COMMANDS if example.startswith(each)), key=len)
        rest = words[len(called.split()) :]
        parser = COMMANDS[called].make_parser(click.Context(COMMANDS[called]))
        parser.parse_args(args=rest)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_does(name: str) -> None:
    for parameter in COMMANDS[name].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert parameter.help[0].isupper()
