"""Each real data set in a ledger of its own, taken in as `iledger append` takes in JSON Lines."""

import io
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
import pytest

from ledger import schema
from ledger.database import Connection, Location, connect
from ledger.intake import Intake
from ledger.store import Store
from projections.engine.catch_up import catch_up
from projections.view import View
from tests.real_data import maven, servicenow, source
from tests.real_data.source import Wire


class Loaded(NamedTuple):
    connection: Connection
    view: View


@contextmanager
def loaded(dsn: str, name: str, events: Iterable[Wire], on: datetime) -> Iterator[Loaded]:
    location = Location(dsn=dsn, schema=name)
    schema.init(location, "UTC")
    lines = io.BytesIO(b"\n".join(map(msgspec.json.encode, events)) + b"\n")
    with Store(location) as store:
        rejected = [v for batch in Intake(store, lines) for v in batch.verdicts if v.error]
    assert not rejected
    with closing(connect(location, "owner")) as connection:
        position = catch_up(connection, location).position
        yield Loaded(connection, View(position, on))


@pytest.fixture(scope="module")
def maven_loaded(embedded_dsn: str) -> Iterator[Loaded]:
    events = maven.events(source.folder("maven_crm"))
    with loaded(embedded_dsn, "maven", events, datetime(2017, 12, 31, 23, 59, tzinfo=UTC)) as found:
        yield found


@pytest.fixture(scope="module")
def servicenow_loaded(embedded_dsn: str) -> Iterator[Loaded]:
    events = servicenow.events(source.folder("servicenow_incidents"))
    with loaded(embedded_dsn, "servicenow", events, datetime(2017, 3, 1, tzinfo=UTC)) as found:
        yield found
