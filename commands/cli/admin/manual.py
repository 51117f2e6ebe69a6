"""The manual page iledger(1), made from the commands themselves: run by `make man`.

python -m commands.cli.admin.manual [FOLDER]
"""

import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import click

from commands.cli import main
from commands.cli.admin.reference import commands, endings

_ENVIRONMENT = (
    ("ILEDGER_DSN", "A PostgreSQL server, as a libpq connection string; see --dsn."),
    ("ILEDGER_HOME", "The folder of the private server; see --folder."),
    ("ILEDGER_SCHEMA", "Which ledger of the database; see --schema."),
    ("ILEDGER_BY", "Who decides or asks; see --by."),
    ("ILEDGER_IDLE_SECONDS", "After how long the private server stops by itself."),
    ("ILEDGER_DEBUG", "1 shows where an error comes from."),
    ("COLUMNS", "How wide a table may be. Default: the terminal's width."),
)


def page() -> str:
    """The whole page, in the macros of man(7)."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield f'.TH ILEDGER 1 "" "iledger {version("interaction-ledger")}" "User Commands"'
    yield ".SH NAME"
    yield r"iledger \- every contact with a client as an immutable event"
    (_, root), *others = commands()
    context = click.Context(root, info_name="iledger")
    yield ".SH SYNOPSIS"
    yield f".B iledger\n{_text(' '.join(root.collect_usage_pieces(context)))}"
    yield ".SH DESCRIPTION"
    yield from _paragraphs(root)
    yield ".SH OPTIONS"
    yield from _options(root, context)
    yield ".SH COMMANDS"
    for name, command in others:
        yield from _command(name, command)
    yield ".SH EXIT STATUS"
    for code, error, meaning in endings():
        yield from _tagged(str(code), f"{error.strip('`')}: {meaning}" if error else meaning)
    yield ".SH ENVIRONMENT"
    for name, meaning in _ENVIRONMENT:
        yield from _tagged(name, meaning)


def _command(name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=name)
    yield f'.SS "{_text(name)}"'
    yield f".B {_text(name)}\n{_text(' '.join(command.collect_usage_pieces(context)))}"
    yield ".PP"
    yield from _paragraphs(command)
    if isinstance(command, click.Group):
        yield f".PP\nCommands: {_text(', '.join(command.list_commands(context)))}."
    else:
        yield from _options(command, context)
    yield f".PP\n{_text(command.epilog or '')}"


def _paragraphs(command: click.Command) -> Iterator[str]:
    for number, paragraph in enumerate((command.help or "").split("\n\n")):
        if number:
            yield ".PP"
        yield _text(" ".join(paragraph.split()))


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and record[1] and parameter.name != "help":
            yield from _tagged(*record)


def _tagged(name: str, meaning: str) -> Iterator[str]:
    yield ".TP"
    yield f".B {_text(name)}"
    yield _text(" ".join(meaning.split()))


def _text(text: str) -> str:
    r"""Text that roff prints as it stands: no escapes, no requests, real hyphens."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{escaped}" if escaped[:1] in (".", "'") else escaped


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "build/man")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{main.iledger.name}.1").write_text(page(), "utf-8")
