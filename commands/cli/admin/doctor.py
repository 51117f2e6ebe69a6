"""`iledger doctor`: is everything around the ledger as it must be, and if not, what to do."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click
import psycopg

from commands.cli.admin import rights
from commands.cli.admin.finding import Finding
from commands.cli.shell.ledger_options import chosen
from commands.cli.shell.output import Format, Printer
from commands.cli.shell.question import listed
from commands.cli.shell.selection import Selection
from ledger import embedded, following, schema
from ledger.database import Connection, Location, connect, translate, translated
from ledger.errors import LedgerError, NotInitialised
from ledger.sql import statements
from projections.engine import runner

_SQL = statements("commands.cli.admin", "doctor.sql")
_OLDEST, _NEWEST = 15, 18
_SECONDS_APART = 5
_ROOM = 1 << 30
_LISTED = 20  # events not understood
_A_WHILE, _LONG = 1.0, 60  # seconds for which the turn is held, and a transaction open


@click.command(epilog="Example: iledger doctor --format json")
@click.option(
    "--clock-is-right",
    is_flag=True,
    help="Let the ledger record again although its server's clock is more than a month after the "
    "last event, because nothing was recorded for so long. Only an owner may say so.",
)
@listed
def doctor(form: Format, selection: Selection, clock_is_right: bool) -> None:
    """Check the environment and suggest fixes.

    Exit code 1 if any check fails; warnings do not count.
    """
    if clock_is_right:
        with closing(connect(chosen(), "owner")) as connection, translated():
            connection.execute(_SQL["trust_clock"])
    findings = list(_examine(chosen()))
    with Printer(form, selection=selection) as printer:
        printer.show([finding._asdict() for finding in findings], drop=())
    if any(finding.result == "fail" for finding in findings):
        raise click.exceptions.Exit(1)


def _examine(location: Location) -> Iterator[Finding]:
    yield from _disk(location)
    try:
        connection = connect(location, "keeper", "auditor", "supervisor", "writer")
    except (LedgerError, psycopg.Error) as error:
        yield _failure("connection", error)
        return
    with closing(connection):
        yield Finding("connection", "ok", f"login {connection.info.user}")
        made = True
        for check in _CHECKS:
            if not made and check not in _OF_THE_SERVER:
                continue
            try:
                yield from check(connection, location)
            except (LedgerError, psycopg.Error) as error:
                made = made and not isinstance(error, NotInitialised)
                yield _failure(check.__name__.strip("_"), error)


def _failure(check: str, error: LedgerError | psycopg.Error) -> Finding:
    shown = translate(error) if isinstance(error, psycopg.Error) else error
    found, _, advice = str(shown).partition(". ")
    if not advice:
        found, _, advice = found.partition("; ")
    if not advice:
        found, _, advice = found.rpartition(": ")
    return Finding(check, "fail", found or str(shown), advice[:1].upper() + advice[1:])


def _disk(location: Location) -> Iterator[Finding]:
    if location.dsn:
        return
    folder: Path = location.folder or embedded.default_folder()
    existing = next(
        path for path in (folder.absolute(), *folder.absolute().parents) if path.exists()
    )
    free = shutil.disk_usage(existing).free
    found = f"{free / 2**30:.1f} GiB free for {folder}"
    if free < _ROOM:
        yield Finding("disk", "fail", found, "Make room: a full disk stops all recording.")
    else:
        yield Finding("disk", "ok", found)


def _version(connection: Connection, location: Location) -> Iterator[Finding]:
    major, found = connection.info.server_version // 10_000, f"PostgreSQL {_full(connection)}"
    if _OLDEST <= major <= _NEWEST:
        yield Finding("version", "ok", found)
    elif major < _OLDEST:
        yield Finding("version", "fail", found, f"Upgrade PostgreSQL to {_OLDEST} or later.")
    else:
        yield Finding("version", "warn", found, f"Tested up to PostgreSQL {_NEWEST} only.")


def _full(connection: Connection) -> str:
    return connection.info.parameter_status("server_version") or "?"


def _pooler(connection: Connection, location: Location) -> Iterator[Finding]:
    if connection.pooled:
        found = "each transaction sets its time zone, schemas and role; followers look every 0.2 s"
        yield Finding("pooler", "ok", found)


def _replica(connection: Connection, location: Location) -> Iterator[Finding]:
    if (found := following.replica(connection)) is not None:
        advice = "It answers questions and follows; append, decide and rebuild on the primary."
        yield Finding("replica", "ok", str(found), advice)


def _schema(connection: Connection, location: Location) -> Iterator[Finding]:
    about = schema.check(connection)
    yield Finding("schema", "ok", f"ledger {about.ledger_id}, version {about.version}")


def _settings(connection: Connection, location: Location) -> Iterator[Finding]:
    rows: list[tuple[str, str]] = connection.execute(_SQL["settings"]).fetchall()
    settings = dict(rows)
    for name in ("fsync", "full_page_writes"):
        if settings.get(name) == "on":
            yield Finding(name, "ok", "on")
        else:
            advice = f"Set {name} = on: after a power cut the ledger may be damaged."
            yield Finding(name, "fail", str(settings.get(name)), advice)
    commit = settings.get("synchronous_commit")
    if commit in ("off", "local"):
        advice = "Set synchronous_commit = on: a receipt must mean that the event is durable."
        yield Finding("synchronous_commit", "fail" if commit == "off" else "warn", commit, advice)
    else:
        yield Finding("synchronous_commit", "ok", str(commit))
    if settings.get("default_transaction_read_only") == "on":
        advice = "End the read-only mode, or connect to the primary server."
        yield Finding("read_only", "fail", "the server takes no writes", advice)


def _clock(connection: Connection, location: Location) -> Iterator[Finding]:
    before = datetime.now(UTC)
    ((now,),) = connection.execute(_SQL["clock"]).fetchall()
    middle = before + (datetime.now(UTC) - before) / 2
    apart = (now - middle).total_seconds()
    found = f"the server's is {abs(apart):.3f} s {'ahead' if apart > 0 else 'behind'}"
    if abs(apart) <= _SECONDS_APART:
        yield Finding("clock", "ok", found)
    else:
        advice = "Set both by NTP: events more than 5 minutes ahead of the server are refused."
        yield Finding("clock", "fail" if abs(apart) > 300 else "warn", found, advice)


def _recorded_at(connection: Connection, location: Location) -> Iterator[Finding]:
    ((at, ahead),) = connection.execute(_SQL["recorded_at"]).fetchall()
    if ahead is None or ahead <= 0:
        when = (
            "nothing is recorded" if at is None else f"the last event was recorded {at:%F %T} UTC"
        )
        yield Finding("recorded_at", "ok", when)
        return
    found = (
        f"the last event was recorded {ahead:,.1f} s ahead of the server's clock, {at:%F %T} UTC"
    )
    advice = (
        "The server's clock was ahead, or is behind now: set it by NTP. Until it has come so far, "
        "all that is recorded has this time."
    )
    yield Finding("recorded_at", "fail" if ahead > _SECONDS_APART else "warn", found, advice)


def _turn(connection: Connection, location: Location) -> Iterator[Finding]:
    asked = {"schema": location.schema}
    held = {row[0] for row in connection.execute(_SQL["turn"], asked).fetchall()}
    if held:
        time.sleep(_A_WHILE)  # nobody who only appends holds it for so long
    rows = [row for row in connection.execute(_SQL["turn"], asked).fetchall() if row[0] in held]
    for _, pid, login, since in rows:
        found = f"process {pid}, login {login}, holds the turn to append{_since(since)}"
        yield Finding(
            "turn", "fail", found, f"Let it commit, or SELECT pg_terminate_backend({pid})"
        )
    if not rows:
        yield Finding("turn", "ok", "nobody holds the turn to append")


def _open(connection: Connection, location: Location) -> Iterator[Finding]:
    rows = connection.execute(_SQL["open"], {"seconds": _LONG}).fetchall()
    for pid, login, since in rows:
        found = f"process {pid}, login {login}, has a transaction open{_since(since)}"
        advice = "Let it end: while it is open, nothing that it may see is cleaned up."
        yield Finding("transactions", "warn", found, advice)
    if not rows:
        yield Finding("transactions", "ok", f"none that is seen is open for {_LONG} s")


def _since(moment: datetime | None) -> str:
    return "" if moment is None else f" since {moment:%F %T} UTC"


def _projections(connection: Connection, location: Location) -> Iterator[Finding]:
    at = runner.progress(connection, location)
    advice = "Ask any question as a keeper, or run `iledger projections rebuild`."
    if at is None:
        yield Finding("projections", "warn", "not built yet", advice)
    elif not at.fresh:
        yield Finding("projections", "warn", "built by another version of this program", advice)
    elif at.behind:
        found = f"at position {at.position}, {at.behind} events behind"
        yield Finding("projections", "warn", found, advice)
    else:
        yield Finding("projections", "ok", f"at the head, position {at.position}")


def _events(connection: Connection, location: Location) -> Iterator[Finding]:
    found = runner.not_understood(connection, runner.progress(connection, location))
    advice = "Install the program or package that knows it; or annul it with event.annulled."
    for each in found[:_LISTED]:
        text = f"not understood: position {each.position}, {each.type}: {each.reason}"
        yield Finding("events", "warn", text, advice)
    if len(found) > _LISTED:
        text = f"not understood: {len(found) - _LISTED:,} more"
        yield Finding("events", "warn", text, "`iledger projections status` lists them all.")
    if not found:
        yield Finding("events", "ok", "all that was read is understood")


_Check = Callable[[Connection, Location], Iterator[Finding]]
_CHECKS: tuple[_Check, ...] = (
    _version,
    _pooler,
    _replica,
    _schema,
    _settings,
    rights.roles,
    rights.comments,
    rights.owners,
    rights.triggers,
    rights.grants,
    rights.rights,
    rights.functions,
    _clock,
    _recorded_at,
    _turn,
    _open,
    _projections,
    _events,
)
# Without a ledger, `iledger init` does everything that the others would advise.
_OF_THE_SERVER = (_version, _pooler, _schema, _settings, _clock, _open)
