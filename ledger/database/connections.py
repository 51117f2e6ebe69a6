"""A connection that keeps its settings, also behind a pooler.

A pooler such as PgBouncer gives each transaction a server connection that others have used before
and will use after it. There each transaction begins by setting what the connection is to have: time
zone, schemas, role. Nothing outlives it, and nothing is left to others.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Self

import psycopg
from psycopg.pq import TransactionStatus

from ledger.sql import statements

_SQL = statements("ledger.sql", "statements.sql")
_IDLE, _FAILED = TransactionStatus.IDLE, TransactionStatus.INERROR


class Connection(psycopg.Connection[tuple[Any, ...]]):
    """A connection of the ledger.

    - pooled: whether a pooler may give each transaction another server connection, so that what is
      prepared, listened to or locked for the session is gone after it
    - settings: what `keep` was given, by name
    """

    pooled: bool = False
    settings: Mapping[str, str] = {}

    def adopt(self, settings: Mapping[str, str], *, pooled: bool) -> None:
        """Note the settings of a new connection, which a direct one has already."""
        self.pooled, self.settings = pooled, dict(settings)
        if pooled:
            self.prepare_threshold = None
            self.cursor_factory = _Cursor
            if self.info.transaction_status != _IDLE:
                self._set(settings)

    def keep(self, settings: Mapping[str, str]) -> None:
        """Set these until they are set anew.

        In a transaction that has failed, nothing is set on the server, which takes back what was
        set in it.
        """
        self.settings = {**self.settings, **settings}
        status = self.info.transaction_status
        if not self.broken and status != _FAILED and not (self.pooled and status == _IDLE):
            self._set(settings)

    def transaction(  # type: ignore[override]
        self, savepoint_name: str | None = None, force_rollback: bool = False
    ) -> AbstractContextManager[psycopg.Transaction]:
        """Psycopg's own; behind a pooler, it begins with the settings."""
        plain = super().transaction(savepoint_name, force_rollback)
        if self.pooled and self.info.transaction_status == _IDLE:
            return self._with_settings(plain)
        return plain

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """A pipeline, whose statements travel together; behind a pooler, in one transaction."""
        if not self.pooled:
            with self.pipeline():
                yield
        else:
            with self.transaction(), self.pipeline():
                yield

    @contextmanager
    def _with_settings(
        self, plain: AbstractContextManager[psycopg.Transaction]
    ) -> Iterator[psycopg.Transaction]:
        with plain as transaction:
            self._set(self.settings)
            yield transaction

    def _set(self, settings: Mapping[str, str]) -> None:
        names, values = list(settings), list(settings.values())
        given = {"names": names, "values": values, "transaction": self.pooled}
        psycopg.Cursor(self).execute(_SQL["set"], given)


class _Cursor(psycopg.Cursor[Any]):
    """A cursor behind a pooler: each statement is, or is in, a transaction with the settings."""

    def execute(
        self,
        query: Any,
        params: Any = None,
        *,
        prepare: bool | None = None,
        binary: bool | None = None,
    ) -> Self:
        connection = self.connection
        assert isinstance(connection, Connection)  # noqa: S101 - narrows the type
        if connection.info.transaction_status != _IDLE:
            return super().execute(query, params, binary=binary)
        if not connection.autocommit:
            connection._set(connection.settings)  # which begins the transaction
            return super().execute(query, params, binary=binary)
        with connection.transaction():
            return super().execute(query, params, binary=binary)
