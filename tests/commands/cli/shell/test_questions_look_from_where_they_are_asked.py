"""--as-of, --on and --zone settle from where a question looks, and no answer is stale unsaid."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click
import psycopg
import pytest
from click.testing import CliRunner, Result
from psycopg import sql

import ledger
from commands.cli import main, tree
from commands.cli.shell.question import Question, asked
from commands.cli.shell.times import moment
from ledger.database import Connection, Location
from ledger.errors import InvalidQuestion, NotInitialised
from ledger.events.contacts import CallMissed
from projections.engine.rebuild import discard, rebuild
from tests.ledger.schema.logins import role_of

MOSCOW = ZoneInfo("Europe/Moscow")

Ask = Callable[..., tuple[Question, Result]]


@pytest.fixture
def ask(location: Location, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Ask a question with these options; the Question that the command was given."""
    found: list[Question] = []

    @click.command(epilog="Example: iledger question")
    @asked
    def question(question: Question) -> None:
        found.append(question)
        question.show([{"at": datetime(2025, 6, 30, 22, tzinfo=UTC)}])

    monkeypatch.setattr(tree.Root, "get_command", lambda *_: question)
    monkeypatch.setattr(tree.Root, "resolve_command", lambda s, c, a: (a[0], question, a[1:]))

    def run(*options: str, dsn: str | None = None) -> tuple[Question, Result]:
        settings = {"ILEDGER_DSN": dsn or location.dsn, "ILEDGER_SCHEMA": location.schema}
        done = CliRunner(env=settings).invoke(main.iledger, ["question", *options])
        if done.exception:
            raise done.exception
        return found[-1], done

    return run


@pytest.fixture
def filled(location: Location) -> list[datetime]:
    """Three events; the times of their recording."""
    with ledger.Ledger(location) as book:
        return [
            book.append(
                ledger.Event(
                    data=CallMissed(), source="pbx", key=str(n), recorded_by="pbx",
                    occurred_at="2025-06-30",
                )
            ).recorded_at
            for n in range(3)
        ]  # fmt: skip


def test_a_year_and_a_quarter_are_dates_as_a_month_is() -> None:
    for name, first, last in (
        ("2025", "2025-01", "2025-12"), ("2025-Q2", "2025-04", "2025-06"),
    ):  # fmt: skip
        span = moment("--since", name, "Europe/Moscow")
        assert span.first == moment("--since", first, "Europe/Moscow").first
        assert span.last == moment("--since", last, "Europe/Moscow").last
    with pytest.raises(InvalidQuestion, match="outside the years 1900 to 2199"):
        moment("--since", "9999", "Europe/Moscow")


def test_by_default_it_is_now_and_the_ledgers_zone(ask: Ask, filled: Any) -> None:
    question, done = ask()
    assert question.view.as_of == 3
    assert abs(question.view.on - datetime.now(UTC)) < timedelta(minutes=1)
    assert question.view.zone == "Europe/Moscow"
    assert "2025-07-01 01:00" in done.stdout
    assert done.stderr == ""


def test_as_of_a_position_or_a_time_of_recording(ask: Ask, filled: list[datetime]) -> None:
    for given, expected in (
        ("0", 0), ("2", 2), (filled[1].isoformat(), 2), (f"{datetime.now(MOSCOW):%Y-%m-%d}", 3),
        (f"{filled[0].astimezone(MOSCOW) - timedelta(days=2):%Y-%m-%d}", 0),
    ):  # fmt: skip
        question, done = ask("--as-of", given)
        assert question.view.as_of == expected, given
        assert f"as of position {expected}, on " in done.stderr


@pytest.mark.parametrize(
    ("given", "end"),
    [
        ("2025-06-30", "2025-06-30T20:59:59.999999+00:00"),
        ("2025-06", "2025-06-30T20:59:59.999999+00:00"),
        ("2025-06-30T12:00", "2025-06-30T09:00:00+00:00"),
        ("2025-06-30T12:00:00+05:00", "2025-06-30T07:00:00+00:00"),
        ("2024-12", "2024-12-31T20:59:59.999999+00:00"),
    ],
)
def test_on_a_date_is_the_end_of_that_day(ask: Ask, given: str, end: str) -> None:
    question, done = ask("--on", given)
    assert question.view.on == datetime.fromisoformat(end)
    assert "(Europe/Moscow)" in done.stderr


def test_a_day_on_which_the_clocks_change_ends_when_it_ends(ask: Ask) -> None:
    question, _ = ask("--on", "2025-10-26", "--zone", "Europe/Berlin")
    assert question.view.on == datetime.fromisoformat("2025-10-26T22:59:59.999999+00:00")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--as-of", "4"], "ahead of the head, which is 3"),
        (["--as-of", "2199-01-01"], "is in the future"),
        (["--as-of", "-1"], "is not a time"),
        (["--on", "2025-06-31"], "not a possible time"),
        (["--on", "9999-12-31"], "outside the years 1900 to 2199"),
        (["--on", "1899-12"], "outside the years 1900 to 2199"),
        (["--on", "9999-12-31T23:59:59.999999Z"], "outside the years 1900 to 2199"),
        (["--on", "unknown"], "is not a time"),
        (["--zone", "Mars/Olympus"], "unknown time zone"),
        (["--zone", "../etc/passwd"], "unknown time zone"),
    ],
)
def test_what_cannot_be_answered(ask: Ask, filled: Any, options: list[str], said: str) -> None:
    with pytest.raises(InvalidQuestion, match=said):
        ask(*options)


@pytest.fixture
def supervisor(location: Location) -> Iterator[str]:
    """The DSN of a login that may read the projections and write nothing."""
    assert location.dsn is not None
    login = f"{location.schema}_reader"
    with psycopg.connect(location.dsn, autocommit=True) as admin:
        name, role = sql.Identifier(login), sql.Identifier(role_of(location, "supervisor"))
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN IN ROLE {}").format(name, role))
        yield psycopg.conninfo.make_conninfo(location.dsn, user=login)
        admin.execute(sql.SQL("DROP ROLE {}").format(name))


def test_who_may_not_catch_up_is_told_how_far_behind_the_answer_is(
    ask: Ask, location: Location, owner: Connection, supervisor: str, filled: Any
) -> None:
    discard(owner, location.projections)
    with pytest.raises(NotInitialised, match="projections rebuild"):
        ask(dsn=supervisor)
    rebuild(location)
    assert ask(dsn=supervisor)[1].stderr == ""
    with ledger.Ledger(location) as book:
        book.append(
            ledger.Event(
                data=CallMissed(), source="pbx", key="late", recorded_by="pbx",
                occurred_at="2025-06-30",
            )
        )  # fmt: skip
    question, done = ask(dsn=supervisor)
    assert question.view.as_of == 3
    assert done.stderr == "answers are as of position 3, 1 event behind the head\n"
    with pytest.raises(InvalidQuestion, match="not in the projections yet"):
        ask("--as-of", "4", dsn=supervisor)


def test_who_asks_as_of_before_the_ledger_began_is_told_of_the_other_axis(
    ask: Ask, filled: list[datetime]
) -> None:
    question, done = ask("--as-of", "2025-06-30")
    assert question.view.as_of == 0
    assert "nothing had been recorded by 2025-06-30 yet; --on 2025-06-30 asks" in done.stderr
