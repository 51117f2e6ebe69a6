"""Access: who may see and decide at any time, and what was decided without the right."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from ledger.database import Connection
from ledger.envelope import Recorded
from ledger.sql import statements
from projections.engine.registry import Tables, Unfolds
from projections.view import View, ask

_SQL = statements("projections.tables.access", "access.sql")


class AccessChanged(NamedTuple):
    """A role, a link, a source or the policy changed; place: a unit, None for everywhere.

    - subject: the login, the source or the employee whose role it is; value: the employee of a
      login, the role, the mode of the policy, or in whose names the logins of a source decide
    """

    position: int
    occurred_at: datetime | None
    precision: str
    recorded_at: datetime
    type: str
    login: str
    performed_by: str | None
    subject: str
    value: str | None
    place: str | None
    reach: str | None
    until: datetime | None
    logins: list[str]


class AccessRuled(NamedTuple):
    """A decision was let through or refused that broke a rule of access."""

    position: int
    occurred_at: datetime | None
    precision: str
    client: str | None
    employee: str | None
    decision: str
    rule: str
    refused: bool


TABLES: Tables = {AccessChanged: "access_changes", AccessRuled: "access_rulings"}


def _changed(
    event: Recorded, subject: str, value: str | None, logins: tuple[str, ...] = (), **more: Any
) -> Iterator[AccessChanged]:
    yield AccessChanged(
        event.position,
        event.occurred_at,
        event.precision,
        event.recorded_at,
        event.type,
        event.login,
        event.performed_by,
        subject,
        value,
        more.get("place"),
        more.get("reach"),
        more.get("until"),
        [*logins],
    )


def _role(event: Recorded) -> Iterator[AccessChanged]:
    d = event.data
    more = {"place": d.scope, "reach": d.reach, "until": getattr(d, "until", None)}
    return _changed(event, d.employee, d.role, **more)


def _ruled(event: Recorded) -> Iterator[AccessRuled]:
    d = event.data
    yield AccessRuled(
        event.position,
        event.occurred_at,
        event.precision,
        event.client,
        d.employee,
        d.decision,
        d.rule,
        event.type == "access.refused",
    )


UNFOLD: Unfolds = {
    "role.granted": _role,
    "role.revoked": _role,
    "login.linked": lambda event: _changed(event, event.data.login, event.data.employee),
    "login.unlinked": lambda event: _changed(event, event.data.login, event.data.employee),
    "producer.registered": lambda event: _changed(
        event, event.data.source, event.data.acts_for, event.data.logins
    ),
    "access_policy.published": lambda event: _changed(
        event, str(event.data.version), event.data.mode
    ),
    "access.breached": _ruled,
    "access.refused": _ruled,
}


class Step(NamedTuple):
    """One step of the standing: what says who may, an employment, or the definition of a unit.

    - at: when it takes effect; recorded_at: None for an employment and a unit
    - the others as of `AccessChanged`; of an employment: subject the employee, place the unit; of a
      unit: subject the unit, place its parent
    """

    position: int
    at: datetime | None
    recorded_at: datetime | None
    type: str
    login: str
    performed_by: str | None
    subject: str
    value: str | None
    place: str | None
    reach: str | None
    until: datetime | None
    logins: list[str]


def steps(connection: Connection, view: View) -> list[Step]:
    """What the standing is made of, in order of position."""
    return ask(connection, _SQL["steps"], view, Step)


def mode(connection: Connection, view: View) -> str:
    """The mode of the access policy in force: open, record or enforce."""
    found = ask(connection, _SQL["mode"], view, _Mode)
    return found[0].mode if found else "open"


class _Mode(NamedTuple):
    mode: str


def session_login(connection: Connection) -> str:
    """The login of the database that asks."""
    (login,) = connection.execute(_SQL["login"]).fetchone() or ("",)
    return str(login)
