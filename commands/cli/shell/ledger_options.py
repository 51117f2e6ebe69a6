"""Which ledger the options of `iledger` name."""

from pathlib import Path

import click

from ledger.database import Location, parsed
from ledger.errors import InvalidQuestion


def chosen() -> Location:
    """The ledger that --dsn, --folder and --schema name. Raises InvalidQuestion."""
    given = click.get_current_context().find_root().obj
    dsn, folder, typed = given["dsn"], given["folder"], given["typed"]
    if dsn and folder and {"dsn", "folder"} <= typed:
        raise InvalidQuestion("--dsn and --folder name two ledgers; give one of them")
    if folder and "folder" in typed:
        dsn = None  # of the environment: what is typed goes before it
    if dsn:
        parts = parsed(dsn)
        if "dsn" in typed and parts.get("password"):
            raise InvalidQuestion(
                "the DSN on the command line contains a password, which everyone on this machine "
                "can see there. Put it into a password file (PGPASSFILE), or give the DSN in "
                "ILEDGER_DSN."
            )
    return Location(dsn, Path(folder) if folder else None, given["schema"])
