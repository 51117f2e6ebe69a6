"""The peer of projections: the runner that `eventsourcing` comes with, on its own recorder."""

import uuid
from urllib.parse import quote

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import (
    PostgresDatastore,
    PostgresTrackingRecorder,
)
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.conninfo import conninfo_to_dict

SCHEMA = "stock"


class Call(Aggregate):
    """The least aggregate that can be projected."""

    @event("Logged")
    def __init__(self, client: str, outcome: str) -> None:
        self.client, self.outcome = client, outcome


class View(PostgresTrackingRecorder):
    """One row an event, tracked, as the library's documentation does it."""

    def __init__(self, datastore: PostgresDatastore, **kwargs: object) -> None:
        super().__init__(datastore, **kwargs)
        self.table = f"{SCHEMA}.calls"

    def create_table(self) -> None:
        super().create_table()
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(f"CREATE TABLE IF NOT EXISTS {self.table} (client text, outcome text)")

    def add(self, client: str, outcome: str, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(f"INSERT INTO {self.table} VALUES (%s, %s)", (client, outcome))


class Calls(Projection[View]):
    """The stock projection: one transaction an event."""

    name = "calls"

    def process_event(self, domain_event: Call.Logged, tracking: Tracking) -> None:
        self.view.add(domain_event.client, domain_event.outcome, tracking)


def record(dsn: str, count: int) -> None:
    """Record `count` events with the stock application."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    application = Application[uuid.UUID](env=_environment(dsn))
    for start in range(0, count, 500):
        application.save(*(Call(f"C-{n}", "reached") for n in range(start, start + 500)))
    application.close()


def project(dsn: str, count: int) -> int:
    """Time this: it ends when the stock runner has projected `count` events."""
    with ProjectionRunner(
        application_class=Application,
        projection_class=Calls,
        view_class=View,
        env=_environment(dsn),
    ) as runner:
        runner.wait(count, timeout=600)
    return count


def _environment(dsn: str) -> dict[str, str]:
    named = {f"POSTGRES_{name.upper()}": value for name, value in place(dsn).items()}
    return {"PERSISTENCE_MODULE": "eventsourcing.postgres", "POSTGRES_SCHEMA": SCHEMA, **named}


def place(dsn: str) -> dict[str, str]:
    """Where a database is, as the library wants to be told."""
    found = conninfo_to_dict(dsn)
    return {
        "dbname": str(found["dbname"]),
        "host": str(found["host"]),
        "port": str(found.get("port", 5432)),
        "user": str(found["user"]),
        "password": quote(str(found.get("password", ""))),
    }
