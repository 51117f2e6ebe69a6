"""What the lists of access are made of: the standing as it is now, and the logins there are."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple

from psycopg.rows import class_row

from commands.cli.shell.ledger_options import chosen
from commands.cli.shell.output import Format, Printer
from commands.cli.shell.selection import Selection
from commands.decisions.access.remembered import learned
from commands.decisions.access.standing import Standing
from ledger.api import Ledger
from ledger.database import Location, connect, role_names
from ledger.sql import statements

_SQL = statements("commands.cli.access", "logins.sql")


class Login(NamedTuple):
    """A login of the database; may_append: whether it can connect and take a role that appends."""

    login: str
    may_append: bool


@contextmanager
def shown(form: Format, selection: Selection) -> Iterator[tuple[Standing, Location, Printer]]:
    """The standing of the ledger that the options name, and where to show it."""
    with (
        Ledger(chosen()) as ledger,
        Printer(form, ledger.about.zone, selection) as printer,
    ):
        yield learned(ledger).standing, ledger.location, printer


def database_logins(location: Location) -> list[Login]:
    """The logins of the database, by name."""
    with closing(connect(location)) as connection:
        names = role_names(connection, location)
        given = {"writers": [names["writer"], names["owner"]]}
        with connection.cursor(row_factory=class_row(Login)) as cursor:
            return cursor.execute(_SQL["logins"], given).fetchall()
