"""The file of a dispute: all records of who approached a client, and who owned it.

An archive that a third party reads and checks without the database. Its view is from the moment at
which its position was recorded, so the same position gives the same bytes.
"""

import base64
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from ledger.database import Connection
from ledger.envelope import REQUIRED
from ledger.moments import precision_of
from ledger.sql import statements
from projections.documents.dispute_check import COPIED, canonical, sealed, sha256
from projections.documents.markdown import escaped, table
from projections.shown_times import named
from projections.tables.clients import merges
from projections.tables.ownership import disputes
from projections.view import View, ask, at_recording

# What part an event has in the dispute; any other is a claim or evidence.
PARTS: Mapping[str, tuple[str, ...]] = {
    "client": ("prospect.registered", "prospect.converted", "client.registered", "client.merged",
               "client.unmerged"),
    "approach": ("offer.sent",),
    "reservation": ("client.reserved", "reservation.expired"),
    "blocked approach": ("approach.blocked",),
    "contact": ("call.logged", "call.missed", "message.exchanged", "meeting.held",
                "correspondence.received", "correspondence.sent", "inquiry.received",
                "touchpoint.captured"),
    "ownership": ("curator.assigned", "client.reassigned", "client.released", "contact.barred",
                  "account_team_member.added", "account_team_member.removed",
                  "handover_pack.issued", "handover.accepted"),
    "conflict": ("conflict.reported", "conflict.resolved"),
    "dispute": ("ownership_dispute.opened", "ownership_dispute.resolved"),
    "annulment": ("event.annulled",),
    "rules": ("reservation_policy.published",),
}  # fmt: skip
_PART = {type_: part for part, types in PARTS.items() for type_ in types}
_SQL = statements("projections.documents", "dispute_file.sql")
# Stored, not compressed: another version of zlib would give other bytes.
_WRITTEN = (1980, 1, 1, 0, 0, 0)
_BEGINNING = datetime.min.replace(tzinfo=UTC)  # where events at an unknown time stand


class FiledEvent(NamedTuple):
    """An event of the file, as recorded; summary and owner: None for who is no client's."""

    position: int
    event_id: str
    type: str
    occurred_at: datetime | None
    recorded_at: datetime
    login: str
    body: bytes
    leaf: str
    summary: str | None
    owner: str | None
    annulled_by: int | None


class _Filed(NamedTuple):
    """An event with its part in the dispute.

    content: the decoded body, None if it cannot be read; part: a name of PARTS, or evidence; first:
    whether it is the first claim; breach_of: the claim, if it was a breach.
    """

    event: FiledEvent
    content: dict[str, Any] | None
    part: str
    first: bool
    breach_of: disputes.Claim | None


class _StoryLine(NamedTuple):
    """An event as a line of timeline.md."""

    position: int
    occurred_at: str | None
    recorded_at: datetime
    part: str
    client: str | None
    what: str
    remarks: str | None
    performed_by: str | None
    recorded_by: str | None
    owner: str | None
    source: str | None
    key: str | None
    event_id: str
    leaf: str


def dispute_file(connection: Connection, as_of: int, zone: str, dispute: str) -> bytes:
    """Make the archive (zip) of a dispute. zone: the ledger's own.

    The connection must be one that may read events. Raises NotFound, InvalidQuestion, NotAllowed.
    """
    view = at_recording(connection, as_of, zone)
    about = disputes.dispute(connection, view, dispute)
    clients = merges.filtering(connection, view, about.client) or []
    found = _events(connection, view, about, clients)
    readable = "\n".join(_timeline(view, about, found, clients)) + "\n"
    contents = {
        "README.md": _resource("dispute_file.md"),
        "check.py": _resource("dispute_check.py"),
        "events.jsonl": b"".join(msgspec.json.encode(_line(each)) + b"\n" for each in found),
        "timeline.md": readable.encode(),
    }
    manifest = {
        "dispute": dispute,
        "client": about.client,
        "as_of": as_of,
        "zone": zone,
        "on": _instant(view.on),
        "events": len(found),
        "unreadable": _unreadable(found),
        "files": {name: sha256(content) for name, content in contents.items()},
    }
    return _archive(contents | {"manifest.json": canonical(sealed(manifest))})


