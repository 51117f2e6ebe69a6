"""The one message and the exit code of an error that ends a command."""

import click
import psycopg

from commands.cli.shell.ledger_options import chosen
from ledger.database import translate
from ledger.embedded import default_folder
from ledger.errors import LedgerError, NotInitialised

DEFECT = 70


def explained(context: click.Context | None, error: Exception) -> tuple[str, int]:
    """What went wrong, with what to do next, and the exit code."""
    shown: Exception = translate(error) if isinstance(error, psycopg.Error) else error
    if isinstance(shown, LedgerError):
        return f"{shown}{_looked_in(context, error)}", shown.exit_code
    if isinstance(shown, OSError):
        place = f"{shown.filename}: " if shown.filename else ""
        return f"{place}{shown.strerror or shown}", 1
    first = (str(shown).strip().splitlines() or [""])[0]
    defect = (
        f"unexpected {type(shown).__name__}: {first}. This is a defect in iledger: "
        "run it again with ILEDGER_DEBUG=1 and report the output."
    )
    return defect, DEFECT


def _looked_in(context: click.Context | None, error: Exception) -> str:
    """Where the ledger was looked for: those who forgot --folder look into another one."""
    if context is None or not isinstance(error, NotInitialised):
        return ""
    with context.scope(cleanup=False):
        location = chosen()
    if location.dsn:
        return ""
    folder = location.folder or default_folder()
    if str(folder) in str(error):
        return ""
    return f" It was looked for in {folder}; choose another folder with --folder or ILEDGER_HOME."
