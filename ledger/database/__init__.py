"""The location of a ledger, and connections to it.

With no DSN it is a private PostgreSQL in a folder (see `ledger.embedded`); with one, any server.
This module imports neither event classes nor the eventsourcing library: questions start with it.
"""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from ledger import embedded, errors
from ledger.database import connections, failures
from ledger.sql import statements

Connection = connections.Connection
translate, translated = failures.translate, failures.translated
ROLES = ("owner", "keeper", "writer", "auditor", "supervisor")


class Location(NamedTuple):
    """One ledger: a database, and the schema in it that holds the ledger.

    dsn: libpq connection string, or None for the embedded server in `folder`.
    """

    dsn: str | None = None
    folder: Path | None = None
    schema: str = "ledger"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """ILEDGER_DSN, ILEDGER_HOME and ILEDGER_SCHEMA name the ledger where nothing else does.

        Raises InvalidQuestion for a variable without content, which would mean another ledger than
        the one that whoever set it had in mind.
        """
        given = {name: environment[name].strip() for name in VARIABLES if name in environment}
        named = given.get("ILEDGER_DSN") or given.get("ILEDGER_HOME")
        for name, value in given.items():
            if not value and (name == "ILEDGER_SCHEMA" or not named):
                raise errors.InvalidQuestion(
                    f"{name} is empty; set it to {_MEANT[name]}, or unset it"
                )
        home = given.get("ILEDGER_HOME")
        return cls(
            given.get("ILEDGER_DSN") or None,
            Path(home) if home else None,
            given.get("ILEDGER_SCHEMA", "ledger"),
        )

    @property
    def projections(self) -> str:
        """The schema that holds the projections of this ledger."""
        return f"{self.schema}_projections"

    def conninfo(self, *, make: bool = False) -> str:
        """The libpq connection string; starts the embedded server if there is no DSN.

        make: make that server if there is none in the folder. Raises InvalidQuestion if the DSN
        cannot be read, NotInitialised if there is no server and none is to be made.
        """
        if self.dsn:
            parsed(self.dsn)
            return self.dsn
        if not make and not embedded.made(self._home):
            raise errors.NotInitialised(
                f"there is no ledger in the folder {self._home}. `iledger init` makes one there; "
                "--folder or ILEDGER_HOME names another folder."
            )
        return embedded.ensure_running(self._home)

    @property
    def _home(self) -> Path:
        return self.folder or embedded.default_folder()

    def outage(self, error: errors.ServerUnavailable) -> errors.ServerUnavailable:
        """The reason why a server that was there has gone, where it can be known, or the error."""
        if self.dsn or not embedded.lacks_space(self._home):
            return error
        return errors.ServerUnavailable(
            f"the disk that holds the ledger in {self._home} is full, so its server has ended. "
            "What was acknowledged stays recorded. Free some disk space, then run the same command "
            "again."
        )


def parsed(dsn: str) -> dict[str, Any]:
    """The parts of a DSN. Raises InvalidQuestion, with no part of it: any may be a password."""
    try:
        parts = conninfo_to_dict(dsn)
    except (psycopg.ProgrammingError, UnicodeError, ValueError):
        parts = {}
    if dsn.strip() and parts and _plausible(dsn, parts):
        return parts
    raise errors.InvalidQuestion(
        "the DSN cannot be read; it is not repeated here, since it may hold a password. Write "
        "postgresql://user@host/database, with %40 for @ and %2F for / in a name or password, or "
        "host=... dbname=... user=..., with quotes around what has spaces"
    ) from None


def _plausible(dsn: str, parts: Mapping[str, Any]) -> bool:
    """Whether no password with @, / or : in it was taken for a host, port or database."""
    ports, hosts = (str(parts.get(name, "")).split(",") for name in ("port", "host"))
    url, name = "://" in dsn, str(parts.get("dbname", ""))
    return (
        "\0" not in dsn
        and all(re.fullmatch("[0-9]*", port) for port in ports)
        and not (url and any("@" in host[1:] for host in hosts))
        and not (url and "@" in name and "%40" not in dsn)
    )