def _events(
    connection: Connection, view: View, about: disputes.Dispute, clients: list[str]
) -> list[_Filed]:
    rows = ask(
        connection,
        _SQL["events"],
        view,
        FiledEvent,
        clients=clients,
        dispute=about.dispute,
        types=list(_PART),
        evidence=about.evidence,
    )
    claims = disputes.claims(connection, view, about.client) if about.client else []
    by_position = {claim.position: claim for claim in claims}
    found = []
    for row in rows:
        claim = by_position.get(row.position)
        part = _PART.get(row.type, "approach" if claim else "evidence")
        breach_of = claim if claim and claim.breach else None
        first = claim is not None and claim is claims[0]
        found.append(_Filed(row, _readable(row.body), part, first, breach_of))
    return found


def _readable(body: bytes) -> dict[str, Any] | None:
    """The content of an event; None if its envelope cannot be read."""
    try:
        content = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    whole = all(isinstance(content.get(name), str) for name in REQUIRED)
    known = all(isinstance(content.get(name), str | None) for name in COPIED)
    return content if whole and known else None


def _unreadable(found: list[_Filed]) -> list[int]:
    return [each.event.position for each in found if each.content is None]


def _line(each: _Filed) -> dict[str, Any]:
    row, breach_of = each.event, each.breach_of
    said: dict[str, Any] = {"type": row.type}
    body = {"base64": base64.b64encode(row.body).decode()}
    if each.content is not None:
        said = {name: each.content.get(name) for name in COPIED}
        said["precision"] = precision_of(each.content["occurred_at"])
        body = {"body": row.body.decode()}
    return {
        "position": row.position,
        "event_id": row.event_id,
        "part": each.part,
        **said,
        "recorded_at": _instant(row.recorded_at),
        "login": row.login,
        "leaf": row.leaf,
        "annulled_by": row.annulled_by,
        "breach_of": breach_of and {"owner": breach_of.owner, "position": breach_of.owner_position},
        **body,
    }


def _timeline(
    view: View, about: disputes.Dispute, found: list[_Filed], clients: list[str]
) -> Iterator[str]:
    zone = ZoneInfo(view.zone)
    yield f"# Dispute {escaped(about.dispute)} over client {escaped(about.client or '')}\n"
    yield (
        f"As of position {view.as_of} of the ledger, recorded on {named(view.on, view.zone)}. "
        f"`recorded at` is in the zone {view.zone}, `occurred at` as its author wrote it.\n"
    )
    yield from table([about._asdict()], zone)
    if positions := ", ".join(map(str, _unreadable(found))):
        yield f"\nEvents that cannot be read, in `events.jsonl` as recorded: positions {positions}."
    yield "\n## First approach\n"
    yield from _told([each for each in found if each.first], clients, zone)
    yield "\n## Breaches: approaches recorded although the client was another's\n"
    yield from _told([each for each in found if each.breach_of], clients, zone)
    yield "\n## Everything, in order of time\n"
    yield from _told(sorted(found, key=_in_time), clients, zone)


def _in_time(each: _Filed) -> tuple[datetime, int]:
    return each.event.occurred_at or _BEGINNING, each.event.position


def _told(found: Sequence[_Filed], clients: list[str], zone: ZoneInfo) -> Iterator[str]:
    lines = merges.told_apart([_story_line(each) for each in found], clients)
    return table(merges.shown(lines), zone)


def _story_line(each: _Filed) -> _StoryLine:
    row, content = each.event, each.content or {}
    remarks = [] if content else ["cannot be read: its body is in `events.jsonl`, in base64"]
    if each.breach_of:
        owner, since = each.breach_of.owner, each.breach_of.owner_position
        remarks.append(f"BREACH: the client was {owner}'s (position {since})")
    if row.annulled_by:
        remarks.append(f"annulled by position {row.annulled_by}")
    return _StoryLine(
        position=row.position,
        occurred_at=content.get("occurred_at"),
        recorded_at=row.recorded_at,
        part=each.part,
        client=content.get("client"),
        what=row.summary or row.type,
        remarks="; ".join(remarks) or None,
        performed_by=content.get("performed_by"),
        recorded_by=content.get("recorded_by"),
        owner=row.owner,
        source=content.get("source"),
        key=content.get("key"),
        event_id=row.event_id,
        leaf=row.leaf,
    )


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _resource(name: str) -> bytes:
    return (files("projections.documents") / name).read_bytes()


def _archive(contents: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, _WRITTEN)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, contents[name])
    return out.getvalue()
