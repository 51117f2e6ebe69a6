"""The command `iledger`: its options, how it finds its commands, and what its exit codes mean.

The module of a command is imported when the command is called; `iledger --help` imports only click.
"""

import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

import click

from commands.cli.tree import Root

INTERRUPTED, PIPE_CLOSED = 130, 141
HELP = ["-h", "--help"]
_FOREIGN = "the argument {!r} is not UTF-8; set the terminal, or the caller of iledger, to UTF-8"


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        # 20 ms, and `--help` imports click alone.
        from importlib.metadata import version

        click.echo(f"iledger {version('interaction-ledger')}")
        ctx.exit()


@click.group(
    cls=Root,
    context_settings={"help_option_names": HELP},
    epilog="Example: iledger init --zone Europe/Moscow && iledger append calls.jsonl",
)
@click.option(
    "--dsn",
    envvar="ILEDGER_DSN",
    help="A PostgreSQL server (15 to 18), as a libpq connection string without a password. "
    "Default: a private server in --folder.  [env: ILEDGER_DSN]",
)
@click.option(
    "--folder",
    envvar="ILEDGER_HOME",
    type=click.Path(file_okay=False),
    help="Where the private server keeps its data; on the command line it overrides ILEDGER_DSN.  "
    "[env: ILEDGER_HOME]",
)
@click.option(
    "--schema",
    envvar="ILEDGER_SCHEMA",
    default="ledger",
    show_default=True,
    help="The schema of the ledger in the database.  [env: ILEDGER_SCHEMA]",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version and exit.",
)
@click.pass_context
def iledger(ctx: click.Context, dsn: str | None, folder: str | None, schema: str) -> None:
    """Record every contact with a client as an immutable event, and answer what follows from them.

    `iledger COMMAND --help`, or `iledger help COMMAND`, explains a command. For completion by TAB
    put into ~/.bashrc: eval "$(_ILEDGER_COMPLETE=bash_source iledger)"; for zsh and fish it is
    zsh_source and fish_source.
    """
    given = {"dsn": dsn, "folder": folder, "schema": schema}
    command_line = click.core.ParameterSource.COMMANDLINE
    typed = {name for name in given if ctx.get_parameter_source(name) is command_line}
    ctx.obj = {**given, "typed": typed}


def main() -> NoReturn:
    """Run the command line and exit with a code that docs/exit-codes.md describes."""
    _open_closed_streams()
    _buffer_stdout()
    if "_ILEDGER_COMPLETE" in os.environ:
        iledger.main(prog_name="iledger")
    sys.exit(run(sys.argv[1:]))


def _open_closed_streams() -> None:
    """Replace standard streams that the caller closed, as some supervisors do, by empty ones."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nothing = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(nothing, mode, encoding="utf-8"))


def _buffer_stdout() -> None:
    """Undo PYTHONUNBUFFERED: without a buffer, Python forgets what a pipe did not take at once."""
    raw = sys.stdout.buffer
    if isinstance(raw, io.RawIOBase):
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(raw), sys.stdout.encoding, sys.stdout.errors, line_buffering=True
        )


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code. An error is one message on stderr."""
    context = None
    try:
        with iledger.make_context("iledger", list(arguments)) as context:
            iledger.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as leave:
        return _flushed(leave.exit_code)
    except click.ClickException as error:
        _tell(error.show)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        _tell(lambda: click.echo("interrupted", err=True))
        return INTERRUPTED
    except BrokenPipeError:
        return _pipe_closed()
    except Exception as error:
        if os.environ.get("ILEDGER_DEBUG") == "1":
            raise
        foreign = [each for each in arguments if not _is_text(each)]
        if foreign and isinstance(error, UnicodeEncodeError):
            message, code = _FOREIGN.format(foreign[0]), 2
        else:
            # 110 ms, after an error only; `--help` imports click alone.
            from commands.cli.error_messages import explained

            message, code = explained(context, error)
        shown = _shown(message)
        _tell(lambda: click.echo(f"iledger: {shown}", err=True))
        return code
    return 0


def _tell(show: Callable[[], None]) -> None:
    """Show an error, unless nobody reads it any more; the exit code is the error's either way."""
    try:
        show()
    except BrokenPipeError:
        _pipe_closed()


def _shown(message: str) -> str:
    # 1 ms, after an error only; `--help` imports click alone.
    from projections.shown_text import visible

    return visible(message)


def _is_text(argument: str) -> bool:
    """Whether an argument is text, and not bytes in another encoding, which only a path may be."""
    return not any("\udc80" <= letter <= "\udcff" for letter in argument)


def _flushed(code: int) -> int:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return _pipe_closed()
    return code


def _pipe_closed() -> int:
    """Leave quietly when the reader, such as `head`, has seen enough."""
    # Python flushes both once more as it ends; that must not fail a second time.
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return PIPE_CLOSED


if __name__ == "__main__":
    main()
