"""The file of a dispute: all that was recorded about who approached a client, and whose it was.

An archive that a third person reads and checks without the database. It looks from the moment at
which its position was recorded, so the same position gives the same bytes.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from ledger.database import Connection
from ledger.moments import precision_of
from ledger.sql import statements
from projections.documents.dispute_check import COPIED, canonical, sealed, sha256
from projections.documents.markdown import escaped, table
from projections.tables.clients import merges
from projections.tables.ownership import disputes
from projections.view import Answer, View, ask, at_recording

# What an event is in the story that the file tells; any other is a claim or evidence.
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
_BEGINNING = datetime.min.replace(tzinfo=UTC)  # where what happened nobody knows when is told


def dispute_file(connection: Connection, as_of: int, zone: str, dispute: str) -> bytes:
    """Make the archive (zip) of a dispute. zone: the ledger's own.

    The connection must be one that may read events. Raises NotFound, InvalidQuestion, NotAllowed.
    """
    view = at_recording(connection, as_of, zone)
    about = disputes.dispute(connection, view, dispute)
    clients = merges.filtering(connection, view, about["client"]) or []
    found = _events(connection, view, about, clients)
    readable = "\n".join(_timeline(view, about, found, clients)) + "\n"
    contents = {
        "README.md": _resource("dispute_file.md"),
        "check.py": _resource("dispute_check.py"),
        "events.jsonl": b"".join(msgspec.json.encode(_line(row)) + b"\n" for row in found),
        "timeline.md": readable.encode(),
    }
    manifest = {
        "dispute": dispute, "client": about["client"], "as_of": as_of, "zone": zone,
        "on": _instant(view.on), "events": len(found),
        "files": {name: sha256(content) for name, content in contents.items()},
    }  # fmt: skip
    return _archive(contents | {"manifest.json": canonical(sealed(manifest))})


def _events(
    connection: Connection, view: View, about: Mapping[str, Any], clients: list[str]
) -> Answer:
    """The events of the file by position; content: the decoded body; with part and breach."""
    rows = ask(
        connection,
        _SQL["events"],
        view,
        clients=clients,
        dispute=about["dispute"],
        types=list(_PART),
        evidence=about["evidence"],
    )
    claims = disputes.claims(connection, view, about["client"]) if about["client"] else []
    by_position = {claim["position"]: claim for claim in claims}
    for row in rows:
        claim = by_position.get(row["position"])
        row["content"] = msgspec.json.decode(row["body"])
        row["part"] = _PART.get(row["type"], "approach" if claim else "evidence")
        row["first"] = claim is not None and claim is claims[0]
        row["breach_of"] = None
        if claim and claim["breach"]:
            row["breach_of"] = {"owner": claim["owner"], "position": claim["owner_position"]}
    return rows


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    copied = {name: row["content"].get(name) for name in COPIED}
    return {
        "position": row["position"],
        "event_id": row["event_id"],
        "part": row["part"],
        **copied,
        "precision": precision_of(row["content"]["occurred_at"]),
        "recorded_at": _instant(row["recorded_at"]),
        "leaf": row["leaf"],
        "annulled_by": row["annulled_by"],
        "breach_of": row["breach_of"],
        "body": row["body"].decode(),
    }


def _timeline(
    view: View, about: Mapping[str, Any], rows: Answer, clients: list[str]
) -> Iterator[str]:
    zone = ZoneInfo(view.zone)
    yield f"# Dispute {escaped(about['dispute'])} over client {escaped(about['client'] or '')}\n"
    yield (
        f"As of position {view.as_of} of the ledger, recorded on {_instant(view.on)}. "
        f"`recorded at` is in the zone {view.zone}, `occurred at` as its author wrote it.\n"
    )
    yield from table([about], zone)
    yield "\n## First approach\n"
    yield from table(_told([row for row in rows if row["first"]], clients), zone)
    yield "\n## Breaches: approaches recorded although the client was another's\n"
    yield from table(_told([row for row in rows if row["breach_of"]], clients), zone)
    yield "\n## Everything, in order of time\n"
    in_time = sorted(rows, key=lambda row: (row["occurred_at"] or _BEGINNING, row["position"]))
    yield from table(_told(in_time, clients), zone)


def _told(rows: Answer, clients: list[str]) -> Answer:
    return merges.told_apart([_line_told(row) for row in rows], clients)


def _line_told(row: Mapping[str, Any]) -> dict[str, Any]:
    content = row["content"]
    remarks = []
    if row["breach_of"]:
        owner, since = row["breach_of"]["owner"], row["breach_of"]["position"]
        remarks.append(f"BREACH: the client was {owner}'s (position {since})")
    if row["annulled_by"]:
        remarks.append(f"annulled by position {row['annulled_by']}")
    return {
        "position": row["position"],
        "occurred_at": content["occurred_at"],
        "recorded_at": row["recorded_at"],
        "part": row["part"],
        "client": content.get("client"),
        "what": row["summary"] or row["type"],
        "remarks": "; ".join(remarks) or None,
        "performed_by": content.get("performed_by"),
        "recorded_by": content["recorded_by"],
        "owner": row["owner"],
        "source": content["source"],
        "key": content["key"],
        "event_id": row["event_id"],
        "leaf": row["leaf"],
    }


def _instant(at: Any) -> str:
    text: str = at.astimezone(UTC).isoformat(timespec="microseconds")
    return text


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
