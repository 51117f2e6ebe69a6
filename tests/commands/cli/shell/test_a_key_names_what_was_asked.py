"""The key of a request: what it settles, what it does not, and what is kept of it."""

import json
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from eventsourcing.dcb.api import DCBEvent

from ledger import codec, log
from ledger.api import Ledger
from ledger.database import Location, connect
from ledger.dcb import Recorder
from ledger.envelope import NEVER, Event, event_id
from ledger.errors import ClientTaken, InvalidQuestion, KeyTaken, Refused
from ledger.events.corrections import EventAnnulled
from ledger.events.ownership import ClientReleased
from ledger.events.people import AbsenceRecorded
from tests.commands.cli.conftest import MODULE, Here, Run, jsonl
from tests.commands.cli.ownership.test_a_transfer_killed_in_the_middle_is_finished_without_doubles import (  # noqa: E501 - the name says it
    company,
    kill_once,
)
from tests.commands.cli.shell.requests_made import BASE
from tests.ledger.events.golden import leaf
from tests.projections.schemes import SCHEME

BY = ("--by", "S-9", "--key", "K-1")
ASSIGN = ("client", "assign", "C-2", "--to", "S-2", *BY)
ABSENCE = ("employee", "absence", "S-1", "--from", "2026-07-01", "--to", "2026-07-14", *BY)
Book = Callable[..., Result]


@pytest.fixture
def book(here: Here, location: Location) -> Here:
    with closing(connect(location, "owner")) as connection:
        log.append(connection, [codec.encode_json(jsonl(each)) for each in BASE])
    return here


def types(location: Location) -> list[str]:
    with Ledger(location) as ledger:
        return [event.type for event in ledger.read()][len(BASE) :]


def appended(location: Location, data: Any, client: str | None = None, **more: Any) -> None:
    told = {"source": "iledger", "key": "K-1", "recorded_by": "S-9"} | more
    with Ledger(location) as ledger:
        ledger.append(Event(data=data, client=client, occurred_at=datetime.now(UTC), **told))


def test_what_was_so_already_is_not_done_later(book: Book, location: Location) -> None:
    release = ("client", "release", "C-2", "--reason", "pool", *BY)
    first = book(*release)
    assert (first.exit_code, first.stdout) == (0, "")
    book("client", "assign", "C-2", "--to", "S-2", "--by", "S-9")
    again = book(*release)
    assert (again.exit_code, again.stdout) == (0, "")
    assert types(location) == ["request.concluded", "curator.assigned"]
    with pytest.raises(KeyTaken):
        book("client", "release", "C-1", "--reason", "pool", *BY)


def test_without_a_key_nothing_is_kept_of_what_was_so_already(
    book: Book, location: Location
) -> None:
    assert book("client", "release", "C-2", "--reason", "pool").exit_code == 0
    assert book("reservation", "expire", "--employee", "S-2", "--yes").exit_code == 0
    assert types(location) == []


def test_a_file_is_what_it_holds_and_not_what_it_is_called(book: Book, tmp_path: Path) -> None:
    one, moved = tmp_path / "sales.toml", tmp_path / "moved.toml"
    one.write_text(SCHEME, "utf-8")
    moved.write_text(SCHEME, "utf-8")
    publish = ("bonus", "scheme", "publish")
    first = book(*publish, str(one), *BY).stdout
    assert book(*publish, str(moved), *BY).stdout == first
    one.write_text(SCHEME.replace("version = 1", "version = 2"), "utf-8")
    with pytest.raises(KeyTaken):
        book(*publish, str(one), *BY)


def test_a_refusal_settles_nothing(book: Book, location: Location) -> None:
    assign = ("client", "assign", "C-1", "--to", "S-2", *BY)
    with pytest.raises(Refused):
        book(*assign)
    book("client", "release", "C-1", "--reason", "pool", "--by", "S-9")
    assert book(*assign).exit_code == 0
    assert types(location) == ["client.released", "curator.assigned"]


