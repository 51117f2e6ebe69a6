"""Creating a ledger in a database, and migrating an older one."""

import re
from importlib.resources import files
from typing import NamedTuple
from uuid import UUID
from zoneinfo import available_timezones

from psycopg import sql

from ledger.database import ROLES, Connection, Location, connect, prepare, role_names, translated
from ledger.errors import InvalidQuestion, NotAllowed, NotInitialised, SchemaMismatch
from ledger.schema import restoring
from ledger.sql import script, statements

# The scripts that make a ledger, in order; migrations make the same of an older one.
PARTS = ("schema", "reading", "forms", "appending", "rights")


class About(NamedTuple):
    """A ledger's own data. zone: the IANA name of the default time zone of its reports."""

    ledger_id: UUID
    zone: str
    version: int


class Migration(NamedTuple):
    """One change of the schema; migrations/NNNN_name.sql."""

    version: int
    name: str


def migrations() -> list[Migration]:
    """All changes of the schema that this code knows, in order; the last one is its version.

    The first one makes the whole schema of the first version that was released.
    """
    folder = files("ledger.sql") / "migrations"
    names = sorted(path.name for path in folder.iterdir() if path.name[0].isdigit())
    return [Migration(int(name[:4]), name.removesuffix(".sql")) for name in names]


def init(location: Location, zone: str = "UTC", mended: list[str] | None = None) -> bool:
    """Create the ledger and its roles unless it exists; True if it was created.

    Several processes may do this at once.

    - mended: takes a line for each role, owner, grant and search path of an existing ledger (it may
      have been restored from a dump) that was put right, if the login may; None = nothing is

    Raises NotAllowed if the login may not create schemas and roles, SchemaMismatch if there is a
    ledger of another version, InvalidQuestion if the database does not store text as UTF-8.
    """
    _refuse_name(location)
    if zone not in available_timezones():
        raise InvalidQuestion(f"unknown time zone {zone!r}; use an IANA name, such as UTC")
    with connect(location, autocommit=False, make=True) as connection, translated():
        named = statements("ledger.sql", "init.sql")
        connection.execute("SELECT now() AT TIME ZONE %s", [zone])  # which may know fewer
        there = connection.execute(named["exists"], [location.schema]).fetchone()
        # Anybody could hold this lock, so a ledger that is there is opened without it.
        if not there or mended is not None:
            connection.execute(named["lock"])
            there = connection.execute(named["exists"], [location.schema]).fetchone()
        if there:
            if mended is not None and restoring.may_mend(connection, location):
                check(connection)
                mended += restoring.mend(connection, location)
            prepare(connection, location, ROLES)  # a login need not inherit its roles
            check(connection)
            return False
        _make(connection, location, zone)
    return True


def _make(connection: Connection, location: Location, zone: str) -> None:
    named = statements("ledger.sql", "init.sql")
    _refuse_taken(connection, location)
    _refuse_other_encodings(connection)
    restoring.make_roles(connection, location)
    owner = sql.Identifier(role_names(connection, location)["owner"])
    schema = sql.Identifier(location.schema)
    connection.execute(sql.SQL("CREATE SCHEMA {} AUTHORIZATION {}").format(schema, owner))
    connection.execute(sql.SQL("SET LOCAL ROLE {}").format(owner))
    connection.execute(sql.SQL("SET LOCAL search_path = {}").format(schema))
    for part in PARTS:
        connection.execute(script("ledger.sql", f"{part}.sql"))
    connection.execute(named["say_zone"], [zone])
    connection.cursor().executemany(named["note_migration"], migrations())


