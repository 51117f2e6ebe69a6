"""The roles of a ledger, and putting right whose it is.

Roles are of a cluster and ledgers of a database, so a role's name says of which ledger it is
(`ledger/sql/roles.sql`). What was restored from a dump, was copied, or is in a database that was
given another name, is somebody else's, or has the rights of roles that are not its own.
"""

from psycopg import sql

from ledger.database import Connection, Location, role_names, role_statement
from ledger.errors import NotAllowed
from ledger.sql import script, statements


def make_roles(connection: Connection, location: Location) -> None:
    """Make the roles that are missing, and what they are to one another.

    Raises NotAllowed if the login may not, InvalidQuestion if another ledger has such a role.
    """
    named = statements("ledger.sql", "roles.sql")
    for _, name, comment in connection.execute(*role_statement("names", location)).fetchall():
        connection.execute(named["set_role"], {"name": name, "comment": comment})
        connection.execute(named["make"])
    connection.execute(*role_statement("set_roles", location))
    connection.execute(named["bind"])


def may_mend(connection: Connection, location: Location) -> bool:
    """Whether there is a ledger, and the login may make its roles and change whose it is."""
    row = connection.execute(*role_statement("able", location)).fetchone()
    return bool(row and row[0])


def take_over(connection: Connection, location: Location) -> None:
    """Make the ledger its own roles', and let the members of its former roles be theirs."""
    named = statements("ledger.sql", "restoring.sql")
    make_roles(connection, location)
    for name in ("former", "carry", "hand_over", "take_back"):
        connection.execute(named[name])


def refuse_others(connection: Connection, location: Location) -> None:
    """Raise NotAllowed if the ledger is not its own owner's, so that nobody can change it."""
    row = connection.execute(*role_statement("owned", location)).fetchone()
    owner = role_names(connection, location)["owner"]
    if row and row[0] != owner:
        raise NotAllowed(
            f"the ledger in schema {location.schema} belongs to {row[0]} and not to {owner}. Run "
            "`iledger init` (or `iledger init --migrate`) with a login that may create roles and "
            f"is a member of {row[0]}, or with a superuser's"
        )


def mend(connection: Connection, location: Location) -> list[str]:
    """Put right roles, ownership, grants and search paths. Returns a line for each difference."""
    before = _state(connection, location)
    take_over(connection, location)
    owner = role_names(connection, location)["owner"]
    connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(owner)))
    path = connection.execute("SELECT current_setting('search_path')").fetchone()
    schema = sql.Identifier(location.schema)
    connection.execute(sql.SQL("SET LOCAL search_path = {}").format(schema))
    connection.execute(script("ledger.sql", "rights.sql"))
    connection.execute("SELECT set_config('search_path', %s, true)", path)
    connection.execute("RESET ROLE")
    after = _state(connection, location)
    return [
        f"{what}: {before[what]}, now {now}" if what in before else f"{what}: {now}"
        for what, now in after.items()
        if before.get(what) != now
    ]


def _state(connection: Connection, location: Location) -> dict[str, str]:
    statement = role_statement("state", location, file="restoring.sql")
    return dict(connection.execute(*statement).fetchall())
