"""`iledger init`, `status` and `server stop`: the ledger as a thing to be run."""

from contextlib import closing
from pathlib import Path
from typing import Any

import click
from psycopg.conninfo import make_conninfo

from commands.cli.admin.system_zone import system_zone
from commands.cli.shell.ledger_options import chosen
from commands.cli.shell.output import Format, Printer, remark
from commands.cli.shell.parts import chosen_part, parted
from commands.cli.shell.question import listed, zoned
from commands.cli.shell.selection import Selection
from commands.cli.shell.times import zone_named
from ledger import embedded, schema
from ledger.database import Connection, Location, connect, translated
from ledger.errors import InvalidQuestion, NotAllowed
from ledger.sql import statements
from projections.engine import runner
from projections.engine.not_understood import Listed
from projections.questions.integrity.check import counts
from projections.view import View

_SQL = statements("commands.cli.admin", "server.sql")
ROLES = ("keeper", "auditor", "supervisor", "writer")


@click.command(epilog="Example: iledger init --zone Europe/Moscow")
@click.option(
    "--zone",
    metavar="NAME",
    help="The ledger's time zone, an IANA name. It is final.  [default: the system's]",
)
@click.option(
    "--migrate", is_flag=True, help="Migrate an older ledger to the version of this program."
)
def init(zone: str | None, migrate: bool) -> None:
    """Create the ledger, migrate an older one, or put a restored one right.

    Days, months and deadlines are those of its time zone; a question may name another one.
    """
    location = chosen()
    if migrate:
        for name in schema.migrate(location):
            remark(f"migrated: {name}")
    name, source = system_zone() if zone is None else (zone, "as asked for")
    mended: list[str] = []
    created = not migrate and schema.init(location, name, mended)
    for line in mended:
        remark(f"put right: {line}")
    with closing(connect(location, *ROLES)) as connection:
        about = schema.check(connection)
        place = _place(connection, location)
    named = f"ledger {about.ledger_id}, version {about.version}, {place}"
    if created:
        remark(f"created {named}")
        remark(
            f"its time zone is {about.zone}, {source}, and is final; a question may name another "
            "with --zone"
        )
        return
    if zone is not None and zone != about.zone:
        raise InvalidQuestion(
            f"the ledger exists, and its time zone, {about.zone}, is final; leave --zone out, or "
            "create another ledger with --folder or --schema"
        )
    remark(f"{named} already exists; its time zone is {about.zone}")


@click.command(epilog="Example: iledger status --format json")
@parted("ledger", "projections", "check", "not understood", "tables")
@zoned
@listed
def status(zone: str | None, form: Format, selection: Selection) -> None:
    """Show where the ledger is, its head position and its size, and what `audit check` finds."""
    location = chosen()
    with closing(connect(location, *ROLES)) as connection:
        about = schema.check(connection)
        with Printer(form, zone_named(zone, about.zone), selection) as printer:
            printer.show([_ledger(connection, location, about)], "Ledger")
            at = runner.progress(connection, location)
            printer.show(_projections(at), "Projections")
            printer.show(_findings(connection, at, about.zone), "Check")
            if (passed := runner.not_understood(connection, at)) or form == "json":
                printer.show(passed, "Not understood", Listed._fields)
            printer.show(_sizes(connection, location), "Tables")


def _ledger(connection: Connection, location: Location, about: schema.About) -> dict[str, Any]:
    with translated():
        (head,) = connection.execute(_SQL["head"]).fetchall()
        (login,) = connection.execute(_SQL["login"]).fetchall()
    return {
        "ledger": about.ledger_id,
        "version": about.version,
        "zone": about.zone,
        "database": f"{login[0]}, schema {location.schema}",
        "login": login[1],
        "role": login[2],
        "server": _place(connection, location),
        "dsn": _dsn(connection),
        "postgresql": connection.info.parameter_status("server_version"),
        "head": head[0],
        "head_recorded_at": head[1],
    }


def _dsn(connection: Connection) -> str:
    """The connection string for `psql`, without a password."""
    info = connection.info
    return make_conninfo(host=info.host, port=info.port, user=info.user, dbname=info.dbname)


def _place(connection: Connection, location: Location) -> str:
    """Where the ledger's server is."""
    if location.dsn is None:
        return f"embedded in {location.folder or embedded.default_folder()}"
    return f"at {connection.info.host}, port {connection.info.port}"


def _projections(at: runner.Progress | None) -> list[dict[str, Any]]:
    if at is None:
        return []
    state = "current" if at.fresh else "built by another version; the next question rebuilds them"
    return [{"position": at.position, "behind": at.behind, "state": state}]


def _findings(
    connection: Connection, at: runner.Progress | None, zone: str
) -> list[dict[str, Any]]:
    """How much `iledger audit check` finds in the projections as they are, if they may be read."""
    if at is None or not at.fresh or chosen_part() not in (None, "check"):
        return []
    try:
        found = counts(connection, View.now(at.position, zone))
    except NotAllowed:
        return []
    return [{"kind": kind, "found": number} for kind, number in found.items()]


def _sizes(connection: Connection, location: Location) -> list[dict[str, Any]]:
    with translated():
        schemas = [location.schema, location.projections]
        rows = connection.execute(_SQL["sizes"], {"schemas": schemas}).fetchall()
    return [dict(zip(("schema", "table", "rows_about", "bytes"), row, strict=True)) for row in rows]


@click.command(epilog="Example: iledger server stop")
def stop() -> None:
    """Stop the private server; the next command starts it again."""
    location = chosen()
    if location.dsn:
        raise InvalidQuestion(
            "--dsn (or ILEDGER_DSN) names a server that iledger did not start; "
            "stop it where it runs"
        )
    folder: Path = location.folder or embedded.default_folder()
    remark("stopped" if embedded.stop(folder) else "not running")