def test_a_refusal_on_record_settles_nothing_either(book: Book, location: Location) -> None:
    reserve = ("client", "reserve", "C-1", "--for", "S-2", *BY)
    for _ in range(2):
        with pytest.raises(ClientTaken):
            book(*reserve)
    assert types(location) == ["approach.blocked"]
    book("client", "release", "C-1", "--reason", "pool", "--by", "S-9")
    first = book(*reserve)
    assert first.exit_code == 0
    book("client", "release", "C-1", "--reason", "pool", "--by", "S-9")
    assert book(*reserve).stdout == first.stdout
    assert types(location).count("client.reserved") == 1


def test_an_annulled_decision_is_not_taken_again(book: Book, location: Location) -> None:
    first = book(*ASSIGN)
    wrong = EventAnnulled(
        event=str(event_id("iledger", "K-1")), annulled_type="curator.assigned", reason="typo"
    )
    appended(location, wrong, key="undone")
    assert book(*ASSIGN).stdout == first.stdout
    assert types(location) == ["curator.assigned", "event.annulled"]


OTHERS: dict[str, tuple[str, ...]] = {
    "another command": ABSENCE,
    "another client": (*ASSIGN[:2], "C-3", *ASSIGN[3:]),
    "another employee": ("client", "assign", "C-2", "--to", "S-3", *BY),
    "one argument more": (*ASSIGN, "--reason", "new"),
    "by somebody else": (*ASSIGN, "--by", "S-1"),
    "in another zone": (*ASSIGN, "--zone", "Asia/Tokyo"),
}
SAME: dict[str, tuple[str, ...]] = {
    "in another order": ("client", "assign", *BY, "--to", "S-2", "C-2"),
    "with what is so by default": (*ASSIGN, "--format", "table", "--zone", "Europe/Moscow"),
    "as a rehearsal": (*ASSIGN, "--dry-run"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_another_request_under_the_key_is_refused(
    book: Book, location: Location, name: str
) -> None:
    assert book(*ASSIGN).exit_code == 0
    with pytest.raises(KeyTaken, match="names another request") as caught:
        book(*OTHERS[name])
    assert (caught.value.exit_code, types(location)) == (8, ["curator.assigned"])


@pytest.mark.parametrize("name", SAME)
def test_the_same_request_may_be_written_otherwise(book: Book, name: str) -> None:
    assert book(*ASSIGN).stdout == book(*SAME[name]).stdout


@pytest.mark.parametrize("spelled", ["K-1 ", " K-1"])
def test_a_key_spelled_with_spaces_is_the_same_key(book: Book, spelled: str) -> None:
    first = book(*ASSIGN)
    assert book(*ASSIGN[:-1], spelled).stdout == first.stdout


@pytest.mark.parametrize("key", ["k\n1", "k" * 201])
def test_an_impossible_key_is_no_new_key(book: Book, location: Location, key: str) -> None:
    with pytest.raises(InvalidQuestion, match="--key"):
        book(*ASSIGN[:-1], key)
    assert types(location) == []


@pytest.mark.parametrize("key", ["", "  "])
def test_an_empty_key_is_no_new_key(book: Book, location: Location, key: str) -> None:
    done = book(*ASSIGN[:-1], key)
    assert (done.exit_code, "--key is empty" in done.stderr) == (2, True)
    assert types(location) == []


def test_the_longest_key_is_long_enough(book: Book) -> None:
    expire = ("reservation", "expire", "--yes", *BY[:-1], "k" * 200)
    assert book(*expire).stdout == book(*expire).stdout != ""


def test_an_event_of_a_producer_under_the_key_is_no_answer(book: Book, location: Location) -> None:
    appended(location, ClientReleased(reason="pool"), "C-4")
    with pytest.raises(KeyTaken, match=r"client\.released of client C-4"):
        book(*ASSIGN)
    assert types(location) == ["client.released"]


def test_a_decision_recorded_before_requests_were_kept_is_found(
    book: Book, location: Location
) -> None:
    day = date(2026, 7, 1)
    content = AbsenceRecorded(employee="S-1", first_day=day, last_day=day.replace(day=14))
    appended(location, content, performed_by="S-9")
    again = book(*ABSENCE)
    assert (again.exit_code, "absence.recorded" in again.stdout) == (0, True)
    assert "recorded before" in again.stderr
    with pytest.raises(KeyTaken):
        book(*ABSENCE, "--reason", "holiday")
    assert types(location) == ["absence.recorded"]


def test_what_another_library_tags_so_is_no_answer(book: Book, location: Location) -> None:
    with Ledger(location) as ledger:
        tag = f"request:{event_id('iledger', 'K-1')}"
        Recorder(ledger.store).append([DCBEvent(type="theirs", data=b"x", tags=[tag])])
    assert book(*ASSIGN).exit_code == 0
    assert types(location)[-1:] == ["curator.assigned"]


def test_what_was_asked_is_recorded_under_the_hash(book: Book, location: Location) -> None:
    """It is replayed with the events, as anything that they say."""
    first = book(*ASSIGN, "--format", "json")
    with closing(connect(location, "owner")) as connection:
        body, at, login, hashed = connection.execute(
            "SELECT body, recorded_at, login, encode(leaf(e), 'hex') FROM events e "
            "ORDER BY position DESC"
        ).fetchone() or (b"", NEVER, "", "")
    assert leaf(body, at, login) == hashed
    event = json.loads(body)
    assert event["request"] == str(event_id("iledger", "K-1"))
    assert len(event["asked"]) == 64
    lines = book("replay", "--format", "jsonl").stdout.encode()
    assert json.loads(lines.splitlines()[-1])["asked"] == event["asked"]
    assert first.exit_code == 0


def test_of_many_at_once_under_one_key_one_request_is_carried_out(
    book: Book, location: Location, settings: dict[str, str]
) -> None:
    given = [("client", "assign", "C-2", "--to", f"S-{1 + n % 2}", *BY) for n in range(6)]
    running = [
        subprocess.Popen([*MODULE, *each], env=settings, stdout=-1, stderr=-1) for each in given
    ]
    told = [process.communicate(timeout=120) for process in running]
    codes = [process.returncode for process in running]
    winner = codes.index(0) % 2
    assert codes == [0 if n % 2 == winner else 8 for n in range(6)], told
    assert len({out for (out, _), code in zip(told, codes, strict=True) if code == 0}) == 1
    assert types(location) == ["curator.assigned"]


def test_a_batch_killed_in_the_middle_is_continued_under_its_key(
    iledger: Run, owner: Any, settings: dict[str, str], tmp_path: Path, location: Location
) -> None:
    assert iledger("append", stdin=company()).returncode == 0
    plan = ("transfer", "plan", "E-1", "--rule", "one", "--to")
    for to in ("E-2", "E-3"):
        assert iledger(*plan, to, "--out", f"{to}.json").returncode == 0
    apply = ["transfer", "apply", "E-2.json", "--yes", "--key", "K-1", "--format", "json"]
    start = [*MODULE, *apply]
    quiet = subprocess.DEVNULL
    kill_once(
        lambda: subprocess.Popen(start, cwd=tmp_path, env=settings, stdout=quiet, stderr=quiet),
        owner,
        0,
    )
    other = [each.replace("E-2", "E-3") for each in apply]
    assert iledger(*other).returncode == 8
    first = iledger(*apply)
    assert (first.returncode, json.loads(first.stdout)["batch"][0]["moved"]) == (0, 1_700)
    batch = json.loads((tmp_path / "E-2.json").read_text())["batch"]
    turn = ("transfer", "reverse", batch, "--reason", "x", "--yes")
    assert iledger(*turn).returncode == 0
    assert iledger(*apply).stdout == first.stdout
    assert iledger(*other).returncode == 8
    assert iledger(*apply[:-4], "--format", "json").returncode == 8, "without its key, as ever"
