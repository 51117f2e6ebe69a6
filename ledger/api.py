"""The Python API on one page: open a ledger, append events, read them, follow it.

import ledger
from ledger.events.contacts import CallLogged

with ledger.open() as api:
    receipt = api.append(ledger.Event(
        data=CallLogged(direction="outbound", outcome="reached", duration_s=184),
        client="C-104", performed_by="E-7", recorded_by="pbx-gateway",
        source="pbx", key="pbx-1", occurred_at="2026-03-01T10:00:00+03:00",
    ))
    for event in api.read(client="C-104"):
        print(event.position, event.type, event.data)
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from ledger import codec, log, schema
from ledger.database import ROLES, VARIABLES, Location, connect
from ledger.envelope import (
    REQUIRED,
    Event,
    Receipt,
    Recorded,
    Row,
    Unreadable,
    stated_precision,
    texts_of,
)
from ledger.errors import InvalidQuestion, NotDecoded
from ledger.log import Condition, Item, Query
from ledger.moments import FLOATING, begins
from ledger.receipts import receipt, record_all
from ledger.store import PATIENCE, Store
from ledger.writer import Writer

_A_DAY = timedelta(days=1)


def open(  # noqa: A001 - ledger.open reads like the built-in it resembles
    dsn: str | None = None,
    *,
    folder: Path | str | None = None,
    schema_name: str | None = None,
    create: bool = True,
) -> "Ledger":
    """Open a ledger: with a DSN on any PostgreSQL, without on a private one in a folder.

    What is not given comes from ILEDGER_DSN, ILEDGER_HOME and ILEDGER_SCHEMA, as on the command
    line.

    - dsn: a PostgreSQL connection string; folder: of a private PostgreSQL
    - create: create the ledger if the database has none

    Raises ServerUnavailable, NotInitialised, SchemaMismatch.
    """
    for argument, value in {"dsn": dsn, "folder": folder, "schema_name": schema_name}.items():
        if value is not None and not str(value).strip():
            raise InvalidQuestion(f"{argument} is empty; give it a value, or leave it out")
    environment = {name: os.environ[name] for name in VARIABLES if name in os.environ}
    if folder is not None:
        environment.pop("ILEDGER_DSN", None)
    for name, value in zip(VARIABLES, (dsn, folder, schema_name), strict=True):
        if value is not None:
            environment[name] = str(value)
    location = Location.from_environment(environment)
    if create:
        schema.init(location)
    return Ledger(location)


class Ledger:
    """An open ledger. Thread-safe: many threads appending at once share transactions.

    login: of the database, as which this program appends

    Close it, or use it as a context manager.
    """

    def __init__(self, location: Location) -> None:
        with connect(location, *ROLES) as connection:
            self.about = schema.check(connection)
            self.store = Store.of_a_program(connection, location)
            self.login = log.login(connection)
        self.location = location
        self._writer = Writer(self.store)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self.store.close()

    def append(self, event: Event) -> Receipt:
        """Record one event durably. Returns its receipt; the first one if it is a duplicate.

        Raises InvalidEvent, KeyConflict, ServerUnavailable (sending it again is safe).
        """
        encoded = codec.encode(event)
        return receipt(encoded, self._writer.record(encoded))

    def append_all(
        self,
        events: Sequence[Event],
        condition: Condition | None = None,
        *,
        on_conflict_read: int = 0,
    ) -> list[Receipt]:
        """Record events together, all or none, and only if the condition still holds.

        Under a condition, a batch of which only a part was recorded before is refused, too, even if
        the condition holds; one that was recorded as a whole gives the first receipts.
        on_conflict_read: see `ledger.log.append`. Raises InvalidEvent, KeyConflict,
        ConditionFailed, ServerUnavailable.
        """
        batch = [codec.encode(event) for event in events]
        return record_all(self.store, batch, condition, on_conflict_read=on_conflict_read)

    def read(
        self,
        *,
        client: str | None = None,
        employee: str | None = None,
        types: Iterable[str] = (),
        tags: Iterable[str] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        after: int = 0,
        as_of: int | datetime | None = None,
    ) -> Iterator[Recorded]:
        """Stream recorded events in order of position, in bounded memory.

        employee: what they performed and what concerns them. since, until: half-open interval of
        `occurred_at`, where a day or month begins in the ledger's zone; events of unknown time are
        then left out. as_of: a position, or a time of recording. types, tags: several, or a single
        text. The data of an event that this program cannot read is a
        `ledger.envelope.Unreadable`. Raises InvalidQuestion.
        """
        for moment in (since, until, as_of):
            if isinstance(moment, datetime) and moment.utcoffset() is None:
                raise InvalidQuestion(f"the time {moment} has no zone; add one, such as UTC")
        upto = self._position(as_of)
        query = question(client=client, employee=employee, types=types, tags=tags)
        zone = ZoneInfo(self.about.zone)
        for row in self.store.rows(query, after=after, upto=upto):
            if row.version and _near(row, since, until):
                event = _read(row)
                if within(event, since, until, zone):
                    yield event

    def follow(self, *, after: int = 0, patience: float = PATIENCE) -> Iterator[Recorded]:
        """Stream events without end, waiting for new ones; each exactly once, in order.

        - patience: seconds to wait for a lost database before raising ServerUnavailable
        """
        for row in self.store.follow(after=after, patience=patience):
            if row.version:
                yield _read(row)

    def _position(self, as_of: int | datetime | None) -> int:
        head = self.store.head()
        if as_of is None:
            return head
        if isinstance(as_of, datetime):
            with closing(connect(self.location, *self.store.roles)) as connection:
                return log.position_at(connection, as_of)
        if as_of < 0:
            raise InvalidQuestion(f"{as_of} is not a position; give 0 to {head}")
        if as_of > head:
            raise InvalidQuestion(f"position {as_of} is ahead of the head, which is {head}")
        return as_of


def _read(row: Row) -> Recorded:
    """Read an event; of one that cannot be decoded what can be, and empty texts for the rest."""
    try:
        return codec.decode(row)
    except NotDecoded as error:
        texts = dict.fromkeys(REQUIRED, "") | texts_of(row.body)
        return Recorded(
            position=row.position,
            recorded_at=row.recorded_at,
            event_id=row.event_id,
            login=row.login,
            version=row.version,
            occurred_at=row.occurred_at,
            precision=stated_precision(row),
            over_at=None,
            occurred_text=texts.pop("occurred_at"),
            type=row.type,
            data=Unreadable(str(error), row.body),
            **texts,
        )


def question(
    *,
    client: str | None = None,
    employee: str | None = None,
    types: Iterable[str] = (),
    tags: Iterable[str] = (),
) -> Query:
    """The query for events of these types that carry all of these tags.

    An employee matches as the performer and as the one an event is about.
    """
    wanted = (types,) if isinstance(types, str) else tuple(types)
    more = (tags,) if isinstance(tags, str) else tuple(tags)
    fixed = (*(() if client is None else (f"client:{client}",)), *more)
    if employee is not None:
        by = (f"performed_by:{employee}", f"employee:{employee}")
        return Query(tuple(Item(wanted, (*fixed, tag)) for tag in by))
    return Query((Item(wanted, fixed),)) if wanted or fixed else Query()


def _near(row: Row, since: datetime | None, until: datetime | None) -> bool:
    """Whether an event could be one within the interval, before its text is read."""
    if since is None and until is None:
        return True
    at = row.occurred_at
    # No day begins further than a day from midnight UTC of its date.
    return (
        at is not None
        and (since is None or since - at <= _A_DAY)
        and (until is None or at - until < _A_DAY)
    )


def within(event: Recorded, since: datetime | None, until: datetime | None, zone: ZoneInfo) -> bool:
    """Whether an event happened in the half-open interval; without one, always.

    - zone: in which a day or month begins
    """
    if since is None and until is None:
        return True
    at = event.occurred_at
    if at is not None and event.precision in FLOATING:
        at = begins(at, zone)
    return at is not None and (since is None or since <= at) and (until is None or at < until)
