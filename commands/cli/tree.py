"""Groups of commands that import a command when it is called, and propose the right name."""

import re
from collections.abc import Mapping, Sequence
from importlib import import_module
from itertools import dropwhile
from typing import Any

import click
from click.shell_completion import CompletionItem

from commands.cli.directory import COMMANDS, HEADINGS, Entry, Noun

_HELP = ("help", "--help", "-h")


class Tree(click.Group):
    """A group that knows its commands by name and imports one when it is called.

    path: the names that lead to it from the top.
    """

    def __init__(
        self, entries: Mapping[str, Entry | str], path: Sequence[str] = (), **given: Any
    ) -> None:
        super().__init__(**given)
        self._entries, self._path = entries, tuple(path)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of its commands, in the order of the table."""
        return list(self._entries)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The names and options that begin so; imports no command."""
        names = [
            CompletionItem(name, help=None if isinstance(entry, str) else entry.help)
            for name, entry in self._entries.items()
            if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command by its name; None if there is none."""
        entry = self._entries.get(cmd_name)
        if entry is None:
            return None
        if isinstance(entry, Noun):
            return Tree(
                entry.members,
                (*self._path, cmd_name),
                name=cmd_name,
                help=entry.help,
                epilog=f"Example: {entry.example}",
            )
        module, _, attribute = (entry if isinstance(entry, str) else entry.place).partition(":")
        found: click.Command = getattr(import_module(f"commands.cli.{module}"), attribute)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments call. Raises click.UsageError with the right name."""
        name = args[0]
        if ctx.resilient_parsing:
            # TAB after a wrong name: an empty command has nothing to propose.
            return name, self.get_command(ctx, name) or click.Command(name), args[1:]
        if name not in self._entries and not name.startswith("-"):
            # 4 ms, after a mistake only; `--help` imports click alone.
            from commands.cli.unknown_command import remedy

            wrong = " ".join((*self._path, name))
            ctx.fail(f"no command `{wrong}`; {remedy(self._path, args)}")
        return super().resolve_command(ctx, args)


class Root(Tree):
    """The top: it shows its commands by subject, without importing them; `help X` is `X --help`."""

    def __init__(self, **given: Any) -> None:
        super().__init__(COMMANDS, **given)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As in every group, but an empty argument is refused: a variable of the shell is not set.

        Raises click.UsageError.
        """
        for before, argument in zip(("", *args), args, strict=False):
            named = re.fullmatch(r"(--[a-z-]+)=\s*", argument)
            if named or not argument.strip():
                option = named[1] if named else before if before[:2] == "--" else "an argument"
                ctx.fail(f"{option} is empty; give it a value, or leave it out")
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As in every group, but for `help`."""
        if args[0] != "help":
            return super().resolve_command(ctx, args)
        about = list(dropwhile(_HELP.__contains__, args))
        if ctx.resilient_parsing:
            # TAB after `help`: the names of the top.
            return super().resolve_command(ctx, about) if about else (None, None, [])
        if not about:
            click.echo(ctx.get_help())
            ctx.exit()
        return super().resolve_command(ctx, [*about, "--help"])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """As in every group, and `help`."""
        own = [CompletionItem("help")] if "help".startswith(incomplete) else []
        return super().shell_complete(ctx, incomplete) + own

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands by subject, under headings."""
        width = max(map(len, COMMANDS))
        for heading, entries in HEADINGS.items():
            with formatter.section(heading):
                formatter.write_dl(
                    [(name.ljust(width), entry.help) for name, entry in entries.items()]
                )
