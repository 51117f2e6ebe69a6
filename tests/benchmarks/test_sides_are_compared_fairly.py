"""What the table of ratios says is what was measured: like beside like, round by round."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from benchmarks import company
from benchmarks.indexes import CHOICES
from benchmarks.peers import Place, Raw
from benchmarks.sides import compared
from ledger.database import Location

ROOT = Path(__file__).parents[2]
INDEXES = """
SELECT indisunique, regexp_replace(pg_get_indexdef(indexrelid), '^.* USING ', '')
FROM pg_index WHERE indrelid = %s::regclass ORDER BY 2, 1
"""
COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod), attnotnull, attgenerated, attstorage
FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""


@pytest.fixture
def bare(location: Location) -> Iterator[psycopg.Connection]:
    """A connection that may read both tables."""
    with psycopg.connect(location.conninfo(), autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS raw CASCADE")
        Raw.make(location)
        yield connection
        connection.execute("DROP SCHEMA raw CASCADE")


@pytest.fixture
def raw(location: Location, bare: psycopg.Connection) -> Iterator[Raw]:
    with closing(Raw(Place(location, location, "", Path()))) as side:
        yield side


def test_the_raw_table_has_the_columns_and_the_indexes_of_the_ledger(
    bare: psycopg.Connection, location: Location
) -> None:
    for asked in (COLUMNS, INDEXES):
        ours = bare.execute(asked, [f"{location.schema}.events"]).fetchall()
        assert ours
        assert bare.execute(asked, ["raw.events"]).fetchall() == ours


@pytest.mark.parametrize("way", ["each", "whole"])
def test_the_raw_table_takes_the_rows_that_the_ledger_records(
    raw: Raw, bare: psycopg.Connection, location: Location, way: str
) -> None:
    getattr(raw, way)(raw.ready(company.calls("call", 3)))
    ours = bare.execute(f"SELECT * FROM {location.schema}.events ORDER BY position").fetchall()
    assert len(ours) == 3
    assert bare.execute("SELECT * FROM raw.events ORDER BY position").fetchall() == ours


def test_a_ratio_is_the_median_of_the_ratios_within_a_round_and_the_first_does_not_count() -> None:
    spent = {"ours": [9.0, 1.0, 2.0, 4.0], "peer": [0.1, 2.0, 1.0, 12.0]}
    order: list[str] = []

    def way(side: str, turn: int) -> tuple[int, float]:
        order.append(side)
        return 100, spent[side][turn + 1]

    line = compared(
        "append",
        3,
        {side: lambda turn, side=side: way(side, turn) for side in spent},
        {"peer": 2.5},
    )

    # In rounds ours was 2, 0.5 and 3 times as fast, and the rates of both were 100, 50, 25 and
    # 50, 100, 8.3.
    assert line.ratios == {"peer": 2.0}
    assert line.rates == {"ours": 50.0, "peer": 50.0}
    assert line.cells(("peer", "other")) == ["append", "50.00", "50.00, **×2.00** (≥ 2.5)", ""]
    assert order == ["ours", "peer", "peer", "ours"] * 2


@pytest.mark.group("dist")
def test_the_door_is_measured_beside_all_its_peers() -> None:
    command = [sys.executable, "-m", "benchmarks", "--only", "door", "--no-readme"]
    done = subprocess.run(
        [*command, "--rounds", "1", "--lines", "200"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr[-4000:]
    table = [line for line in done.stdout.splitlines() if line.startswith("| ")]
    assert len(table) == 2 + 8, done.stdout
    assert all("×" in line for line in table[2:])


@pytest.mark.group("dist")
def test_each_choice_of_indexes_is_measured() -> None:
    command = [sys.executable, "-m", "benchmarks.indexes", "--events", "2000", "--batches", "2"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-4000:]
    table = [line for line in done.stdout.splitlines() if line.startswith("| ")]
    assert len(table) == 2 + len(CHOICES), done.stdout


@pytest.mark.group("dist")
def test_asking_is_measured() -> None:
    command = [sys.executable, "-m", "benchmarks", "--only", "asking", "--no-readme"]
    done = subprocess.run(
        [*command, "--events", "6000", "--clients", "500"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr[-4000:]
    table = [line for line in done.stdout.splitlines() if line.startswith("| ")]
    assert len(table) == 2 + 11, done.stdout
