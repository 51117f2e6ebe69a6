"""The command `iledger`: its options, the table of its commands, and what its exit codes mean.

A command's module is imported when the command is called; `iledger --help` imports click alone.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NamedTuple, NoReturn

import click


class Entry(NamedTuple):
    """Where a command is, and its one line of help, which must be that of the command itself."""

    module: str
    attribute: str
    help: str


def _entry(name: str, module: str, help_line: str) -> tuple[str, Entry]:
    return name, Entry(f"commands.cli.{module}", name, help_line)


COMMANDS: dict[str, Entry] = dict(
    [
        _entry("init", "service", "Create the ledger, or bring an older one up to date."),
        _entry("append", "append", "Record events from JSON Lines."),
        _entry("events", "events", "Show which types of event there are, and their fields."),
        _entry("replay", "replay", "Show the events in the order of their recording."),
        _entry("card", "clients", "Show what is known about a client."),
        _entry("timeline", "clients", "Show everything that happened with a client."),
        _entry("diff", "clients", "Show what changed on a client's card between two moments."),
        _entry("owner", "clients", "Show whose a client is and was, and why."),
        _entry("clients", "clients", "List the clients, whose they are and when last heard of."),
        _entry("orphans", "clients", "List the clients whose owner has left."),
        _entry(
            "custody",
            "custody",
            "Check that every client has one owner or none at any moment, without a breach.",
        ),
        _entry("reservations", "reservations", "List the reservations, and when they run out."),
        _entry(
            "expire",
            "reservations",
            "End the reservations that have run out: their clients are in the pool.",
        ),
        _entry("policy", "reservations", "Look at the rules of reservation, and publish new ones."),
        _entry(
            "portfolio",
            "clients",
            "List the clients that an employee has, or had then, and count them.",
        ),
        _entry("departures", "clients", "List who has left, and what became of their clients."),
        _entry("reserve", "ownership", "Reserve a client for a seller."),
        _entry(
            "assign",
            "ownership",
            "Give a client that nobody has, or that is reserved, a curator.",
        ),
        _entry("reassign", "ownership", "Pass a client from its owner to another employee."),
        _entry("release", "ownership", "Give a client back to the pool: nobody has it any longer."),
        _entry("bar", "ownership", "Bar an employee from approaching a client."),
        _entry("team", "ownership", "Say who works with a client besides its owner."),
        _entry("merge", "merging", "Declare two ids one client; its card shows both histories."),
        _entry("unmerge", "merging", "Declare two merged ids different clients after all."),
        _entry(
            "duplicates",
            "merging",
            "List clients that are probably one: same name, inn, phone or e-mail.",
        ),
        _entry("depart", "people", "Record that an employee leaves us."),
        _entry("absence", "people", "Record that an employee is away, and who covers."),
        _entry("transfer", "transfer", "Pass the clients of an employee to others, in a batch."),
        _entry("handover", "handover", "Hand clients over: packs for new owners, and acceptances."),
        _entry(
            "dispute",
            "quarrels",
            "Settle who a client belongs to, on the strength of what was recorded.",
        ),
        _entry(
            "conflict",
            "quarrels",
            "Say that a client and an employee do not get on, and what came of it.",
        ),
        _entry(
            "conflicts",
            "quarrels",
            "List conflicts, blocked approaches, and approaches made in breach of a reservation.",
        ),
        _entry("employees", "clients", "List our own people, with units and departures."),
        _entry("roles", "roles", "Show who could do what, and where, at a time."),
        _entry("role", "roles", "Say what an employee may do."),
        _entry("metrics", "figures", "Show what was achieved: contacts, offers, deals, tasks."),
        _entry(
            "funnel",
            "figures",
            "Show how far the deals opened in a period have come, and where they were lost.",
        ),
        _entry(
            "outcomes",
            "figures",
            "Show how it went on with clients that passed from one employee to another, by reason.",
        ),
        _entry("audit", "reports", "Look through what is to be right, and sign it."),
        _entry("report", "reports", "Show how the ledger is kept."),
        _entry("offers", "work", "List the offers, and what became of them."),
        _entry("deals", "work", "List the deals, where they stand and who pursues them."),
        _entry("tasks", "work", "List the tasks, who has them and whether they are done."),
        _entry("cases", "work", "List the service cases, who holds them and how far they are."),
        _entry("projections", "projections", "Look after what is computed from the events."),
        _entry(
            "status",
            "service",
            "Show where the ledger is, how far it has come and how large it is.",
        ),
        _entry("doctor", "doctor", "Check the ledger's surroundings, and say what to do."),
        _entry("stop", "service", "Stop the private server; the next command starts it again."),
    ]
)

DEFECT, INTERRUPTED, PIPE_CLOSED = 70, 130, 141


class _Commands(click.Group):
    """A group that knows its commands by name and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        entry = COMMANDS[cmd_name]
        found: click.Command = getattr(import_module(entry.module), entry.attribute)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(name, COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else " See `iledger --help`."
            ctx.fail(f"there is no command {name!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"iledger {version('interaction-ledger')}")
        ctx.exit()


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
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
    help="Where the private server keeps its data.  [env: ILEDGER_HOME]",
)
@click.option(
    "--schema",
    envvar="ILEDGER_SCHEMA",
    default="ledger",
    show_default=True,
    help="Which ledger of the database.  [env: ILEDGER_SCHEMA]",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version and leave.",
)
@click.pass_context
def iledger(ctx: click.Context, dsn: str | None, folder: str | None, schema: str) -> None:
    """Every contact with a client as an immutable event, and what follows from them."""
    typed = ctx.get_parameter_source("dsn") is click.core.ParameterSource.COMMANDLINE
    ctx.obj = {"dsn": dsn or None, "folder": folder, "schema": schema, "dsn_is_typed": typed}


def main() -> NoReturn:
    """Run the command line and leave with the exit code that docs/exit-codes.md describes."""
    if "_ILEDGER_COMPLETE" in os.environ:
        iledger.main(prog_name="iledger")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command; its exit code. What goes wrong is said in one message on stderr."""
    try:
        with iledger.make_context("iledger", list(arguments)) as context:
            iledger.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as leave:
        return _flushed(leave.exit_code)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        return _pipe_closed()
    except Exception as error:
        if os.environ.get("ILEDGER_DEBUG") == "1":
            raise
        message, code = _explained(error)
        click.echo(f"iledger: {message}", err=True)
        return code
    return 0


def _flushed(code: int) -> int:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return _pipe_closed()
    return code


def _pipe_closed() -> int:
    """Leave quietly when the reader, such as `head`, has seen enough."""
    # Python flushes stdout once more as it ends; that must not fail a second time.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE_CLOSED


def _explained(error: Exception) -> tuple[str, int]:
    from ledger.errors import LedgerError

    shown: Any = error
    if "psycopg" in sys.modules:
        import psycopg

        from ledger.database import translate

        if isinstance(error, psycopg.Error):
            shown = translate(error)
    if isinstance(shown, LedgerError):
        return str(shown), shown.exit_code
    if isinstance(shown, OSError):
        place = f"{shown.filename}: " if shown.filename else ""
        return f"{place}{shown.strerror or shown}", 1
    first = (str(shown).strip().splitlines() or [""])[0]
    defect = (
        f"unexpected {type(shown).__name__}: {first}. This is a defect of iledger: "
        "run it again with ILEDGER_DEBUG=1 and report what it prints."
    )
    return defect, DEFECT


if __name__ == "__main__":
    main()
