"""The sides that are compared at the door, each as its own documentation has it used.

Every side forces each commit to disk, lies on the same disk and is given the same bodies and tags.
What it is handed (`ready`) is made beforehand and not measured.

    Ours     append, and first offers by `record_approach`
    Raw      INSERT and COPY into a table like the ledger's, indexes and all
    Stock    the PostgreSQL recorder of the `eventsourcing` library for DCB
    Sqlite   the SQLite recorder of the `eventsourcing` library

UmaDB and message-db have files of their own, since they are not there where nothing is measured.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec
import psycopg
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.dcb.postgres_tt import PostgresDCBRecorderTT
from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.postgres import PostgresDatastore
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore
from psycopg import sql

from benchmarks import stock
from commands.decisions.handle import Memory
from commands.decisions.ownership.reservation import record_approach
from ledger import log
from ledger.api import Ledger
from ledger.database import Location, connect
from ledger.envelope import Encoded, Event
from ledger.errors import ClientTaken
from ledger.events.sales import OfferSent

OFFERED, RESERVED, BLOCKED = "offer.sent", "client.reserved", "approach.blocked"


class Place(NamedTuple):
    """Where the sides are. `pattern` is a ledger whose rows the raw side takes for its own."""

    location: Location
    pattern: Location
    uma: str
    sqlite: Path


class Side(Protocol):
    """One way of recording."""

    def ready(self, batch: Sequence[Encoded]) -> Sequence[Any]:
        """What this side is handed for a batch."""

    def each(self, ready: Sequence[Any]) -> None:
        """Record one at a time, each in a transaction of its own."""

    def whole(self, ready: Sequence[Any]) -> None:
        """Record all in one transaction."""

    def close(self) -> None:
        """Let go of connections."""


class Decider(Side, Protocol):
    """A side that also decides."""

    def approach(self, employee: int, client: str) -> None:
        """Reserve the client for the employee, or record that another has it."""

    def owners(self) -> Counter[str]:
        """How many times each client was reserved."""


class Ours:
    """The ledger."""

    def __init__(self, place: Place) -> None:
        self._connection = connect(place.location, "writer")
        self._ledger = Ledger(place.location)
        self._memory = Memory()

    def ready(self, batch: Sequence[Encoded]) -> Sequence[Encoded]:
        return batch

    def each(self, ready: Sequence[Encoded]) -> None:
        for one in ready:
            log.append(self._connection, [one])

    def whole(self, ready: Sequence[Encoded]) -> None:
        log.append(self._connection, ready)

    def approach(self, employee: int, client: str) -> None:
        with suppress(ClientTaken):
            record_approach(self._ledger, _offer(employee, client), self._memory)

    def owners(self) -> Counter[str]:
        reserved = log.Query((log.Item((RESERVED,)),))
        rows = self._ledger.store.rows(reserved)
        return Counter(msgspec.json.decode(row.body)["client"] for row in rows)

    def close(self) -> None:
        self._connection.close()
        self._ledger.close()


class Raw:
    """The ledger's table without the ledger."""

    def __init__(self, place: Place) -> None:
        self._pattern = connect(place.pattern, "owner")
        self._connection = psycopg.connect(place.location.conninfo(), autocommit=True)
        schema = place.location.schema
        columns = self._connection.execute(_COLUMNS, [f"{schema}.events"]).fetchall()
        self._types = [kind for _, kind in columns]
        self.columns = sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns)
        self._insert = sql.SQL("INSERT INTO raw.events ({}) VALUES ({})").format(
            self.columns, sql.SQL(", ").join([sql.SQL("%b")] * len(columns))
        )
        self._copy = sql.SQL("COPY raw.events ({}) FROM STDIN (FORMAT BINARY)").format(self.columns)

    @staticmethod
    def make(location: Location) -> None:
        """Make the table, like the events of this ledger; positions come from a sequence."""
        with psycopg.connect(location.conninfo(), autocommit=True) as connection:
            events = sql.Identifier(location.schema, "events")
            connection.execute(sql.SQL(_TABLE).format(events))

    def ready(self, batch: Sequence[Encoded]) -> Sequence[Any]:
        """The rows that the ledger would record: the pattern has recorded them."""
        at = [outcome.position for outcome in log.append(self._pattern, batch)]
        wanted = sql.SQL("SELECT {} FROM events WHERE position = ANY (%s) ORDER BY position")
        cursor = self._pattern.cursor(binary=True)
        return cursor.execute(wanted.format(self.columns), [at]).fetchall()

    def each(self, ready: Sequence[Any]) -> None:
        for row in ready:
            self._connection.execute(self._insert, row, prepare=True)

    def whole(self, ready: Sequence[Any]) -> None:
        with self._connection.cursor().copy(self._copy) as copy:
            copy.set_types(self._types)
            for row in ready:
                copy.write_row(row)

    def take_blocks(self, blocks: Sequence[bytes]) -> None:
        """COPY what another COPY gave out."""
        with self._connection.cursor().copy(self._copy) as copy:
            for block in blocks:
                copy.write(block)

    def close(self) -> None:
        self._pattern.close()
        self._connection.close()


