"""A ledger with every event type in odd orders, and odd arguments for every command."""

import dataclasses
import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import click
import hypothesis
import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from msgspec.structs import replace

from commands.cli import main
from commands.cli.tree import Tree
from ledger import codec
from ledger.envelope import Encoded, Event
from ledger.errors import InvalidEvent
from ledger.moments import END, FIRST
from tests.projections.random_events import POOLS, annulment, events, types_of

TIMES = (
    "unknown", "1900-01-01", "1900-01", "1900-01-01T00:00:00Z",
    "1969-12-31T23:59:59.999999Z", "2024-02-29", "2025-12", "2026-01-10",
    "2026-01-10T23:30+03:00", "2026-02-01T12:00:00Z", "2026-03-01",
)  # fmt: skip
LIMITS = (FIRST, END - timedelta(microseconds=1))
DAYS = tuple(each.date() for each in LIMITS)
FORMATS = ("table", "json", "csv")
_WORDS = (
    "=1+1", "-1", "0", "1", "30", "99999999999999999999", "1e9", "NaN", "-0.5", "a\x1b[31mb",
    "\u202ex", "ё" * 300, "%s", "'; --", "{}", "😀", "\udcff", "a,b", ",", ":", "*", "🙂:desc",
    "name:desc", "owner", "unknown", "today", "whole", "employee", "month", "team", "fact:inn",
    "performer", "split:30:0.5", "split:0:1", "conflict", "RUB", "..", "/dev/null", "no-such-file",
    "UTC", "Europe", "Asia/Tokyo", "posix/UTC", "localtime", "turnover", "won_value", "T",
    "interactions.call", "interactions.*", "*.*", "sales", "sales.toml", "N-1", "1,2,3",
)  # fmt: skip
_DATES = (
    "0001-01-01", "0001", "0001-Q1", "9999-12-31", "9999", "9999-Q4", "9999-12-31T23:59:59.999999Z",
    "2025-02-30", "2025-13", "2026-01-10T10:00", "2026-01", "2026-Q1", "2026", "2026-01-10",
    "10000-01-01", "0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00", "5", "0", "3", "12",
)  # fmt: skip


class Leaf(NamedTuple):
    """A command and the names that lead to it."""

    path: tuple[str, ...]
    command: click.Command


def leaves() -> list[Leaf]:
    """Every command of `iledger`."""
    return list(_leaves(main.iledger, ()))


def _leaves(command: click.Command, path: tuple[str, ...]) -> Iterator[Leaf]:
    if not isinstance(command, Tree):
        yield Leaf(path, command)
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from _leaves(found, (*path, name))


def odd_events(random: Random) -> list[Encoded]:
    """Events of every type in a random order, some annulled, some that nobody understands."""
    types = types_of()
    made: list[Event] = []
    for at in range(0, len(types), 3):
        some = st.tuples(*(events((type_,)) for type_ in types[at : at + 3]))
        made += [event for taken in drawn(some, random.getrandbits(32)) for event in taken]
    random.shuffle(made)
    found: list[Event] = []
    for each in made:
        if found and random.random() < 0.1:
            found.append(annulment(random.choice(found), key=f"annulment-{len(found)}"))
        odd = random.random() < 0.5
        at = random.choice(TIMES) if odd else each.occurred_at
        data = _odd_times(each.data, random)
        found.append(replace(each, data=data, key=str(len(found)), occurred_at=at))
    return list(_recorded(found, random))


def _odd_times(data: Any, random: Random) -> Any:
    """The content with some of its times moved to the first and the last there are, if it may."""
    ends = {
        field.name: random.choice(LIMITS if isinstance(value, datetime) else DAYS)
        for field in dataclasses.fields(data)
        if isinstance(value := getattr(data, field.name), date) and random.random() < 0.2
    }
    try:
        return dataclasses.replace(data, **ends)
    except InvalidEvent:
        return data


def _recorded(made: Sequence[Event], random: Random) -> Iterator[Encoded]:
    for each in made:
        try:
            encoded = codec.encode(each)
        except InvalidEvent:
            continue
        match random.randrange(40):
            case 0:
                yield encoded._replace(type="parcel.delivered")
            case 1:
                yield encoded._replace(version=9)
            case 2:
                yield encoded._replace(body=b"{")
            case _:
                yield encoded


def drawn(strategy: st.SearchStrategy[Any], seed: int) -> list[Any]:
    """Some values of a strategy, the same for a seed."""
    found: list[Any] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=5, database=None, phases=[Phase.generate], deadline=None,
        suppress_health_check=[HealthCheck.filter_too_much],
    )  # fmt: skip
    @hypothesis.given(strategy)
    def take(value: Any) -> None:
        found.append(value)

    take()
    return found


class Done(NamedTuple):
    """How a command ended, and what it wrote."""

    code: int
    out: bytes
    err: str


def run(arguments: Sequence[str]) -> Done:
    """Run `iledger` in this process, with nothing to read on stdin."""
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="surrogateescape")
    err = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
        code = main.run(arguments)
    out.flush()
    return Done(code, out.buffer.getvalue(), err.getvalue())


def arguments(leaf: Leaf, random: Random, folder: Path, *, needed_alone: bool = False) -> list[str]:
    """Arguments for a command: some that fit, some that do not.

    needed_alone: those that it cannot do without, and no others.
    """
    found: list[str] = []
    for parameter in leaf.command.params:
        if parameter.name in ("help", "follow"):
            continue
        if not parameter.required:
            argument = isinstance(parameter, click.Argument)
            if needed_alone or random.random() > (0.7 if argument else 0.15):
                continue
        if isinstance(parameter, click.Argument):
            found.append(_value(parameter, random, folder))
        else:
            found.append(parameter.opts[0])
            if not getattr(parameter, "is_flag", False):
                found.append(_value(parameter, random, folder))
    return found


def _value(parameter: click.Parameter, random: Random, folder: Path) -> str:
    kind, odd = parameter.type, random.random() < 0.1
    if parameter.name == "workers":
        return "0"
    if isinstance(kind, click.Path):
        return str(folder / random.choice(("a", "b.jsonl", "ё.md", "x" * 250)))
    if isinstance(kind, click.Choice) and not odd:
        return str(random.choice(list(kind.choices)))
    if isinstance(kind, (click.IntRange, type(click.INT))) and not odd:
        return str(random.choice((1, 2, 5, 100, 2**31, 2**63, 10**30)))
    hint = f"{parameter.name} {parameter.metavar or ''}".lower()
    ids = [each for name, pool in POOLS.items() if name in hint for each in pool]
    if ids and not odd:
        return random.choice(ids)
    dated = any(word in hint for word in ("date", "time", "period", "month", "position", "day"))
    if dated and random.random() < 0.8:
        return random.choice(_DATES)
    every = [each for pool in POOLS.values() for each in pool]
    return random.choice(random.choice((_WORDS, _DATES, every)))
