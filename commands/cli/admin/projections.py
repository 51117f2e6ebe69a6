"""`iledger projections`: looking after what is computed from the events."""

from contextlib import closing
from typing import Any

import click

from commands.cli.shell.ledger_options import chosen
from commands.cli.shell.output import Format, Printer, remark
from commands.cli.shell.progress import Bar
from commands.cli.shell.question import ROLES, listed, zoned
from commands.cli.shell.selection import Selection
from commands.cli.shell.times import zone_named
from ledger import schema
from ledger.database import connect, translated
from ledger.sql import statements
from projections.engine import registry
from projections.engine.rebuild import rebuild as build
from projections.engine.runner import not_understood, progress
from projections.engine.verify import verify as compare

_SQL = statements("commands.cli.admin", "server.sql")
_STATUS = ("position", "behind", "fresh", "built_at", "not_understood")

_workers = click.option(
    "--workers",
    type=click.IntRange(0, 256),
    help="Processes that read events.  [default: one per core; none for a small ledger]",
)


@click.command("list", epilog="Example: iledger projections list --format json")
@listed
def list_(form: Format, selection: Selection) -> None:
    """List the projections, their tables and their event types."""
    rows: list[dict[str, Any]] = [
        {
            "projection": each.name,
            "tables": list(each.tables.values()),
            "event_types": sorted(each.unfold),
        }
        for each in registry.projections()
    ]
    with Printer(form, selection=selection) as printer:
        if form == "table":
            rows = [row | {"event_types": len(row["event_types"])} for row in rows]
        printer.show(rows)


@click.command(epilog="Example: iledger projections status")
@zoned
@listed
def status(zone: str | None, form: Format, selection: Selection) -> None:
    """Show how far behind the projections are, and which events are not understood.

    Builds nothing. Every question passes over an event that this program cannot read. It takes its
    place with the first question of a program that can.
    """
    target = chosen()
    with closing(connect(target, *ROLES)) as connection:
        about = schema.check(connection)
        at = progress(connection, target)
        rows: list[dict[str, Any]] = []
        if at is not None:
            with translated():
                built = connection.execute(_SQL["built"]).fetchone()
            rows = [at._asdict() | {"built_at": built and built[0]}]
        passed = [each._asdict() for each in not_understood(connection, at)]
    with Printer(form, zone_named(zone, about.zone), selection) as printer:
        people = form == "table" and not printer.named()
        if passed and not rows:  # never built
            rows = [dict.fromkeys(_STATUS)]
        rows = [row | {"not_understood": len(passed) if people else passed} for row in rows]
        printer.show(rows, columns=_STATUS)
        if people and passed:
            printer.show(passed, "not understood")
    if at is not None and not at.fresh:
        remark(
            "they were built by another version of this program; the next question rebuilds them"
        )


@click.command(epilog="Example: iledger projections rebuild --workers 4")
@_workers
def rebuild(workers: int | None) -> None:
    """Rebuild all projections from the first event and swap them in."""
    target = chosen()
    with closing(connect(target, "keeper")) as connection:
        schema.check(connection)
    with Bar("Rebuilding") as bar:
        position = build(target, bar, workers=workers)
    remark(f"rebuilt up to position {position}")


@click.command(epilog="Example: iledger projections verify --format json")
@_workers
@listed
def verify(workers: int | None, form: Format, selection: Selection) -> None:
    """Rebuild the projections separately and compare them row by row.

    Exit code 1 if a table differs. The tables in use are not changed.
    """
    target = chosen()
    with closing(connect(target, "keeper")) as connection:
        schema.check(connection)
    with Bar("Rebuilding separately") as bar:
        found = compare(target, bar, workers)
    rows = [
        {"table": t.table, "rows": t.rows, "surplus": t.surplus, "missing": t.missing}
        for t in found.tables
    ]
    with Printer(form, selection=selection) as printer:
        printer.show(rows)
    for table in found.tables:
        for example in table.examples:
            remark(f"{table.table}: {example}")
    if all(table.equal for table in found.tables):
        remark(f"equal, row by row, at position {found.position}")
        return
    remark(
        f"the tables differ from the events at position {found.position}: run "
        "`iledger projections rebuild`, and find out who changed them"
    )
    raise click.exceptions.Exit(1)