def migrate(location: Location) -> list[str]:
    """Apply all missing migrations, or none. Returns their names.

    Roles that are named after the schema alone, as they once were, are replaced; their members
    become members of the new ones. Raises SchemaMismatch if the database is newer, NotAllowed.
    """
    with connect(location, autocommit=False) as connection, translated():
        named = statements("ledger.sql", "init.sql")
        connection.execute(named["lock"])
        if restoring.may_mend(connection, location):
            restoring.take_over(connection, location)
        restoring.refuse_others(connection, location)
        prepare(connection, location, ["owner"])
        has = _version(connection)
        wanted = [change for change in migrations() if change.version > has]
        if not migrations()[0].version <= has <= migrations()[-1].version:
            check(connection)
        connection.execute(
            sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(location.schema))
        )
        for change in wanted:
            connection.execute(script("ledger.sql", f"migrations/{change.name}.sql"))
            connection.execute(named["note_migration"], change)
    return [change.name for change in wanted]


def check(connection: Connection) -> About:
    """The ledger's own data. Raises NotInitialised or SchemaMismatch, with the remedy."""
    try:
        with translated():
            row = connection.execute(statements("ledger.sql", "init.sql")["about"]).fetchone()
    except NotInitialised:
        _refuse_strangers(connection)
        raise
    if row is None or row[2] is None:
        raise NotInitialised("the ledger is only half made; drop its schema and run `iledger init`")
    about, first, known = About(*row), migrations()[0].version, migrations()[-1].version
    if about.version < first:
        raise SchemaMismatch(
            f"the database is at schema version {about.version}, made by an unreleased version of "
            "this program; it cannot be migrated. Make a new ledger with `iledger --schema NEW "
            "init`, or in another folder, and append the events to that."
        )
    if about.version < known:
        raise SchemaMismatch(
            f"the database is at schema version {about.version}, older than this program's "
            f"{known}. Run `iledger init --migrate` (make a backup first)."
        )
    if about.version > known:
        raise SchemaMismatch(
            f"the database is at schema version {about.version}, newer than this program's "
            f"{known}. Install a newer interaction-ledger."
        )
    return about


def _refuse_name(location: Location) -> None:
    if not re.fullmatch(r"(?!pg_)[a-z_][a-z0-9_]{0,40}", location.schema):
        raise InvalidQuestion(
            f"{location.schema!r} cannot name a ledger's schema; use small Latin letters, "
            "digits and _, at most 41 characters; it must not start with pg_"
        )
    if location.schema.endswith("_projections"):
        raise InvalidQuestion(
            f"{location.schema!r} cannot name a ledger's schema: the projections of a ledger "
            f"{location.schema.removesuffix('_projections')!r} would be in it; choose another name"
        )


def _refuse_strangers(connection: Connection) -> None:
    """A login that may not use the schema cannot see its tables, as if there were no ledger."""
    if not connection.autocommit:
        return  # after an error, a transaction answers nothing more
    row = connection.execute(statements("ledger.sql", "init.sql")["closed_schema"]).fetchone()
    if row:
        names = role_names(connection, Location(schema=row[0])).values()
        raise NotAllowed(
            f"the login {row[1]} has no right to the ledger in schema {row[0]}. Let an "
            f"administrator grant it one of the roles {', '.join(names)}."
        )


def _refuse_other_encodings(connection: Connection) -> None:
    """Other encodings lack characters that events have; SQL_ASCII knows none at all."""
    row = connection.execute(statements("ledger.sql", "init.sql")["encoding"]).fetchone()
    if row and row[1] != "UTF8":
        raise InvalidQuestion(
            f"the database {row[0]} stores text as {row[1]}; a ledger needs one that stores it as "
            "UTF8. Create it with: createdb --encoding=UTF8 --template=template0 NAME"
        )


def _refuse_taken(connection: Connection, location: Location) -> None:
    """A new ledger has no projections: what is in their schema is somebody else's."""
    taken = connection.execute("SELECT to_regnamespace(%s::text)", [location.projections])
    if taken.fetchone() != (None,):
        raise InvalidQuestion(
            f"there is a schema {location.projections} already, in which the projections of a "
            f"ledger {location.schema} would be; choose another name, or rename that schema"
        )


def _version(connection: Connection) -> int:
    row = connection.execute(statements("ledger.sql", "init.sql")["version"]).fetchone()
    return int(row[0]) if row else 0
