"""Logins with some of a ledger's roles."""

import itertools
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ledger.database import Location, connect, role_names

_numbers = itertools.count(1)


def role_of(location: Location, role: str) -> str:
    """The name of a ledger's role."""
    with closing(connect(location)) as connection:
        return role_names(connection, location)[role]


@contextmanager
def login(location: Location, *roles: str, options: str = "") -> Iterator[Location]:
    """The ledger as a login of its own sees it that has these of its roles.

    options: of CREATE ROLE
    """
    name = f"somebody_{os.getpid()}_{next(_numbers)}"
    names = [sql.Identifier(role_of(location, role)) for role in roles]
    with psycopg.connect(location.dsn or "", autocommit=True) as admin:
        create = sql.SQL("CREATE ROLE {} LOGIN {}")
        admin.execute(create.format(sql.Identifier(name), sql.SQL(options)))
        for role in names:
            admin.execute(sql.SQL("GRANT {} TO {}").format(role, sql.Identifier(name)))
    try:
        yield location._replace(dsn=make_conninfo(location.dsn or "", user=name))
    finally:
        with psycopg.connect(location.dsn or "", autocommit=True) as admin:
            admin.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
            admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))