_COLUMNS = """
SELECT attname::text, format_type(atttypid, NULL) FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
  AND attname <> 'position'
ORDER BY attnum
"""
_TABLE = """
CREATE SCHEMA raw;
CREATE SEQUENCE raw.positions;
CREATE TABLE raw.events (LIKE {} INCLUDING ALL);
ALTER TABLE raw.events ALTER position SET DEFAULT nextval('raw.positions');
"""


class Stock:
    """The library's own recorder on PostgreSQL. Its statements name no schema."""

    def __init__(self, place: Place) -> None:
        datastore = PostgresDatastore(**stock.place(place.location.conninfo()), schema="public")
        self._recorder = PostgresDCBRecorderTT(datastore)

    def make(self) -> None:
        """Make its tables."""
        self._recorder.create_table()

    def ready(self, batch: Sequence[Encoded]) -> Sequence[DCBEvent]:
        return [DCBEvent(type=one.type, data=one.body, tags=one.all_tags) for one in batch]

    def each(self, ready: Sequence[DCBEvent]) -> None:
        for one in ready:
            self._recorder.append([one])

    def whole(self, ready: Sequence[DCBEvent]) -> None:
        self._recorder.append(ready)

    def approach(self, employee: int, client: str) -> None:
        tag = f"client:{client}"
        query = DCBQuery(items=[DCBQueryItem(types=[RESERVED], tags=[tag])])
        while True:
            found = self._recorder.read(query)
            events = [
                DCBEvent(type=kind, data=data_of(employee, client), tags=[tag])
                for kind in kinds(bool(list(found)))
            ]
            with suppress(IntegrityError):
                self._recorder.append(events, DCBAppendCondition(query, after=found.head))
                return

    def owners(self) -> Counter[str]:
        found = self._recorder.read(DCBQuery(items=[DCBQueryItem(types=[RESERVED])]))
        return Counter(client_of(each.event.tags) for each in found)

    def close(self) -> None:
        self._recorder.datastore.close()


class Sqlite:
    """The library's recorder on SQLite: one stream an event, no tags."""

    def __init__(self, place: Place) -> None:
        self._datastore = SQLiteDatastore(str(place.sqlite))
        self._recorder = SQLiteApplicationRecorder(self._datastore)
        self._recorder.create_table()

    def ready(self, batch: Sequence[Encoded]) -> Sequence[StoredEvent]:
        return [StoredEvent(uuid.uuid4(), 1, one.type, one.body) for one in batch]

    def each(self, ready: Sequence[StoredEvent]) -> None:
        for one in ready:
            self._recorder.insert_events([one])

    def whole(self, ready: Sequence[StoredEvent]) -> None:
        self._recorder.insert_events(ready)

    def close(self) -> None:
        self._datastore.close()


def _offer(employee: int, client: str) -> Event:
    return Event(
        data=OfferSent(offer=f"O-{employee}-{client}"),
        source="crm",
        key=f"{employee}-{client}",
        recorded_by="crm",
        occurred_at=datetime.now(UTC),
        client=client,
        performed_by=f"E-{employee}",
    )


def data_of(employee: int, client: str) -> bytes:
    return f'{{"employee":"E-{employee}","client":"{client}"}}'.encode()


def kinds(taken: bool) -> list[str]:
    return [BLOCKED] if taken else [OFFERED, RESERVED]


def client_of(tags: Sequence[str]) -> str:
    return next(tag.removeprefix("client:") for tag in tags if tag.startswith("client:"))
