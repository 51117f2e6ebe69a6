"""What `iledger doctor` finds of roles, rights and functions: who may do what to the ledger."""

from collections.abc import Iterator, Sequence
from typing import Any

from commands.cli.admin.finding import Finding
from ledger.database import Connection, Location, role_names, role_statement
from ledger.sql import statements

_SQL = statements("commands.cli.admin", "rights.sql")
_MEND = "Run `iledger init` with a login that may create roles; it puts that right."


def roles(connection: Connection, location: Location) -> Iterator[Finding]:
    """Whether the roles are there, and whether this login has one."""
    names = list(role_names(connection, location).values())
    rows = connection.execute(_SQL["roles"], {"names": names}).fetchall()
    lacking = [name for name, exists, _ in rows if not exists]
    held = [name for name, _, member in rows if member]
    if lacking:
        yield Finding("roles", "fail", f"missing: {', '.join(lacking)}", _MEND)
    elif held:
        yield Finding("roles", "ok", f"this login may act as {', '.join(held)}")
    else:
        advice = f"Let an administrator GRANT one of {', '.join(names)} to it."
        yield Finding("roles", "fail", "this login has no role in the ledger", advice)


def comments(connection: Connection, location: Location) -> Iterator[Finding]:
    """Whether the roles say that they are this ledger's."""
    rows = connection.execute(*role_statement("comments", location)).fetchall()
    other = [f"{name} ({said or 'without a comment'})" for name, said in rows]
    if other:
        found = f"not said to be this ledger's: {', '.join(other)}"
        yield Finding("comments", "fail", found, _MEND)
    else:
        yield Finding("comments", "ok", "the roles are this ledger's own")


def owners(connection: Connection, location: Location) -> Iterator[Finding]:
    """Who may change the schema: whose it is, who is a member of that role, and the superusers."""
    owner = role_names(connection, location)["owner"]
    rows = connection.execute(_SQL["owned"], {"schema": location.schema}).fetchall()
    strange = [f"{what} of {whose}" for what, whose in rows if whose != owner]
    if strange:
        yield Finding("owner", "fail", f"not the owner's: {', '.join(strange)}", _MEND)
        return
    members = _listed(connection, "members", {"owner": owner})
    supers = _listed(connection, "superusers", {})
    found = f"{owner}, whose members are {members or 'none'}; superusers: {supers or 'none'}"
    yield Finding("owner", "ok", found)


def triggers(connection: Connection, location: Location) -> Iterator[Finding]:
    """Whether the triggers guard that refuse changes."""
    rows = connection.execute(_SQL["triggers"], {"schema": location.schema}).fetchall()
    open_ = [table for table, guarded in rows if not guarded]
    if not open_:
        yield Finding("triggers", "ok", "events cannot be changed or removed")
        return
    advice = "Find out who switched them off; then ALTER TABLE … ENABLE ALWAYS TRIGGER immutable."
    yield Finding("triggers", "fail", f"not guarding: {', '.join(open_)}", advice)


def grants(connection: Connection, location: Location) -> Iterator[Finding]:
    """Whether somebody was granted to write past `append`."""
    others = _listed(connection, "writers", {"schema": location.schema})
    if others:
        tables = f"{location.schema}.events, {location.schema}.event_tags"
        advice = f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {tables} FROM {others}"
        yield Finding("grants", "fail", f"may write past append: {others}", advice)
    else:
        yield Finding("grants", "ok", "only append writes events")


def rights(connection: Connection, location: Location) -> Iterator[Finding]:
    """Whether a login has rights that no grant on the ledger gave, as by pg_write_all_data."""
    owner = role_names(connection, location)["owner"]
    asked = {"schema": location.schema, "owner": owner}
    rows = connection.execute(_SQL["predefined"], asked).fetchall()
    writing = [f"{login} (by {by})" for login, by, writes in rows if writes]
    reading = [f"{login} (by {by})" for login, by, writes in rows if not writes]
    if writing:
        advice = f"REVOKE {' or '.join(sorted({by for _, by, w in rows if w}))} FROM them."
        yield Finding("rights", "fail", f"may write past append: {', '.join(writing)}", advice)
    if reading:
        advice = "Make them auditors if they are to read the events; otherwise REVOKE it."
        yield Finding("rights", "warn", f"read without a role: {', '.join(reading)}", advice)
    if not rows:
        yield Finding("rights", "ok", "no login reads or writes all tables of the server")


def functions(connection: Connection, location: Location) -> Iterator[Finding]:
    """Whether what runs with the owner's rights is the owner's, and has a path of its own."""
    asked = {"schema": location.schema, "path": f"search_path={location.schema}, pg_temp"}
    found = ", ".join(name for (name,) in connection.execute(_SQL["unpathed"], asked).fetchall())
    if found:
        said = f"run with the owner's rights on their caller's search_path: {found}"
        yield Finding("functions", "fail", said, _MEND)
    else:
        yield Finding("functions", "ok", "what runs with the owner's rights has its own path")


def _listed(connection: Connection, name: str, asked: dict[str, Any]) -> str:
    rows: Sequence[tuple[str]] = connection.execute(_SQL[name], asked).fetchall()
    return ", ".join(each for (each,) in rows)
