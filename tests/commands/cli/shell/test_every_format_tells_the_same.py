"""Table, JSON, CSV and the Python API give one answer, for every question."""

import csv
import io
import itertools
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import click
import pytest

from commands.cli.shell.cells import json_of, value_of
from ledger import schema
from ledger.database import Location, connect
from projections.engine.catch_up import catch_up
from projections.metrics.metrics import metrics
from projections.questions.ownership import portfolio
from projections.questions.sales import funnel
from projections.shown_text import one_line
from projections.tables.sales import deals, offers, purchases
from projections.tables.service import cases
from projections.tables.work import tasks
from projections.view import View
from tests.commands.cli import odd
from tests.commands.cli.shell.test_no_command_ends_with_a_defect import SEED
from tests.ledger.store.samples import slip_in

ZONE, ON = "Europe/Moscow", datetime(2026, 6, 1, tzinfo=UTC)
THEN = ("--on", ON.isoformat())
KNOWN = {
    "period": "2026-Q1", "month": "2026-01", "since": "2025-01-01", "metric": "deals_won",
    "client": "C-1", "employee": "E-1", "deal": "D-1", "case": "S-1", "unit": "U-1", "days": "30",
    "before": "2026-01-01", "after": "2026-03-01", "from": "2026-01-01", "to": "2026-03-01",
}  # fmt: skip
API: dict[str, Callable[..., list[Any]]] = {
    "clients": portfolio.clients,
    "deal list": deals.deals,
    "deal offers": offers.offers,
    "deal purchases": purchases.purchases,
    "task list": tasks.tasks,
    "case list": cases.cases,
    "funnel": funnel.funnel,
    "metrics": lambda connection, view: metrics(connection, view, by="employee"),
}
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def place(embedded_dsn: str) -> Iterator[Location]:
    """A ledger of every event type in odd orders, which the environment names."""
    place = Location(dsn=embedded_dsn, schema=f"forms{os.getpid()}_{next(_numbers)}")
    schema.init(place, ZONE)
    with closing(connect(place, "owner")) as connection:
        slip_in(connection, odd.odd_events(Random(SEED)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ILEDGER_DSN", embedded_dsn)
        patch.setenv("ILEDGER_SCHEMA", place.schema)
        patch.setenv("COLUMNS", "100000")
        yield place


def has_formats(option: click.Parameter) -> bool:
    return isinstance(option.type, click.Choice) and {*odd.FORMATS} <= {*option.type.choices}


def questions() -> Iterator[list[str]]:
    """Every question of the ledger that has the three formats, with what it cannot do without."""
    for path, command in odd.leaves():
        decides = any("--key" in each.opts for each in command.params)
        if decides or path == ("doctor",) or not any(map(has_formats, command.params)):
            continue
        # A table of all metrics would have those alone that fit a screen.
        words = [*path, *(("--metric", "interactions") if path == ("metrics",) else ())]
        for each in command.params:
            if each.required:
                known = KNOWN.get(each.name or "", "x")
                words += [known] if isinstance(each, click.Argument) else [each.opts[0], known]
        yield [*words, *(THEN if any("--on" in each.opts for each in command.params) else ())]


def asked(words: list[str], form: str, *more: str) -> odd.Done:
    return odd.run([*words, "--format", form, *more])


def text_of(done: odd.Done) -> str:
    return done.out.decode("utf-8", "surrogateescape")


def parts(done: odd.Done) -> list[list[dict[str, Any]]]:
    """The rows of each part of a JSON answer."""
    found = json.loads(done.out, parse_float=Decimal, parse_int=Decimal)
    return list(found.values()) if isinstance(found, dict) else [found]


def same(value: Any, field: str) -> bool:
    """Whether a field of CSV is a value of JSON."""
    if isinstance(value, (list, dict)):
        return bool(json.loads(field, parse_float=Decimal, parse_int=Decimal) == value)
    if isinstance(value, Decimal):
        return Decimal(field) == value
    return field == {None: "", True: "true", False: "false"}.get(value, value)


def in_table(text: str) -> str:
    """A text of JSON as a table has it: times are shown to the minute."""
    found = re.match(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)", text)
    return " ".join(found.groups()) if found else one_line(text)


def test_csv_has_the_fields_of_json_and_the_table_its_first_column(place: Location) -> None:
    print(f"ILEDGER_TEST_SEED={SEED}")
    compared = []
    for words in questions():
        told, table = asked(words, "json"), asked(words, "table")
        fields = asked(words, "csv", "--raw")
        assert {fields.code, table.code} == {told.code}, words
        if told.code or not told.out:
            continue
        found = list(csv.DictReader(io.StringIO(text_of(fields), "")))
        first, *others = parts(told)
        # The sections of a card are one table, of what all have.
        one = "section" in (found or [{}])[0]
        rows = list(itertools.chain(first, *others)) if one else first
        assert len(found) == len(rows), words
        for row, line in zip(rows, found, strict=True):
            assert one or list(line) == list(row), words
            differing = {name for name in line if not same(row.get(name), line[name])}
            assert differing <= ({"section"} if one else set()), words
            named = next(iter(row.values()))
            assert not isinstance(named, str) or in_table(named) in text_of(table), words
        compared += [words] if rows else []
    assert len(compared) > 30, compared


@pytest.mark.parametrize("command", API)
def test_the_api_returns_what_json_shows(place: Location, command: str) -> None:
    zone = ZoneInfo(ZONE)
    with closing(connect(place, "owner")) as connection:
        view = View(catch_up(connection, place).position, ON, ZONE)
        rows = [row._asdict() for row in API[command](connection, view)]
    (shown,) = parts(asked(command.split(), "json", *THEN))
    assert rows
    assert len(shown) == len(rows)
    for row, line in zip(rows, shown, strict=True):
        values = json_of({name: value_of(row, name, zone) for name in row})
        expected = json.loads(values, parse_float=Decimal, parse_int=Decimal)
        assert {name: line[name] for name in expected} == expected
