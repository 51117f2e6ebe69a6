"""Whatever intake accepts, every command still answers: none ends with the code of a defect."""

import random
from pathlib import Path

import pytest

from ledger import codec
from ledger.database import Location
from tests.commands.cli.events import fuzz
from tests.ledger.events import extremes
from tests.surroundings.groups import seed

LINES = 20_000


@pytest.fixture
def ledger_here(location: Location, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Location:
    """A ledger that commands in this process ask, in an empty folder."""
    monkeypatch.setenv("ILEDGER_DSN", location.dsn or "")
    monkeypatch.setenv("ILEDGER_SCHEMA", location.schema)
    monkeypatch.chdir(tmp_path)
    return location


def test_of_an_extreme_value_in_any_field(ledger_here: Location) -> None:
    chance = random.Random(seed())
    lines = [codec.encode_json(each) for each in extremes.extreme_lines()]
    chosen = chance.sample(lines, 3_000)
    assert fuzz.append(ledger_here, chosen) > 2_500  # the others lie in the future
    failed = [said for words in fuzz.asked(chance, fuzz.CALLS) if (said := fuzz.fails(words))]
    assert not failed, f"seed {seed()}: {failed[:5]}"


def test_of_lines_changed_at_random(ledger_here: Location) -> None:
    recorded, asked = fuzz.fuzz(ledger_here, seed(), LINES, fuzz.CALLS)
    assert recorded > LINES / 10
    assert asked > 100


def test_the_whole_number_that_once_stopped_every_answer_is_refused(ledger_here: Location) -> None:
    line = (
        b'{"type":"transfer_batch.completed","source":"s","key":"p","recorded_by":"r",'
        b'"occurred_at":"2025-05-05","data":{"batch":"B","moved":1,"skipped":9223372036854775808}}'
    )
    assert fuzz.taken(line) is None
    assert fuzz.taken(line.replace(b"9223372036854775808", b"2147483647"))