VARIABLES = ("ILEDGER_DSN", "ILEDGER_HOME", "ILEDGER_SCHEMA")
_MEANT = {
    "ILEDGER_DSN": "a connection string",
    "ILEDGER_HOME": "a folder",
    "ILEDGER_SCHEMA": "a schema",
}
# How every connection is opened; `prepare` sets the rest. No options: poolers refuse them.
SETTINGS: dict[str, Any] = {
    "autocommit": True,
    "application_name": "iledger",
    "client_encoding": "UTF8",
    "options": "",
}
_AS_PREPARED = {"timezone": "UTC", "datestyle": "ISO, MDY", "jit": "off"}


def connect(
    location: Location, *roles: str, autocommit: bool = True, make: bool = False
) -> Connection:
    """Connect, and act as the first of these roles (of ROLES) that the login may take.

    Without roles, or if it may take none, the login acts as itself. make: as in
    `Location.conninfo`. Raises ServerUnavailable, NotInitialised.
    """
    with translated():
        connection = Connection.connect(location.conninfo(make=make), **SETTINGS)
        try:
            prepare(connection, location, roles)
        except BaseException:
            connection.close()
            raise
    connection.autocommit = autocommit
    return connection


def prepare(connection: Connection, location: Location, roles: Sequence[str]) -> None:
    """Point a new connection at the ledger's schemas and take a role, as `connect` describes.

    Raises ServerUnavailable behind a pooler that knows no transactions.
    """
    path = sql.SQL("{}, {}").format(*map(sql.Identifier, (location.projections, location.schema)))
    settings = _AS_PREPARED | {"search_path": path.as_string()}
    query, given = role_statement("take", location, roles)
    given |= {"names": list(settings), "values": [*settings.values()]}
    given["process"] = connection.info.backend_pid
    ((pooled, role, _),) = connection.execute(query, given).fetchall()
    connection.adopt(settings | {"role": role}, pooled=pooled)
    if pooled and connection.autocommit:
        _refuse_without_transactions(connection)


def _refuse_without_transactions(connection: Connection) -> None:
    try:
        with connection.transaction():
            pass
    except psycopg.OperationalError as error:
        raise errors.ServerUnavailable(
            f"the pooler in front of the database allows no transactions: {errors.brief(error)}. "
            "Set pool_mode = transaction or session there for this database, or give the DSN of "
            "PostgreSQL itself."
        ) from error


def inherits(connection: Connection, location: Location) -> bool:
    """Whether the login has the rights of its roles in a ledger without taking one of them."""
    with translated():
        row = connection.execute(*role_statement("inherits", location)).fetchone()
    return bool(row and row[0])


def role_names(connection: Connection, location: Location) -> dict[str, str]:
    """The names that the roles of a ledger have, or would have, in this database, by role."""
    with translated():
        rows = connection.execute(*role_statement("names", location)).fetchall()
    return {role: name for role, name, _ in rows}


def role_statement(
    name: str, location: Location, roles: Sequence[str] = ROLES, file: str = "roles.sql"
) -> tuple[sql.Composed, dict[str, object]]:
    """A statement about roles of a ledger, by name, and its parameters."""
    named = sql.SQL(statements("ledger.sql", "roles.sql")["named"])
    query = sql.SQL(statements("ledger.sql", file)[name]).format(named=named)
    return query, {"schema": location.schema, "roles": list(roles)}


def on_replica(connection: Connection) -> bool:
    """Whether the server is a read replica. Only behind a pooler it has to be asked."""
    if connection.pooled:
        return connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
    return connection.info.parameter_status("in_hot_standby") == "on"


def twin(connection: Connection) -> Connection | None:
    """A second connection with the same role and schemas; None if the server grants none."""
    info = connection.info
    try:
        other = Connection.connect(info.dsn, password=info.password or None, **SETTINGS)
    except psycopg.OperationalError:
        return None
    other.adopt(connection.settings, pooled=connection.pooled)
    other.keep(connection.settings)
    return other
