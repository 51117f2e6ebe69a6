"""A dispute file is whole, deterministic, and checked by a process that knows nothing of us."""

import base64
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ledger import codec, log
from ledger.database import Connection, Location, connect
from ledger.envelope import Event, event_id
from ledger.errors import InvalidQuestion, NotFound
from ledger.events.clients import ClientFactRecorded, ClientMerged, ClientRegistered
from ledger.events.contacts import CallLogged
from ledger.events.corrections import EventAnnulled
from ledger.events.ownership import (
    AccountTeamMemberAdded,
    ApproachBlocked,
    ClientReassigned,
    ClientReserved,
    OwnershipDisputeOpened,
    OwnershipDisputeResolved,
    ReservationPolicyPublished,
)
from ledger.events.sales import OfferSent
from projections.documents.dispute_check import canonical, sealed, sha256
from projections.documents.dispute_file import dispute_file
from projections.engine.catch_up import catch_up
from projections.engine.rebuild import rebuild
from tests.ledger.store.samples import slip_in
from tests.projections.ledgers import ZONE
from tests.projections.stories import told

CALL = CallLogged(direction="outbound", outcome="reached", topic="смета")
WRONG = told(CALL, "2026-01-04", client="C-1", performed_by="E-3")
FACT = told(ClientFactRecorded(field="inn", value="7701"), "2026-01-01", client="C-1")
STORY = [
    told(ClientRegistered(kind="company", name="Ёлка | Ко"), "2026-01-01", client="C-1"),
    told(OfferSent(offer="O-1"), "2026-01-02", client="C-1", performed_by="E-1"),
    told(ClientReserved(employee="E-1"), "2026-01-02", client="C-1"),
    told(ApproachBlocked(employee="E-2", owner="E-1", attempted="offer.sent", rule="reserved"),
         "2026-01-03", client="C-1"),
    told(OfferSent(offer="O-2"), "2026-01-03T10:00:00Z", client="C-1", performed_by="E-2"),
    told(AccountTeamMemberAdded(employee="E-4", team_role="sales"), "2026-01-03", client="C-1"),
    told(OfferSent(offer="O-3"), "2026-01-05", client="C-1", performed_by="E-4"),
    WRONG,
    told(EventAnnulled(event=str(event_id(WRONG.source, WRONG.key)), annulled_type="call.logged",
                       reason="другой клиент"), "2026-01-05"),
    told(ClientReassigned(from_employee="E-1", to_employee="E-2", reason="workload"),
         "2026-01-06", client="C-1"),
    FACT,
    told(CALL, "2026-01-06", client="C-2"),
    told(OwnershipDisputeOpened(dispute="D-1", claimant="E-1", respondent="E-2", claim="я первый"),
         "2026-01-07", client="C-1"),
    told(OwnershipDisputeResolved(dispute="D-1", decision="claimant", decided_by="E-9",
                                  grounds="первое предложение",
                                  evidence=(str(event_id(FACT.source, FACT.key)),)),
         "2026-01-08", client="C-1"),
]  # fmt: skip
HEAD = len(STORY)


@pytest.fixture
def connection(any_location: Location) -> Iterator[Connection]:
    with closing(connect(any_location, "owner")) as connection:
        record(connection, any_location, STORY)
        yield connection


def record(connection: Connection, location: Location, events: list[Event]) -> None:
    log.append(connection, [codec.encode(event) for event in events])
    catch_up(connection, location)


