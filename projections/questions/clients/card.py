"""The client's card, its timeline, and what changed on the card between two views."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from psycopg.rows import dict_row

from ledger.database import Connection, translated
from ledger.errors import NotFound
from ledger.moments import date_of
from ledger.sql import statements
from projections.tables.clients.merges import LINKED, MEMBERS, members, told_apart
from projections.view import Answer, View, ask

Card = dict[str, Answer]
_SQL = statements("projections.questions.clients", "card.sql")
_OPEN = statements("projections.questions.clients", "card_open_items.sql")
_ANY_OF_THEM, _ONE = "= ANY (%(clients)s)", "= %(client)s"
_QUARRELS = statements("projections.tables.ownership", "disputes.sql")


class Section(NamedTuple):
    """One section of the card: its name, and a statement that answers its lines.

    A line has name, value, since, precision and position, then more columns of its own, of which
    `x_position` is the position of the event that says `x`; within a section a name stands once.
    The statement may use, besides a view's parameters, %(clients)s, all ids that are one client,
    and %(client)s, the surviving one; its column `client` is the id that a line is from.
    """

    name: str
    statement: str


# Every section of the card, in the order in which it is shown.
SECTIONS = (
    Section("identity", _SQL["identity"]),
    Section("merged", MEMBERS),
    Section("owner", _SQL["owner"]),
    Section("account_team", _SQL["account_team"]),
    Section("open_conflicts", _QUARRELS["open_conflicts"]),
    Section("open_disputes", _QUARRELS["open_disputes"]),
    Section("open_promises", _OPEN["open_promises"]),
    Section("open_deals", _OPEN["open_deals"]),
    Section("open_offers", _OPEN["open_offers"]),
    Section("open_tasks", _OPEN["open_tasks"]),
    Section("open_cases", _OPEN["open_cases"]),
    Section("special_terms", _SQL["special_terms"]),
    Section("facts", _SQL["facts"]),
    Section("contact_persons", _SQL["contact_persons"]),
    Section("preferences", _SQL["preferences"]),
    Section("competitor_offers", _SQL["competitor_offers"]),
    Section("contacts", _SQL["contacts"]),
    Section("feeling", _SQL["feeling"]),
)
# What compares with a list of unknown length is planned as if for ten clients, or each time anew;
# for the client of one id, which most are, neither is quick enough.
_OF_ONE_ID = [
    LINKED if each.name == "merged" else each.statement.replace(_ANY_OF_THEM, _ONE)
    for each in SECTIONS
]


class Change(NamedTuple):
    """One difference between two cards; a line or column that one of them lacks is None there."""

    section: str
    name: str
    field: str
    before: Any
    after: Any
    before_position: int | None
    after_position: int | None


def card(connection: Connection, view: View, client: str) -> Card:
    """All that is known of a client: the lines of every section, by the section's name.

    A line is {name, value, since, precision, position, …}; `position` is that of the event that
    says so. Ids that were merged have one card, the survivor's, whichever of them is asked for;
    the section `merged` names the others, and every line has `client`, the id that it is from.
    Raises NotFound if nothing had been recorded of the client.
    """
    found = _card(connection, view, client)
    if not found["identity"]:
        raise _unheard_of(view, client)
    return found


def difference(
    connection: Connection, before: View, after: View, client: str
) -> list[dict[str, Any]]:
    """What changed on a client's card between two views: one dict a change, as `Change`.

    A field that is not `value` is one of the line's other columns, such as `roles`. That the same
    was said again, at another time, is no change.
    Raises NotFound if neither view knows the client.
    """
    cards = [_card(connection, view, client) for view in (before, after)]
    if not any(found["identity"] for found in cards):
        raise _unheard_of(after, client)
    changes = []
    for section in SECTIONS:
        old, new = ({line["name"]: line for line in found[section.name]} for found in cards)
        for name in [*old, *(name for name in new if name not in old)]:
            changes += _line_changes(section.name, name, old.get(name, {}), new.get(name, {}))
    return [change._asdict() for change in changes]


def timeline(
    connection: Connection,
    view: View,
    client: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    kinds: Sequence[str] = (),
) -> Answer:
    """Every event of a client in order of time, with the owner at that moment.

    since, until: local times of the view's zone without an offset, half-open; events of unknown
    time are then left out. annulled_by: the position that annulled the event, if one has. client:
    the id that the event was recorded under, where several are one client.
    Raises NotFound if nothing had been recorded of the client.
    """
    clients = members(connection, view, client)
    rows = ask(
        connection,
        _SQL["timeline"],
        view,
        clients=clients,
        since=since,
        until=until,
        kinds=list(kinds) or None,
    )
    if not rows:
        check_known(connection, view, client)
    return told_apart(rows, clients)


def check_known(connection: Connection, view: View, client: str) -> None:
    """Raise NotFound unless something had been recorded of the client, even if annulled since."""
    if not ask(connection, _SQL["mentioned"], view, client=client)[0]["found"]:
        raise _unheard_of(view, client)


def _card(connection: Connection, view: View, client: str) -> Card:
    """Ask for all sections in one round trip, as if the client had one id; anew if it has more."""
    found = _sections(connection, view, _OF_ONE_ID, [client])
    if not found["merged"]:
        return found
    clients = members(connection, view, client)
    if clients == [client]:
        return found | {"merged": []}
    return _sections(connection, view, [each.statement for each in SECTIONS], clients)


def _sections(connection: Connection, view: View, wanted: list[str], clients: list[str]) -> Card:
    parameters = view._asdict() | {"client": clients[0], "clients": clients}
    with translated(), connection.pipeline():
        cursors = [
            connection.cursor(row_factory=dict_row).execute(statement, parameters, prepare=True)
            for statement in wanted
        ]
    return {
        section.name: told_apart(cursor.fetchall(), clients)
        for section, cursor in zip(SECTIONS, cursors, strict=True)
    }


def _line_changes(
    section: str, name: str, old: dict[str, Any], new: dict[str, Any]
) -> list[Change]:
    return [
        Change(
            section, name, column, _as_known(old, column), _as_known(new, column),
            _position(old, column), _position(new, column),
        )
        for column in (old or new)
        if not _only_says_where(column) and old.get(column) != new.get(column)
    ]  # fmt: skip


def _position(line: dict[str, Any], column: str) -> int | None:
    """The event that says so: that of the column, where it has one of its own, or of the line."""
    return line.get(f"{column}_position") or line.get("position")


def _only_says_where(column: str) -> bool:
    return column in ("name", "since", "client") or column.endswith(("position", "precision"))


def _as_known(line: dict[str, Any], column: str) -> Any:
    """The value of a column; a time that is known as a date is that date in every zone."""
    value = line.get(column)
    known = line.get(f"{column.removesuffix('_at')}_precision")
    return (date_of(value, known) if isinstance(value, datetime) else None) or value


def _unheard_of(view: View, client: str) -> NotFound:
    return NotFound(
        f"nothing had been recorded about a client {client!r} as of position {view.as_of}, "
        f"on {view.on:%Y-%m-%d}. `iledger clients --search NAME` finds a client by its name."
    )
