"""`iledger replay`: the events themselves, in order."""

import base64
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import click
import msgspec

from commands.cli.shell.ids import CLIENT, EMPLOYEE
from commands.cli.shell.ledger_options import chosen
from commands.cli.shell.output import remark
from commands.cli.shell.question import recorded_position, zoned
from commands.cli.shell.tables import cut
from commands.cli.shell.times import known_zone, moment, zone_named
from ledger import following, log, schema
from ledger.database import Connection, Location, connect
from ledger.envelope import Row
from ledger.errors import InvalidQuestion, NotFound, ServerUnavailable
from ledger.log import Query
from ledger.moments import Precision, begins, precision_of
from ledger.suggestions import did_you_mean
from projections.engine import runner
from projections.questions.integrity import ids
from projections.shown_text import one_line
from projections.shown_times import local
from projections.view import View

ROLES = ("auditor",)
_SOURCES = 10  # that a message names
_CONTENT = 160  # columns of an event's content in a line of text
_DATES = (Precision.DAY, Precision.MONTH)


class _Head(msgspec.Struct):
    """What filters look at in a recorded body."""

    source: str = ""
    occurred_at: str = "unknown"


class Filter(NamedTuple):
    """Which events to show besides those that the query finds."""

    source: str | None
    since: datetime | None
    until: datetime | None
    zone: ZoneInfo


_read_head = msgspec.json.Decoder(_Head).decode
_read_object = msgspec.json.Decoder(dict[str, Any]).decode
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


@click.command(epilog="Example: iledger replay --client C-0112 --since 2025-06 --format jsonl")
@click.option("--client", type=CLIENT, help="Only events of this client.")
@click.option("--employee", type=EMPLOYEE, help="Only events by or about this employee.")
@click.option("--type", "types", multiple=True, metavar="TYPE", help="Only this type; repeatable.")
@click.option("--source", metavar="SOURCE", help="Only events from this producer.")
@click.option("--since", metavar="DATE|TIME", help="Only what happened at or after this time.")
@click.option(
    "--until",
    metavar="DATE|TIME",
    help="Only what happened by this time (a date: by the end of that day).",
)
@click.option("--after", type=click.IntRange(0), default=0, help="Start after this position.")
@click.option("--as-of", metavar="POSITION|DATE|TIME", help="Stop at what was recorded by then.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Stop after N events.")
@click.option("--follow", is_flag=True, help="Keep waiting for new events.")
@zoned
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "jsonl")),
    default="text",
    show_default=True,
    help="Readable lines, or every recorded field as JSON.",
)
def replay(form: Literal["text", "jsonl"], zone: str | None, **asked: Any) -> None:
    """Show the events in the order in which they were recorded.

    Text lines have the position, when the event happened, when it was recorded, its type, who did
    it (or, in brackets, who recorded it), the client and the content. JSON lines have every
    recorded field; without position, event_id, recorded_at and login a line is the recorded body,
    byte for byte.
    """
    if asked["follow"] and asked["as_of"]:
        raise click.UsageError("--follow never ends and --as-of is an end; give one of them.")
    most = min(asked["limit"] or sys.maxsize, sys.maxsize)
    location = chosen()
    with closing(connect(location, *ROLES)) as connection:
        local = known_zone(zone_named(zone, schema.check(connection).zone))
        wanted = _filter(asked, local)
        upto = log.head(connection)
        if asked["after"] > upto:
            raise InvalidQuestion(
                f"--after {asked['after']} is ahead of the head, which is {upto}: events recorded "
                "before that position would be skipped"
            )
        if asked["as_of"]:
            upto = recorded_position(connection, asked["as_of"], str(local), truth="--until {}")
        query = _query(asked["client"], asked["employee"], asked["types"])
        if not asked["follow"]:
            rows = log.read(connection, query, after=asked["after"], upto=upto)
            found = _print(islice(_kept(rows, wanted), most), form, local, flush=False)
            if not found:
                _check_named(connection, location, asked, upto)
                remark("nothing found")
    if asked["follow"]:
        rows = following.follow(location, ROLES, query, after=asked["after"], outages=_Outages())
        _print(islice(_kept(rows, wanted), most), form, local, flush=True)


def _check_named(
    connection: Connection, location: Location, asked: dict[str, Any], upto: int
) -> None:
    """Raise NotFound if no event up to a position has the source, client or employee asked for."""
    # 78 ms
    from ledger.api import question

    for kind in ("client", "employee"):
        if (id_ := asked[kind]) is None:
            continue
        query = question(client=id_) if kind == "client" else question(employee=id_)
        if next(log.read(connection, query, upto=upto), None) is None:
            # The log has no list of ids to propose others from; the projections may be there.
            if runner.progress(connection, location):
                ids.check_known(connection, View.now(upto), kind, id_)
            raise NotFound(ids.unknown(kind, id_, upto))
    known = log.sources(connection, upto) if asked["source"] is not None else ()
    if asked["source"] not in (None, *known):
        some = ", ".join(known[:_SOURCES]) or "none"
        hint = did_you_mean(asked["source"], known) or f"There are: {some}"
        raise NotFound(f"nothing from a source {asked['source']!r} is recorded. {hint}")