def unpacked(archive: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        found.extractall(folder)
    return folder


def lines(archive: bytes) -> dict[int, dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        rows = [json.loads(line) for line in found.read("events.jsonl").splitlines()]
    return {row["position"]: row for row in rows}


def check(folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run the archive's own script, without our packages and without the machine's settings."""
    return subprocess.run(
        [sys.executable, "-I", "-B", folder / "check.py"], capture_output=True, text=True,
        cwd="/", env={}, encoding="utf-8",
    )  # fmt: skip


def forge(folder: Path, old: bytes, new: bytes) -> None:
    """Change an unpacked file, and make its manifest anew."""
    forged = (folder / "events.jsonl").read_bytes().replace(old, new)
    (folder / "events.jsonl").write_bytes(forged)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"]["events.jsonl"] = sha256(forged)
    (folder / "manifest.json").write_bytes(canonical(sealed(manifest)))


def test_it_holds_everything_that_bears_on_the_dispute(connection: Connection) -> None:
    found = lines(dispute_file(connection, HEAD, ZONE, "D-1"))
    assert list(found) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14], "not the other client's call"
    assert [found[n]["part"] for n in (2, 3, 4, 8, 9, 10, 11, 13)] == [
        "approach", "reservation", "blocked approach", "contact", "annulment", "ownership",
        "evidence", "dispute",
    ]  # fmt: skip
    assert found[8]["annulled_by"] == 9
    breaches = {n: row["breach_of"] for n, row in found.items() if row["breach_of"]}
    assert breaches == {5: {"owner": "E-1", "position": 3}}, "the team may approach"
    bodies = dict(connection.execute("SELECT position, body FROM events").fetchall())
    assert {n: row["body"].encode() for n, row in found.items()} == {n: bodies[n] for n in found}
    assert (found[2]["occurred_at"], found[2]["precision"]) == ("2026-01-02", "day")


def test_it_holds_what_was_recorded_under_every_id_of_the_client(
    connection: Connection, any_location: Location, tmp_path: Path
) -> None:
    first = told(OfferSent(offer="O-0"), "2026-01-01", client="C-2", performed_by="E-2")
    merged = ClientMerged(survivor="C-1", absorbed="C-2", evidence="один телефон")
    record(connection, any_location, [first, told(merged, "2026-01-09", client="C-1")])
    before, after = (dispute_file(connection, HEAD + n, ZONE, "D-1") for n in (1, 2))
    assert not {12, 15} & set(lines(before))
    assert {12, 15, 16} <= set(lines(after))
    folder = unpacked(after, tmp_path)
    readable = (folder / "timeline.md").read_text()
    approach = readable.partition("## First approach")[2].partition("## Breaches")[0]
    assert "| 15 |" in approach
    assert "| C-2 |" in approach
    assert check(folder).returncode == 0


def test_the_same_position_gives_the_same_bytes(
    connection: Connection, any_location: Location
) -> None:
    before = dispute_file(connection, HEAD, ZONE, "D-1")
    policy = ReservationPolicyPublished(version=2, claims=("call.logged",))
    later = [told(CALL, "2026-01-02", client="C-1", performed_by=f"E-{n}") for n in range(100)]
    undone = EventAnnulled(
        event=str(event_id(STORY[2].source, STORY[2].key)), annulled_type="client.reserved",
        reason="typing error",
    )  # fmt: skip
    record(connection, any_location, [*later, told(policy), told(undone)])
    rebuild(any_location)
    assert dispute_file(connection, HEAD, ZONE, "D-1") == before
    assert dispute_file(connection, HEAD + 102, ZONE, "D-1") != before


def test_it_checks_and_any_changed_byte_is_found(connection: Connection, tmp_path: Path) -> None:
    folder = unpacked(dispute_file(connection, HEAD, ZONE, "D-1"), tmp_path)
    done = check(folder)
    assert (done.returncode, done.stdout.count("\n")) == (0, 1), done.stdout + done.stderr
    names = {"README.md", "timeline.md", "events.jsonl", "manifest.json", "check.py"}
    assert {path.name for path in folder.iterdir()} == names
    for name in sorted(names - {"check.py"}):
        whole = (folder / name).read_bytes()
        for at in (0, len(whole) // 3, len(whole) // 2, len(whole) - 1):
            changed = bytearray(whole)
            changed[at] ^= 1
            (folder / name).write_bytes(changed)
            done = check(folder)
            assert done.returncode == 1, (name, at)
            assert "WRONG" in done.stdout
            assert not done.stderr
        (folder / name).unlink()
        assert check(folder).returncode == 1, name
        (folder / name).write_bytes(whole)
    script = (folder / "check.py").read_bytes()
    (folder / "check.py").write_bytes(script + b"#")
    assert "check.py: its SHA-256" in check(folder).stdout


def test_a_forged_body_is_found_even_if_the_manifest_is_made_anew(
    connection: Connection, tmp_path: Path
) -> None:
    folder = unpacked(dispute_file(connection, HEAD, ZONE, "D-1"), tmp_path)
    forge(folder, "смета".encode(), "сдача".encode())
    done = check(folder)
    assert done.stdout.splitlines() == [
        "WRONG  position 8: the leaf is not that of the body, recorded_at and login"
    ]


def test_what_cannot_be_read_is_in_it_as_recorded_and_listed(
    connection: Connection, any_location: Location, tmp_path: Path
) -> None:
    bodies = (b"\xff{", b'{"occurred_at": "?"}', b"[1]", b'{"type": 5}')
    calls = [codec.encode(told(CALL, "2026-01-09", client="C-1")) for _ in bodies]
    slip_in(
        connection, [call._replace(body=body) for call, body in zip(calls, bodies, strict=True)]
    )
    catch_up(connection, any_location)
    unread = [HEAD + n for n in range(1, 5)]
    archive = dispute_file(connection, HEAD + 4, ZONE, "D-1")
    found = lines(archive)
    assert [base64.b64decode(found[position]["base64"]) for position in unread] == [*bodies]
    assert {(found[n]["type"], found[n]["part"]) for n in unread} == {("call.logged", "contact")}
    folder = unpacked(archive, tmp_path)
    assert check(folder).returncode == 0
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert manifest["unreadable"] == unread
    readable = (folder / "timeline.md").read_text("utf-8")
    assert "as recorded: positions 15, 16, 17, 18." in readable
    assert readable.count("not understood: its content cannot be read") == 4
    forge(folder, base64.b64encode(b"[1]"), base64.b64encode(b"[2]"))
    assert check(folder).stdout.splitlines() == [
        "WRONG  position 17: the leaf is not that of the body, recorded_at and login"
    ]


def test_it_can_be_read(connection: Connection, tmp_path: Path) -> None:
    folder = unpacked(dispute_file(connection, HEAD, ZONE, "D-1"), tmp_path)
    told_ = (folder / "timeline.md").read_text("utf-8")
    first, breaches, everything = told_.split("\n## ")[1:]
    assert "offer sent" in first
    assert "BREACH: the client was E-1's (position 3)" in breaches
    assert "annulled by position 9" in everything


def test_what_is_not_there_is_said(connection: Connection) -> None:
    with pytest.raises(NotFound, match="iledger dispute list"):
        dispute_file(connection, HEAD, ZONE, "D-2")
    with pytest.raises(NotFound, match="as of position 12"):
        dispute_file(connection, 12, ZONE, "D-1")
    with pytest.raises(InvalidQuestion, match="from 1 to the head"):
        dispute_file(connection, HEAD + 1, ZONE, "D-1")