def _filter(asked: dict[str, Any], zone: ZoneInfo) -> Filter:
    since = moment("--since", asked["since"], str(zone)).first if asked["since"] else None
    until = moment("--until", asked["until"], str(zone)).last if asked["until"] else None
    return Filter(asked["source"], since, until, zone)


def _query(client: str | None, employee: str | None, types: tuple[str, ...]) -> Query:
    # 78 ms
    from ledger.api import question

    if types:
        _doubt(types)
    return question(client=client or None, employee=employee or None, types=types)


def _doubt(types: tuple[str, ...]) -> None:
    """Report an unknown type, which may still be recorded by a package that is not installed."""
    # 58 ms
    from ledger.catalogue import types as catalogue

    for name in types:
        if name not in catalogue():
            remark(f"unknown event type {name!r}. {did_you_mean(name, catalogue())}".strip())


def _kept(rows: Iterator[Row], wanted: Filter) -> Iterator[Row]:
    if wanted[:3] == (None, None, None):
        return rows
    return (row for row in rows if _passes(row, wanted))


def _passes(row: Row, wanted: Filter) -> bool:
    try:
        head = _read_head(row.body)
    except _UNREADABLE:
        head = _Head()
    if wanted.source is not None and head.source != wanted.source:
        return False
    if wanted.since is None and wanted.until is None:
        return True
    at = row.occurred_at
    if at is None:
        return False
    if precision_of(head.occurred_at) in _DATES:
        at = begins(at, wanted.zone)
    return (wanted.since is None or wanted.since <= at) and (
        wanted.until is None or at <= wanted.until
    )


class _Outages(following.Outages):
    """Reports on the terminal that the server is being waited for."""

    def began(self, error: ServerUnavailable) -> None:
        remark(f"waiting: {error}")

    def ended(self) -> None:
        remark("connected again")


def _print(rows: Iterator[Row], form: str, zone: ZoneInfo, *, flush: bool) -> int:
    """Print the events; how many."""
    number = 0
    line: Callable[[Row], bytes] = as_json if form == "jsonl" else lambda row: as_text(row, zone)
    out = sys.stdout.buffer
    for row in rows:
        number += 1
        out.write(line(row))
        if flush:
            out.flush()
    out.flush()
    return number


def as_json(row: Row) -> bytes:
    """All that is recorded of an event; after the first four fields comes the body, verbatim.

    A body that is not a JSON object is instead in the field `base64`, after the event's type.
    """
    recorded_at = row.recorded_at.astimezone(UTC).isoformat(timespec="microseconds")
    head = (
        f'{{"position":{row.position},"event_id":"{row.event_id}","recorded_at":"{recorded_at}",'
        f'"login":{msgspec.json.encode(row.login).decode()},'
    )
    try:
        _read_object(row.body)
    except _UNREADABLE:
        unread = {"type": row.type, "base64": base64.b64encode(row.body).decode()}
        return head.encode() + msgspec.json.encode(unread)[1:] + b"\n"
    return head.encode() + row.body[1:] + b"\n"


def as_text(row: Row, zone: ZoneInfo) -> bytes:
    """One readable line."""
    try:
        body = _read_object(row.body)
    except _UNREADABLE:
        body = {"recorded_by": "?", "data": "not understood"}
    who = body.get("performed_by") or f"({body.get('recorded_by') or '?'})"
    data = body.get("data") or {}
    named = data if isinstance(data, dict) else {"data": data}
    content = " ".join(f"{name}={_short(value)}" for name, value in named.items())
    line = (
        f"{row.position:>7}  {_occurred(row, body, zone):<16}  {_minute(row.recorded_at, zone)}  "
        f"{one_line(row.type):<24} {one_line(str(who)):<10} "
        f"{one_line(str(body.get('client') or '-')):<10} {cut(content, _CONTENT)}"
    )
    return line.rstrip().encode() + b"\n"


def _short(value: Any) -> str:
    if isinstance(value, str):
        text = one_line(value)
        return f'"{text}"' if " " in text else text
    return msgspec.json.encode(value).decode()


def _occurred(row: Row, body: dict[str, Any], zone: ZoneInfo) -> str:
    if row.occurred_at is None:
        return "unknown"
    said = str(body.get("occurred_at", ""))
    return said if precision_of(said) in _DATES else _minute(row.occurred_at, zone)


def _minute(at: datetime, zone: ZoneInfo) -> str:
    return f"{local(at, zone):%Y-%m-%d %H:%M}"
